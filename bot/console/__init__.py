"""Operators at the command line, for the night in which their phone has no Telegram.

The same rules and the same audit: whoever acts is named by their Telegram user id, and may do here
what their role allows there. Nothing here speaks to Telegram: what operators are to be told of it,
the bot tells them when it runs.
"""

"""The way to Telegram and back: transport, sender, pacer, and the intake of updates."""

import os

# Without this opt-in python-telegram-bot 22 warns about its own `RetryAfter` at every 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")

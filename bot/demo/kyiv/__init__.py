"""Kyiv, 19 and 20 November 2024: the advisories of the story, and how it is told.

The pattern is that of the public security alerts of those days: reserves on the 19th, a possible
significant air attack announced for the 20th. The sender is made up, and so is the mistake.
"""

"""Faults of the world around the bot, named once so that no room needs another's library."""


class StorageUnavailable(Exception):
    """Redis cannot be reached, or cannot be written to, right now; the text says the cure."""

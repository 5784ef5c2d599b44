"""What is owed to a chat after a send: small, repeatable, and never in the way of a broadcast."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """What is to be done; each kind has a queue of its own."""

    TOLD = "told"  # a group or channel has a message: pin it, post its further languages
    TROUBLE = "trouble"  # something is missing there: tell an administrator once
    MUTED = "muted"  # the bot may not write there: look whether it may again
    TALLY = "tally"  # a roll-call's counter is behind, or its time is over
    RESTED = "rested"  # a chat's rest is over: tell what was held back
    DAILY = "daily"  # a chat asked for a word on days on which nothing is active
    MOVED = "moved"  # a group has another id: what is kept under the old one follows


class Trouble(StrEnum):
    """What an administrator is told once."""

    MUTED = "muted"  # the bot may not write
    TOPIC = "topic"  # the topic of the warnings is closed or deleted


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to do for a chat. ``about`` is a broadcast's id, a trouble, or a chat's new id."""

    chat_id: int
    about: str = ""
    message_id: int = 0

    @property
    def key(self) -> str:
        """The member under which Redis keeps it: twice the same is once."""
        return f"{self.chat_id} {self.about} {self.message_id}"

    @classmethod
    def from_key(cls, key: str) -> Errand:
        """Read back what :attr:`key` wrote."""
        chat_id, about, message_id = key.split(" ")
        return cls(int(chat_id), about, int(message_id))

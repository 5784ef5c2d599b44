"""A message as Forewarn means it: text and buttons, before any wire format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: ``data`` comes back to the bot (1-64 bytes), ``url`` opens a page.

    ``style`` colours it (`danger`, `success`, `primary`) and says nothing that its text does not.
    """

    text: str
    data: str | None = None
    url: str | None = None
    style: str | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.url is None):
            raise ValueError(f"button {self.text!r} needs exactly one of data and url")
        if self.data is not None and not 1 <= len(self.data.encode()) <= 64:
            raise ValueError(f"button {self.text!r}: data must have 1 to 64 bytes")


Keyboard = tuple[tuple[Button, ...], ...]


class Layout(StrEnum):
    """The shapes of one text; a broadcast renders each at most once a language."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"
    LOW = "low"  # a private chat on a weak network: what to do, when, and who says so


@dataclass(frozen=True, slots=True)
class Message:
    """Telegram HTML of at most 4,096 UTF-16 units after parsing, with its buttons."""

    html: str
    keyboard: Keyboard = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message as JSON, encoded once: the body of a send and of an edit, without their address."""

    new: bytes
    edited: bytes

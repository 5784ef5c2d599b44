"""A roll-call: who of a group is safe, is in shelter, or needs help. It is no emergency line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_NAME = 60
"""Characters of a name in a list."""


class Answer(StrEnum):
    """What somebody says of themselves, or of another; in the order in which a list shows them."""

    HELP = "help"
    SHELTER = "shelter"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class RollCall:
    """The latest one of a group. ``asked_by`` is a user's id, 0 for an anonymous administrator.

    ``message_id`` is the message with the counter, 0 where there is none yet under this chat's id.
    """

    id: str
    chat_id: int
    asked_by: int
    language: str
    opened: datetime
    closes: datetime
    message_id: int = 0
    thread_id: int | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """One person's answer. ``noted_by`` is the name of whoever answered for them, else empty."""

    name: str
    answer: Answer
    at: datetime
    noted_by: str = ""


Counts = Mapping[Answer, int]


def listed(replies: Iterable[Reply]) -> list[Reply]:
    """Who needs help first, then by answer; among equals by name."""
    order = list(Answer)
    return sorted(replies, key=lambda one: (order.index(one.answer), one.name.casefold()))


def name_key(name: str) -> str:
    """Under which a name that somebody typed is kept: the same person typed twice is one."""
    return " ".join(name.split()).casefold()

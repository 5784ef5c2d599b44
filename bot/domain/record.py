"""An advisory as the bot keeps it: what came in, and what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One entry of the public stream, as a producer added it."""

    id: str
    payload: bytes
    source: str | None
    signature: str | None
    received: datetime


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer of an advisory as it is kept: its name, and when it is due."""

    advisory_id: str
    name: str
    due: datetime


class AdvisoryState(StrEnum):
    """What was decided about an advisory."""

    PENDING = "pending"  # waits for a person
    PUBLISHED = "published"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class AdvisoryRecord:
    """``payload`` is the advisory in the queue's JSON form, ``raw`` the bytes that arrived.

    ``source`` is a key of the configuration and ``signed`` says that its key vouches for ``raw``;
    ``places`` are ids of settlements reached, ``named`` ids of the places the source named, and
    ``unresolved`` sentences about areas that resolved to nothing. ``author`` is the id of the
    operator who wrote it, None for what came from elsewhere; ``decided_by`` the name of whoever
    approved or rejected it.
    """

    id: str
    payload: bytes
    raw: bytes
    source: str | None
    signed: bool
    state: AdvisoryState
    code: str
    places: tuple[str, ...]
    named: tuple[str, ...]
    unresolved: tuple[str, ...]
    reasons: tuple[str, ...]
    received: datetime
    expires: datetime
    ended_by: str | None = None
    author: int | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """When a source was last heard of, None for never, and what became of what it sent."""

    last: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

"""What a broadcast says, before language and layout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.advisory import Advisory
from bot.domain.delivery import Lane
from bot.domain.guidance import Stage
from bot.domain.life import Mark, Purpose, Sound
from bot.domain.place import Place
from bot.domain.reach import Reach

__all__ = ["LIVE", "OF_ORIGINAL", "Mark", "Notice", "Purpose", "Sound"]

LIVE = frozenset(
    {Purpose.ALERT, Purpose.UPDATE, Purpose.EXTENDED, Purpose.CORRECTION, Purpose.WINDOW_OPEN}
)
"""Purposes whose message is the live one of its advisory, with everything to do and its buttons."""

OF_ORIGINAL = frozenset({Purpose.CANCEL, Purpose.ALL_CLEAR, Purpose.EASED, Purpose.NARROWED})
"""Purposes that speak of what an earlier advisory said, not of their own."""


NOWHERE = Reach(frozenset())


@dataclass(frozen=True, slots=True)
class Notice:
    """One advisory as it is told.

    ``places`` are those the source named, the widest first; ``timezone`` is an IANA name.
    ``source_kind`` is a word such as ``embassy``, ``authority`` or ``unverified``; ``verified``
    says that a key of a known source vouches for the message. ``original`` is the advisory that
    an update or a cancel concerns. ``days`` and ``profile`` choose the national guidance.
    ``ends`` is when an advisory is over that does not say so itself. ``late_for`` is when a message
    was due that comes too late. ``mark`` is for a message that is no longer live, and
    ``ended_as`` why. ``changes_at`` is when the same would be told otherwise. ``reach`` is where it
    holds, and ``left_places`` are those named ones where it goes on for others than the reader. A
    drill that is ``audible`` sounds like the real thing.
    """

    advisory: Advisory
    purpose: Purpose
    code: str
    hazard: str
    stage: Stage
    lane: Lane
    places: tuple[Place, ...]
    timezone: str
    source_name: str
    source_kind: str
    verified: bool
    original: Advisory | None = None
    original_code: str | None = None
    days: int = 3
    profile: str = "ua"
    sound: Sound = Sound.LOUD
    opens: datetime | None = None
    ends: datetime | None = None
    late_for: datetime | None = None
    mark: Mark | None = None
    ended_as: Purpose | None = None
    changes_at: datetime | None = None
    reach: Reach = NOWHERE
    left_places: tuple[Place, ...] = ()
    audible: bool = False

"""What a broadcast says, before language and layout."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.advisory import Advisory
from bot.domain.delivery import Lane
from bot.domain.guidance import Stage
from bot.domain.place import Place


class Purpose(StrEnum):
    """Why people are written to."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Notice:
    """One advisory as it is told.

    ``places`` are those the source named, the widest first; ``timezone`` is an IANA name.
    ``source_kind`` is a word such as ``embassy``, ``authority`` or ``unverified``; ``verified``
    says that a key of a known source vouches for the message. ``original`` is the advisory that
    an update or a cancel concerns. ``days`` and ``profile`` choose the national guidance.
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

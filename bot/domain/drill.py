"""A drill: who takes part, whether it is heard, and what of its end is rehearsed; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from bot.domain.advisory import Advisory, Status
from bot.domain.operators import SOURCE
from bot.domain.record import AdvisoryRecord

AUDIENCE = "drillAudience"
"""CAP parameter of a drill of the operators: for whom it is, as :class:`Audience` writes it."""

SOUND = "drillSound"
"""CAP parameter of a drill of the operators: `audible`, or anything else for a silent one."""

AUDIBLE = "audible"
SHARES = (5, 10, 25, 50, 100)
"""Percentages that are offered."""

_GROUP = re.compile(r"group:(-\d{1,19})")
_SHARE = re.compile(r"share:(\d{1,3})")
_PARTS = 10_000


class Reach(StrEnum):
    """What kind of audience a drill has."""

    OPERATORS = "operators"
    GROUP = "group"
    SHARE = "share"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom a drill is: `chat_id` of the one group, or `percent` of the chats that follow its
    places and agreed to drills.
    """

    reach: Reach
    chat_id: int = 0
    percent: int = 0

    def __str__(self) -> str:
        if self.reach is Reach.GROUP:
            return f"{self.reach}:{self.chat_id}"
        return f"{self.reach}:{self.percent}" if self.reach is Reach.SHARE else self.reach.value


def read_audience(text: str) -> Audience | None:
    """Read what `str()` wrote; None for anything else."""
    said = text.strip().lower()
    if said in (Reach.OPERATORS, Reach.EVERYONE):
        return Audience(Reach(said))
    if found := _GROUP.fullmatch(said):
        return Audience(Reach.GROUP, chat_id=int(found[1]))
    if (found := _SHARE.fullmatch(said)) and 1 <= int(found[1]) <= 100:
        return Audience(Reach.SHARE, percent=int(found[1]))
    return None


def audience_of(record: AdvisoryRecord, advisory: Advisory) -> Audience | None:
    """For whom a stored advisory is; None for whoever follows its places, as with a real one.

    Only an exercise that the operators' own key vouches for has another audience: nothing that
    comes from outside can make itself seen by fewer. One that says it illegibly is for operators.
    """
    said = _said(record, advisory, AUDIENCE)
    if said is None:
        return None
    found = read_audience(said) or Audience(Reach.OPERATORS)
    return None if found.reach is Reach.EVERYONE else found


def is_audible(record: AdvisoryRecord, advisory: Advisory) -> bool:
    """Whether operators chose that a drill makes the sound of a real warning."""
    return (_said(record, advisory, SOUND) or "").strip().lower() == AUDIBLE


def _said(record: AdvisoryRecord, advisory: Advisory, name: str) -> str | None:
    is_theirs = record.signed and record.source == SOURCE
    return advisory.parameter(name) if is_theirs and advisory.status is Status.EXERCISE else None


def in_share(chat_id: int, drill_id: str, percent: int) -> bool:
    """Whether a chat belongs to the share of one drill: always the same answer, and in each drill
    another share, so that it is not always the same people who are asked.
    """
    digest = sha256(f"{drill_id} {chat_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _PARTS < percent * _PARTS // 100

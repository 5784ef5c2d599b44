"""A drill: who takes part, whether it is heard, and what of its end is rehearsed; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from bot.domain.advisory import Advisory, Status
from bot.domain.followup import Finish
from bot.domain.operators import SOURCE
from bot.domain.record import AdvisoryRecord
from bot.domain.template import Prepared

AUDIENCE = "drillAudience"
"""CAP parameter of a drill of the operators: for whom it is, as :class:`Audience` writes it."""

SOUND = "drillSound"
"""CAP parameter of a drill of the operators: `audible`, or anything else for a silent one."""

AUDIBLE = "audible"
SHARES = (5, 10, 25, 50, 100)
"""Percentages that are offered."""

LASTS = timedelta(hours=1)
"""How long a drill is active that nobody ends before."""

LAST_CALL = timedelta(minutes=15)
"""How long before its end a drill is eased or taken back also where not everybody has been told."""

CONFIGURED = 0
"""The author of what a drill does by itself: whoever runs the bot wrote down that it should. No
person has this Telegram user id.
"""

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


class Rehearsed(StrEnum):
    """What of a drill's end goes out by itself."""

    ALL_CLEAR = "all_clear"
    CORRECTION = "correction"


class Plan(Prepared):
    """What is chosen of a drill beside what is warned of. ``audience`` is written as
    :class:`Audience` is, '' where it was not chosen yet; ``group`` is the title of the one group.
    """

    audience: str = ""
    group: str = ""
    audible: bool = False
    rehearses: tuple[Rehearsed, ...] = ()

    def toggled(self, what: Rehearsed) -> Plan:
        """With one rehearsal more, or with one fewer if it was there; in the order of sending."""
        chosen = set(self.rehearses) ^ {what}
        return self.model_copy(update={"rehearses": tuple(o for o in Rehearsed if o in chosen)})


def finishes(rehearses: Iterable[Rehearsed]) -> dict[Rehearsed, Finish]:
    """How each rehearsal ends the drill, in order. What was taken back cannot be cleared any more:
    where both are rehearsed, the all-clear comes first, as a graded one, and the drill stands on.
    """
    chosen = set(rehearses)
    clear = Finish.EASED if Rehearsed.CORRECTION in chosen else Finish.CLEAR
    found = {Rehearsed.ALL_CLEAR: clear, Rehearsed.CORRECTION: Finish.MISTAKE}
    return {what: how for what, how in found.items() if what in chosen}


def steps(
    rehearses: Iterable[Rehearsed], starts: datetime, pause: timedelta
) -> tuple[tuple[str, datetime], ...]:
    """What a drill does by itself, by name and when: each rehearsal a `pause` after the one before,
    and its report.
    """
    found = [(one.value, starts + pause * n) for n, one in enumerate(finishes(rehearses), 1)]
    return (*found, (REPORT, starts))


REPORT = "report"


def may_go_on(*, is_told: bool, now: datetime, expires: datetime) -> bool:
    """Whether a rehearsal may be sent: what takes a drill back also stops it, so that everybody is
    told first, where the drill's hour is long enough for that.
    """
    return is_told or now >= expires - LAST_CALL


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

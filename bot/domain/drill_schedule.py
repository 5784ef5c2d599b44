"""Drills by the calendar: which day of each month, what is due now, and what was missed; pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256

from bot.domain.drill import Plan

LATE = timedelta(days=1)
"""A drill that is later than this is not held any more: nobody expects it on that day."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COUNTS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One day of each month and a time of day. Without a `weekday` (0 is Monday) `count` is the day
    of the month, the month's last day where it has fewer; with one, which of these weekdays. -1 is
    the last.
    """

    count: int
    weekday: int | None
    at: time

    def day(self, year: int, month: int) -> date:
        """The day in a month."""
        first, days = monthrange(year, month)
        if self.weekday is None:
            return date(year, month, days if self.count == -1 else min(self.count, days))
        offset = (self.weekday - first) % 7
        if self.count == -1:
            return date(year, month, 1 + offset + (days - 1 - offset) // 7 * 7)
        return date(year, month, 1 + offset + (self.count - 1) * 7)

    def instant(self, year: int, month: int, zone: tzinfo) -> datetime:
        """When it is in a month. A time that clocks skip is as much later as they do; of one that
        they show twice it is the first.
        """
        return datetime.combine(self.day(year, month), self.at, zone)


def read_rule(day: str, at: str) -> Rule | None:
    """Read such as `first tuesday`, `last`, `15`, and `11:00`; None for anything else."""
    clock, words = _CLOCK.fullmatch(at.strip()), day.strip().lower().split()
    if clock is None:
        return None
    moment = time(int(clock[1]), int(clock[2]))
    if len(words) == 2 and words[0] in _COUNTS and words[1] in _WEEKDAYS:
        return Rule(_COUNTS[words[0]], _WEEKDAYS.index(words[1]), moment)
    if words == ["last"]:
        return Rule(-1, None, moment)
    if len(words) == 1 and words[0].isascii() and words[0].isdigit() and 1 <= int(words[0]) <= 31:
        return Rule(int(words[0]), None, moment)
    return None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A drill of one month, such as `2026-11`."""

    period: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A drill that is held each month. `template` is a key, `places` are ids."""

    name: str
    rule: Rule
    template: str
    places: tuple[str, ...]
    plan: Plan

    def around(self, now: datetime, zone: tzinfo) -> tuple[Occurrence, Occurrence]:
        """The last one that is due, and the next one."""
        here = now.astimezone(zone)
        found = []
        for ahead in (-1, 0, 1):
            year, month = divmod(here.year * 12 + here.month - 1 + ahead, 12)
            at = self.rule.instant(year, month + 1, zone)
            found.append(Occurrence(f"{year:04}-{month + 1:02}", at))
        # Compared as instants: within one zone Python compares what the clocks show.
        last = [one for one in found if one.at.timestamp() <= now.timestamp()]
        return last[-1], found[len(last)]

    def draft_id(self, period: str) -> str:
        """One for each month: two replicas, or one that starts again, hold it once."""
        return f"m{sha256(f'{self.name} {period}'.encode()).hexdigest()[:9]}"


class Due(StrEnum):
    """What is due of one occurrence."""

    NOTHING = "nothing"
    ANNOUNCE = "announce"
    HOLD = "hold"
    MISSED = "missed"


def due(at: datetime, since: datetime, now: datetime, announce: timedelta) -> Due:
    """What is due at `now`; nothing of what lies before the schedule was first seen, at `since`."""
    ahead = timedelta(seconds=at.timestamp() - now.timestamp())
    if at.timestamp() < since.timestamp():
        return Due.NOTHING
    if ahead > timedelta(0):
        return Due.ANNOUNCE if ahead <= announce else Due.NOTHING
    return Due.HOLD if -ahead < LATE else Due.MISSED

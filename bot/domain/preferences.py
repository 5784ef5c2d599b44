"""What a chat wants to be told, when, and whether it may ring: pure, in the chat's own zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.domain.advisory import Severity
from bot.domain.delivery import Lane
from bot.domain.trust import SEVERITY_RANK

DAY_MINUTES = 24 * 60
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-\u2013\u2014]\s*(\d{1,2})[:.](\d{2})")
_LENGTH = re.compile(r"(?:(\d{1,3})\s*[hг][^\W\d]*\.?)?\s*(?:(\d{1,4})\s*[mх][^\W\d]*\.?)?")
"""Such as `2h`, `90 min` or the same in Ukrainian."""

LONGEST_PAUSE = timedelta(hours=72)
"""Who wants more says `/stop`; a pause ends by itself."""

Zone = Callable[[str], tzinfo]
"""The zone of a place by its id."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of every day, in minutes after midnight of the place; over midnight where they end
    before they start.
    """

    starts: int
    ends: int

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet hours end that hold at `now`; None where none hold."""
        today = now.astimezone(zone).date()
        over_midnight = self.ends <= self.starts
        for day in (today - timedelta(days=1), today):
            starts = datetime.combine(day, _clock(self.starts), zone)
            last = day + timedelta(days=1) if over_midnight else day
            ends = datetime.combine(last, _clock(self.ends), zone)
            # Compared as instants: within one zone Python compares what the clocks show.
            if starts.timestamp() <= now.timestamp() < ends.timestamp():
                return ends
        return None

    def __str__(self) -> str:
        return f"{_clock(self.starts):%H:%M}\u2013{_clock(self.ends):%H:%M}"


@dataclass(frozen=True, slots=True)
class Follow:
    """What of one place is told. ``least`` is the lowest severity, ``without`` are hazards that
    are not told; a ``secondary`` place, such as a mother's town, makes no sound.
    """

    least: Severity | None = None
    without: frozenset[str] = frozenset()
    secondary: bool = False

    def wants(self, occasion: Occasion) -> bool:
        """Whether a warning of it is to be told at all."""
        rank = SEVERITY_RANK[occasion.severity]
        grave = self.least is None or rank >= SEVERITY_RANK[self.least]
        return grave and occasion.hazard not in self.without


EVERYTHING = Follow()


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one chat chose. ``places`` are those that it follows, oldest first; ``daily`` asks for
    a word on each day on which nothing is active, ``drills`` to be among those who take part in a
    drill that is for some only.
    """

    quiet: Quiet | None = None
    paused_until: datetime | None = None
    daily: bool = False
    places: Mapping[str, Follow] = field(default_factory=dict)
    drills: bool = False

    def of(self, place_id: str) -> Follow:
        """What of one place is told."""
        return self.places.get(place_id, EVERYTHING)

    def following(self, place_id: str, follow: Follow) -> Preferences:
        """The same with another choice for one place."""
        return replace(self, places={**self.places, place_id: follow})

    def rests_until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When pause and quiet hours are over that hold at `now`, one behind the other."""
        at = now
        if self.paused_until is not None and at < self.paused_until:
            at = self.paused_until
        if self.quiet is not None and (ends := self.quiet.until(at, zone)):
            at = ends
        return at if at > now else None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is about to be told, and where. ``is_news`` for chats that were not told before;
    `opens` is when what it warns of begins.
    """

    lane: Lane
    is_news: bool
    hazard: str
    severity: Severity
    places: frozenset[str]
    opens: datetime


class Fate(StrEnum):
    """What becomes of one message for one chat."""

    LOUD = "loud"  # with a sound, unless the message itself makes none
    SILENT = "silent"
    HELD = "held"  # summed up when the chat's rest is over
    DROPPED = "dropped"  # the chat does not want it


@dataclass(frozen=True, slots=True)
class Tact:
    """A fate; ``until`` is when what is held is told."""

    fate: Fate
    until: datetime | None = None


def tact(chosen: Preferences, occasion: Occasion, now: datetime, zone: Zone, *, told: bool) -> Tact:
    """What becomes of a message for a chat with preferences.

    What says to take shelter now always comes, and rings. Who was told of something hears how it
    goes on and ends, without a sound while the chat rests. News are held only if what they warn of
    begins after the rest, by the clock of the chat's first place.
    """
    if occasion.lane is Lane.SHELTER_NOW:
        return Tact(Fate.LOUD)
    reached = [place for place in chosen.places if place in occasion.places]
    is_news = occasion.is_news and not told
    if is_news and reached:
        reached = [place for place in reached if chosen.of(place).wants(occasion)]
        if not reached:
            return Tact(Fate.DROPPED)
    until = chosen.rests_until(now, zone(next(iter(chosen.places), "")))
    if until is not None:
        is_held = is_news and occasion.opens >= until
        return Tact(Fate.HELD, until) if is_held else Tact(Fate.SILENT)
    if reached and all(chosen.of(place).secondary for place in reached):
        return Tact(Fate.SILENT)
    return Tact(Fate.LOUD)


def read_hours(text: str) -> Quiet | None:
    """Quiet hours as a person types them, such as `22:00-7:00`; None for anything else."""
    found = _HOURS.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, last_hours, last_minutes = map(int, found.groups())
    if max(hours, last_hours) > 24 or max(minutes, last_minutes) > 59:
        return None
    starts, ends = hours * 60 + minutes, last_hours * 60 + last_minutes
    if max(starts, ends) > DAY_MINUTES or starts % DAY_MINUTES == ends % DAY_MINUTES:
        return None
    return Quiet(starts % DAY_MINUTES, ends % DAY_MINUTES)


def read_pause(text: str) -> timedelta | None:
    """How long a pause is to be, such as `2h`, `90m` or `1h30m`; None for anything else."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if not found:
        return None
    hours, minutes = (int(number or 0) for number in found.groups())
    asked = timedelta(hours=hours, minutes=minutes)
    return asked if timedelta(0) < asked <= LONGEST_PAUSE else None


def next_at(now: datetime, minute: int, zone: tzinfo) -> datetime:
    """The next time, after `now`, at which clocks of the zone show that minute of the day."""
    today = now.astimezone(zone).date()
    days = (datetime.combine(today + timedelta(days=n), _clock(minute), zone) for n in range(3))
    return next(at for at in days if at.timestamp() > now.timestamp())


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)

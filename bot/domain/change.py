"""From advisories to the values that an advisory's life is decided with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.domain.advisory import DEFAULT_LASTS, Advisory, MsgType, ResponseType, Severity
from bot.domain.delivery import Lane
from bot.domain.guidance import lane_of
from bot.domain.life import Event, Facts, Window, change

ALL_CLEAR_SCOPE = "allClearScope"
"""CAP parameter of an all-clear: `full`, or anything else for one that is graded."""

UPDATE_KIND = "updateKind"
"""CAP parameter of an Update: `correction` where what was said before is wrong."""

_LASTS = MappingProxyType(dict.fromkeys(Severity, DEFAULT_LASTS))
RANKS = {
    Severity.EXTREME: 4,
    Severity.SEVERE: 3,
    Severity.MODERATE: 2,
    Severity.UNKNOWN: 2,  # neither a rise to something mild nor a hidden fall
    Severity.MINOR: 1,
}
"""Severities as numbers, the higher the worse."""

_GRAVEST_FIRST = (Event.MAJOR, Event.CORRECTION, Event.EXTENDED, Event.MINOR)


@dataclass(frozen=True, slots=True)
class Policy:
    """How long an advisory lasts that states no end, and how long before its window people are
    reminded.
    """

    reminders: tuple[timedelta, ...] = (timedelta(hours=12), timedelta(hours=2))
    lasts: Mapping[Severity, timedelta] = field(default_factory=lambda: _LASTS)

    @property
    def minutes_ahead(self) -> tuple[int, ...]:
        """The reminders, each in whole minutes before the window."""
        return tuple(int(ahead.total_seconds() // 60) for ahead in self.reminders)

    def lasting(self, advisory: Advisory) -> timedelta:
        """How long this one lasts where it does not say."""
        return self.lasts.get(advisory.max_severity, DEFAULT_LASTS)

    def ends(self, advisory: Advisory) -> datetime:
        """When nothing of it may be sent any more: its last `expires`, else by this policy."""
        start, expires = advisory.window
        return expires or max(start, advisory.sent) + self.lasting(advisory)


def all_clear(advisory: Advisory) -> Event | None:
    """Whether it is an all-clear in every info, and a graded one; None where it is neither.

    CAP 1.2, 3.2.2 responseType AllClear. What is not plainly a full one is graded: to send people
    further away from shelter than was meant is the worse mistake.
    """
    is_clear = bool(advisory.info) and all(
        ResponseType.ALL_CLEAR in info.response_type for info in advisory.info
    )
    if not is_clear or advisory.msg_type is MsgType.CANCEL:
        return None
    scope = (advisory.parameter(ALL_CLEAR_SCOPE) or "full").strip().lower()
    return Event.ALL_CLEAR if scope == "full" else Event.EASED


def is_warning(advisory: Advisory) -> bool:
    """Whether it warns of something, and does not end or ease an earlier warning."""
    return advisory.msg_type is not MsgType.CANCEL and all_clear(advisory) is None


def window_of(advisory: Advisory, received: datetime, ends: datetime) -> Window:
    """Its threat window. Without an onset nobody announced one, so it is open from the start."""
    onsets = [info.onset for info in advisory.info if info.onset is not None]
    return Window(min(onsets, default=received), ends, advisory.window[1] is not None)


@dataclass(frozen=True, slots=True)
class Version:
    """An advisory with what is known of it: what it threatens, and its window."""

    advisory: Advisory
    hazard: str
    window: Window

    @property
    def facts(self) -> Facts:
        """What decides whether a change of it is small."""
        lane = lane_of(self.advisory, self.advisory.sent)
        urgent = lane is Lane.SHELTER_NOW
        return Facts(self.window, RANKS[self.advisory.max_severity], self.hazard, urgent)


def kind_of(update: Version, earlier: Sequence[Version]) -> Event:
    """What kind of update it is: the gravest of what it changes."""
    if not update.advisory.info:
        # It says nothing that could take the place of what was said.
        return Event.MAJOR
    stated = (update.advisory.parameter(UPDATE_KIND) or "").strip().lower()
    if stated == "correction":
        return Event.CORRECTION
    kinds = {change(one.facts, update.facts, update.advisory.sent) for one in earlier}
    return next((kind for kind in _GRAVEST_FIRST if kind in kinds), Event.MAJOR)

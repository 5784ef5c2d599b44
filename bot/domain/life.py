"""An advisory's life as one table: what happens to it, what people are told, how and to whom.

States and events are few and named; `decide` looks the pair up. `docs/life-cycle.md` is written
from :data:`TABLE` by `make life`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where an advisory stands."""

    UNTOLD = "untold"  # nobody has been told yet
    ANNOUNCED = "announced"  # told, and its window lies ahead
    OPEN = "open"  # told, and its window is now
    PASSED = "passed"  # its time ended and no all-clear came
    SUPERSEDED = "superseded"  # an update goes on with it, in a life of its own
    CANCELLED = "cancelled"
    CLEARED = "cleared"
    MISSED = "missed"  # its time was over before anybody could be told


OVER = frozenset({State.SUPERSEDED, State.CANCELLED, State.CLEARED, State.MISSED})
"""States that nothing leads out of."""


class Event(StrEnum):
    """What can happen to an advisory."""

    PUBLISHED_AHEAD = "published, window ahead"
    PUBLISHED_OPEN = "published, window open"
    TOO_LATE = "arrives after its time"
    REMINDER = "reminder due"
    OPENS = "window opens"
    PASSES = "window passes"
    EXPIRES = "expires without a stated end"
    MINOR = "small update"
    EXTENDED = "window extended"
    MAJOR = "rise, earlier window or new hazard"
    CORRECTION = "correction"
    CANCEL = "cancel"
    NARROWED = "update leaves a place out"
    EASED = "graded all-clear"
    ALL_CLEAR = "all-clear"


TIMED = (Event.REMINDER, Event.OPENS, Event.PASSES, Event.EXPIRES)
"""Events that no message brings, only the clock."""


class Purpose(StrEnum):
    """Why people are written to."""

    ALERT = "alert"
    REMINDER = "reminder"
    WINDOW_OPEN = "window_open"
    PASSED = "passed"
    EXPIRED = "expired"
    UPDATE = "update"
    EXTENDED = "extended"
    CORRECTION = "correction"
    NARROWED = "narrowed"
    CANCEL = "cancel"
    EASED = "eased"
    ALL_CLEAR = "all_clear"


ENDINGS = frozenset(
    {Purpose.CANCEL, Purpose.PASSED, Purpose.EXPIRED, Purpose.ALL_CLEAR, Purpose.NARROWED}
)
"""Purposes that say that something is over, at least for whoever reads it."""


class Sound(StrEnum):
    """Whether a phone rings. Routine messages and drills never do, whatever stands here."""

    LOUD = "loud"
    SILENT = "silent"


class Audience(StrEnum):
    """Who is written to."""

    PLACES = "who follows its places"
    TOLD = "who was told"
    TOLD_AND_PLACES = "who was told, and who follows its places"
    LEFT_OUT = "who was told, and follows no place that is left"
    UNPREPARED = "people and groups that were told and whose checklist is unfinished"


class Form(StrEnum):
    """How the message reaches a chat that was told before."""

    NEW = "new message"
    ANSWER = "new message that answers the live one"
    IN_PLACE = "the live message is changed"


class Mark(StrEnum):
    """What stands at the top of the message that was live until now; it loses its buttons."""

    REPLACED = "replaced"
    ENDED = "ended"


class Timing(StrEnum):
    """How a timer was met."""

    IN_TIME = "in time"
    LATE = "late"  # sent, and says so
    MISSED = "missed"  # recorded, and not sent any more


@dataclass(frozen=True, slots=True)
class Telling:
    """One message: why, how loud, to whom, in which form."""

    purpose: Purpose
    sound: Sound
    audience: Audience
    form: Form


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from an event: the state after it, what is told, and the live message's mark."""

    state: State
    telling: Telling | None = None
    mark: Mark | None = None


def decide(state: State, event: Event, timing: Timing = Timing.IN_TIME) -> Decision:
    """What follows from `event` in `state`; a pair that the table lacks changes nothing.

    A timer that is late is told all the same; one that was missed tells nothing, but what has
    ended is still marked as ended.
    """
    found = TABLE.get((state, event), Decision(state))
    return replace(found, telling=None) if timing is Timing.MISSED else found


def _told(purpose: Purpose, sound: Sound, form: Form = Form.ANSWER) -> Telling:
    return Telling(purpose, sound, Audience.TOLD, form)


_ALERT = Telling(Purpose.ALERT, Sound.LOUD, Audience.PLACES, Form.NEW)
_REMINDER = Telling(Purpose.REMINDER, Sound.SILENT, Audience.UNPREPARED, Form.ANSWER)
_WIDER = Audience.TOLD_AND_PLACES

_UPDATES = {
    Event.MINOR: Decision(
        State.SUPERSEDED, Telling(Purpose.UPDATE, Sound.SILENT, _WIDER, Form.IN_PLACE)
    ),
    Event.MAJOR: Decision(
        State.SUPERSEDED, Telling(Purpose.UPDATE, Sound.LOUD, _WIDER, Form.ANSWER), Mark.REPLACED
    ),
    Event.EXTENDED: Decision(
        State.SUPERSEDED, Telling(Purpose.EXTENDED, Sound.LOUD, _WIDER, Form.ANSWER), Mark.REPLACED
    ),
    Event.CORRECTION: Decision(
        State.SUPERSEDED,
        Telling(Purpose.CORRECTION, Sound.LOUD, _WIDER, Form.ANSWER),
        Mark.REPLACED,
    ),
}
_NARROWED = {
    Event.NARROWED: Decision(
        State.SUPERSEDED,
        Telling(Purpose.NARROWED, Sound.LOUD, Audience.LEFT_OUT, Form.ANSWER),
        Mark.ENDED,
    )
}
_ENDED_BY_SOURCE = {
    Event.CANCEL: Decision(State.CANCELLED, _told(Purpose.CANCEL, Sound.LOUD), Mark.ENDED),
    Event.ALL_CLEAR: Decision(State.CLEARED, _told(Purpose.ALL_CLEAR, Sound.LOUD), Mark.ENDED),
}
_ENDED_BY_TIME = {
    Event.PASSES: Decision(State.PASSED, _told(Purpose.PASSED, Sound.SILENT), Mark.ENDED),
    Event.EXPIRES: Decision(State.PASSED, _told(Purpose.EXPIRED, Sound.SILENT), Mark.ENDED),
}
_EASED = _told(Purpose.EASED, Sound.LOUD)
_ROWS: dict[State, dict[Event, Decision]] = {
    State.UNTOLD: {
        Event.PUBLISHED_AHEAD: Decision(State.ANNOUNCED, _ALERT),
        Event.PUBLISHED_OPEN: Decision(State.OPEN, _ALERT),
        Event.TOO_LATE: Decision(State.MISSED),
        # Whoever was never alerted hears of no end either.
        Event.CANCEL: Decision(State.CANCELLED),
        Event.ALL_CLEAR: Decision(State.CLEARED),
    },
    State.ANNOUNCED: {
        Event.REMINDER: Decision(State.ANNOUNCED, _REMINDER),
        Event.OPENS: Decision(State.OPEN, _told(Purpose.WINDOW_OPEN, Sound.LOUD), Mark.REPLACED),
        **_ENDED_BY_TIME,
        **_UPDATES,
        **_NARROWED,
        **_ENDED_BY_SOURCE,
        Event.EASED: Decision(State.ANNOUNCED, _EASED),
    },
    State.OPEN: {
        **_ENDED_BY_TIME,
        **_UPDATES,
        **_NARROWED,
        **_ENDED_BY_SOURCE,
        Event.EASED: Decision(State.OPEN, _EASED),
    },
    State.PASSED: {
        **_ENDED_BY_SOURCE,
        # What was said to be over is not changed in silence: it is told as an extension.
        **_UPDATES,
        Event.MINOR: _UPDATES[Event.EXTENDED],
    },
}
TABLE: Mapping[tuple[State, Event], Decision] = MappingProxyType(
    {(state, event): found for state, row in _ROWS.items() for event, found in row.items()}
)
"""Everything that can follow. What is not here changes nothing and tells nothing."""

SHIFT = timedelta(minutes=5)
"""A window that moves by less is the same window."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when (exclusive); `stated` is False where only our own policy ends it."""

    starts: datetime
    ends: datetime
    stated: bool = True

    def state(self, now: datetime) -> State:
        """Where a told advisory stands by the clock alone."""
        if now >= self.ends:
            return State.PASSED
        return State.OPEN if now >= self.starts else State.ANNOUNCED

    def published(self, now: datetime) -> Event:
        """What its publication at `now` is."""
        if now >= self.ends:
            return Event.TOO_LATE
        return Event.PUBLISHED_OPEN if now >= self.starts else Event.PUBLISHED_AHEAD


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an advisory decides whether a change of it is small.

    `severity` is a rank, higher is worse; `urgent` says that it goes in the shelter-now lane.
    """

    window: Window
    severity: int
    hazard: str
    urgent: bool


def change(before: Facts, after: Facts, since: datetime) -> Event:
    """What kind of update `after`, issued at `since`, is.

    A window that has begun by then cannot begin earlier.
    """
    is_new = before.hazard != after.hazard
    rises = after.severity > before.severity or (after.urgent and not before.urgent)
    earlier = max(after.window.starts, since) + SHIFT <= max(before.window.starts, since)
    if is_new or rises or earlier:
        return Event.MAJOR
    longer = after.window.ends >= before.window.ends + SHIFT
    return Event.EXTENDED if longer else Event.MINOR


OPENED, PASSED = "open", "passed"
"""Names of the timers at the two ends of a window; those of reminders are `remind` and minutes."""


LEFT = "left"
"""The name of what tells people that an update has left them out."""

STILL = "still"
"""The name of what tells people that another source still warns of what the first one ended."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that the clock brings: due at `due`, worth telling until before `until`.

    `name` is unique within the advisory.
    """

    name: str
    event: Event
    due: datetime
    until: datetime


EVER = datetime.min.replace(tzinfo=UTC)
"""Before every advisory: timers since then are all of them."""

AFTERWARDS = timedelta(hours=24)
"""So long after its time people are still told that it has passed."""

LATE_AFTER = timedelta(minutes=15)
"""A timed message that comes later says that it does."""


def timers(
    window: Window, received: datetime, reminders: tuple[timedelta, ...]
) -> tuple[Timer, ...]:
    """What the clock will bring to an advisory that was received at `received`, in order.

    A reminder that would have been due by then is none: the announcement itself comes later.
    """
    ahead = sorted(reminders, reverse=True)
    # The next one says the same, and nearer to the time: who slept through both needs one.
    untils = [*(window.starts - one for one in ahead[1:]), window.starts]
    found = [
        Timer(f"remind{int(one.total_seconds() // 60)}", Event.REMINDER, due, until)
        for one, until in zip(ahead, untils, strict=False)
        if (due := window.starts - one) > received
    ]
    if window.starts > received:
        found.append(Timer(OPENED, Event.OPENS, window.starts, window.ends))
    event = Event.PASSES if window.stated else Event.EXPIRES
    found.append(Timer(PASSED, event, window.ends, window.ends + AFTERWARDS))
    return tuple(sorted(found, key=lambda timer: timer.due))


def timing(timer_due: datetime, until: datetime, now: datetime) -> Timing:
    """How a timer that is met at `now` was met."""
    if now >= until:
        return Timing.MISSED
    return Timing.LATE if now >= timer_due + LATE_AFTER else Timing.IN_TIME

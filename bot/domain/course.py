"""How broadcasts go on: whether one has begun, moves, and is in time, and how fast all are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.watch import Concern, Kind

LENIENCE = 1.5
"""A broadcast is late when it takes so many times as long as its rate promises."""

SLOW = 0.5
"""Less than this part of what may be sent is slow."""

FORGOTTEN_AFTER = timedelta(minutes=10)
BY_A_PERSON = "by "
"""How the reason of a halt begins that an operator gave."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long nothing may move, and over how long the rate is measured; messages a second."""

    still: timedelta
    slow: timedelta
    rate_per_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One unfinished broadcast as a look finds it; `expected` is about how many it is for."""

    broadcast: Broadcast
    code: str
    expected: int
    reason: str = ""

    @property
    def done(self) -> int:
        """How many have their end."""
        return sum(self.broadcast.counts.values())

    @property
    def left(self) -> int:
        """About how many have not."""
        return max(0, self.expected - self.done)


@dataclass(frozen=True, slots=True)
class Course:
    """What is remembered of one broadcast: how many were `done` when it `moved` last, and by when
    the last one is `due`.
    """

    done: int
    moved: datetime
    due: datetime


def advance(
    seen: Sequence[Seen],
    known: Mapping[str, Course],
    last_look: datetime,
    now: datetime,
    limits: Limits,
) -> dict[str, Course]:
    """The courses after a look.

    What waits for a broadcast of its own or a higher lane that moves is in its place: its time
    begins when its turn comes. What is halted has time too.
    """
    courses = {
        one.broadcast.id: _moved(one, known.get(one.broadcast.id), now, limits, seen)
        for one in seen
    }
    moving = [one for one in seen if courses[one.broadcast.id].moved == now]
    for one in seen:
        id, lane = one.broadcast.id, one.broadcast.lane
        is_halted = one.broadcast.state is BroadcastState.HALTED
        yields = any(other.broadcast.lane <= lane and other is not one for other in moving)
        course = courses[id]
        if is_halted:
            courses[id] = replace(course, due=course.due + (now - last_look))
        elif yields and course.moved != now:
            courses[id] = replace(course, moved=now, due=course.due + (now - last_look))
    return courses


def troubles(
    seen: Sequence[Seen], courses: Mapping[str, Course], now: datetime, limits: Limits, cause: str
) -> tuple[Concern, ...]:
    """What is wrong with each broadcast, the gravest alone; `cause` is what explains it."""
    found = (_trouble(one, courses[one.broadcast.id], now, limits, cause) for one in seen)
    return tuple(one for one in found if one is not None)


@dataclass(frozen=True, slots=True)
class Sample:
    """All broadcasts at one look: chats `done` since the process began, what was `allowed` to be
    sent a second, and whether there was enough `left` to use it.
    """

    at: datetime
    done: int
    allowed: float
    is_paused: bool
    has_work: bool


def pace(samples: Sequence[Sample], limits: Limits) -> Concern | None:
    """That less is sent than may be, over the whole of the measured time.

    Where nothing moves at all, the broadcasts themselves say so.
    """
    if len(samples) < 2 or not all(one.has_work for one in samples):
        return None
    first, last = samples[0], samples[-1]
    seconds = (last.at - first.at).total_seconds()
    if seconds < limits.slow.total_seconds():
        return None
    rate = (last.done - first.done) / seconds
    allowed = sum(0 if one.is_paused else one.allowed for one in samples) / len(samples)
    facts = {"rate": f"{rate:.1f}", "allowed": f"{allowed:.1f}"}
    if not rate:
        return None
    if rate < allowed * SLOW:
        return Concern(Kind.SLOW, "", first.at, facts)
    if rate < limits.rate_per_s * SLOW:
        return Concern(Kind.SLOWED, "", first.at, facts | {"allowed": f"{limits.rate_per_s:.1f}"})
    return None


def window(samples: Sequence[Sample], limits: Limits) -> tuple[Sample, ...]:
    """The samples that are still needed: the newest that is old enough, and all after it."""
    if not samples:
        return ()
    old = [one for one in samples if samples[-1].at - one.at >= limits.slow]
    since = old[-1].at if old else samples[0].at
    return tuple(one for one in samples if one.at >= since)


def _moved(
    one: Seen, before: Course | None, now: datetime, limits: Limits, every: Sequence[Seen]
) -> Course:
    if before is None:
        begun = one.broadcast.started or now
        ahead = sum(other.left for other in every if other.broadcast.lane <= one.broadcast.lane)
        lasts = timedelta(seconds=LENIENCE * ahead / limits.rate_per_s)
        return Course(one.done, now if one.done else begun, begun + lasts + limits.still)
    if one.done != before.done:
        return replace(before, done=one.done, moved=now)
    return before


def _trouble(
    one: Seen, course: Course, now: datetime, limits: Limits, cause: str
) -> Concern | None:
    broadcast = one.broadcast
    facts: dict[str, str | int] = {"code": one.code, "done": one.done, "expected": one.expected}
    if broadcast.state is BroadcastState.HALTED:
        if not one.reason.startswith(BY_A_PERSON):
            return Concern(Kind.HALTED, broadcast.id, now, facts | {"reason": one.reason})
        if now - course.moved >= FORGOTTEN_AFTER:
            return Concern(Kind.FORGOTTEN, broadcast.id, course.moved, facts)
        return None
    facts["cause"] = cause
    if now - course.moved >= limits.still:
        kind = Kind.STILL if one.done else Kind.NOT_BEGUN
        return Concern(kind, broadcast.id, course.moved, facts)
    if now >= course.due and one.left:
        return Concern(Kind.LATE, broadcast.id, course.due, facts)
    return None

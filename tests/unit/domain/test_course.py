"""How broadcasts go on: begun, moving, in time, and as fast as they may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.course import (
    FORGOTTEN_AFTER,
    Course,
    Limits,
    Sample,
    Seen,
    advance,
    pace,
    troubles,
    window,
)
from bot.domain.delivery import End, Lane
from bot.domain.watch import Kind

NOW = datetime(2024, 11, 19, 20, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LIMITS = Limits(still=MINUTE, slow=MINUTE, rate_per_s=10)


def seen(
    name: str = "b",
    *,
    done: int = 0,
    expected: int = 100,
    lane: Lane = Lane.PREPARE,
    state: BroadcastState = BroadcastState.SENDING,
    reason: str = "",
    age: timedelta = timedelta(0),
) -> Seen:
    counts = {End.SENT: done} if done else {}
    started = NOW - age
    broadcast = Broadcast(name, lane, state, NOW + 9 * MINUTE, counts=counts, started=started)
    return Seen(broadcast, name.upper(), expected, reason)


def judged(one: Seen, course: Course | None, *others: Seen, after: timedelta) -> Kind | None:
    """What is wrong with a broadcast at a look so long after the last one."""
    now = NOW + after
    known = {} if course is None else {one.broadcast.id: course}
    every = [one, *others]
    courses = advance(every, known, NOW, now, LIMITS)
    found = {c.key: c.kind for c in troubles(every, courses, now, LIMITS, "unknown")}
    return found.get(one.broadcast.id)


FAR = NOW + timedelta(hours=1)
FRESH, MOVED = Course(0, NOW, FAR), Course(5, NOW, FAR)
HALTED = BroadcastState.HALTED

TABLE = {
    "published a moment ago": (seen(), None, 5 * SECOND, None),
    "nobody told within the limit": (seen(), FRESH, 59 * SECOND, None),
    "nobody told behind the limit": (seen(), FRESH, MINUTE, Kind.NOT_BEGUN),
    "nobody told, and found so after a restart": (seen(age=MINUTE), None, SECOND, Kind.NOT_BEGUN),
    "begun, and moving": (seen(done=9), MOVED, MINUTE, None),
    "begun, and nobody told since": (seen(done=5), MOVED, MINUTE, Kind.STILL),
    "begun, and not known before: a restart begins anew": (seen(done=5), None, MINUTE, None),
    "moving, and the last one should have it": (
        seen(done=9),
        Course(5, NOW, NOW + SECOND),
        2 * SECOND,
        Kind.LATE,
    ),
    "halted for its text": (seen(state=HALTED, reason="no"), FRESH, SECOND, Kind.HALTED),
    "halted by a person": (seen(state=HALTED, reason="by 7"), FRESH, MINUTE, None),
    "halted by a person, and forgotten": (
        seen(state=HALTED, reason="by 7"),
        FRESH,
        FORGOTTEN_AFTER,
        Kind.FORGOTTEN,
    ),
}


@pytest.mark.parametrize(("one", "course", "after", "kind"), TABLE.values(), ids=TABLE.keys())
def test_broadcast_is_judged(
    one: Seen, course: Course | None, after: timedelta, kind: Kind | None
) -> None:
    assert judged(one, course, after=after) is kind


@pytest.mark.parametrize(
    ("lane", "kind"),
    [
        pytest.param(Lane.SHELTER_NOW, None, id="behind one of a higher lane it waits its turn"),
        pytest.param(Lane.PREPARE, None, id="behind an equal one it waits its turn"),
        pytest.param(Lane.ROUTINE, Kind.NOT_BEGUN, id="a lower one is no excuse"),
    ],
)
def test_broadcast_that_waits_for_another(lane: Lane, kind: Kind | None) -> None:
    other = seen("other", done=50, lane=lane)
    assert judged(seen(), FRESH, other, after=MINUTE) is kind


def test_broadcast_is_due_by_its_rate_half_as_long_again_and_what_goes_before_it() -> None:
    first, second = seen("a", expected=100, lane=Lane.SHELTER_NOW), seen("b", expected=300)
    courses = advance([first, second], {}, NOW, NOW, LIMITS)
    assert courses["a"].due == NOW + 15 * SECOND + MINUTE
    assert courses["b"].due == NOW + 60 * SECOND + MINUTE


def test_time_in_which_a_broadcast_is_halted_makes_it_no_later() -> None:
    one = seen(state=HALTED, reason="by 7")
    courses = advance([one], {"b": Course(0, NOW, NOW + MINUTE)}, NOW, NOW + MINUTE, LIMITS)
    assert courses["b"].due == NOW + 2 * MINUTE


def samples(
    done: int, *, allowed: float = 10, paused: int = 0, work: bool = True
) -> tuple[Sample, ...]:
    """A minute in seven looks, in which so many were told; the first `paused` looks rested."""
    return tuple(
        Sample(NOW + 10 * n * SECOND, done * n // 6, allowed, n < paused, work) for n in range(7)
    )


PACES = {
    "as fast as allowed": (samples(600), None),
    "half as fast": (samples(300), None),
    "slower than half": (samples(299), Kind.SLOW),
    "slower, with nothing left to send": (samples(100, work=False), None),
    "slower, because Telegram asked for pauses": (samples(240, paused=4), Kind.SLOWED),
    "slower than even the pauses explain": (samples(60, paused=3), Kind.SLOW),
    "slowed down by Telegram, and as fast as that": (samples(240, allowed=4), Kind.SLOWED),
    "nothing at all is another concern": (samples(0), None),
    "not measured for long enough": (samples(100)[:6], None),
}


@pytest.mark.parametrize(("measured", "kind"), PACES.values(), ids=PACES.keys())
def test_pace(measured: tuple[Sample, ...], kind: Kind | None) -> None:
    found = pace(measured, LIMITS)
    assert (found and found.kind) is kind


def test_window_keeps_what_spans_the_measured_time() -> None:
    every = samples(600) + tuple(
        Sample(NOW + (70 + 10 * n) * SECOND, 600, 10, False, True) for n in range(3)
    )
    kept = window(every, LIMITS)
    assert kept[0].at == NOW + 30 * SECOND
    assert kept[-1] is every[-1]

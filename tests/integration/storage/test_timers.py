"""Timers are set once, met once, and survive whatever happens between."""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.timers import KEPT_MS, Timers
from tests.integration.storage.conftest import Clock

HOUR = timedelta(hours=1)


async def test_timer_is_due_at_its_time_and_not_before(redis: Redis) -> None:
    clock = Clock()
    timers = Timers(redis, clock=clock)
    await timers.set("a", [("open", clock.now + HOUR), ("passed", clock.now + 2 * HOUR)])
    assert await timers.due() == ()
    clock.pass_s(3599.999)
    assert await timers.due() == ()
    clock.pass_s(0.001)
    (due,) = await timers.due()
    assert (due.advisory_id, due.name, due.due) == ("a", "open", clock.now)


async def test_timer_is_settled_by_one_and_never_comes_back(redis: Redis) -> None:
    clock = Clock()
    timers, other = Timers(redis, clock=clock), Timers(redis, clock=clock)
    when = [("open", clock.now)]
    await timers.set("a", when)
    (due,) = await timers.due()
    assert await other.settle(due, "in time")
    assert not await timers.settle(due, "late")
    # A restart says every advisory again.
    await timers.set("a", when)
    assert await timers.due() == ()
    assert await timers.met("a") == {"open": "in time"}


async def test_what_was_met_is_known_for_long_and_then_forgotten(redis: Redis) -> None:
    clock = Clock()
    timers = Timers(redis, clock=clock)
    await timers.set("a", [("passed", clock.now + HOUR)])
    left = await redis.pttl(Keys().timers_of("a"))
    assert KEPT_MS < left <= KEPT_MS + 3_600_000


async def test_longest_overdue_timers_come_first(redis: Redis) -> None:
    clock = Clock()
    timers = Timers(redis, clock=clock)
    for number in range(5):
        await timers.set(f"a{number}", [("open", clock.now - number * HOUR)])
    assert [due.advisory_id for due in await timers.due(2)] == ["a4", "a3"]


async def test_advisory_without_timers_leaves_no_key(redis: Redis) -> None:
    await Timers(redis).set("a", [])
    assert await redis.dbsize() == 0

"""What stands about a month's drill: of two at once one is first, and the other learns that."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from bot.storage.drill_plans import DrillPlans
from tests.integration.storage.conftest import Clock


async def test_first_word_about_a_month_stands(redis: Redis) -> None:
    plans = DrillPlans(redis)
    assert await plans.of("kyiv", "2026-11") is None
    said = await asyncio.gather(
        *(plans.begin("kyiv", "2026-11", word) for word in ("holding", "skipped:7", "skipped:8"))
    )
    assert len(set(said)) == 1
    assert await plans.of("kyiv", "2026-11") == said[0]
    # Asked again because the reply was lost, it answers the same.
    assert await plans.begin("kyiv", "2026-11", said[0]) == said[0]
    assert await plans.begin("kyiv", "2026-12", "holding") == "holding"
    assert await plans.begin("lviv", "2026-11", "holding") == "holding"
    await plans.settle("kyiv", "2026-11", "held")
    assert await plans.begin("kyiv", "2026-11", "holding") == "held"


async def test_schedule_is_known_since_it_was_first_seen(redis: Redis) -> None:
    clock = Clock()
    plans, seen = DrillPlans(redis, clock=clock), clock.now
    assert await plans.since("kyiv") == seen
    clock.pass_s(86_400)
    assert await plans.since("kyiv") == seen
    assert await plans.since("lviv") == clock.now

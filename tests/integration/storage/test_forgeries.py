"""Reported forgeries in a real Redis: counted once a press, bounded, and gone after a week."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.domain.forgery import KEPT
from bot.storage import forgeries as room
from bot.storage.forgeries import Forgeries
from bot.storage.keys import Keys
from tests.integration.storage.conftest import Clock


@pytest.fixture
def forgeries(redis: Redis) -> Forgeries:
    return Forgeries(redis)


NOW = Clock().now


async def test_repeated_command_of_one_press_counts_once(
    forgeries: Forgeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _n: "one press")
    for _ in range(3):
        assert await forgeries.add("a", "Leave", "", NOW)
    (one,) = await forgeries.waiting()
    assert one.count == 1


async def test_text_goes_when_it_is_told_and_a_report_meanwhile_is_not_lost(
    forgeries: Forgeries, redis: Redis
) -> None:
    await forgeries.add("a", "Leave", "KYI-7Q2F", NOW)
    await forgeries.add("a", "Leave", "KYI-7Q2F", NOW)
    await forgeries.told("a", 1, NOW)
    (one,) = await forgeries.waiting()
    assert (one.text, one.code, one.count, one.told, one.at) == ("", "KYI-7Q2F", 2, 1, NOW)
    await forgeries.told("a", 2, NOW)
    assert await forgeries.waiting() == ()
    kept = await redis.hgetall(Keys().forgery("a"))
    assert sorted(kept) == [b"at", b"code", b"count", b"last", b"told"]
    await forgeries.add("a", "Leave", "", NOW)
    (again,) = await forgeries.waiting()
    assert (again.text, again.count, again.told) == ("", 3, 2)


async def test_everything_goes_a_week_after_the_last_report(
    forgeries: Forgeries, redis: Redis
) -> None:
    await forgeries.add("a", "Leave", "", NOW)
    left = timedelta(milliseconds=await redis.pttl(Keys().forgery("a")))
    assert KEPT - timedelta(minutes=1) < left <= KEPT
    await forgeries.told("a", 1, NOW)
    assert await redis.pttl(Keys().forgery("a")) > 0
    await forgeries.add("b", "Leave", "", NOW)
    await redis.delete(Keys().forgery("b"))
    assert await forgeries.waiting() == ()
    assert not await redis.exists(Keys().forgeries)


async def test_new_texts_are_bounded_and_known_ones_still_count(
    forgeries: Forgeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_WAITING", 2)
    assert await forgeries.add("a", "One", "", NOW)
    assert await forgeries.add("b", "Two", "", NOW + timedelta(seconds=1))
    assert not await forgeries.add("c", "Three", "", NOW)
    assert await forgeries.add("a", "One", "", NOW + timedelta(seconds=2))
    assert [(one.id, one.count) for one in await forgeries.waiting()] == [("a", 2), ("b", 1)]
    await forgeries.told("a", 2, NOW)
    assert await forgeries.add("c", "Three", "", NOW)

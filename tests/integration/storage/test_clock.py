"""The one clock of all hosts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest
from redis.asyncio import Redis

from bot.storage import opening
from bot.storage.opening import RedisClock
from bot.storage.server import Server, from_ms


class WrongTime(datetime):
    """The clock of a host that is six hours ahead."""

    @classmethod
    def now(cls, tz: object = None) -> Self:
        return cls.fromtimestamp(time.time() + 6 * 3600, UTC)


async def test_clock_is_that_of_redis_however_wrong_the_host_is(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "datetime", WrongTime)
    server = Server(redis)
    clock = RedisClock(server)
    await clock.sync()
    for _ in range(3):
        there = from_ms(server.now_ms(await server.call("TIME")))
        assert abs(clock() - there) < timedelta(milliseconds=100)


async def test_clock_that_was_never_set_says_so(redis: Redis) -> None:
    with pytest.raises(RuntimeError, match="before it was set"):
        RedisClock(Server(redis))()

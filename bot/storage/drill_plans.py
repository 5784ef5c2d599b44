"""Scheduled drills: since when each is known, and what became of each month's."""

from __future__ import annotations

from datetime import datetime

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, from_ms

SINCE = "since"


class DrillPlans:
    """One hash for each schedule. The first word about a month stands until it is settled."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def since(self, name: str) -> datetime:
        """When this schedule was first seen: what lay before was not missed."""
        now = self._server.now_ms(await self._server.call("TIME"))
        return from_ms(int(await self._first(name, SINCE, str(now))))

    async def begin(self, name: str, period: str, how: str) -> str:
        """What stands about a month: `how`, or what somebody said before."""
        return await self._first(name, period, how)

    async def of(self, name: str, period: str) -> str | None:
        """What stands about a month; None while nothing does."""
        found: bytes | None = await self._server.call("HGET", self._keys.drill_plan(name), period)
        return found.decode() if found else None

    async def settle(self, name: str, period: str, how: str) -> None:
        """What became of a month in the end."""
        await self._server.call("HSET", self._keys.drill_plan(name), period, how)

    async def _first(self, name: str, field: str, value: str) -> str:
        key = self._keys.drill_plan(name)
        # A reply that was lost and asked for again changes nothing: what stands is read behind it.
        _, stands = await self._server.pipe(("HSETNX", key, field, value), ("HGET", key, field))
        return str(stands.decode())

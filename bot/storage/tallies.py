"""Counts that must survive a restart, such as dead letters by reason."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Server


class Tallies:
    """Name -> count. A lost reply may count once too often, never too seldom."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._key = (keys or Keys()).tallies

    async def incr(self, name: str, by: int = 1) -> int:
        """Count; the new total."""
        return int(await self._server.call("HINCRBY", self._key, name, by))

    async def all(self) -> dict[str, int]:
        """Every count by name."""
        fields = await self._server.call("HGETALL", self._key)
        return {name.decode(): int(count) for name, count in fields.items()}

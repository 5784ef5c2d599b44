"""Pauses that Telegram asked for, kept so that a restart obeys them too."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Clock, Server


class Pace:
    """Scope -> unix time until which nothing of that scope is sent."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._key = (keys or Keys()).pace

    async def pause_until(self, scope: str, until_unix: float) -> None:
        """Pause `scope`; of two deadlines the later one holds."""
        until_ms = int(until_unix * 1000)
        await self._server.run("pause", [self._key], [scope, until_ms, self._server.now_arg])

    async def pauses(self) -> dict[str, float]:
        """What is paused now, by scope."""
        time, fields = await self._server.pipe(("TIME",), ("HGETALL", self._key))
        now = self._server.now_ms(time)
        return {k.decode(): int(v) / 1000 for k, v in fields.items() if int(v) > now}

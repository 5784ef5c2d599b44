"""Who was asked about an advisory that waits, and in which message."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Server

KEPT_S = 90 * 24 * 3600


class Asked:
    """Operator's id -> id of the message with the buttons, for each advisory."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def messages(self, advisory_id: str) -> Mapping[int, int]:
        """Everybody who was asked."""
        fields = await self._server.call("HGETALL", self._keys.asked(advisory_id))
        return {int(admin): int(message) for admin, message in fields.items()}

    async def keep(self, advisory_id: str, admin_id: int, message_id: int) -> None:
        """Note that an operator was asked; asked twice, the last message counts."""
        key = self._keys.asked(advisory_id)
        await self._server.pipe(("HSET", key, admin_id, message_id), ("EXPIRE", key, KEPT_S))

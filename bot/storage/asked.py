"""Who was asked about an advisory that waits, and in which message."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Server

KEPT_S = 90 * 24 * 3600
URGING_S = 60


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

    async def begin_urging(self, advisory_id: str, word: str) -> bool:
        """Whether a reminder is still to be sent, and by nobody else; for a minute."""
        if await self._server.call("HEXISTS", self._keys.urged(advisory_id), word):
            return False
        key = self._keys.urging(advisory_id, word)
        return bool(await self._server.call("SET", key, 1, "NX", "EX", URGING_S))

    async def end_urging(self, advisory_id: str, word: str) -> None:
        """Note that it was sent; a crash before this sends it again, which is harmless."""
        key = self._keys.urged(advisory_id)
        await self._server.pipe(("HSET", key, word, 1), ("EXPIRE", key, KEPT_S))

"""Which of our messages are pinned where, so that no other pin is ever touched."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Server

KEPT_S = 60 * 24 * 3600


class Pins:
    """Advisory's id -> id of the message that was pinned for it, for each chat.

    A negative one is about to be pinned, and nobody knows yet whether it is.
    """

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def held(self, chat_id: int) -> Mapping[str, int]:
        """Everything that we pinned in a chat and have not taken down."""
        fields = await self._server.call("HGETALL", self._keys.pinned(chat_id))
        return {advisory.decode(): int(message) for advisory, message in fields.items()}

    async def keep(self, chat_id: int, advisory_id: str, message_id: int) -> None:
        """Note what is pinned, or about to be."""
        key = self._keys.pinned(chat_id)
        await self._server.pipe(("HSET", key, advisory_id, message_id), ("EXPIRE", key, KEPT_S))

    async def drop(self, chat_id: int, advisory_id: str) -> None:
        """It is pinned no longer."""
        await self._server.call("HDEL", self._keys.pinned(chat_id), advisory_id)

    async def allow(self, chat_id: int, *, may: bool) -> None:
        """Whether the bot has the right to pin there now."""
        await self._server.call("SADD" if may else "SREM", self._keys.pinners, chat_id)

    async def allowed(self, chat_id: int) -> bool:
        """Whether it had the right when it was last heard of."""
        return bool(await self._server.call("SISMEMBER", self._keys.pinners, chat_id))

    async def forget(self, chat_id: int) -> None:
        """Nothing is known to be pinned: the chat is gone, or has another id and other messages."""
        await self._server.call("DEL", self._keys.pinned(chat_id))

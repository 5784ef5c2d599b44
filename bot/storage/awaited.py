"""What the bot has just asked a person for, so that any replica understands the answer."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.domain.subscriber import Awaited
from bot.storage.keys import Keys
from bot.storage.server import Server

KEPT_S = 15 * 60
"""Whoever answers later has forgotten the question: a text is a city's name again."""


class Questions:
    """At most one open question for each chat."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def ask(self, chat_id: int, what: Awaited) -> None:
        """Note what was asked for; a newer question takes the place of an older one."""
        await self._server.call("SET", self._keys.awaited(chat_id), what.value, "EX", KEPT_S)

    async def open(self, chat_id: int) -> Awaited | None:
        """What the chat was asked for."""
        value: bytes | None = await self._server.call("GET", self._keys.awaited(chat_id))
        return None if value is None else Awaited(value.decode())

    async def close(self, chat_id: int) -> None:
        """The question was answered, or another subject was taken up."""
        await self._server.call("DEL", self._keys.awaited(chat_id))

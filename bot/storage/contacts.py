"""Whom to tell what a group or channel lacks: the person who added the bot there."""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from bot.domain.errand import Trouble
from bot.storage.keys import Keys
from bot.storage.server import Server


class Contacts:
    """One person for each chat, and what they were told.

    A user's id is all that is kept of a person; `chats_of` and `forget` are for /privacy.
    """

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def of(self, chat_id: int) -> int | None:
        """The user who is told about this chat."""
        value = await self._server.call("HGET", self._keys.contact(chat_id), "user")
        return int(value) if value else None

    async def keep(self, chat_id: int, user_id: int) -> None:
        """Whoever added or promoted the bot last is the one to tell."""
        before = await self.of(chat_id)
        commands: list[tuple[str | int, ...]] = [
            ("SADD", self._keys.contact_for(user_id), chat_id),
            ("HSET", self._keys.contact(chat_id), "user", user_id),
        ]
        if before is not None and before != user_id:
            commands.append(("SREM", self._keys.contact_for(before), chat_id))
        await self._server.pipe(*commands)

    async def first(self, chat_id: int, trouble: Trouble) -> bool:
        """Whether this trouble is news; only the first to ask is told so."""
        key = self._keys.contact(chat_id)
        return bool(await self._server.call("HSETNX", key, f"told:{trouble}", 1))

    async def mended(self, chat_id: int, trouble: Trouble) -> None:
        """The trouble is over: its next time is news again."""
        await self._server.call("HDEL", self._keys.contact(chat_id), f"told:{trouble}")

    async def move(self, old_id: int, new_id: int) -> None:
        """A group has another id."""
        if (user_id := await self.of(old_id)) is not None:
            if await self.of(new_id) is None:
                await self.keep(new_id, user_id)
            await self._server.call("SREM", self._keys.contact_for(user_id), old_id)
        await self._server.call("DEL", self._keys.contact(old_id))

    async def chats_of(self, user_id: int) -> Sequence[int]:
        """The chats about which somebody is told."""
        members = await self._server.call("SMEMBERS", self._keys.contact_for(user_id))
        return sorted(map(int, members))

    async def forget(self, user_id: int) -> None:
        """Delete a person from every chat they are the contact of."""
        for chat_id in await self.chats_of(user_id):
            if await self.of(chat_id) == user_id:
                await self._server.call("HDEL", self._keys.contact(chat_id), "user")
        await self._server.call("DEL", self._keys.contact_for(user_id))

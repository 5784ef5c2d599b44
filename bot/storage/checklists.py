"""Checklists as people tick them: one for each chat, which a family may share by a link."""

from __future__ import annotations

import secrets

from redis.asyncio import Redis

from bot.domain.checklist import Joining, TickList
from bot.storage.keys import Keys
from bot.storage.server import Server

MOST_JOINED = 12
"""A family, not an audience: a link that went round opens no list for strangers without end."""

_SHARED = ":token"
_TOKEN_BYTES = 16


class Checklists:
    """What is ticked. A tick says which state it wants, so it may come twice."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def open(self, chat_id: int) -> TickList:
        """The list that a chat uses: one that it joined and that is still shared, else its own."""
        owner = await self._owner(chat_id)
        return await self._read(chat_id if owner is None else owner, joined=owner is not None)

    async def tick(self, chat_id: int, item: str, *, done: bool) -> TickList:
        """Tick an item of the list that the chat uses, or take the tick back."""
        found = await self.open(chat_id)
        key = self._keys.checklist(found.owner_id)
        await self._server.call(*(("HSET", key, item, 1) if done else ("HDEL", key, item)))
        ticked = found.ticked | {item} if done else found.ticked - {item}
        return found.with_ticks(ticked)

    async def reset(self, chat_id: int) -> TickList:
        """Take back every tick of the list that the chat uses."""
        found = await self.open(chat_id)
        if found.ticked:
            key = self._keys.checklist(found.owner_id)
            await self._server.call("HDEL", key, *sorted(found.ticked))
        return found.with_ticks(frozenset())

    async def share(self, chat_id: int) -> str:
        """The token that opens the chat's own list to others; the same until :meth:`stop`."""
        fresh = secrets.token_urlsafe(_TOKEN_BYTES)
        keys = [self._keys.shared(fresh), self._keys.checklist(chat_id)]
        token: bytes = await self._server.run("sharing", keys, ["share", fresh, chat_id])
        return token.decode()

    async def stop(self, chat_id: int) -> None:
        """Revoke the chat's token; whoever joined by it has a list of their own again."""
        token = await self._server.call("HGET", self._keys.checklist(chat_id), _SHARED)
        if token is not None:
            keys = [self._keys.shared(token.decode()), self._keys.checklist(chat_id)]
            await self._server.run("sharing", keys, ["stop", token, chat_id])

    async def join(self, chat_id: int, token: str) -> Joining:
        """Use the list that a token opens, and no other one."""
        if await self._joined(chat_id) not in (None, token):
            await self.leave(chat_id)
        keys = [self._keys.shared(token), self._keys.joined(chat_id)]
        said: bytes = await self._server.run("sharing", keys, ["join", token, chat_id, MOST_JOINED])
        return Joining(said.decode())

    async def leave(self, chat_id: int) -> None:
        """Use a list of one's own again."""
        token = await self._joined(chat_id)
        if token is not None:
            keys = [self._keys.shared(token), self._keys.joined(chat_id)]
            await self._server.run("sharing", keys, ["leave", token, chat_id])

    async def own(self, chat_id: int) -> TickList:
        """The chat's own list, whichever one it uses."""
        return await self._read(chat_id, joined=False)

    async def migrate(self, old_id: int, new_id: int) -> None:
        """A group became a supergroup: its ticks pass to the new id."""
        old, new = self._keys.checklist(old_id), self._keys.checklist(new_id)
        fields = await self._server.call("HGETALL", old)
        ticked = [part for item in fields if item != _SHARED.encode() for part in (item, 1)]
        if ticked:
            await self._server.pipe(("HSET", new, *ticked), ("DEL", old))

    async def forget(self, chat_id: int) -> None:
        """Delete the chat's list, its link, and its part in another's."""
        await self.leave(chat_id)
        await self.stop(chat_id)
        await self._server.call("DEL", self._keys.checklist(chat_id), self._keys.joined(chat_id))

    async def _read(self, owner_id: int, *, joined: bool) -> TickList:
        fields = await self._server.call("HGETALL", self._keys.checklist(owner_id))
        items = {name.decode() for name in fields}
        token = fields.get(_SHARED.encode())
        others = 0
        if token is not None:
            others = max(0, await self._server.call("HLEN", self._keys.shared(token.decode())) - 1)
        return TickList(
            owner_id=owner_id,
            ticked=frozenset(items - {_SHARED}),
            is_joined=joined,
            is_shared=token is not None,
            others=others,
        )

    async def _owner(self, chat_id: int) -> int | None:
        token = await self._joined(chat_id)
        if token is None:
            return None
        shared = self._keys.shared(token)
        owner, member = await self._server.call("HMGET", shared, "list", chat_id)
        if owner is None or member is None:
            await self.leave(chat_id)  # revoked meanwhile
            return None
        return int(owner)

    async def _joined(self, chat_id: int) -> str | None:
        token: bytes | None = await self._server.call("GET", self._keys.joined(chat_id))
        return None if token is None else token.decode()

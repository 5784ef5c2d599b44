"""Channels: what was posted in further languages, what is being bound, and a city's own channel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from redis.asyncio import Redis

from bot.domain.channel import CityChannel, Wish
from bot.storage.keys import Keys
from bot.storage.server import Server

POSTS_KEPT_S = 60 * 24 * 3600
WISH_KEPT_S = 3600


class Channels:
    """A wish waits an hour for its channel; the latest of a person counts."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def wish(self, user_id: int, wish: Wish) -> None:
        """Remember what the channel that is chosen next is to get."""
        key, value = self._keys.wish(user_id), json.dumps(asdict(wish))
        await self._server.call("SET", key, value, "EX", WISH_KEPT_S)

    async def wished(self, user_id: int) -> Wish | None:
        """What was wished in the last hour."""
        value = await self._server.call("GET", self._keys.wish(user_id))
        if value is None:
            return None
        kept = json.loads(value)
        return Wish(kept["place_id"], tuple(kept["languages"]))

    async def granted(self, user_id: int) -> None:
        """The wish is done."""
        await self._server.call("DEL", self._keys.wish(user_id))

    async def offer(self, place_id: str, channel: CityChannel) -> None:
        """From now on this is the channel that people of the place are offered."""
        key = self._keys.city_channels
        await self._server.call("HSET", key, place_id, json.dumps(asdict(channel)))

    async def offered(self, place_id: str) -> CityChannel | None:
        """The place's channel, as an operator bound it."""
        value = await self._server.call("HGET", self._keys.city_channels, place_id)
        return CityChannel(**json.loads(value)) if value else None

    async def posted(self, broadcast_id: str, chat_id: int) -> Mapping[str, int]:
        """Language -> message, of the further languages of one broadcast in one channel."""
        fields = await self._server.call("HGETALL", self._keys.further(broadcast_id, chat_id))
        return {language.decode(): int(message) for language, message in fields.items()}

    async def keep(self, broadcast_id: str, chat_id: int, language: str, message_id: int) -> None:
        """Note a post."""
        key = self._keys.further(broadcast_id, chat_id)
        await self._server.pipe(("HSET", key, language, message_id), ("EXPIRE", key, POSTS_KEPT_S))

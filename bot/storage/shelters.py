"""Public shelters: an operator's list, and which of them are near."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from redis.asyncio import Redis

from bot.domain.shelter import NearShelter, PublicShelter
from bot.storage.keys import Keys
from bot.storage.server import Server, Value

BATCH = 500
EDITION_KEPT_S = 3600
NEAR_M = 20_000
"""Farther away than this a shelter helps nobody who asks on foot."""


class Shelters:
    """The list, whole: loading another one replaces it."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def load(self, shelters: Sequence[PublicShelter]) -> int:
        """Replace the list; how many there are then. Until the end the old one answers."""
        edition = secrets.token_hex(8)
        texts, where = self._keys.shelters(edition), self._keys.shelters_where(edition)
        for at in range(0, len(shelters), BATCH):
            commands: list[tuple[Value, ...]] = []
            for one in shelters[at : at + BATCH]:
                id, text = _written(one)
                commands += [("HSET", texts, id, text), ("GEOADD", where, one.lon, one.lat, id)]
            # A load that was cut off leaves nothing behind.
            commands += [("EXPIRE", texts, EDITION_KEPT_S), ("EXPIRE", where, EDITION_KEPT_S)]
            await self._server.pipe(*commands)
        keys = [self._keys.shelters(), self._keys.shelters_where(), texts, where]
        return int(await self._server.run("shelters", keys, []))

    async def any(self) -> bool:
        """Whether there is a list."""
        return bool(await self._server.call("EXISTS", self._keys.shelters()))

    async def nearest(self, lat: float, lon: float, n: int) -> tuple[NearShelter, ...]:
        """The nearest ones, the nearest first. The point itself is kept nowhere."""
        found = await self._server.call(
            *("GEOSEARCH", self._keys.shelters_where(), "FROMLONLAT", lon, lat),
            *("BYRADIUS", NEAR_M, "m", "ASC", "COUNT", n, "WITHDIST"),
        )
        if not found:
            return ()
        texts = await self._server.call("HMGET", self._keys.shelters(), *(id for id, _ in found))
        return tuple(
            NearShelter(PublicShelter(**json.loads(text)), float(metres))
            for (_, metres), text in zip(found, texts, strict=True)
            if text is not None
        )


def _written(shelter: PublicShelter) -> tuple[str, str]:
    text = json.dumps(asdict(shelter), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20], text

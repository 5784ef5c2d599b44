"""Reported forgeries: fingerprint, count, and the text until operators were told of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from redis.asyncio import Redis

from bot.domain.forgery import KEPT, Forgery
from bot.storage.keys import Keys
from bot.storage.server import Server, Value, from_ms, to_ms

MOST_WAITING = 200
"""New texts that may wait to be told; more are refused."""

AT_A_TIME = 50
_KEPT_MS = int(KEPT.total_seconds() * 1000)


class Forgeries:
    """Nothing here leads to whoever reported."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def add(self, id: str, text: str, code: str, now: datetime) -> bool:
        """Count a report; False where too many new texts wait already."""
        more: list[Value] = [text, code, secrets.token_hex(8), MOST_WAITING]
        return await self._run("add", id, now, more)

    async def waiting(self) -> tuple[Forgery, ...]:
        """What operators do not know in full, the oldest first."""
        ids = await self._server.call("ZRANGE", self._keys.forgeries, 0, -1)
        found = []
        for start in range(0, len(ids), AT_A_TIME):
            some = [id.decode() for id in ids[start : start + AT_A_TIME]]
            rows = await self._server.pipe(*(("HGETALL", self._keys.forgery(id)) for id in some))
            for id, row in zip(some, rows, strict=True):
                if row:
                    found.append(_forgery(id, row))
                else:  # nobody could be told for as long as it is kept
                    await self._server.call("ZREM", self._keys.forgeries, id)
        return tuple(found)

    async def told(self, id: str, count: int, now: datetime) -> None:
        """Operators know of so many reports; the text goes."""
        await self._run("told", id, now, [count])

    async def _run(self, op: str, id: str, now: datetime, more: list[Value]) -> bool:
        keys = [self._keys.forgery(id), self._keys.forgeries]
        return bool(await self._server.run("forgery", keys, [op, id, to_ms(now), _KEPT_MS, *more]))


def _forgery(id: str, row: Mapping[bytes, bytes]) -> Forgery:
    at = row.get(b"at")
    return Forgery(
        id=id,
        text=row.get(b"text", b"").decode("utf-8", "replace"),
        code=row.get(b"code", b"").decode(),
        count=int(row[b"count"]),
        told=int(row.get(b"told", 0)),
        at=None if at is None else from_ms(int(at)),
    )

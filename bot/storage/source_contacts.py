"""When each source was last heard of, and what became of what it sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from redis.asyncio import Redis

from bot.domain.record import Contact
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, from_ms


class SourceContacts:
    """Counts by source and verdict. An entry read twice after a crash is counted twice."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def note(self, source: str, verdict: str) -> None:
        """A source was heard of at Redis TIME, and this became of what it sent."""
        key = self._keys.source(source)
        now = self._server.now_ms(await self._server.call("TIME"))
        await self._server.pipe(("HINCRBY", key, verdict, 1), ("HSET", key, "last", now))

    async def of(self, sources: Iterable[str]) -> Mapping[str, Contact]:
        """Every source that was asked for, also those never heard of."""
        wanted = list(sources)
        replies = await self._server.pipe(*(("HGETALL", self._keys.source(s)) for s in wanted))
        return {source: _contact(f) for source, f in zip(wanted, replies, strict=True)}


def _contact(fields: dict[bytes, bytes]) -> Contact:
    last = fields.pop(b"last", None)
    counts = {name.decode(): int(count) for name, count in fields.items()}
    return Contact(None if last is None else from_ms(last), counts)

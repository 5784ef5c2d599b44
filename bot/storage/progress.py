"""What operators are shown of broadcasts: measures, the last looks, and who sees them where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from bot.domain.delivery import Cause
from bot.domain.histogram import Histogram
from bot.domain.progress import Look, Measures
from bot.storage.keys import Keys
from bot.storage.server import Server, from_ms, to_ms

KEPT_S = 30 * 24 * 3600
SHOWING_S = 30
"""How long a replica may take to send one message; behind that another one tries."""

_LOOKS = (b"before", b"look")


class ProgressNotes:
    """Read by whoever asks, written by the replica that dispatches."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def measures(self, broadcast_id: str) -> Measures:
        """What was measured so far, as record.lua wrote it."""
        fields = await self._server.call("HGETALL", self._keys.measures(broadcast_id))
        found: dict[bytes, dict[str, int]] = {b"t": {}, b"w": {}}
        for name, value in fields.items():
            head, _, tail = name.partition(b":")
            if tail:
                found[head][tail.decode()] = int(value)
        return Measures(
            accepted=Histogram(
                {int(bucket): n for bucket, n in found[b"t"].items()},
                int(fields[b"last"]) if b"last" in fields else None,
            ),
            causes={Cause(cause): n for cause, n in found[b"w"].items() if n > 0},
            floods=int(fields.get(b"floods", 0)),
            paused_ms=int(fields.get(b"paused", 0)),
        )

    async def owed(self) -> tuple[str, ...]:
        """Broadcasts whose report is not out yet, the oldest first."""
        members = await self._server.call("ZRANGE", self._keys.owed, 0, -1)
        return tuple(member.decode() for member in members)

    async def settle(self, broadcast_id: str) -> None:
        """Its report is out."""
        await self._server.call("ZREM", self._keys.owed, broadcast_id)

    async def recent(self, most: int) -> tuple[str, ...]:
        """The newest broadcasts that told somebody, the newest first."""
        members = await self._server.call("ZREVRANGE", self._keys.recent, 0, most - 1)
        return tuple(member.decode() for member in members)

    async def looks(self, broadcast_id: str) -> tuple[Look, ...]:
        """The last two looks, the older one first."""
        found = await self._server.call("HMGET", self._keys.progress(broadcast_id), *_LOOKS)
        return tuple(map(_look, filter(None, found)))

    async def keep_looks(self, broadcast_id: str, looks: Sequence[Look]) -> None:
        """Keep the last two: a rate over one of them alone would jump."""
        key = self._keys.progress(broadcast_id)
        named = zip(_LOOKS[-len(looks) :], looks, strict=True)
        words = (word for name, look in named for word in (name, f"{to_ms(look.at)}:{look.done}"))
        await self._server.pipe(("HSET", key, *words), ("EXPIRE", key, KEPT_S))

    async def messages(self, broadcast_id: str) -> Mapping[int, int]:
        """Who is shown it, and in which message."""
        fields = await self._server.call("HGETALL", self._keys.progress(broadcast_id))
        return {int(one): int(message) for one, message in fields.items() if one not in _LOOKS}

    async def begin(self, broadcast_id: str, operator_id: int) -> bool:
        """Whether the first message may be sent to somebody now, and by nobody else meanwhile."""
        key = self._keys.showing(broadcast_id, operator_id)
        return bool(await self._server.call("SET", key, 1, "NX", "EX", SHOWING_S))

    async def keep(self, broadcast_id: str, operator_id: int, message_id: int) -> None:
        """Note where somebody is shown it; a crash before this shows it a second time."""
        key = self._keys.progress(broadcast_id)
        await self._server.pipe(("HSET", key, operator_id, message_id), ("EXPIRE", key, KEPT_S))


def _look(field: bytes) -> Look:
    at, _, done = field.partition(b":")
    return Look(from_ms(at), int(done))

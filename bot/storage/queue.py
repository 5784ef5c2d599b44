"""The public stream of advisories, read by a consumer group, and its dead letters."""

from __future__ import annotations

import asyncio
import socket
import zlib
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.domain.fault import StorageUnavailable
from bot.domain.record import QueueEntry
from bot.storage.server import Clock, Server, Value, from_ms

__all__ = ["AdvisoryQueue", "QueueEntry"]

ABANDONED_MS = 30_000
KEPT_MS = 30 * 24 * 3600 * 1000
DEAD_LETTERS_KEPT = 10_000
CAUGHT_UP_EVERY_S = 0.05
_BEFORE_THIS_PROJECT_MS = 1_577_836_800_000  # 2020: an id that a producer made up


class AdvisoryQueue:
    """What producers add with nothing but XADD.

    `reader` is a client from `connect_blocking`; one that repeats commands by itself would lose
    the entries of a lost reply until the next start. `clock` replaces the time of arrival.
    """

    def __init__(
        self,
        redis: Redis,
        reader: Redis | None = None,
        *,
        stream: str = "advisories",
        group: str = "intake",
        consumer: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._server = Server(redis, clock)
        self._reader = Server(reader or redis)
        self._clock = clock
        self._stream, self._dead, self._group = stream, f"{stream}:dead", group
        # Stable, so that a restart finds its own pending entries again at once.
        self._consumer = consumer or socket.gethostname() or "forewarn"
        self._resume = True
        self._open: set[str] = set()
        self._abandoned_from = "0-0"

    async def add(
        self, payload: bytes, source: str | None = None, signature: str | None = None
    ) -> str:
        """Add an advisory; the entry's id. A repeat is harmless: intake knows an advisory again."""
        fields: list[Value] = ["payload", payload]
        if source is not None:
            fields += ("source", source)
        if signature is not None:
            fields += ("signature", signature)
        entry_id: bytes = await self._server.call("XADD", self._stream, "*", *fields)
        return entry_id.decode()

    async def read(self, block_s: float, count: int = 16) -> tuple[QueueEntry, ...]:
        """The next entries; waits up to `block_s` for one.

        First what this consumer was given and has neither acknowledged nor buried (a crash, an
        outage or a lost reply lies between), then what a dead consumer left, then new ones.
        """
        try:
            entries = await self._read(block_s, count)
        except StorageUnavailable:
            # A reply may have been lost on the way: `>` would never give its entries again.
            self._resume = True
            raise
        except ResponseError as error:
            if not str(error).startswith(("NOGROUP", "UNBLOCKED")):
                raise
            await self._create_group()
            entries = await self._read(block_s, count)
        self._open.update(entry.id for entry in entries)
        return entries

    async def ack(self, entry_id: str) -> None:
        """The entry is dealt with; entries a month older than it are trimmed."""
        oldest = max(0, int(entry_id.split("-")[0]) - KEPT_MS)
        await self._server.pipe(
            ("XACK", self._stream, self._group, entry_id),
            ("XTRIM", self._stream, "MINID", "~", f"{oldest}-0"),
        )
        self._open.discard(entry_id)

    async def bury(self, entry: QueueEntry, reason: str, detail: str, part: bytes = b"") -> None:
        """Move an entry that cannot be used to the dead letters; twice gives one.

        Of a wrapper only the bad `part` may be buried; the entry is then still to be acknowledged.
        """
        whole = part in (b"", entry.payload)
        fields: list[Value] = ["payload", entry.payload if whole else part]
        fields += ("reason", reason, "detail", detail)
        fields += ("received", entry.received.isoformat(), "entry", entry.id)
        if entry.source is not None:
            fields += ("source", entry.source)
        if entry.signature is not None:
            fields += ("signature", entry.signature)
        name = "" if whole else f":{zlib.crc32(part):08x}"
        await self._server.run(
            "bury",
            [self._stream, self._dead, f"{self._dead}:ids"],
            [self._group, entry.id, DEAD_LETTERS_KEPT, name, *fields],
        )
        if whole:
            self._open.discard(entry.id)

    async def caught_up(self) -> None:
        """Return when everything that is in the stream has been acknowledged or buried."""
        # Other replicas read too, so there is no event to wait for.
        while not await self._is_caught_up():  # noqa: ASYNC110
            await asyncio.sleep(CAUGHT_UP_EVERY_S)

    async def _is_caught_up(self) -> bool:
        newest = await self._server.call("XREVRANGE", self._stream, "+", "-", "COUNT", 1)
        if not newest:
            return True
        try:
            pending = await self._server.call("XPENDING", self._stream, self._group)
            unread = await self._groups()
        except ResponseError:
            return False
        delivered = unread.get(self._group)
        waiting = pending["pending"] if isinstance(pending, dict) else pending[0]
        return not waiting and delivered is not None and delivered >= _order(newest[0][0])

    async def _groups(self) -> dict[str, tuple[int, int]]:
        groups = await self._server.call("XINFO", "GROUPS", self._stream)
        return {
            _text(group, "name").decode(): _order(_text(group, "last-delivered-id"))
            for group in groups
        }

    async def _read(self, block_s: float, count: int) -> tuple[QueueEntry, ...]:
        if self._resume or self._open:
            if own := await self._group_read("0", None, count):
                return own
            self._resume = False
            self._open.clear()
        if left := await self._abandoned(count):
            return left
        return await self._group_read(">", max(1, int(block_s * 1000)), count)

    async def _group_read(
        self, position: str, block_ms: int | None, count: int
    ) -> tuple[QueueEntry, ...]:
        block: tuple[Value, ...] = () if block_ms is None else ("BLOCK", block_ms)
        reply = await self._reader.call(
            *("XREADGROUP", "GROUP", self._group, self._consumer, "COUNT", count),
            *(*block, "STREAMS", self._stream, position),
        )
        if not reply:
            return ()
        return await self._entries(reply[self._stream.encode()])

    async def _abandoned(self, count: int) -> tuple[QueueEntry, ...]:
        reply = await self._reader.call(
            *("XAUTOCLAIM", self._stream, self._group, self._consumer, ABANDONED_MS),
            *(self._abandoned_from, "COUNT", count),
        )
        self._abandoned_from = reply[0].decode()
        return await self._entries(reply[1])

    async def _entries(
        self, raw: list[tuple[bytes, dict[bytes, bytes] | None]]
    ) -> tuple[QueueEntry, ...]:
        gone = [entry_id for entry_id, fields in raw if not fields]
        if gone:
            # Deleted from the stream while it was pending: there is nothing to use or to bury.
            await self._server.call("XACK", self._stream, self._group, *gone)
        if len(gone) == len(raw):
            return ()
        now = self._server.now_ms(await self._server.call("TIME"))
        return tuple(self._entry(entry_id, fields, now) for entry_id, fields in raw if fields)

    def _entry(self, entry_id: bytes, fields: dict[bytes, bytes], now_ms: int) -> QueueEntry:
        return QueueEntry(
            id=entry_id.decode(),
            payload=fields.get(b"payload", b""),
            source=_lenient(fields.get(b"source")),
            signature=_lenient(fields.get(b"signature")),
            received=self._received(entry_id, now_ms),
        )

    def _received(self, entry_id: bytes, now_ms: int) -> datetime:
        added_ms = int(entry_id.split(b"-")[0])
        if self._clock or not _BEFORE_THIS_PROJECT_MS <= added_ms <= now_ms:
            return from_ms(now_ms)
        return from_ms(added_ms).astimezone(UTC)

    async def _create_group(self) -> None:
        """At 0, not `$`: what was added before the bot first ran is read too."""
        try:
            await self._server.call("XGROUP", "CREATE", self._stream, self._group, "0", "MKSTREAM")
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise


def _lenient(value: bytes | None) -> str | None:
    """Producers' bytes as text: what is no UTF-8 matches no source and no signature."""
    return None if value is None else value.decode("utf-8", "replace")


def _order(entry_id: bytes) -> tuple[int, int]:
    ms, number = entry_id.split(b"-")
    return int(ms), int(number)


def _text(group: dict[Any, Any], name: str) -> bytes:
    value = group[name] if name in group else group[name.encode()]
    return value if isinstance(value, bytes) else str(value).encode()

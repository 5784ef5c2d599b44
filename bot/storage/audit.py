"""The audit as a stream that only grows, chained under a compare-and-set of its last hash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from redis.asyncio import Redis

from bot.domain.audit import GENESIS, Doing, Entry, Span, chained
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, from_ms, to_ms

_TRIES = 50
_BATCH = 500


class Audit:
    """Entries are kept for `kept` after they were made; nothing here changes or deletes one."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys | None = None,
        clock: Clock | None = None,
        kept: timedelta = timedelta(days=730),
    ) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()
        self.kept = kept

    async def append(self, doing: Doing) -> Entry:
        """Add what was done, at Redis TIME."""
        for _ in range(_TRIES):
            time, fields = await self._server.pipe(("TIME",), ("HGETALL", self._keys.audit_span))
            at = from_ms(self._server.now_ms(time))
            entry = chained(_span(fields), doing, at)
            last = fields[b"hash"].decode() if fields else ""
            keys = [self._keys.audit, self._keys.audit_span]
            oldest = to_ms(at - self.kept)
            args = [entry.number, last, entry.hash, entry.text, oldest]
            if await self._server.run("audit_append", keys, args):
                return entry
        raise RuntimeError(f"the audit changed under every one of {_TRIES} tries")

    async def span(self) -> Span:
        """Where it begins and ends, by its own account."""
        return _span(await self._server.call("HGETALL", self._keys.audit_span))

    async def latest(self, count: int, before: int | None = None) -> tuple[Entry, ...]:
        """Up to `count` entries, the newest first; `before` is the number they lie before."""
        found: list[Entry] = []
        end = "+"
        while len(found) < count:
            raw = await self._server.call("XREVRANGE", self._keys.audit, end, "-", "COUNT", _BATCH)
            entries = [_entry(fields) for _, fields in raw]
            found += [one for one in entries if before is None or one.number < before]
            if len(raw) < _BATCH:
                break
            end = f"({raw[-1][0].decode()}"
        return tuple(found[:count])

    async def entries(self, since: datetime | None = None) -> AsyncIterator[Entry]:
        """All of them in order, as the stream holds them, or those made `since`."""
        start = "-" if since is None else str(to_ms(since))
        while raw := await self._server.call(
            "XRANGE", self._keys.audit, start, "+", "COUNT", _BATCH
        ):
            for _, fields in raw:
                yield _entry(fields)
            start = f"({raw[-1][0].decode()}"


def _span(fields: dict[bytes, bytes]) -> Span:
    if not fields:
        return Span()
    return Span(int(fields[b"first"]), int(fields[b"last"]), fields[b"hash"].decode() or GENESIS)


def _entry(fields: dict[bytes, bytes]) -> Entry:
    return Entry(
        int(fields.get(b"number", b"0")),
        fields.get(b"text", b"").decode("utf-8", "replace"),
        fields.get(b"hash", b"").decode("utf-8", "replace"),
    )

"""Results on their way to Redis: batched, kept until Redis has them, never lost by a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.domain.broadcast import Entry, Standing
from bot.domain.subscriber import Recipient
from bot.pipeline.job import Job
from bot.pipeline.ports import Broadcasts, Meter

log = structlog.get_logger(__name__)


class Recorder:
    """Holds the entries of sends that ended until they are recorded.

    A record that failed is repeated: the script counts an entry only while its chat is in
    flight, so that a lost reply does no harm.
    """

    def __init__(self, broadcasts: Broadcasts, meter: Meter) -> None:
        self._broadcasts = broadcasts
        self._meter = meter
        self._entries: dict[str, dict[Recipient, Entry]] = {}
        self._turn = asyncio.Lock()

    def add(self, job: Job, entry: Entry) -> None:
        """Keep the result of one job."""
        self._entries.setdefault(job.broadcast_id, {})[entry.recipient] = entry

    def held(self, broadcast_id: str) -> frozenset[Recipient]:
        """The chats of a broadcast whose results are not in Redis yet."""
        return frozenset(self._entries.get(broadcast_id, ()))

    @property
    def empty(self) -> bool:
        """Whether everything is in Redis."""
        return not self._entries

    async def flush(self, role: str, heed: Callable[[str, Standing], None]) -> bool:
        """Record what is held; `heed` hears how each broadcast stands. False when fenced off.

        Raises StorageUnavailable with everything still held. A stop flushes while the regular
        flush is still under way: they take turns.
        """
        async with self._turn:
            return await self._flush(role, heed)

    async def _flush(self, role: str, heed: Callable[[str, Standing], None]) -> bool:
        for broadcast_id, entries in list(self._entries.items()):
            batch = list(entries.values())
            standing = await self._broadcasts.record(role, broadcast_id, batch)
            if standing is Standing.FENCED:
                return False
            self._forget(broadcast_id, batch)
            for entry in batch:
                if entry.end is not None:
                    self._meter.count("deliveries", end=entry.end.value)
            heed(broadcast_id, standing)
        return True

    def _forget(self, broadcast_id: str, batch: list[Entry]) -> None:
        # A result that came while the batch was on its way stays for the next one.
        held = self._entries[broadcast_id]
        for entry in batch:
            if held.get(entry.recipient) is entry:
                del held[entry.recipient]
        if not held:
            del self._entries[broadcast_id]

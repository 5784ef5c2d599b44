"""Jobs claimed and not yet sent: the highest lane first, then in the order of their claim."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from bot.domain.delivery import Lane
from bot.domain.subscriber import Recipient
from bot.pipeline.job import Job


class Backlog:
    """A small priority queue whose size the dispatcher keeps at half a second's sends."""

    def __init__(self) -> None:
        self._heap: list[tuple[Lane, int, Job]] = []
        self._order = count()
        self._some = asyncio.Event()
        self._fewer = asyncio.Event()

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, job: Job) -> None:
        """Add a job."""
        heapq.heappush(self._heap, (job.lane, next(self._order), job))
        self._some.set()

    async def head(self) -> Lane:
        """The lane of the next job; waits for one."""
        while not self._heap:
            self._some.clear()
            await self._some.wait()
        return self._heap[0][0]

    @property
    def next_broadcast(self) -> str:
        """The broadcast of the next job; empty without one."""
        return self._heap[0][2].broadcast_id if self._heap else ""

    def pop(self) -> Job | None:
        """The next job, if there is one."""
        self._fewer.set()
        return heapq.heappop(self._heap)[2] if self._heap else None

    async def sink(self, lane: Lane, below: int) -> None:
        """Wait until fewer than `below` jobs of a lane are left."""
        while self.size(lane) >= below:
            self._fewer.clear()
            await self._fewer.wait()

    def size(self, lane: Lane) -> int:
        """How many jobs of a lane wait."""
        return sum(1 for one, _, _ in self._heap if one is lane)

    def broadcasts(self) -> set[str]:
        """The broadcasts that have jobs here."""
        return {job.broadcast_id for _, _, job in self._heap}

    def held(self, broadcast_id: str) -> frozenset[Recipient]:
        """The chats of a broadcast that wait here."""
        return frozenset(
            job.recipient for _, _, job in self._heap if job.broadcast_id == broadcast_id
        )

    def clear(self) -> None:
        """Drop everything; what was in flight stays so in Redis, for whoever dispatches next."""
        self._heap.clear()
        self._fewer.set()

"""Jobs become sends: each gets its slot from the pacer and a task of its own, within a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.domain.broadcast import Entry
from bot.domain.delivery import BACKOFF
from bot.domain.fault import StorageUnavailable
from bot.domain.subscriber import Recipient
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.job import Job
from bot.pipeline.ports import Pacer
from bot.pipeline.recorder import Recorder
from bot.pipeline.role import Tenure

log = structlog.get_logger(__name__)

MAX_OPEN = 300
"""Sends under way at once: Telegram's paid ceiling times the latency of a slow hour."""

GRANT = 10
"""Slots taken at a time; a slot that lies about keeps a higher lane waiting."""

WAIT_S = 0.05


class Sending:
    """Takes jobs off the backlog, highest lane first, and gives their entries to the recorder."""

    def __init__(
        self,
        *,
        backlog: Backlog,
        courier: Courier,
        recorder: Recorder,
        pacer: Pacer,
        tenure: Tenure,
        clock: Callable[[], datetime],
    ) -> None:
        self._backlog = backlog
        self._courier = courier
        self._recorder = recorder
        self._pacer = pacer
        self._tenure = tenure
        self._clock = clock
        self._open: dict[asyncio.Task[None], Job] = {}
        self._seats = asyncio.Semaphore(MAX_OPEN)

    @property
    def idle(self) -> bool:
        """Whether no send is under way."""
        return not self._open

    def held(self, broadcast_id: str) -> frozenset[Recipient]:
        """The chats of a broadcast whose sends are under way."""
        jobs = self._open.values()
        return frozenset(job.recipient for job in jobs if job.broadcast_id == broadcast_id)

    async def run(self) -> None:
        """Send for ever. Cancelled, it leaves no send behind that it did not wait for."""
        try:
            while True:
                await self._next()
        finally:
            for task in self._open:
                task.cancel()

    async def finish(self) -> None:
        """Wait for the sends under way."""
        while self._open:
            await asyncio.wait(list(self._open))

    async def _next(self) -> None:
        """Wait for slots of the highest lane that has jobs, and use them at once."""
        lane = await self._backlog.head()
        await self._tenure.held()
        slots = await self._pacer.slots(lane, min(GRANT, max(1, len(self._backlog))))
        while slots and (job := self._backlog.pop()) is not None:
            if self._pacer.admit(job.recipient.kind, job.recipient.chat_id):
                slots -= 1
                await self._seats.acquire()
                self._start(job)
            else:
                self._park(job)
        if slots:
            self._pacer.give_back(slots)

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._send(job))
        self._open[task] = job
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._open[task]
        self._seats.release()

    def _park(self, job: Job) -> None:
        """The chat's own limit holds: it waits in `later` and holds nobody up."""
        wait_s = self._pacer.due(job.recipient.kind, job.recipient.chat_id)
        due = self._clock() + timedelta(seconds=wait_s)
        self._recorder.add(job, Entry(job.recipient, None, due=due))

    async def _send(self, job: Job) -> None:
        try:
            entry = await self._courier.deliver(job)
        except StorageUnavailable:
            # Nothing was sent: the text could not be read. The job goes back.
            await asyncio.sleep(WAIT_S)
            self._backlog.put(job)
        except Exception:
            # A fault of ours must not leave a person in flight for ever.
            log.exception("send failed", broadcast=job.broadcast_id)
            due = self._clock() + BACKOFF[-1]
            self._recorder.add(job, Entry(job.recipient, None, due=due))
        else:
            self._recorder.add(job, entry)

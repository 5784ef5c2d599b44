"""Jobs become sends: each gets its slot from the pacer and one of a crew of workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.delivery import BACKOFF, Lane
from bot.domain.fault import StorageUnavailable
from bot.domain.subscriber import Recipient
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.job import Job
from bot.pipeline.paying import Paying
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
        paying: Paying,
        recorder: Recorder,
        pacer: Pacer,
        tenure: Tenure,
        clock: Callable[[], datetime],
    ) -> None:
        self._backlog = backlog
        self._courier = courier
        self._paying = paying
        self._recorder = recorder
        self._pacer = pacer
        self._tenure = tenure
        self._clock = clock
        self._open: dict[int, Job] = {}
        self._idle: list[asyncio.Future[Job]] = []
        self._changed = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether no send is under way."""
        return not self._open

    def held(self, broadcast_id: str) -> frozenset[Recipient]:
        """The chats of a broadcast whose sends are under way."""
        jobs = self._open.values()
        return frozenset(job.recipient for job in jobs if job.broadcast_id == broadcast_id)

    async def run(self) -> None:
        """Send for ever; a cancellation ends the sends under way too.

        A crew of workers that stays is cheaper than a task for each send.
        """
        try:
            async with asyncio.TaskGroup() as crew:
                for number in range(MAX_OPEN):
                    crew.create_task(self._work(), name=f"courier-{number}")
                while True:
                    await self._next()
        finally:
            # What was cut off is still in flight in Redis; nobody here holds it any more.
            self._idle.clear()
            self._open.clear()

    async def finish(self) -> None:
        """Wait for the sends under way."""
        while self._open:
            self._changed.clear()
            await self._changed.wait()

    async def _next(self) -> None:
        """Wait for slots of the highest lane that has jobs, and use them at once."""
        lane = await self._backlog.head()
        while not self._idle:
            self._changed.clear()
            await self._changed.wait()
        await self._tenure.held()
        wanted = min(GRANT, len(self._idle), max(1, len(self._backlog)))
        if self._paying.active:
            await self._next_paid(lane, wanted)
            return
        slots = await self._pacer.slots(lane, wanted)
        # The wait for a slot may have been long: nothing starts behind the role's deadline.
        while slots and self._idle and self._tenure.holds and (job := self._backlog.pop()):
            if self._pacer.admit(job.recipient.kind, job.recipient.chat_id):
                slots -= 1
                self._begin(job)
            else:
                self._park(job)
        if slots:
            self._pacer.give_back(slots)

    async def _next_paid(self, lane: Lane, wanted: int) -> None:
        """As :meth:`_next` where a broadcast pays: what is free first, the others for Stars."""
        payable = self._paying.payable(self._backlog.next_broadcast)
        free, paid = await self._pacer.paid_slots(lane, wanted, payable)
        while (free or paid) and self._idle and self._tenure.holds and (job := self._backlog.pop()):
            billed = job if free else self._paying.bill(job)
            if billed is None:
                # Equals take turns: this one is of a broadcast that does not pay, and waits.
                self._backlog.put(job)
                break
            if not self._pacer.admit(job.recipient.kind, job.recipient.chat_id):
                self._paying.release(billed)
                self._park(job)
                continue
            free, paid = (free - 1, paid) if free else (free, paid - 1)
            self._begin(billed)
        self._pacer.give_back(free, paid)

    def _begin(self, job: Job) -> None:
        self._open[id(job)] = job
        self._idle.pop().set_result(job)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            call: asyncio.Future[Job] = loop.create_future()
            self._idle.append(call)
            if not self._changed.is_set():
                self._changed.set()
            job = await call
            await self._send(job)
            del self._open[id(job)]
            if job.paid:
                self._paying.release(job)

    def _park(self, job: Job) -> None:
        """The chat's own limit holds: it waits in `later` and holds nobody up."""
        wait_s = self._pacer.due(job.recipient.kind, job.recipient.chat_id)
        due = self._clock() + timedelta(seconds=wait_s)
        self._recorder.add(job, job.again(due, failed=False))

    async def _send(self, job: Job) -> None:
        try:
            entry = await self._courier.deliver(job)
        except StorageUnavailable:
            # Nothing was sent: the text could not be read. The job goes back.
            await asyncio.sleep(WAIT_S)
            self._backlog.put(replace(job, paid=False))
        except Exception:
            # A fault of ours must not leave a person in flight for ever.
            log.exception("send failed", broadcast=job.broadcast_id)
            due = self._clock() + BACKOFF[-1]
            self._recorder.add(job, job.again(due, doubtful=True))
        else:
            self._recorder.add(job, entry)

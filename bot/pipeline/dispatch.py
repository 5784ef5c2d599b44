"""The dispatcher: one replica at a time claims, sends and records."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

import structlog

from bot.domain.broadcast import Broadcast, Claimed, Standing
from bot.domain.delivery import Lane
from bot.domain.fault import StorageUnavailable
from bot.domain.memory import Word
from bot.domain.subscriber import Recipient
from bot.pipeline.backlog import Backlog
from bot.pipeline.ending import end
from bot.pipeline.job import Job
from bot.pipeline.letters import Letters
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Alarms, Broadcasts, Meter, Pacer
from bot.pipeline.recorder import Recorder
from bot.pipeline.register import Register
from bot.pipeline.role import RENEW_S, Tenure
from bot.pipeline.sending import Sending

log = structlog.get_logger(__name__)

FLUSH_S = 0.025
MOST_CLAIMED = 200
"""Chats in one claim; at 5,000 a second a claim of 100 is sent before the next one is answered."""

LOOK_S = 0.25
"""How often the dispatcher looks for work, cancels and higher lanes that nobody told it of."""

SLICE_S = 0.1
"""How long one broadcast is served before its equals get a turn, at rates that allow it."""

QUIET_LOOKS = 5
STANDBY_S = 0.5
SETTLE_S = 10.0
"""How long a stop waits for sends under way and for Redis to take their results."""

RECOVER_S = 1.0
"""How often what is in flight and in nobody's hands is looked for.

A Redis that was rolled back within a client's retries has forgotten records, and nobody saw it go.
"""


class Dispatcher:
    """Holds the role or stands by; while it holds it, keeps half a second's sends in hand."""

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        register: Register,
        tenure: Tenure,
        backlog: Backlog,
        sending: Sending,
        recorder: Recorder,
        paying: Paying,
        letters: Letters,
        pacer: Pacer,
        meter: Meter,
        alarms: Alarms,
        rate_per_s: float,
    ) -> None:
        self._broadcasts = broadcasts
        self._register = register
        self._tenure = tenure
        self._backlog = backlog
        self._sending = sending
        self._recorder = recorder
        self._paying = paying
        self._letters = letters
        self._pacer = pacer
        self._meter = meter
        self._alarms = alarms
        self._free_batch = max(5, min(MOST_CLAIMED, int(rate_per_s * 0.5)))
        self._wake = asyncio.Event()
        self._stopping = False
        self._lost = False
        self._running = False
        self._serving: str | None = None
        self._slice_ends = 0.0

    @property
    def dispatches(self) -> bool:
        """Whether this replica is the dispatcher now."""
        return self._tenure.holds

    @property
    def alive(self) -> bool:
        """Whether it dispatches or stands by."""
        return self._running

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more; :meth:`run` returns when sends under way are recorded."""
        self._stopping = True
        self._wake.set()

    async def drain(self) -> None:
        """Return when nothing is left to deliver now, here or with another dispatcher.

        Several looks, because a chat may have to wait a second for its second message.
        """
        quiet = 0
        while quiet < QUIET_LOOKS:
            quiet = quiet + 1 if self.idle and await self._is_delivered() else 0
            await asyncio.sleep(LOOK_S)

    async def _is_delivered(self) -> bool:
        # Between a claim and its reply, and behind a dispatcher that died, only Redis knows what
        # is in flight.
        if await self._broadcasts.turn() is not None:
            return False
        for broadcast_id in await self._broadcasts.all_active():
            broadcast = await self._broadcasts.get(broadcast_id)
            if broadcast is not None and broadcast.in_flight:
                return False
        return True

    @property
    def _batch(self) -> int:
        """How many to claim at a time: half a second's sends."""
        return MOST_CLAIMED if self._paying.active else self._free_batch

    @property
    def _low(self) -> int:
        """With so few jobs left of a lane, more are claimed.

        At high rates a batch is gone before the next claim is answered: claim earlier.
        """
        return self._batch if self._batch == MOST_CLAIMED else self._batch // 2

    @property
    def idle(self) -> bool:
        """Whether nothing is in this replica's hands."""
        return not len(self._backlog) and self._sending.idle and self._recorder.empty

    async def run(self) -> None:
        """Stand by and dispatch in turns until :meth:`stop`; raises StorageUnavailable."""
        self._running = True
        try:
            await self._take_turns()
        finally:
            self._running = False

    async def _take_turns(self) -> None:
        while not self._stopping:
            self._lost = False
            self._wake.clear()
            if not await self._tenure.take():
                await self._nap(STANDBY_S)
                continue
            log.info("dispatcher elected")
            self._meter.show("dispatcher", 1)
            try:
                await self._serve()
            finally:
                self._meter.show("dispatcher", 0)
                self._backlog.clear()
                self._paying.clear()

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._sending.run(), name="sending"),
                group.create_task(self._keep_role(), name="role"),
                group.create_task(self._keep_recording(), name="recorder"),
                group.create_task(self._keep_looking(), name="lookout"),
            ]
            await self._keep_claiming()
            await self._settle()
            await end(*tasks)
        if not self._lost:
            await self._tenure.give_up()

    @property
    def _goes_on(self) -> bool:
        return not (self._stopping or self._lost)

    async def _keep_claiming(self) -> None:
        """Claim whatever is due next; what the last dispatcher left in flight comes first."""
        recover_at = 0.0
        # Those that had nothing to do since the last nap. The next one has its turn at once: of
        # several that wait for another, one is always due, and that one would starve.
        resting: set[str] = set()
        while self._goes_on:
            self._wake.clear()
            try:
                if time.monotonic() >= recover_at:
                    await self._recover()
                    recover_at = time.monotonic() + RECOVER_S
                broadcast_id = await self._turn()
                if broadcast_id is None or broadcast_id in resting:
                    self._slice_ends = 0.0
                    resting.clear()
                    await self._nap(LOOK_S)
                elif not await self._claim(broadcast_id):
                    self._slice_ends = 0.0
                    resting.add(broadcast_id)
            except StorageUnavailable:
                self._slice_ends = 0.0
                # A claim whose answer was lost left its chats in flight: look for them.
                recover_at = 0.0
                await self._nap(LOOK_S)

    async def _turn(self) -> str | None:
        """Whose turn it is; one that has more to send keeps its turn for a slice of time.

        A higher lane need not wait for its end: a claim says that it is preempted.
        """
        if time.monotonic() >= self._slice_ends:
            self._serving = await self._broadcasts.turn()
            self._slice_ends = time.monotonic() + SLICE_S
        return self._serving

    async def _recover(self) -> None:
        for broadcast_id in await self._broadcasts.all_active():
            held = self._in_hand(broadcast_id)
            chats = await self._broadcasts.recover(self._tenure.uuid, broadcast_id, held)
            if chats:
                log.info("taken over in flight", broadcast=broadcast_id, chats=len(chats))
                await self._put(broadcast_id, chats)

    async def _claim(self, broadcast_id: str) -> bool:
        """Claim a batch; False if there is nothing to do or no room for it yet."""
        broadcast = await self._register.know(broadcast_id)
        if broadcast is None:
            return False
        self._paying.consider(broadcast)
        if not await self._has_room(broadcast.lane):
            return False
        claim = await self._broadcasts.claim(self._tenure.uuid, broadcast_id, self._batch)
        if claim.standing is Standing.FENCED:
            self._lost = True
            return False
        await self._put(broadcast_id, claim.chats)
        if claim.finished:
            await self._close(broadcast_id)
        if claim.finished or claim.standing is not Standing.OK:
            self._slice_ends = 0.0
            return True
        return bool(claim.chats)

    async def _has_room(self, lane: Lane) -> bool:
        """Wait for the lane's jobs to sink, but not for longer than a look at other lanes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._backlog.sink(lane, self._low + 1)
        return self._backlog.size(lane) <= self._low

    async def _put(self, broadcast_id: str, chats: Iterable[Claimed]) -> None:
        broadcast = await self._register.know(broadcast_id)
        if broadcast is None:
            return
        lane, expires, manner = broadcast.lane, broadcast.expires, broadcast.manner
        jobs = [Job(broadcast_id, lane, expires, chat, manner=manner) for chat in chats]
        await self._letters.write_ahead(jobs)
        for job in jobs:
            self._backlog.put(job)
        self._pacer.preempt(broadcast.lane)

    async def _close(self, broadcast_id: str) -> None:
        broadcast = await self._register.learn(broadcast_id)
        if broadcast is not None:
            await self._report(broadcast)
        self._register.forget(broadcast_id)
        self._paying.forget(broadcast_id)

    async def _report(self, broadcast: Broadcast) -> None:
        counts = {end.value: number for end, number in broadcast.counts.items() if number}
        about = {"broadcast": broadcast.id, "audience": broadcast.audience, **counts}
        if broadcast.adds_up:
            log.info("broadcast ended", state=broadcast.state.value, **about)
        else:
            self._meter.count("mismatches")
            log.error("counts do not add up", state=broadcast.state.value, **about)
            counted = {"audience": broadcast.audience, "counted": sum(broadcast.counts.values())}
            await self._alarms.leave(Word.MISMATCH, broadcast.id, counted)

    async def _keep_role(self) -> None:
        while not self._lost:
            await asyncio.sleep(RENEW_S)
            if not await self._tenure.renew():
                log.warning("dispatcher's role lost")
                self._lost = True
                self._wake.set()

    async def _keep_recording(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                # The money first: what is recorded is never sent again, and not counted again.
                await self._paying.flush(self._tenure.uuid)
                if not await self._recorder.flush(self._tenure.uuid, self._heed):
                    self._lost = True
                    self._wake.set()
                    return
                await self._register.learn_doubtful()
            except StorageUnavailable:
                await asyncio.sleep(LOOK_S)

    def _heed(self, broadcast_id: str, standing: Standing) -> None:
        if standing is Standing.STOP:
            self._register.doubt(broadcast_id)
        elif standing is Standing.PREEMPT:
            self._wake.set()

    async def _keep_looking(self) -> None:
        """See cancels that came by another replica while nothing was being recorded."""
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(StorageUnavailable):
                for broadcast_id in self._backlog.broadcasts():
                    if broadcast := await self._register.learn(broadcast_id):
                        self._paying.consider(broadcast)

    def _in_hand(self, broadcast_id: str) -> frozenset[Recipient]:
        return (
            self._recorder.held(broadcast_id)
            | self._sending.held(broadcast_id)
            | self._backlog.held(broadcast_id)
        )

    async def _settle(self) -> None:
        """Drop what was not sent, which stays in flight in Redis; wait for what was."""
        self._backlog.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await self._sending.finish()
                await self._record_rest()

    async def _record_rest(self) -> None:
        while not (self._recorder.empty or self._lost):
            try:
                await self._paying.flush(self._tenure.uuid)
                self._lost = not await self._recorder.flush(self._tenure.uuid, self._heed)
            except StorageUnavailable:
                await asyncio.sleep(LOOK_S)

    async def _nap(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

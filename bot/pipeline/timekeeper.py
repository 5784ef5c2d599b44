"""The timekeeper: what the clock brings to advisories, once each, also after a stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.domain.change import Policy
from bot.domain.life import EVER, Timer, Timing, timers, timing
from bot.domain.record import AdvisoryState, DueTimer
from bot.pipeline.known import Known
from bot.pipeline.lineage import Lineage
from bot.pipeline.ports import Advisories, Broadcasts, Meter, Timers
from bot.pipeline.proceeding import timed

log = structlog.get_logger(__name__)

LOOK_S = 0.5
DROPPED = "dropped"
"""How a timer was met whose advisory had ended before."""


class Timekeeper:
    """Runs in every replica. What it starts has an id that only the timer determines, so that two
    that meet the same timer, or one that dies half-way, start it once.
    """

    def __init__(
        self,
        *,
        timers: Timers,
        advisories: Advisories,
        broadcasts: Broadcasts,
        lineage: Lineage,
        policy: Policy,
        meter: Meter,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._timers = timers
        self._advisories = advisories
        self._broadcasts = broadcasts
        self._lineage = lineage
        self._policy = policy
        self._meter = meter
        self._clock = clock
        self._wake = wake

    async def run(self) -> None:
        """Look for ever; raises StorageUnavailable when Redis goes away."""
        while True:
            await self.catch_up()
            await asyncio.sleep(LOOK_S)

    async def catch_up(self) -> None:
        """Meet everything that is due now."""
        while due := await self._timers.due():
            for one in due:
                how = await self._meet(one)
                if await self._timers.settle(one, how):
                    self._meter.count("timers", met=how)
                    log.info("timer met", advisory=one.advisory_id, timer=one.name, how=how)
            self._wake()

    async def _meet(self, due: DueTimer) -> str:
        record = await self._advisories.get(due.advisory_id)
        if record is None or record.state is not AdvisoryState.PUBLISHED:
            return DROPPED
        known = await self._lineage.known(record)
        timer = self._timer(known, due)
        if timer is None:
            return DROPPED
        now = self._clock()
        how = timing(timer.due, timer.until, now)
        if how is Timing.MISSED:
            log.warning("timer missed", advisory=due.advisory_id, timer=due.name)
        _, plans = timed(known, timer, how, now)
        for plan in plans:
            if await self._broadcasts.publish(plan):
                log.info("broadcast published", broadcast=plan.id, lane=plan.lane.name.lower())
        return how.value

    def _timer(self, known: Known, due: DueTimer) -> Timer | None:
        """The timer of that name; None where the reminders were configured anew since."""
        found = timers(known.version.window, EVER, self._policy.reminders)
        return next((timer for timer in found if timer.name == due.name), None)

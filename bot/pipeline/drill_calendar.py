"""Holds the drills of the schedule: announces each, starts it once, and says what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.domain.audit import Doing
from bot.domain.draft import DraftState, Hand, Kept, drill_of
from bot.domain.drill import CONFIGURED, steps
from bot.domain.drill_schedule import Due, Occurrence, Scheduled, due
from bot.domain.template import Template
from bot.pipeline.drills import BY, Audit, Desk, Once
from bot.pipeline.publishing import Drafts, Publishing
from bot.rendering.drill import DrillCards
from bot.rendering.drill_planned import Coming, announcement, missed, skipped

log = structlog.get_logger(__name__)

LOOK_S = 1.0
HOLDING, HELD, MISSED, SKIPPED = "holding", "held", "missed", "skipped"
ANNOUNCED = "announced"


class Plans(Protocol):
    """`bot.storage.drill_plans.DrillPlans`."""

    async def since(self, name: str) -> datetime: ...
    async def begin(self, name: str, period: str, how: str) -> str: ...
    async def of(self, name: str, period: str) -> str | None: ...
    async def settle(self, name: str, period: str, how: str) -> None: ...


class Steps(Protocol):
    """`bot.storage.timers.Timers`, those of drills."""

    async def set(self, advisory_id: str, timers: Sequence[tuple[str, datetime]]) -> None: ...


class DrillCalendar:
    """Runs in every replica. The draft of a month has an id that only the schedule determines, and
    of two that submit it one is first.
    """

    def __init__(
        self,
        scheduled: Sequence[Scheduled],
        *,
        announce: timedelta,
        pause: timedelta,
        plans: Plans,
        drafts: Drafts,
        publishing: Publishing,
        steps: Steps,
        templates: Mapping[str, Template],
        cards: DrillCards,
        desk: Desk,
        once: Once,
        audit: Audit,
        clock: Callable[[], datetime],
    ) -> None:
        self._scheduled = tuple(scheduled)
        self._announce = announce
        self._pause = pause
        self._plans = plans
        self._drafts = drafts
        self._publishing = publishing
        self._steps = steps
        self._templates = templates
        self._cards = cards
        self._desk = desk
        self._once = once
        self._audit = audit
        self._clock = clock

    async def run(self) -> None:
        """Look for ever; raises StorageUnavailable when Redis goes away."""
        while self._scheduled:
            await self.catch_up()
            await asyncio.sleep(LOOK_S)

    async def catch_up(self) -> None:
        """Do what is due now."""
        for drill in self._scheduled:
            since, now = await self._plans.since(drill.name), self._clock()
            for when in drill.around(now, self._zone(drill)):
                what = due(when.at, since, now, self._announce)
                stands = await self._plans.of(drill.name, when.period)
                if what is not Due.NOTHING and stands in (None, HOLDING):
                    await self._meet(what, Coming(drill, when))

    async def coming(self) -> tuple[Coming, ...]:
        """The next of each that nobody has skipped."""
        found = [Coming(one, self._next(one)) for one in self._scheduled]
        return tuple(
            [one for one in found if not await self._plans.of(one.drill.name, one.when.period)]
        )

    async def skip(self, name: str, period: str, by: Hand) -> bool:
        """Let one month's drill fall out; False if it has begun, or somebody skipped it before."""
        drill = next((one for one in self._scheduled if one.name == name), None)
        if drill is None or (when := self._next(drill)).period != period:
            return False
        if await self._plans.of(name, period) is not None:
            return False
        if await self._plans.begin(name, period, f"{SKIPPED}:{by.id}") != f"{SKIPPED}:{by.id}":
            return False
        coming = Coming(drill, when)
        doing = Doing("drill_skipped", by.id, by.name, drill.draft_id(period), {}, {"drill": name})
        await self._audit.append(doing)
        await self._desk.tell_each(lambda tag: skipped(self._cards, tag, coming, by.name))
        return True

    async def _meet(self, what: Due, coming: Coming) -> None:
        if what is Due.ANNOUNCE:
            await self._say_coming(coming)
        elif what is Due.HOLD:
            await self._hold(coming)
        else:
            await self._miss(coming)

    async def _say_coming(self, coming: Coming) -> None:
        about = coming.drill.draft_id(coming.when.period)
        if await self._once.begin_urging(about, ANNOUNCED):
            await self._desk.tell_each(lambda tag: announcement(self._cards, tag, coming))
            await self._once.end_urging(about, ANNOUNCED)
            log.info("drill announced", drill=coming.drill.name, period=coming.when.period)

    async def _hold(self, coming: Coming) -> None:
        drill, period = coming.drill, coming.when.period
        # Whoever skips it from now on is too late, and learns that.
        if await self._plans.begin(drill.name, period, HOLDING) != HOLDING:
            return
        draft = drill_of(self._templates[drill.template])
        draft = draft.model_copy(update={"places": drill.places, "drill": drill.plan})
        about = drill.draft_id(period)
        hand = Hand(CONFIGURED, BY.name, "created")
        kept = await self._drafts.create(draft, hand, about) or await self._drafts.get(about)
        if kept is not None and kept.state is DraftState.OPEN:
            await self._start(drill, kept)
        await self._plans.settle(drill.name, period, HELD)

    async def _start(self, drill: Scheduled, kept: Kept) -> None:
        advisory = self._publishing.advisory(kept)
        plan = steps(drill.plan.rehearses, self._clock(), self._pause)
        await self._steps.set(advisory.id, plan)
        hand = Hand(CONFIGURED, BY.name, "submitted")
        record = await self._publishing.submit(kept, hand, advisory, drill=True)
        if record is not None:
            log.info("scheduled drill started", drill=drill.name, advisory=record.id)
            after = {"code": record.code, "drill": drill.name}
            doing = Doing("drill_started", BY.id, BY.name, record.id, {}, after)
            await self._audit.append(doing)
            await self._desk.tell_each(lambda tag: self._cards.issued(tag, record, ()))

    async def _miss(self, coming: Coming) -> None:
        drill, period = coming.drill, coming.when.period
        about = drill.draft_id(period)
        kept = await self._drafts.get(about)
        if kept is not None and kept.state is not DraftState.OPEN:
            # Held, and the process died before it had noted that.
            await self._plans.settle(drill.name, period, HELD)
            return
        if not await self._once.begin_urging(about, MISSED):
            return
        await self._desk.tell_each(lambda tag: missed(self._cards, tag, coming))
        doing = Doing("drill_missed", BY.id, BY.name, about, {}, {"drill": drill.name})
        await self._audit.append(doing)
        await self._plans.settle(drill.name, period, MISSED)
        log.warning("scheduled drill missed", drill=drill.name, period=period)

    def _next(self, drill: Scheduled) -> Occurrence:
        return drill.around(self._clock(), self._zone(drill))[1]

    def _zone(self, drill: Scheduled) -> ZoneInfo:
        return ZoneInfo(self._cards.cards.zone_at(drill.places))

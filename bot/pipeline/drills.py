"""What a drill does by itself: its all-clear, its correction, and the report of how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.advisory import Advisory
from bot.domain.audit import Doing
from bot.domain.broadcast import Broadcast
from bot.domain.draft import Hand, Kept
from bot.domain.drill import CONFIGURED, LASTS, REPORT, Plan, Rehearsed, finishes, may_go_on
from bot.domain.followup import DONE, Finish, Said, finish_id
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Layout, Message
from bot.domain.record import AdvisoryRecord, AdvisoryState, DueTimer
from bot.domain.template import Template
from bot.formats import parse
from bot.pipeline.lineage import read_back
from bot.pipeline.notices import Notices
from bot.pipeline.ports import Advisories, Broadcasts
from bot.pipeline.publishing import Drafts, Publishing
from bot.rendering.advisory import Renderer
from bot.rendering.drill import DrillCards
from bot.rendering.drill_report import Course, Ending, Tried, report
from bot.rendering.followup import FollowUps
from bot.rendering.text import MAX_UNITS, parsed_units, unmarked

log = structlog.get_logger(__name__)

LOOK_S = 0.5
BY = Hand(CONFIGURED, "Forewarn", "")
DROPPED, SENT, WAITS = "dropped", "sent", "waits"
_QUOTED = 40
"""Characters by which a prepared text is found in the message that quotes it."""

_KINDS = {
    Finish.EASED: Rehearsed.ALL_CLEAR,
    Finish.CLEAR: Rehearsed.ALL_CLEAR,
    Finish.MISTAKE: Rehearsed.CORRECTION,
}


class Steps(Protocol):
    """`bot.storage.timers.Timers`, those of drills."""

    async def due(self, most: int = 64) -> tuple[DueTimer, ...]: ...
    async def settle(self, timer: DueTimer, how: str) -> bool: ...
    async def met(self, advisory_id: str) -> dict[str, str]: ...


class Desk(Protocol):
    """`bot.chat.operators.desk.Desk`."""

    async def tell_each(self, message: Callable[[str], Message]) -> None: ...


class Once(Protocol):
    """`bot.storage.asked.Asked`."""

    async def begin_urging(self, advisory_id: str, word: str) -> bool: ...
    async def end_urging(self, advisory_id: str, word: str) -> None: ...


class Audit(Protocol):
    """`bot.storage.audit.Audit`."""

    async def append(self, doing: Doing) -> object: ...


class Drills:
    """Runs in every replica. What is sent has an id that only the drill determines, so that two
    that meet the same step, or one that dies half-way, send it once.
    """

    def __init__(
        self,
        *,
        steps: Steps,
        advisories: Advisories,
        broadcasts: Broadcasts,
        drafts: Drafts,
        publishing: Publishing,
        templates: Mapping[str, Template],
        guidance: GuidanceBook,
        follow_ups: FollowUps,
        notices: Notices,
        renderer: Renderer,
        cards: DrillCards,
        desk: Desk,
        once: Once,
        audit: Audit,
        clock: Callable[[], datetime],
    ) -> None:
        self._steps = steps
        self._advisories = advisories
        self._broadcasts = broadcasts
        self._drafts = drafts
        self._publishing = publishing
        self._templates = templates
        self._guidance = guidance
        self._follow_ups = follow_ups
        self._notices = notices
        self._renderer = renderer
        self._cards = cards
        self._desk = desk
        self._once = once
        self._audit = audit
        self._clock = clock

    async def run(self) -> None:
        """Look for ever; raises StorageUnavailable when Redis goes away."""
        while True:
            await self.catch_up()
            await asyncio.sleep(LOOK_S)

    async def catch_up(self) -> None:
        """Do what is due and can be done now; the rest is looked at again."""
        for step in await self._steps.due():
            how = await self._meet(step)
            if how is not None and await self._steps.settle(step, how):
                log.info("drill step met", advisory=step.advisory_id, step=step.name, how=how)

    async def _meet(self, step: DueTimer) -> str | None:
        """How a step was met; None while it must wait."""
        record, now = await self._advisories.get(step.advisory_id), self._clock()
        if record is None:
            # On its way, or another one was confirmed at the same time and went instead.
            return DROPPED if now > step.due + LASTS else None
        over = now >= record.expires
        if record.state is AdvisoryState.PENDING:
            return DROPPED if over else None
        kept = await self._drafts.get(read_back(record).identifier)
        if kept is None or record.state is AdvisoryState.REJECTED:
            return DROPPED
        broadcast = await self._broadcasts.get(record.id)
        if broadcast is None:
            return None
        is_told = broadcast.ended is not None
        if step.name == REPORT:
            return await self._report(record, kept, broadcast) if is_told else None
        if not may_go_on(is_told=is_told, now=now, expires=record.expires):
            return None
        if over or record.state is not AdvisoryState.PUBLISHED:
            return DROPPED
        return await self._rehearse(record, kept, Rehearsed(step.name))

    async def _rehearse(self, record: AdvisoryRecord, kept: Kept, which: Rehearsed) -> str:
        """Everybody who takes part was told: now they are told how it goes on."""
        what = finishes((kept.draft.drill or Plan()).rehearses)[which]
        original = read_back(record)
        hand = Hand(BY.id, BY.name, DONE[what])
        said = self._said(what, kept, original)
        issued = await self._publishing.submit_finish(what, original, said, hand)
        if isinstance(issued, AdvisoryRecord):
            after = {"code": issued.code, "of": record.code, "drill": True}
            await self._audit.append(Doing(DONE[what], BY.id, BY.name, record.id, {}, after))
        return SENT

    async def _report(self, record: AdvisoryRecord, kept: Kept, broadcast: Broadcast) -> str | None:
        met = await self._steps.met(record.id)
        if any(how == WAITS for name, how in met.items() if name != REPORT):
            return None
        endings = await self._endings(read_back(record))
        if endings is None:
            return None
        if not await self._once.begin_urging(record.id, REPORT):
            return None  # another replica has it in hand
        tried = await self._try(record, kept)
        course = Course(record, kept, broadcast, endings, tried)
        await self._desk.tell_each(lambda language: report(self._cards, language, course))
        for fault in tried.faults:
            log.error("prepared text is unfit", template=kept.draft.template, fault=fault)
        return SENT

    async def _endings(self, original: Advisory) -> tuple[Ending, ...] | None:
        """What was sent to end it; None while one of these is under way."""
        found = []
        for what, kind in _KINDS.items():
            kept = await self._drafts.get(finish_id(what, original.id))
            if kept is None or not kept.payload:
                continue
            (advisory,) = parse(kept.payload).advisories
            broadcast = await self._broadcasts.get(advisory.id)
            if broadcast is None or broadcast.ended is None:
                return None
            found.append(Ending(kind, kept, broadcast))
        return tuple(found)

    async def _try(self, record: AdvisoryRecord, kept: Kept) -> Tried:
        """Render the template's correction and all-clear as they would be sent in this drill."""
        original, faults = read_back(record), list[str]()
        languages = self._follow_ups.texts.languages
        for what in (Finish.CLEAR, Finish.MISTAKE):
            said = self._said(what, kept, original)
            advisory = self._publishing.finish(what, original, said)
            notice = await self._notices.of(self._publishing.record(advisory))
            for tag in languages:
                for layout in Layout:
                    message = self._renderer.render(notice, tag, layout)
                    if not self._is_fit(message, tag, said.text[tag], layout):
                        faults.append(f"{kept.draft.template}, {DONE[what]}, {tag}, {layout}")
        return Tried(len(languages), tuple(faults))

    def _is_fit(self, message: Message, language: str, said: str, layout: Layout) -> bool:
        shown = unmarked(message.html).strip()
        mark = self._follow_ups.texts.get(language, "advisory.mark.Exercise")
        is_said = layout is Layout.LOW or said[:_QUOTED] in shown
        is_marked = shown.startswith(mark) and shown.endswith(mark)
        return is_marked and is_said and parsed_units(message.html) <= MAX_UNITS

    def _said(self, what: Finish, kept: Kept, original: Advisory) -> Said:
        hazard = self._guidance.classify(original, self._clock()).hazard
        template = self._templates.get(kept.draft.template or "")
        return self._follow_ups.said(what, hazard, template)

"""What follows a warning: ended, halted or resumed, in the chat and at the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.advisory import Advisory
from bot.domain.audit import Doing
from bot.domain.broadcast import Broadcast
from bot.domain.draft import Hand, Kept
from bot.domain.followup import DONE, Finish, Said
from bot.domain.guidance import GuidanceBook
from bot.domain.operators import Operator
from bot.domain.record import AdvisoryRecord
from bot.domain.template import Template
from bot.pipeline.deciding import Audit
from bot.pipeline.plan import advisory_id
from bot.pipeline.publishing import Drafts, Publishing
from bot.pipeline.review import Review
from bot.pipeline.roster import Roster
from bot.rendering.followup import FollowUps

log = structlog.get_logger(__name__)


class Steering(Protocol):
    """Broadcasts, as an operator steers them."""

    async def all_active(self) -> tuple[str, ...]: ...
    async def get(self, broadcast_id: str) -> Broadcast | None: ...
    async def halt(self, broadcast_id: str, reason: str) -> None: ...
    async def resume(self, broadcast_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Finished:
    """What was issued to end a warning, and why somebody else must agree first."""

    issued: AdvisoryRecord
    reasons: tuple[str, ...]


class Following:
    """Acts and keeps it in the audit; who may is asked of :meth:`is_theirs` before."""

    def __init__(
        self,
        *,
        steering: Steering,
        roster: Roster,
        review: Review,
        drafts: Drafts,
        guidance: GuidanceBook,
        templates: Mapping[str, Template],
        follow_ups: FollowUps,
        audit: Audit,
        clock: Callable[[], datetime],
    ) -> None:
        self._steering = steering
        self._roster = roster
        self._review = review
        self._drafts = drafts
        self._guidance = guidance
        self._templates = templates
        self._follow_ups = follow_ups
        self._audit = audit
        self._clock = clock

    def is_theirs(self, operator: Operator, record: AdvisoryRecord) -> bool:
        """Whether somebody may speak for all places of a warning."""
        allowed = self._roster.reach(operator)
        return allowed is None or set(record.places) <= allowed

    async def said(self, what: Finish, record: AdvisoryRecord, original: Advisory) -> Said:
        """The prepared words, those of its template where it was made from one."""
        is_own = record.author is not None
        kept = await self._drafts.get(original.identifier) if is_own else None
        template = self._templates.get(kept.draft.template or "") if kept else None
        hazard = self._guidance.classify(original, self._clock()).hazard
        return self._follow_ups.said(what, hazard, template)

    async def finish(
        self,
        what: Finish,
        record: AdvisoryRecord,
        original: Advisory,
        operator: Operator,
        name: str,
        publishing: Publishing,
    ) -> Finished | Kept:
        """Issue what ends a warning; the draft of whoever was first where somebody was."""
        said = await self.said(what, record, original)
        foreseen = await self._review.foresee(publishing.finish(what, original, said), operator.id)
        hand = Hand(operator.id, name, DONE[what])
        issued = await publishing.submit_finish(what, original, said, hand)
        if isinstance(issued, Kept):
            return issued
        reasons = tuple(one.value for one in foreseen.reasons)
        after = {"code": issued.code, "of": record.code, "waits": list(reasons)}
        await self._note(operator, name, DONE[what], record, after)
        log.info("warning ended", advisory=record.id, by=issued.id, operator=operator.id)
        return Finished(issued, reasons)

    async def running(self, record: AdvisoryRecord) -> list[str]:
        """Its broadcasts that are not finished, halted ones too."""
        active = await self._steering.all_active()
        return [one for one in active if advisory_id(one) == record.id]

    async def halt(
        self, record: AdvisoryRecord, operator: Operator, name: str
    ) -> tuple[Broadcast, ...]:
        """Stop at once what is being sent of it; empty where nothing is."""
        running = await self.running(record)
        for id in running:
            await self._steering.halt(id, f"by {operator.id}")
        if running:
            await self._note(operator, name, "halted", record, {"code": record.code})
            log.warning("broadcast halted by an operator", advisory=record.id, operator=operator.id)
        found = [await self._steering.get(id) for id in running]
        return tuple(one for one in found if one is not None)

    async def resume(self, record: AdvisoryRecord, operator: Operator, name: str) -> int:
        """Go on with what was halted; how many broadcasts there are."""
        running = await self.running(record)
        for id in running:
            await self._steering.resume(id)
        await self._note(operator, name, "resumed", record, {"code": record.code})
        return len(running)

    async def _note(
        self,
        operator: Operator,
        name: str,
        what: str,
        record: AdvisoryRecord,
        after: Mapping[str, object],
    ) -> None:
        await self._audit.append(Doing(what, operator.id, name, record.id, {}, after))

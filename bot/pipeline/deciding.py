"""What an operator may decide about what waits, in the chat and at the command line alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import structlog

from bot.domain.audit import Doing
from bot.domain.operators import Act, Operator, Refusal, may, may_override
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.pipeline.review import Review
from bot.pipeline.roster import Roster

log = structlog.get_logger(__name__)

SHORTEST_REASON = 10
LONGEST_REASON = 500


class Answer(StrEnum):
    """What became of a wish to decide."""

    DONE = "done"
    GONE = "gone"  # there is no such advisory
    ROLE = "role"
    AUTHOR = "author"  # nobody approves what they wrote
    PLACES = "places"
    EXPIRED = "expired"
    DECIDED = "decided"  # somebody was first
    NOT_FOR_THIS = "not_for_this"  # more than the second person is missing
    REASON_LENGTH = "reason_length"


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer, and the advisory as it stands then; None where it is gone."""

    answer: Answer
    record: AdvisoryRecord | None = None


_REFUSALS = {
    Refusal.ROLE: Answer.ROLE,
    Refusal.AUTHOR: Answer.AUTHOR,
    Refusal.PLACES: Answer.PLACES,
}


class Advisories(Protocol):
    """What was received and what was decided about it."""

    async def get(self, advisory_id: str) -> AdvisoryRecord | None: ...


class Audit(Protocol):
    """Where every decision is kept."""

    async def append(self, doing: Doing) -> Any: ...


class Deciding:
    """Checks, decides and keeps it in the audit. Of two at once one is first."""

    def __init__(
        self,
        *,
        advisories: Advisories,
        review: Review,
        roster: Roster,
        audit: Audit,
        clock: Callable[[], datetime],
    ) -> None:
        self._advisories = advisories
        self._review = review
        self._roster = roster
        self._audit = audit
        self._clock = clock

    async def asked(self, advisory_id: str, operator: Operator) -> Decided:
        """Whether this person may decide about it; `DONE` where they may."""
        record = await self._advisories.get(advisory_id)
        if record is None:
            return Decided(Answer.GONE)
        refusal = self._roster.refusal(operator, record)
        return Decided(_REFUSALS[refusal] if refusal else Answer.DONE, record)

    async def approve(self, advisory_id: str, operator: Operator, name: str) -> Decided:
        """Publish what waits, unless its time is over or somebody decided before."""
        found = await self.asked(advisory_id, operator)
        record = found.record
        if record is None or found.answer is not Answer.DONE:
            return found
        if record.state is AdvisoryState.PENDING and record.expires <= self._clock():
            return Decided(Answer.EXPIRED, record)
        return await self._decide(self._review.approve, "approved", record, operator, name)

    async def reject(self, advisory_id: str, operator: Operator, name: str) -> Decided:
        """Refuse what waits, unless somebody decided before."""
        found = await self.asked(advisory_id, operator)
        if found.record is None or found.answer is not Answer.DONE:
            return found
        return await self._decide(self._review.reject, "rejected", found.record, operator, name)

    async def may_go_alone(self, advisory_id: str, operator: Operator) -> Decided:
        """Whether this person may publish what they wrote without a second one."""
        record = await self._advisories.get(advisory_id)
        if record is None:
            return Decided(Answer.GONE)
        if record.state is not AdvisoryState.PENDING:
            return Decided(Answer.DECIDED, record)
        if not may(operator, Act.OVERRIDE) or record.author != operator.id:
            return Decided(Answer.ROLE, record)
        if not may_override(record.reasons):
            return Decided(Answer.NOT_FOR_THIS, record)
        if record.expires <= self._clock():
            return Decided(Answer.EXPIRED, record)
        return Decided(Answer.DONE, record)

    async def override(
        self, advisory_id: str, operator: Operator, name: str, reason: str
    ) -> Decided:
        """Publish alone, for a reason that everybody is told and the audit keeps."""
        found = await self.may_go_alone(advisory_id, operator)
        record, said = found.record, " ".join(reason.split())
        if record is None or found.answer is not Answer.DONE:
            return found
        if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
            return Decided(Answer.REASON_LENGTH, record)
        log.warning("published by one person", advisory=record.id, operator=operator.id)
        return await self._decide(
            self._review.approve, "overridden", record, operator, name, reason=said
        )

    async def _decide(
        self,
        act: Callable[[str, str], Awaitable[bool]],
        what: str,
        before: AdvisoryRecord,
        operator: Operator,
        name: str,
        **more: str,
    ) -> Decided:
        is_first = await act(before.id, name)
        record = await self._advisories.get(before.id) or before
        if not is_first:
            return Decided(Answer.DECIDED, record)
        log.info("advisory decided", advisory=record.id, state=record.state, operator=operator.id)
        after = {"state": record.state.value, "code": record.code, **more}
        doing = Doing(what, operator.id, name, record.id, {"state": before.state.value}, after)
        await self._audit.append(doing)
        return Decided(Answer.DONE, record)

"""What an operator does at the command line, each act by the rules of the chat."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.assembly.judging import operators_key
from bot.config import Settings
from bot.domain.advisory import Advisory, Severity, Status
from bot.domain.audit import Doing
from bot.domain.change import is_warning
from bot.domain.draft import Kept
from bot.domain.followup import Finish
from bot.domain.memory import Word
from bot.domain.operators import SOURCE, Act, Operator, may
from bot.domain.place import Place, is_name_of
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.trust import SEVERITY_RANK, Verdict
from bot.formats import parse
from bot.formats.signature import sign
from bot.loading import Content
from bot.pipeline.deciding import (
    LONGEST_REASON,
    SHORTEST_REASON,
    Answer,
    Decided,
    Deciding,
)
from bot.pipeline.following import Finished, Following
from bot.pipeline.lineage import read_back
from bot.pipeline.plan import expiry, locate
from bot.pipeline.publishing import Publishing
from bot.pipeline.review import Review
from bot.pipeline.roster import Roster
from bot.storage.opening import Storage

CODES = "see `forewarn status` for the codes"


class Refused(Exception):
    """An operator may not do it, or it cannot be done; says why and what would help."""


@dataclass(frozen=True, slots=True)
class Examined:
    """An advisory that may be published. ``city`` is what confirms it, None where nothing need be
    typed.
    """

    advisory: Advisory
    payload: bytes
    operator: Operator
    places: tuple[str, ...]
    city: Place | None


class Hands:
    """One connection and one operator's hands."""

    def __init__(
        self,
        settings: Settings,
        content: Content,
        storage: Storage,
        *,
        roster: Roster,
        review: Review,
        deciding: Deciding,
        following: Following,
    ) -> None:
        self._settings = settings
        self._content = content
        self._storage = storage
        self._roster = roster
        self._review = review
        self._deciding = deciding
        self._following = following

    async def examine(self, payload: bytes, operator_id: int) -> Examined:
        """One advisory as an operator would publish it; raises Refused where it would reach nobody.

        The judgement is that of review, which comes again when the queue is read.
        """
        operator = await self._acting(operator_id, Act.PUBLISH)
        parsed = parse(payload)
        if len(parsed.advisories) != 1 or parsed.refusals:
            raise Refused("FILE: must hold exactly one advisory; publish the others one by one")
        (advisory,) = parsed.advisories
        now = self._storage.clock()
        ends = expiry(advisory, now, self._settings.life.policy)
        if is_warning(advisory) and ends <= now:
            raise Refused(f"FILE: its end, {ends.isoformat()}, is over; send what is valid")
        if known := await self._storage.advisories.get(advisory.id):
            raise Refused(f"FILE: it is known as {known.code} and {known.state}; {CODES}")
        ruling = await self._review.foresee(advisory, operator.id)
        if ruling.verdict not in (Verdict.PUBLISH, Verdict.REVIEW):
            reasons = ", ".join(one.value for one in ruling.reasons) or advisory.status.value
            raise Refused(f"FILE: it would be refused ({reasons}); see docs/producers.md")
        named = locate(advisory, self._content.gazetteer).named
        first = self._content.gazetteer.get(named[0]) if named else None
        is_grave = SEVERITY_RANK[advisory.max_severity] >= SEVERITY_RANK[Severity.SEVERE]
        asks = is_grave and is_warning(advisory) and advisory.status is Status.ACTUAL
        return Examined(advisory, payload, operator, named, first if asks else None)

    async def publish(self, examined: Examined, typed: str | None = None) -> str:
        """Put it on the queue in the operator's name, by the operators' own key; its id.

        What needs a confirmation is confirmed by the name of its first place, as in the chat.
        """
        city, operator = examined.city, examined.operator
        if city is not None and (typed is None or not is_name_of(typed, city)):
            raise Refused(
                f"--city: {typed!r} is not {city.name('en')!r}; nothing was published. "
                "A grave warning is confirmed by the name of its first place"
            )
        id = examined.advisory.id
        author = await self._storage.drafts.claim_author(id, operator.id)
        if author != operator.id:
            name = await self._roster.name(author)
            raise Refused(f"FILE: {name} was first and has published it; {CODES}")
        key = operators_key(self._settings)
        await self._storage.queue.add(examined.payload, SOURCE, sign(examined.payload, key))
        severity = str(examined.advisory.max_severity)
        after = {"severity": severity, "places": list(examined.places[:8])}
        doing = Doing("submitted", operator.id, self._name(operator), id, {}, after)
        await self._storage.audit.append(doing)
        return id

    async def approve(self, code: str, operator_id: int) -> AdvisoryRecord:
        """Publish what waits, by somebody who did not write it."""
        operator = await self._acting(operator_id, Act.APPROVE)
        record, name = await self._known(code), self._name(operator)
        return await self._settle(
            await self._deciding.approve(record.id, operator, name), record, operator
        )

    async def reject(self, code: str, operator_id: int) -> AdvisoryRecord:
        """Refuse what waits."""
        operator = await self._acting(operator_id, Act.APPROVE)
        record, name = await self._known(code), self._name(operator)
        return await self._settle(
            await self._deciding.reject(record.id, operator, name), record, operator
        )

    async def override(self, code: str, operator_id: int, reason: str) -> AdvisoryRecord:
        """Publish alone what one wrote, for a reason that everybody is told."""
        operator = await self._acting(operator_id, Act.OVERRIDE)
        record, name = await self._known(code), self._name(operator)
        decided = await self._deciding.override(record.id, operator, name, reason)
        now = await self._settle(decided, record, operator)
        facts = {"code": now.code, "name": name, "reason": " ".join(reason.split())}
        await self._storage.watch.leave(Word.OVERRIDE, now.id, facts)
        return now

    async def finish(self, code: str, what: Finish, operator_id: int) -> Finished:
        """End a warning by the code that people see."""
        operator, record, original = await self._about(code, operator_id)
        # It speaks for its own sender where operators wrote it, and for nobody else.
        sender = original.sender if record.source == SOURCE else f"operator-{operator.id}"
        finished = await self._following.finish(
            *(what, record, original, operator, self._name(operator)), self._publishing(sender)
        )
        if isinstance(finished, Kept):
            raise Refused(f"CODE: {finished.hand.name} was first: {finished.hand.what}")
        return finished

    async def halt(self, code: str, operator_id: int) -> AdvisoryRecord:
        """Stop at once what is being sent."""
        operator, record, _ = await self._about(code, operator_id)
        name = self._name(operator)
        if not await self._following.halt(record, operator, name):
            raise Refused(f"CODE: nothing of {record.code} is being sent; there is nothing to halt")
        facts = {"code": record.code, "name": name}
        await self._storage.watch.leave(Word.HALTED_BY, record.id, facts)
        return record

    async def resume(self, code: str, operator_id: int) -> AdvisoryRecord:
        """Go on with what was halted."""
        operator, record, _ = await self._about(code, operator_id)
        if not await self._following.resume(record, operator, self._name(operator)):
            raise Refused(f"CODE: nothing of {record.code} is unsent; there is nothing to resume")
        return record

    async def _settle(
        self, decided: Decided, before: AdvisoryRecord, operator: Operator
    ) -> AdvisoryRecord:
        record = decided.record or before
        if decided.answer is not Answer.DONE:
            raise Refused(_REFUSALS[decided.answer](record, operator))
        # The bot closes the questions that stand in operators' chats.
        await self._storage.watch.leave(Word.DECIDED, record.id, {"name": self._name(operator)})
        return record

    async def _about(
        self, code: str, operator_id: int
    ) -> tuple[Operator, AdvisoryRecord, Advisory]:
        """Who acts and the warning it is about, if it stands and they may."""
        operator = await self._acting(operator_id, Act.CORRECT)
        record = await self._known(code)
        original = read_back(record)
        if record.state is not AdvisoryState.PUBLISHED or not is_warning(original):
            raise Refused(f"CODE: {record.code} is {record.state.value}; there is nothing to end")
        if not self._following.is_theirs(operator, record):
            raise Refused(_not_theirs(record, operator))
        return operator, record, original

    async def _known(self, code: str) -> AdvisoryRecord:
        record = await self._storage.advisories.by_code(code.strip().upper())
        if record is None:
            raise Refused(f"CODE: {code!r} is no warning that is known; {CODES}")
        return record

    async def _acting(self, operator_id: int, act: Act) -> Operator:
        operator = await self._roster.get(operator_id)
        if operator is None:
            raise Refused(
                f"--operator: {operator_id} is no operator; write the Telegram user id of one, "
                "or set BOT_ADMINS"
            )
        if not may(operator, act):
            raise Refused(_role(operator))
        return operator

    def _name(self, operator: Operator) -> str:
        """Who they say they are, and whose shell it was: here nobody has signed in."""
        return f"{operator.name or operator.id} (command line of {getpass.getuser()})"

    def _publishing(self, sender: str) -> Publishing:
        return Publishing(
            drafts=self._storage.drafts,
            queue=self._storage.queue,
            gazetteer=self._content.gazetteer,
            guidance=self._content.guidance,
            sign=partial(sign, private_key_b64=operators_key(self._settings)),
            sender=sender,
            policy=self._settings.life.policy,
            clock=self._storage.clock,
        )


def _not_theirs(record: AdvisoryRecord, operator: Operator) -> str:
    return f"--operator: {operator.id} may not speak for the places of {record.code}; ask an owner"


def _not_alone(record: AdvisoryRecord, operator: Operator) -> str:
    if record.author != operator.id:
        return f"--operator: {operator.id} did not write {record.code}; approve it instead"
    return _role(operator)


def _role(operator: Operator) -> str:
    return f"--operator: {operator.id} is {operator.role}, who may not do this; ask an owner"


_REFUSALS: dict[Answer, Callable[[AdvisoryRecord, Operator], str]] = {
    Answer.ROLE: _not_alone,
    Answer.PLACES: _not_theirs,
    Answer.GONE: lambda record, _: f"CODE: {record.code} is gone; {CODES}",
    Answer.AUTHOR: lambda record, operator: (
        f"--operator: {operator.id} wrote {record.code}; somebody else must decide, or in an "
        'emergency --override "the reason"'
    ),
    Answer.EXPIRED: lambda record, _: f"CODE: the time of {record.code} is over",
    Answer.DECIDED: lambda record, _: (
        f"CODE: {record.code} is {record.state}"
        f"{f' already, by {record.decided_by}' if record.decided_by else ''}; nothing waits"
    ),
    Answer.NOT_FOR_THIS: lambda record, _: (
        f"--override: {record.code} waits for more than a second person "
        f"({', '.join(record.reasons)}); an approver must decide"
    ),
    Answer.REASON_LENGTH: lambda _record, _operator: (
        f"--override: the reason needs {SHORTEST_REASON} to {LONGEST_REASON} characters"
    ),
}

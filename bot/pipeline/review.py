"""What may be published at once, what waits for a person, and what that person decides."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.advisory import Advisory, Severity
from bot.domain.change import Policy, is_warning
from bot.domain.drill import CONFIGURED
from bot.domain.gazetteer import Gazetteer
from bot.domain.life import OPENED, PASSED, STILL, timers
from bot.domain.operators import SOURCE, Patience, Urging, second_look, urgings
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.resolution import Resolution
from bot.domain.trust import Ruling, Source, Unsigned, Verdict, judge
from bot.pipeline.known import Known
from bot.pipeline.lineage import Lineage
from bot.pipeline.narrowing import inherited
from bot.pipeline.overtaken import overtakes
from bot.pipeline.plan import broadcast_id, expiry, locate, short_code
from bot.pipeline.ports import Advisories, Authors, Broadcasts, Desk, Timers
from bot.pipeline.proceeding import doubts, proceed
from bot.pipeline.roster import Roster

log = structlog.get_logger(__name__)

ASK_AGAIN_S = 15.0
"""How soon operators who could not be asked, having not started the bot, are tried again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One advisory of a queue entry, and who vouches for it."""

    advisory: Advisory
    received: datetime
    source_key: str | None
    signed: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """When operators need a second person, and how long a question may wait."""

    two_people_above: Severity
    patience: Patience


def _by_operators(arrival: Arrival) -> bool:
    return arrival.signed and arrival.source_key == SOURCE


class Review:
    """Judges arrivals and publishes what may go out.

    Every step may be repeated after a crash: the record's state is compared before it is set,
    and a broadcast is published under an id that only the advisory determines.
    """

    def __init__(
        self,
        *,
        advisories: Advisories,
        broadcasts: Broadcasts,
        timers: Timers,
        lineage: Lineage,
        policy: Policy,
        gazetteer: Gazetteer,
        sources: Mapping[str, Source],
        unsigned: Unsigned,
        roster: Roster,
        authors: Authors,
        rules: Rules,
        desk: Desk,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._advisories = advisories
        self._broadcasts = broadcasts
        self._timers = timers
        self._lineage = lineage
        self._policy = policy
        self._gazetteer = gazetteer
        self._sources = sources
        self._unsigned = unsigned
        self._roster = roster
        self._authors = authors
        self._rules = rules
        self._desk = desk
        self._clock = clock
        self._wake = wake
        self._news = asyncio.Event()
        self._left_out: deque[AdvisoryRecord] = deque(maxlen=100)

    async def consider(self, arrival: Arrival) -> Ruling:
        """Judge one advisory and act on it; an exact repeat is acted on once."""
        advisory = arrival.advisory
        resolution = locate(advisory, self._gazetteer)
        originals = await self._lineage.originals_of(advisory, advisory.id)
        author = await self._author(arrival)
        ruling = self._rule(arrival, resolution, originals)
        if ruling.verdict in (Verdict.PUBLISH, Verdict.REVIEW) and _by_operators(arrival):
            ruling = await self._look_again(ruling, arrival, resolution, originals, author)
        if ruling.verdict in (Verdict.REFUSE, Verdict.IGNORE):
            return ruling
        record = replace(self._record(arrival, resolution, ruling, originals), author=author)
        if not await self._advisories.add(record):
            stored = await self._advisories.get(record.id)
            if stored is None or stored.state is not AdvisoryState.PUBLISHED:
                return ruling
            record = stored  # published before, perhaps not to the end: assert it again
        elif record.unresolved and record.places:
            log.warning("area unresolved", advisory=record.id, areas=len(record.unresolved))
            self._left_out.append(record)
            self._news.set()
        if record.state is AdvisoryState.PUBLISHED:
            await self._publish(record, await self._warnings())
        else:
            log.info("advisory waits", advisory=record.id, reasons=record.reasons)
            self._news.set()
        return ruling

    async def foresee(self, advisory: Advisory, author: int) -> Ruling:
        """What would become of an operator's advisory if it came in now."""
        arrival = Arrival(advisory, self._clock(), SOURCE, signed=True)
        resolution = locate(advisory, self._gazetteer)
        originals = await self._lineage.originals_of(advisory, advisory.id)
        ruling = self._rule(arrival, resolution, originals)
        if ruling.verdict not in (Verdict.PUBLISH, Verdict.REVIEW):
            return ruling
        return await self._look_again(ruling, arrival, resolution, originals, author)

    async def approve(self, advisory_id: str, by: str | None = None) -> bool:
        """Publish what waits; False if somebody decided before. `by` is the decider's name."""
        record = await self._advisories.get(advisory_id)
        if record is None or not await self._advisories.set_state(
            advisory_id,
            AdvisoryState.PUBLISHED,
            expected=AdvisoryState.PENDING,
            decided_by=by,
        ):
            return False
        await self._publish(replace(record, state=AdvisoryState.PUBLISHED), await self._warnings())
        return True

    async def reject(self, advisory_id: str, by: str | None = None) -> bool:
        """Refuse what waits; False if somebody decided before. `by` is the decider's name."""
        return await self._advisories.set_state(
            advisory_id,
            AdvisoryState.REJECTED,
            expected=AdvisoryState.PENDING,
            decided_by=by,
        )

    async def reassert(self) -> None:
        """Say again what stands: a Redis that was rolled back may have lost a publish or a cancel.

        Both are idempotent. Run at start and whenever Redis came back.
        """
        warnings = await self._warnings()
        for record in await self._advisories.current(self._clock()):
            await self._publish(record, warnings)

    async def keep_asking(self) -> None:
        """Ask operators about what waits and tell them what was left out, for ever.

        Apart from the intake: a person's chat that is slow must not hold the next advisory up.
        """
        while True:
            self._news.clear()
            for record in await self._advisories.pending():
                await self._ask(record)
            while self._left_out:
                record = self._left_out.popleft()
                areas = "; ".join(record.unresolved)
                await self._desk.tell("unresolved", code=record.code, areas=areas)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._again_s):
                    await self._news.wait()

    @property
    def _again_s(self) -> float:
        return min(ASK_AGAIN_S, self._rules.patience.remind.total_seconds())

    async def _ask(self, record: AdvisoryRecord) -> None:
        due = urgings(self._rules.patience, self._clock() - record.received)
        await self._desk.ask(record, escalated=Urging.ESCALATE in due)
        for urging in due:
            await self._desk.urge(record, urging)

    async def _author(self, arrival: Arrival) -> int | None:
        """Who wrote it here; None for what no operator's key vouches for, whatever it claims."""
        if not _by_operators(arrival):
            return None
        return await self._authors.author_of(arrival.advisory.id)

    async def _look_again(
        self,
        ruling: Ruling,
        arrival: Arrival,
        resolution: Resolution,
        originals: Sequence[Known],
        author_id: int | None,
    ) -> Ruling:
        """What an operator wrote may need a second person; their rights are those of now."""
        if author_id == CONFIGURED and arrival.advisory.is_drill:
            return ruling
        author = None if author_id is None else await self._roster.get(author_id)
        doubts = second_look(
            arrival.advisory,
            author=author,
            two_people_above=self._rules.two_people_above,
            # What ends a warning names no place: it is for those of the warning.
            reached={*resolution.places, *(id for one in originals for id in one.record.places)},
            allowed=self._roster.reach(author),
            ends=[one.advisory for one in originals],
        )
        if not doubts:
            return ruling
        return Ruling(Verdict.REVIEW, (*ruling.reasons, *doubts))

    def _rule(self, arrival: Arrival, resolution: Resolution, originals: Sequence[Known]) -> Ruling:
        advisory = arrival.advisory
        source = self._sources.get(arrival.source_key) if arrival.source_key else None
        follows = bool(originals) and not resolution.places
        ruling = judge(
            advisory,
            source=source,
            source_named=arrival.source_key is not None,
            signed=arrival.signed,
            unsigned=self._unsigned,
            reached=resolution.places,
            allowed=self._allowed(source),
            unresolved=not resolution.places and not follows,
        )
        found = doubts(advisory, originals, arrival.received, frozenset(resolution.places))
        if found and ruling.verdict in (Verdict.PUBLISH, Verdict.REVIEW):
            return Ruling(Verdict.REVIEW, (*ruling.reasons, *found))
        return ruling

    def _allowed(self, source: Source | None) -> frozenset[str] | None:
        if source is None or not source.places:
            return None
        return frozenset[str]().union(*map(self._gazetteer.settlements_in, source.places))

    def _record(
        self,
        arrival: Arrival,
        resolution: Resolution,
        ruling: Ruling,
        originals: Sequence[Known],
    ) -> AdvisoryRecord:
        advisory = arrival.advisory
        publish = ruling.verdict is Verdict.PUBLISH
        places, named = tuple(sorted(resolution.places)), resolution.named
        if not places:
            places, named = inherited(advisory, originals)
        return AdvisoryRecord(
            id=advisory.id,
            payload=advisory.to_json(),
            raw=advisory.raw,
            source=arrival.source_key,
            signed=arrival.signed,
            state=AdvisoryState.PUBLISHED if publish else AdvisoryState.PENDING,
            code=short_code(advisory.id, self._place_name(resolution, originals)),
            places=places,
            named=named,
            unresolved=tuple(one.detail for one in resolution.unresolved),
            reasons=tuple(reason.value for reason in ruling.reasons),
            received=arrival.received,
            expires=expiry(advisory, arrival.received, self._policy),
        )

    def _place_name(self, resolution: Resolution, originals: Sequence[Known]) -> str:
        """The first place that is named; a Cancel seldom repeats where its original was for."""
        named = (*resolution.named, *(id for one in originals for id in one.record.named))
        first = self._gazetteer.get(named[0]) if named else None
        return first.name("en") if first else ""

    async def _publish(self, record: AdvisoryRecord, warnings: Sequence[Known]) -> None:
        now = self._clock()
        new = await self._lineage.known(record)
        others = [one for one in warnings if one.record.id != record.id]
        originals = await self._lineage.originals(record)
        operators = [one.id for one in await self._roster.all()] if new.advisory.is_drill else ()
        is_aloud = await overtakes(record.id, originals, self._broadcasts)
        proceeding = proceed(new, originals, now, others, operators, is_aloud=is_aloud)
        for ended, state in proceeding.end:
            await self._end(ended, state, by=record.id)
        for broadcast in proceeding.stop:
            await self._broadcasts.cancel(broadcast)
        for plan in proceeding.start:
            if await self._broadcasts.publish(plan):
                log.info(
                    "broadcast published",
                    broadcast=plan.id,
                    lane=plan.lane.name.lower(),
                    places=len(plan.places),
                )
        if is_warning(new.advisory):
            since = await self._told_since(record, now)
            ahead = timers(new.version.window, since, self._policy.reminders)
            await self._timers.set(record.id, [(timer.name, timer.due) for timer in ahead])
        self._wake()

    async def _told_since(self, record: AdvisoryRecord, now: datetime) -> datetime:
        """Since when people may have been told of it. A death before its timers were set may have
        lasted until after they were due.
        """
        broadcast = await self._broadcasts.get(record.id)
        return now if broadcast is None or broadcast.started is None else broadcast.started

    async def _warnings(self) -> tuple[Known, ...]:
        """Every warning that counts now."""
        current = await self._advisories.current(self._clock())
        known = [await self._lineage.known(record) for record in current]
        return tuple(one for one in known if is_warning(one.advisory))

    async def _end(self, advisory_id: str, state: AdvisoryState, *, by: str) -> None:
        # Stop what is still going out before anything else is said about it.
        await self._broadcasts.cancel(advisory_id)
        for expected in (AdvisoryState.PUBLISHED, AdvisoryState.PENDING):
            if await self._advisories.set_state(advisory_id, state, expected=expected, by=by):
                break
        # A timer starts nothing of it any more; what one started until now is stopped as well.
        reminders = (f"remind{ahead}" for ahead in self._policy.minutes_ahead)
        for name in (OPENED, PASSED, STILL, *reminders):
            await self._broadcasts.cancel(broadcast_id(advisory_id, name))

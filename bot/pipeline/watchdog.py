"""The watchdog: compares what is wrong with what was told, and tells operators what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.fault import StorageUnavailable
from bot.domain.letters import Heap, take
from bot.domain.memory import Event, Memory, Word
from bot.domain.watch import MUTE, Calm, Changes, Concern, Kind, Report, compare
from bot.pipeline.forgeries import Forgeries
from bot.pipeline.lookout import Advisories, Lookout
from bot.pipeline.plan import advisory_id
from bot.pipeline.ports import Herald, Line, Watch

log = structlog.get_logger(__name__)

PROBE_LOOKS = 6
"""Telegram itself is asked at every sixth look."""

READS = 16
"""Batches of dead letters in one look: more than the stream keeps."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often to look, how patient to be, and how often dead letters are summed up."""

    look_s: float
    calm: Calm
    sums: timedelta


class Watchdog:
    """Runs in every replica. Whoever dispatches looks; where nobody does, one of the others.

    It tells first and remembers then: a crash in between tells again, and loses nothing.
    """

    def __init__(
        self,
        *,
        watch: Watch,
        lookout: Lookout,
        advisories: Advisories,
        line: Line,
        herald: Herald,
        forgeries: Forgeries,
        rounds: Rounds,
        is_mine: Callable[[], Awaitable[bool]],
        clock: Callable[[], datetime],
    ) -> None:
        self._watch = watch
        self._lookout = lookout
        self._advisories = advisories
        self._line = line
        self._herald = herald
        self._forgeries = forgeries
        self._rounds = rounds
        self._is_mine = is_mine
        self._clock = clock
        self._looks = 0

    async def run(self) -> None:
        """Look for ever; raises StorageUnavailable when Redis goes away."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(self._rounds.look_s)
        finally:
            # Or the next start would wait until the turn has run out.
            with suppress(StorageUnavailable):
                await self._watch.end_turn()

    async def look(self) -> None:
        """Look once, and tell what has changed since the last look of any replica."""
        if not await self._is_mine() or not await self._watch.take_turn():
            return
        if self._looks % PROBE_LOOKS == 0:
            await self._line.probe()
        self._looks += 1
        now = self._clock()
        memory = await self._watch.memory() or Memory(now, now)
        events = await self._watch.events()
        found = await self._lookout.look(memory, now)
        mismatches = [await self._mismatch(one, now) for one in events if one.word is Word.MISMATCH]
        changes = compare(memory.concerns, (*found.concerns, *mismatches), now, self._rounds.calm)
        tally, said = take(memory.letters, *await self._letters(memory), now, self._rounds.sums)
        report = Report(changes, said)
        known = {one.id for one in memory.concerns}
        for one in changes.new:
            if one.id not in known:
                # The log has it also while nobody can be told.
                log.warning("needs a person", kind=one.kind.value, about=one.key)
        is_told = await self._tell(report)
        after = replace(
            memory,
            looked=now,
            concerns=_standing(changes, now, is_told),
            courses=found.courses,
            letters=tally if is_told else memory.letters,
            weighed=found.weighed,
        )
        if await self._watch.remember(after):
            await self._see_to(events)
            if not self._is_mute:
                await self._forgeries.pass_on()

    async def _mismatch(self, event: Event, now: datetime) -> Concern:
        record = await self._advisories.get(advisory_id(event.about))
        code = record.code if record else event.about
        return Concern(Kind.MISMATCH, event.about, now, {**event.facts, "code": code})

    async def _letters(self, memory: Memory) -> tuple[tuple[Heap, ...], str]:
        """What died since, by reason, and how far that was read."""
        read, heaps = memory.letters.read, dict[str, Heap]()
        for _ in range(READS):
            last, some = await self._watch.dead_letters(read)
            if last == read:
                break
            read = last
            for one in some:
                first = heaps.get(one.reason, replace(one, count=0))
                heaps[one.reason] = replace(first, count=first.count + one.count)
        return tuple(heaps.values()), read

    async def _tell(self, report: Report) -> bool:
        """Whether everything is told by now: what is not comes up again at the next look."""
        if report.is_nothing:
            return True
        if self._is_mute or not await self._herald.report(report):
            return False
        for one in report.changes.over:
            log.info("needs nobody any more", kind=one.kind.value, about=one.key)
        return True

    @property
    def _is_mute(self) -> bool:
        trouble = self._line.trouble
        return trouble is not None and trouble.kind in MUTE

    async def _see_to(self, events: tuple[Event, ...]) -> None:
        """Do what the command line could not do itself, for it speaks to Redis alone."""
        for event in events:
            if event.word is not Word.MISMATCH:
                if self._is_mute:
                    continue
                await self._pass_on(event)
            await self._watch.drop(event)

    async def _pass_on(self, event: Event) -> None:
        if event.word is Word.DECIDED:
            record = await self._advisories.get(event.about)
            if record is not None:
                await self._herald.close(record, by=str(event.facts["name"]))
        else:
            await self._herald.tell(event.word.value, **event.facts)


def _standing(changes: Changes, now: datetime, is_told: bool) -> tuple[Concern, ...]:
    """What is remembered: all that was told is known now, and what is over and told is gone."""
    if not is_told:
        return (*changes.rests, *changes.new, *changes.again, *changes.over)
    told = (replace(one, told=now) for one in (*changes.new, *changes.again))
    return (*changes.rests, *told)

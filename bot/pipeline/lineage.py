"""What an advisory goes on from: its originals, and the broadcasts that told people of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.domain.advisory import Advisory
from bot.domain.change import Policy, Version, is_warning, window_of
from bot.domain.guidance import GuidanceBook
from bot.domain.life import OPENED, STILL
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.formats import parse
from bot.pipeline.known import Known
from bot.pipeline.plan import broadcast_id
from bot.pipeline.ports import Advisories

LONGEST = 50
"""Links that are followed; a chain of updates that is longer is somebody's mistake."""


def read_back(record: AdvisoryRecord) -> Advisory:
    """The advisory of a record, from the JSON that was stored."""
    return parse(record.payload).advisories[0]


class Lineage:
    """Follows references back and updates forward, from storage only."""

    def __init__(
        self,
        advisories: Advisories,
        guidance: GuidanceBook,
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._advisories = advisories
        self._guidance = guidance
        self._policy = policy
        self._clock = clock

    async def known(self, record: AdvisoryRecord) -> Known:
        """A stored advisory with all that may have told people of it."""
        advisory = read_back(record)
        lasts = self._policy.lasting(advisory)
        found = self._guidance.classify(advisory, self._clock(), lasts)
        window = window_of(advisory, record.received, record.expires)
        past = await self._past(record, advisory, {record.id})
        return Known(record, Version(advisory, found.hazard, window), *past)

    async def originals(self, record: AdvisoryRecord) -> tuple[Known, ...]:
        """The advisories that this one speaks of, as they live on today, each once."""
        return await self.originals_of(read_back(record), record.id)

    async def originals_of(self, advisory: Advisory, own_id: str) -> tuple[Known, ...]:
        """The same for one that is not stored yet.

        Who names a message that was updated since means what became of it; who names an
        all-clear, what that spoke of.
        """
        return tuple([await self.known(one) for one in await self._lives(advisory, own_id)])

    async def _lives(self, advisory: Advisory, own_id: str) -> list[AdvisoryRecord]:
        found: dict[str, AdvisoryRecord] = {}
        seen = {own_id}
        waiting = [advisory]
        while waiting and len(seen) < LONGEST:
            for record in await self._named(waiting.pop()):
                living = await self._living(record, own_id)
                if living.id in seen:
                    continue
                seen.add(living.id)
                said = read_back(living)
                if is_warning(said):
                    found[living.id] = living
                else:
                    waiting.append(said)
        return list(found.values())

    async def _living(self, record: AdvisoryRecord, own_id: str) -> AdvisoryRecord:
        """What took the place of a superseded advisory; itself if it is `own_id` that did."""
        for _ in range(LONGEST):
            successor = record.ended_by
            if record.state is not AdvisoryState.SUPERSEDED or successor in (None, own_id):
                break
            found = await self._advisories.get(str(successor))
            if found is None:
                break
            record = found
        return record

    async def _past(
        self, record: AdvisoryRecord, advisory: Advisory, seen: set[str]
    ) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
        """Of it and all that it superseded: `chain`, `ever` and `left` of `Known`."""
        # What says that the window is open, or that another source still warns, is live too.
        chain = tuple(broadcast_id(record.id, name) for name in (OPENED, STILL, ""))
        here = ever = frozenset(record.places)
        left: frozenset[str] = frozenset()
        for original in await self._lives(advisory, record.id):
            if original.ended_by == record.id and original.id not in seen and len(seen) < LONGEST:
                seen.add(original.id)
                before = await self._past(original, read_back(original), seen)
                chain, ever = chain + before[0], ever | before[1]
                left |= before[2] | (frozenset(original.places) - here)
        return chain, ever, left

    async def _named(self, advisory: Advisory) -> list[AdvisoryRecord]:
        """The stored messages that the references name."""
        found: dict[str, AdvisoryRecord] = {}
        for reference in advisory.references:
            if not reference.identifier:
                continue
            record = await self._advisories.by_reference(
                reference.sender, reference.identifier, reference.sent
            )
            if record is not None:
                found[record.id] = record
        return list(found.values())

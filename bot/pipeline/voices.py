"""Who warns of what now: every active source for some places, and when each was last heard of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.domain.accord import Heard, Voice, accords, silent
from bot.domain.change import all_clear, is_warning
from bot.domain.drill import audience_of
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook, Trigger
from bot.domain.life import Event
from bot.domain.operators import SOURCE
from bot.domain.record import AdvisoryRecord, AdvisoryState, Contact
from bot.domain.trust import Source
from bot.pipeline.known import Known
from bot.pipeline.lineage import Lineage
from bot.pipeline.notices import Notices
from bot.pipeline.ports import Advisories
from bot.rendering.notice import Notice
from bot.rendering.status import Situation


class Contacts(Protocol):
    """`bot.storage.source_contacts.SourceContacts`."""

    async def of(self, sources: Iterable[str]) -> Mapping[str, Contact]: ...


def voice_of(
    known: Known,
    source: Source | None,
    guidance: GuidanceBook,
    withdrawn: datetime | None = None,
) -> Voice:
    """A stored advisory as one voice among others; `source` is the one that vouches for it."""
    record, version = known.record, known.version
    trigger = guidance.trigger(version.hazard)
    family = trigger if trigger is Trigger.SIREN else version.hazard
    said = next((info.sender_name for info in version.advisory.info if info.sender_name), None)
    name = source.key if source else version.advisory.sender
    if name == SOURCE and said:
        name = f"{SOURCE}:{said}"  # operators pass on what many sources say
    trust = source.trust if source else 0
    return Voice(record.id, version, family, frozenset(record.places), name, trust, withdrawn)


class Voices:
    """Answers from storage, so that any replica can give them."""

    def __init__(
        self,
        *,
        advisories: Advisories,
        lineage: Lineage,
        notices: Notices,
        guidance: GuidanceBook,
        gazetteer: Gazetteer,
        sources: Mapping[str, Source],
        contacts: Contacts,
        clock: Callable[[], datetime],
    ) -> None:
        self._advisories = advisories
        self._lineage = lineage
        self._notices = notices
        self._guidance = guidance
        self._gazetteer = gazetteer
        self._sources = sources
        self._contacts = contacts
        self._clock = clock

    async def of(self, places: Collection[str]) -> Situation:
        """What counts now for these settlements."""
        wanted, now = set(places), self._clock()
        voices: list[Voice] = []
        told: dict[str, tuple[AdvisoryRecord, Notice]] = {}
        current = [
            known
            for record in await self._advisories.current(now)
            # A drill for some is nothing to others.
            if audience_of(record, (known := await self._lineage.known(record)).advisory) is None
        ]
        for known in current:
            if not is_warning(known.advisory):
                found = await self._withdrawn(known, wanted, now)
            else:
                found = [(known, None)] if wanted & set(known.record.places) else []
            for one, withdrawn in found:
                source = self._notices.source_of(one.record)
                voices.append(voice_of(one, source, self._guidance, withdrawn))
                told[one.record.id] = one.record, await self._notices.of(one.record)
        eased = await self._eased(current)
        groups = accords([replace(one, eased=eased.get(one.id)) for one in voices])
        # What was taken back is told only where somebody else still says it.
        live = tuple(one for one in groups if any(v.withdrawn is None for v in one.voices))
        return Situation(live, told, await self._heard(wanted, now))

    async def _eased(self, current: Iterable[Known]) -> Mapping[str, datetime]:
        """When each warning was last eased by a graded all-clear, by its id."""
        found: dict[str, datetime] = {}
        for known in current:
            if all_clear(known.advisory) is Event.EASED:
                sent = known.advisory.sent
                for one in await self._lineage.originals(known.record):
                    found[one.record.id] = max(found.get(one.record.id, sent), sent)
        return found

    async def _withdrawn(
        self, known: Known, wanted: set[str], now: datetime
    ) -> list[tuple[Known, datetime | None]]:
        """The originals of a cancel or all-clear whose time is not over yet."""
        return [
            (one, known.advisory.sent)
            for one in await self._lineage.originals(known.record)
            if one.record.state in (AdvisoryState.CANCELLED, AdvisoryState.CLEARED)
            and audience_of(one.record, one.advisory) is None
            and wanted & set(one.record.places)
            and now < one.record.expires
        ]

    async def _heard(self, wanted: set[str], now: datetime) -> tuple[Heard, ...]:
        """The configured sources that may speak for these places, the most trusted first."""
        sources = [
            one for one in self._sources.values() if one.key != SOURCE and self._covers(one, wanted)
        ]
        sources.sort(key=lambda one: (-one.trust, one.name))
        contacts = await self._contacts.of([one.key for one in sources])
        return tuple(
            Heard(one.name, last, silent(last, one.silent_after, now))
            for one in sources
            for last in (contacts[one.key].last,)
        )

    def _covers(self, source: Source, wanted: set[str]) -> bool:
        if not source.places or wanted & source.places:
            return True
        reached = (self._gazetteer.settlements_in(place) for place in source.places)
        return any(wanted & set(one) for one in reached)

"""From a stored advisory to what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from bot.domain.advisory import Advisory, MsgType
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import Classification, GuidanceBook
from bot.domain.operators import SOURCE
from bot.domain.place import Place
from bot.domain.record import AdvisoryRecord
from bot.domain.trust import Source
from bot.pipeline.plan import advisory_id
from bot.pipeline.ports import Advisories
from bot.pipeline.review import read_back
from bot.rendering.notice import Notice, Purpose

_PURPOSES = {MsgType.UPDATE: Purpose.UPDATE, MsgType.CANCEL: Purpose.CANCEL}
UNVERIFIED = "unverified"
RELAYED = "relayed"

KEPT_GUESSES = 256
"""Advisories whose event was not recognised, so that each is logged once."""

MAX_CODES = 8
MAX_CODE = 80
"""How much of a stranger's codes is logged."""

log = structlog.get_logger(__name__)


class Notices:
    """Gathers for one advisory what the renderer needs; decides nothing."""

    def __init__(
        self,
        *,
        advisories: Advisories,
        gazetteer: Gazetteer,
        guidance: GuidanceBook,
        sources: Mapping[str, Source],
        days: int,
        profile: str | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._advisories = advisories
        self._gazetteer = gazetteer
        self._guidance = guidance
        self._sources = sources
        self._days = days
        self._profile = profile
        self._clock = clock
        self._guessed: dict[str, None] = {}

    async def for_broadcast(self, broadcast_id: str) -> Notice:
        """What a broadcast tells; raises LookupError when its advisory is gone."""
        notice = await self.for_advisory(advisory_id(broadcast_id))
        if notice is None:
            raise LookupError(f"the advisory of broadcast {broadcast_id} is not stored any more")
        return notice

    async def for_advisory(self, advisory_id: str) -> Notice | None:
        """What is told of a stored advisory, published or not; None for an unknown id."""
        record = await self._advisories.get(advisory_id)
        return None if record is None else await self.of(record)

    async def of(self, record: AdvisoryRecord) -> Notice:
        """What is told of this record."""
        advisory = read_back(record)
        original = await self._original(advisory)
        # A Cancel speaks of its original's places and threat: it seldom repeats them.
        about, where = (advisory, record)
        if original is not None and not advisory.info:
            about = read_back(original)
        if original is not None and not record.named:
            where = original
        found = self._guidance.classify(about, self._clock())
        own = self._guidance.classify(advisory, self._clock())
        if about.info and found.basis.is_guess:
            self._say_guessed(record.id, about, found)
        places = self._places(where)
        country = places[0].country if places else None
        source = self._source(record)
        return Notice(
            advisory=advisory,
            purpose=_PURPOSES.get(advisory.msg_type, Purpose.ALERT),
            code=record.code,
            hazard=found.hazard,
            stage=own.stage,
            lane=own.lane,
            places=places,
            timezone=self._timezone(where, places),
            source_name=_source_name(about, source),
            source_kind=_source_kind(about, source),
            verified=record.signed,
            original=None if original is None else read_back(original),
            original_code=None if original is None else original.code,
            days=self._days,
            profile=self._profile or self._guidance.profile_of(country),
        )

    def _say_guessed(self, advisory_id: str, advisory: Advisory, found: Classification) -> None:
        """Log that more general words are told; once, for a notice is gathered for every text."""
        if advisory_id in self._guessed:
            return
        if len(self._guessed) >= KEPT_GUESSES:
            del self._guessed[next(iter(self._guessed))]
        self._guessed[advisory_id] = None
        codes = dict.fromkeys(
            f"{code.value_name}={code.value}"[:MAX_CODE]
            for i in advisory.info
            for code in i.event_code
        )
        log.warning(
            "event not recognised",
            advisory=advisory_id,
            event_codes=list(codes)[:MAX_CODES],
            hazard=found.hazard,
            basis=found.basis.value,
        )

    def _source(self, record: AdvisoryRecord) -> Source | None:
        """The configured source that speaks; one that has a key speaks only by its signature."""
        source = self._sources.get(record.source) if record.source else None
        return source if source is None or record.signed or not source.public_key else None

    async def _original(self, advisory: Advisory) -> AdvisoryRecord | None:
        for reference in advisory.references:
            if reference.identifier and (
                record := await self._advisories.by_reference(
                    reference.sender, reference.identifier, reference.sent
                )
            ):
                return record
        return None

    def _places(self, record: AdvisoryRecord) -> tuple[Place, ...]:
        return tuple(place for id in record.named if (place := self._gazetteer.get(id)))

    def _timezone(self, record: AdvisoryRecord, places: tuple[Place, ...]) -> str:
        for place in places:
            if place.timezone:
                return place.timezone
        reached = (self._gazetteer.get(id) for id in record.places)
        return next((place.timezone for place in reached if place), "UTC")


def _said_name(advisory: Advisory) -> str | None:
    return next((info.sender_name for info in advisory.info if info.sender_name), None)


def _source_name(advisory: Advisory, source: Source | None) -> str:
    said = _said_name(advisory)
    if source is None:
        return said or advisory.sender
    # Operators pass on what others say; who said it is what people must know.
    return said if said and source.key == SOURCE else source.name


def _source_kind(advisory: Advisory, source: Source | None) -> str:
    if source is None:
        return UNVERIFIED
    return RELAYED if source.key == SOURCE and _said_name(advisory) else source.kind

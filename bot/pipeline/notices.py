"""From a stored advisory to what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.advisory import Advisory, MsgType
from bot.domain.change import Policy
from bot.domain.drill import is_audible
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import Classification, GuidanceBook, Stage
from bot.domain.life import (
    ENDINGS,
    EVER,
    LEFT,
    STILL,
    Audience,
    Event,
    Form,
    Mark,
    Purpose,
    Sound,
    State,
    Telling,
    Timing,
    decide,
    timers,
    timing,
)
from bot.domain.operators import SOURCE
from bot.domain.place import Place
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.trust import Source
from bot.pipeline.known import Known
from bot.pipeline.lineage import Lineage
from bot.pipeline.narrowing import reach_of
from bot.pipeline.plan import advisory_id, name_of
from bot.pipeline.ports import Advisories
from bot.pipeline.proceeding import judged
from bot.rendering.notice import OF_ORIGINAL, Notice

_ENDED_AS = {
    AdvisoryState.CANCELLED: Purpose.CANCEL,
    AdvisoryState.CLEARED: Purpose.ALL_CLEAR,
}
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
        lineage: Lineage,
        policy: Policy,
    ) -> None:
        self._advisories = advisories
        self._lineage = lineage
        self._policy = policy
        self._gazetteer = gazetteer
        self._guidance = guidance
        self._sources = sources
        self._days = days
        self._profile = profile
        self._clock = clock
        self._guessed: dict[str, None] = {}

    async def for_broadcast(self, broadcast_id: str) -> Notice:
        """What a broadcast tells; raises LookupError when its advisory is gone."""
        record = await self._advisories.get(advisory_id(broadcast_id))
        if record is None:
            raise LookupError(f"the advisory of broadcast {broadcast_id} is not stored any more")
        return await self.of(record, name_of(broadcast_id))

    async def for_advisory(self, advisory_id: str) -> Notice | None:
        """What is told of a stored advisory, published or not; None for an unknown id."""
        record = await self._advisories.get(advisory_id)
        return None if record is None else await self.of(record)

    async def of(self, record: AdvisoryRecord, name: str = "") -> Notice:
        """What is told of this record, or what its follow-up of that name tells."""
        known = await self._lineage.known(record)
        advisory, window, now = known.advisory, known.version.window, self._clock()
        originals = await self._lineage.originals(record)
        original = originals[0] if originals else None
        telling = _telling(known, originals)
        # What ends or eases speaks of its original's places and threat: it seldom repeats them.
        about, where = advisory, record
        if original is not None and (not advisory.info or telling.purpose in OF_ORIGINAL):
            about = original.advisory
        if original is not None and not record.named:
            where = original.record
        found = self._guidance.classify(about, now, self._policy.lasting(about))
        own = self._guidance.classify(advisory, now, self._policy.lasting(advisory))
        if about.info and found.basis.is_guess:
            self._say_guessed(record.id, about, found)
        places = self._places(where)
        country = places[0].country if places else None
        source = self.source_of(record)
        notice = Notice(
            advisory=advisory,
            purpose=telling.purpose,
            code=record.code,
            hazard=found.hazard,
            stage=own.stage,
            lane=own.lane,
            places=places,
            timezone=self._timezone(where, places),
            source_name=_source_name(about, source),
            source_kind=_source_kind(about, source),
            verified=record.signed,
            original=None if original is None else original.advisory,
            original_code=None if original is None else original.record.code,
            days=self._days,
            profile=self._profile or self._guidance.profile_of(country),
            # Who is new to what changes in place has no message that could change: it is heard.
            sound=Sound.LOUD if telling.form is Form.IN_PLACE else telling.sound,
            opens=window.starts,
            ends=window.ends,
            changes_at=window.starts if now < window.starts else None,
            audible=advisory.is_drill and any(map(_is_audible, (known, *originals))),
            reach=reach_of(known, originals),
        )
        if name == LEFT and original is not None:
            return replace(
                notice,
                purpose=Purpose.NARROWED,
                sound=Sound.LOUD,
                stage=Stage.ENDED,
                places=self._places(original.record),
                left_places=places,
                changes_at=None,
            )
        return self._follow_up(notice, known, name, now) if name not in ("", STILL) else notice

    def _follow_up(self, notice: Notice, known: Known, name: str, now: datetime) -> Notice:
        """The same advisory as its follow-up tells it."""
        window = known.version.window
        for mark in Mark:
            if name.endswith(mark.value):
                over = Purpose.PASSED if window.stated else Purpose.EXPIRED
                over = Purpose.NARROWED if name.startswith(LEFT) else over
                return replace(
                    notice,
                    mark=mark,
                    ended_as=_ENDED_AS.get(known.record.state, over),
                    changes_at=None,
                )
        timer = next(
            (one for one in timers(window, EVER, self._policy.reminders) if one.name == name), None
        )
        if timer is None:
            raise LookupError(f"no follow-up of {known.record.id} is called {name} any more")
        telling = decide(State.ANNOUNCED, timer.event).telling
        assert telling is not None
        is_late = timing(timer.due, timer.until, now) is not Timing.IN_TIME
        return replace(
            notice,
            purpose=telling.purpose,
            sound=telling.sound,
            stage=Stage.ENDED if telling.purpose in ENDINGS else notice.stage,
            late_for=timer.due if is_late else None,
            changes_at=None,
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

    def source_of(self, record: AdvisoryRecord) -> Source | None:
        """The configured source that speaks; one that has a key speaks only by its signature."""
        source = self._sources.get(record.source) if record.source else None
        return source if source is None or record.signed or not source.public_key else None

    def _places(self, record: AdvisoryRecord) -> tuple[Place, ...]:
        return tuple(place for id in record.named if (place := self._gazetteer.get(id)))

    def _timezone(self, record: AdvisoryRecord, places: tuple[Place, ...]) -> str:
        for place in places:
            if place.timezone:
                return place.timezone
        reached = (self._gazetteer.get(id) for id in record.places)
        return next((place.timezone for place in reached if place), "UTC")


def _is_audible(known: Known) -> bool:
    return is_audible(known.record, known.advisory)


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


_PURPOSES = {
    Event.MINOR: Purpose.UPDATE,
    Event.MAJOR: Purpose.UPDATE,
    Event.EXTENDED: Purpose.EXTENDED,
    Event.CORRECTION: Purpose.CORRECTION,
    Event.CANCEL: Purpose.CANCEL,
    Event.EASED: Purpose.EASED,
    Event.ALL_CLEAR: Purpose.ALL_CLEAR,
}


def _telling(known: Known, originals: Sequence[Known]) -> Telling:
    """What an advisory says, also where there is nobody who could be told."""
    event, decisions = judged(known, originals)
    for _, decision in decisions:
        if decision.telling is not None:
            return decision.telling
    alone = Purpose.UPDATE if known.advisory.msg_type is MsgType.UPDATE else Purpose.ALERT
    purpose = _PURPOSES.get(event, alone)
    return Telling(purpose, Sound.LOUD, Audience.PLACES, Form.NEW)

"""The report of a drill: who was told, how it ended, and whether the prepared texts are fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta

from bot.domain.broadcast import Broadcast
from bot.domain.delivery import End
from bot.domain.draft import Kept
from bot.domain.drill import CONFIGURED, Plan, Rehearsed
from bot.domain.message import Message
from bot.domain.record import AdvisoryRecord
from bot.rendering.drill import DrillCards
from bot.rendering.text import clean, escape, shorten
from bot.rendering.times import Times

_NAME = 64
_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Ending:
    """One message that ended or eased the drill, who sent it, and to how many."""

    what: Rehearsed
    by: Kept
    broadcast: Broadcast


@dataclass(frozen=True, slots=True)
class Tried:
    """In how many languages the prepared texts were rendered, and which of them are unfit."""

    languages: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How a drill went."""

    record: AdvisoryRecord
    kept: Kept
    broadcast: Broadcast
    endings: tuple[Ending, ...]
    tried: Tried


def report(cards: DrillCards, language: str, course: Course) -> Message:
    """For one operator."""
    lines = (escape(line) for line in _lines(cards, language, course))
    title = escape(cards.say(language, "report.title", code=course.record.code))
    return Message("\n".join((f"<b>{title}</b>", *lines)))


def _lines(cards: DrillCards, language: str, course: Course) -> Iterator[str]:
    kept, broadcast, plan = course.kept, course.broadcast, course.kept.draft.drill or Plan()
    times = Times(cards.texts, cards.spoken(language), cards.cards.zone_of(kept))
    began = broadcast.started or course.record.received
    time, name = times.dated(began), _name(cards, language, kept)
    yield cards.say(language, "report.began", time=time, zone=times.zone, name=name)
    yield cards.say(language, "what", value=cards.template(language, kept.draft.template))
    yield cards.say(language, "where", value=cards.places(language, kept.draft.places))
    yield cards.say(language, "whom", value=cards.audience(language, plan))
    yield from _counts(cards, language, broadcast)
    if broadcast.ended is not None and broadcast.counts.get(End.SENT):
        took = _duration(cards, language, began, broadcast.ended)
        yield cards.say(language, "report.took", time=took)
    for what in Rehearsed:
        said = [one for one in course.endings if one.what is what]
        if not said:
            yield cards.say(language, f"report.no_{what}")
        for one in said:
            yield cards.say(
                language,
                f"report.{what}",
                time=times.dated(one.broadcast.started or one.by.changed),
                name=_name(cards, language, one.by),
                audience=one.broadcast.audience,
                counts=_listed(cards, language, one.broadcast),
            )
    yield from _tried(cards, language, course.tried)


def _counts(cards: DrillCards, language: str, broadcast: Broadcast) -> Iterator[str]:
    if not broadcast.audience:
        yield cards.say(language, "report.nobody")
        return
    listed = _listed(cards, language, broadcast)
    yield cards.say(language, "report.counts", audience=broadcast.audience, counts=listed)
    if not broadcast.adds_up:
        found = sum(broadcast.counts.values())
        yield cards.say(language, "report.mismatch", sum=found, audience=broadcast.audience)


def _tried(cards: DrillCards, language: str, tried: Tried) -> Iterator[str]:
    if not tried.faults:
        spoken = cards.spoken(language)
        yield cards.texts.plural(spoken, "drill.report.tried", tried.languages)
    for fault in tried.faults[:_FAULTS]:
        yield cards.say(language, "report.fault", what=fault)


def _listed(cards: DrillCards, language: str, broadcast: Broadcast) -> str:
    counts = [(end, broadcast.counts[end]) for end in End if broadcast.counts.get(end)]
    return ", ".join(cards.say(language, f"end.{end}", n=n) for end, n in counts) or "0"


def _name(cards: DrillCards, language: str, kept: Kept) -> str:
    if kept.hand.id == CONFIGURED:
        return cards.say(language, "report.itself")
    return shorten(clean(kept.hand.name, one_line=True), _NAME)


def _duration(cards: DrillCards, language: str, began: datetime, ended: datetime) -> str:
    took = timedelta(seconds=max(1, round((ended - began).total_seconds())))
    locale = cards.texts.locale(cards.spoken(language))
    return format_timedelta(took, threshold=1.5, locale=locale)

"""Scheduled drills as operators read of them: what is coming, and what was not held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.drill_schedule import Occurrence, Scheduled
from bot.domain.message import Button, Message
from bot.rendering.drill import DrillCards
from bot.rendering.text import clean, escape, shorten
from bot.rendering.times import Times

_NAME = 64


@dataclass(frozen=True, slots=True)
class Coming:
    """A scheduled drill and one of its months."""

    drill: Scheduled
    when: Occurrence


def announcement(cards: DrillCards, language: str, coming: Coming) -> Message:
    """What will be held, with a button that skips it."""
    drill = coming.drill
    lines = (
        cards.say(language, "what", value=cards.template(language, drill.template)),
        cards.say(language, "where", value=cards.places(language, drill.places)),
        cards.say(language, "whom", value=cards.audience(language, drill.plan)),
    )
    title = escape(_said(cards, language, "planned.announce", coming))
    html = "\n".join((f"<b>{title}</b>", *map(escape, lines)))
    return Message(html, ((_skip(cards, language, coming),),))


def skipped(cards: DrillCards, language: str, coming: Coming, name: str) -> Message:
    """Who decided that it is not held."""
    name = shorten(clean(name, one_line=True), _NAME)
    return Message(escape(_said(cards, language, "planned.skipped", coming, name=name)))


def missed(cards: DrillCards, language: str, coming: Coming) -> Message:
    """It was not held, and it is too late for it."""
    return Message(escape(_said(cards, language, "planned.missed", coming)))


def with_coming(
    cards: DrillCards, language: str, message: Message, coming: Iterable[Coming]
) -> Message:
    """The start of `/drill`, with what the schedule will bring."""
    found = list(coming)
    lines = [
        _said(
            cards, language, "planned.next", one, what=cards.template(language, one.drill.template)
        )
        for one in found
    ]
    html = "\n".join((message.html, "", *map(escape, lines))) if lines else message.html
    rows = tuple((_skip(cards, language, one),) for one in found)
    return replace(message, html=html, keyboard=(*message.keyboard, *rows))


def _skip(cards: DrillCards, language: str, coming: Coming) -> Button:
    data = f"x:k:{coming.drill.name}:{coming.when.period}"
    return Button(cards.say(language, "planned.skip"), data=data)


def _said(cards: DrillCards, language: str, key: str, coming: Coming, **values: object) -> str:
    times = _times(cards, language, coming)
    at: datetime = coming.when.at
    return cards.say(language, key, time=times.dated(at), zone=times.zone, **values)


def _times(cards: DrillCards, language: str, coming: Coming) -> Times:
    zone = cards.cards.zone_at(coming.drill.places)
    return Times(cards.texts, cards.spoken(language), zone)

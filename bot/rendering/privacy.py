"""What is kept about a household, its shelter and its list, in words."""

from __future__ import annotations

from collections.abc import Iterator

from babel.lists import format_list

from bot.content.texts import Texts
from bot.domain.checklist import TickList
from bot.domain.subscriber import Chat, Household
from bot.rendering.text import clean, escape

NEEDS = ("daily_medication", "cold_medication", "mobility", "oxygen")


def kept_lines(texts: Texts, language: str, chat: Chat, ticks: TickList | None) -> Iterator[str]:
    """HTML lines; nothing where nothing is kept. `ticks` is the chat's own list."""

    def say(key: str, **values: object) -> str:
        return escape(texts.get(language, f"chat.privacy.{key}", **values))

    if (home := chat.household) is not None:
        counts = {name: getattr(home, name) for name in ("adults", "children", "infants", "pets")}
        yield say("household", **counts)
        if needs := needs_of(texts, language, home):
            yield say("needs", needs=needs)
    if (note := chat.shelter) is not None:
        yield say("shelter", text=clean(note.text, one_line=True))
        if note.minutes is not None:
            yield say("shelter_minutes", minutes=note.minutes)
    if ticks is None:
        return
    if ticks.ticked:
        yield say("ticked", n=len(ticks.ticked))
    if ticks.is_shared:
        yield say("shared", n=ticks.others)
    if ticks.is_joined:
        yield say("joined")


def needs_of(texts: Texts, language: str, household: Household) -> str:
    """What somebody in the household needs, in words; empty where it is nothing."""
    named = [
        texts.get(language, f"chat.home.need.{name}") for name in NEEDS if getattr(household, name)
    ]
    return format_list(named, locale=texts.locale(language)) if named else ""

"""One page to keep for a blackout: numbers, shelter, supplies and steps, in HTML by itself.

It loads nothing from anywhere, is read in order by a screen reader, follows the phone's light or
dark colours and prints in black on white.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from bot.content.emergency import Emergency
from bot.content.texts import Texts
from bot.domain.guidance import GuidanceBook, Stage
from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import Household
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.offline_style import STYLE
from bot.rendering.text import clean, escape
from bot.rendering.times import Times

_OWN_HEADING: Final = {Stage.TAKE_SHELTER}
"""Its heading is the hazard's own: not every danger is announced by a siren."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """For whom a page is made. ``country`` is ISO 3166-1, ``shelter`` the one they wrote down."""

    language: str
    country: str
    timezone: str
    household: Household | None = None
    shelter: ShelterNote | None = None


@dataclass(frozen=True, slots=True)
class Offline:
    """Makes the page from the book of guidance and the numbers.

    ``profile`` is a national guidance for everybody; None takes that of each reader's country.
    """

    texts: Texts
    guidance: GuidanceBook
    emergency: Emergency
    days: int
    profile: str | None

    def page(self, keeper: Keeper, now: datetime) -> str:
        """The whole document; everything in it that comes from outside is escaped."""
        language = keeper.language
        parts = [
            *self._numbers(keeper),
            *self._shelter(keeper),
            *self._supplies(keeper),
            *self._steps(language),
            *self._sources(language),
        ]
        title = self._say(language, "offline.title")
        made = self._say(language, "offline.made", time=self.made(keeper, now))
        siren = self._say(language, "not_siren")
        return "\n".join(
            (
                "<!DOCTYPE html>",
                f'<html lang="{language}"><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<meta name="color-scheme" content="light dark">',
                f"<title>Forewarn: {title}</title>",
                f"<style>\n{STYLE}</style></head><body><main>",
                f"<h1>{title}</h1>",
                f"<p>{made}</p>",
                f'<p class="siren">{siren}</p>',
                *parts,
                "</main></body></html>",
                "",
            )
        )

    def made(self, keeper: Keeper, now: datetime) -> str:
        """When the page was made, in the zone of the reader's city."""
        times = Times(self.texts, keeper.language, keeper.timezone)
        return f"{times.dated(now)}, {times.zone}"

    def _numbers(self, keeper: Keeper) -> Iterator[str]:
        found = self.emergency.countries.get(keeper.country)
        if found is None:
            return
        territories = self.texts.locale(keeper.language).territories
        name = territories.get(keeper.country, keeper.country)
        yield f"<h2>{self._say(keeper.language, 'offline.numbers', country=name)}</h2>"
        yield "<dl>"
        for one in found.numbers:
            said = self._say(keeper.language, f"offline.number.{one.kind}")
            yield f'<dt>{said}</dt><dd><a href="tel:{one.number}">{one.number}</a></dd>'
        yield "</dl>"
        source = self.emergency.sources[found.source].name
        said = self._say(keeper.language, "offline.numbers.source", source=source)
        yield f"<p><small>{said}</small></p>"

    def _shelter(self, keeper: Keeper) -> Iterator[str]:
        if (note := keeper.shelter) is None:
            return
        yield f"<h2>{self._say(keeper.language, 'offline.shelter')}</h2>"
        yield f'<p class="note" dir="auto">{escape(clean(note.text))}</p>'
        if note.minutes is not None:
            said = self.texts.plural(keeper.language, "advisory.shelter.minutes", note.minutes)
            yield f"<p>{escape(said)}</p>"

    def _supplies(self, keeper: Keeper) -> Iterator[str]:
        household = keeper.household or ONE_ADULT
        lists = Checklists(self.texts, self.guidance)
        profile = self.profile or self.guidance.profile_of(keeper.country)
        lines = lists.lines(household, keeper.language, self.days, profile)
        heading, basis = lines[0], lines[len(lines) - lines[::-1].index("") :]
        yield f"<h2>{heading.removeprefix('<b>').removesuffix('</b>')}</h2>"
        entries = self.guidance.checklist_for(household, self.days, profile)
        for category, group in groupby(entries, key=lambda entry: entry.item.category):
            yield f"<h3>{self._text(keeper.language, f'checklist.category.{category}')}</h3>"
            yield from _list("ul", (lists.item(entry, keeper.language) for entry in group))
        yield f"<p><small>{'<br>'.join(basis)}</small></p>"

    def _steps(self, language: str) -> Iterator[str]:
        yield f"<h2>{self._say(language, 'offline.guidance')}</h2>"
        hazards = {hazard: self._named(hazard, language) for hazard in self.guidance.hazards}
        yield f'<nav aria-label="{self._say(language, "offline.contents")}"><ul>'
        yield from (f'<li><a href="#{key}">{name}</a></li>' for key, name in hazards.items())
        yield "</ul></nav>"
        for hazard, name in hazards.items():
            words = self.guidance.hazard_text(hazard, language)
            yield f'<h3 id="{hazard}">{name}</h3>'
            for stage in Stage:
                own = stage in _OWN_HEADING
                heading = (
                    escape(words.next) if own else self._say(language, f"offline.stage.{stage}")
                )
                steps = self.guidance.steps(hazard, stage).steps
                yield f"<h4>{heading}</h4>"
                yield from _list("ol", (step.text[language] for step in steps))

    def _named(self, hazard: str, language: str) -> str:
        named = self.guidance.hazard_text(hazard, language).named
        return escape(named[:1].upper() + named[1:])

    def _sources(self, language: str) -> Iterator[str]:
        keys = dict.fromkeys(
            key
            for hazard in self.guidance.hazards
            for stage in Stage
            for step in self.guidance.steps(hazard, stage).steps
            for key in step.sources
        )
        yield f"<h2>{self._say(language, 'offline.sources')}</h2>"
        yield from _list("ul", (self.guidance.sources[key].name[language] for key in keys))

    def _say(self, language: str, key: str, **values: object) -> str:
        return self._text(language, f"chat.{key}", **values)

    def _text(self, language: str, key: str, **values: object) -> str:
        return escape(self.texts.get(language, key, **values))


def _list(tag: str, items: Iterable[str]) -> Iterator[str]:
    yield f"<{tag}>"
    yield from (f"<li>{escape(item)}</li>" for item in items)
    yield f"</{tag}>"

"""Shelters in words: a person's own, the nearest public ones, and the time a source gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from babel.numbers import format_decimal
from babel.units import format_unit

from bot.content.texts import Texts
from bot.domain.message import Button, Keyboard, Message
from bot.domain.shelter import NearShelter, PublicShelter, ShelterNote
from bot.rendering.text import clean, escape, shorten

MINUTES = (1, 2, 3, 5, 7, 10, 15, 20)
"""What can be tapped: a shelter farther away is seldom reached in time."""

_LONG_NOTE_UNITS = 420
"""Telegram counts UTF-16 units; two hundred characters have at most twice as many."""


class ShelterTexts:
    """Whatever comes from outside is cleaned and escaped here."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def own(self, language: str, note: ShelterNote | None, said: str = "") -> Message:
        """The shelter that a person wrote down, and how to change it. `said` is plain text."""
        lines = [escape(said), ""] if said else []
        if note is None:
            return Message("\n".join([*lines, escape(self._say(language, "none"))]))
        lines += [*note_lines(self._texts, language, note), ""]
        lines.append(escape(self._say(language, "minutes" if note.minutes is None else "change")))
        return Message("\n".join(lines), self._keyboard(language, note))

    def text(self, language: str, key: str, **values: object) -> str:
        """A plain text of `chat.shelter`."""
        return self._say(language, key, **values)

    def near(self, language: str, found: Sequence[NearShelter]) -> Message:
        """The nearest ones in words, for whoever cannot see a map."""
        if not found:
            return Message(escape(self._say(language, "near.none")))
        lines = [f"<b>{escape(self._say(language, 'near'))}</b>"]
        for number, one in enumerate(found, 1):
            shelter = one.shelter
            distance = self._distance(language, one.metres)
            name = clean(shelter.name, one_line=True)
            lines += ["", escape(self._say(
                language, "near.item", number=number, name=name, distance=distance
            ))]  # fmt: skip
            lines += [escape(text) for text in self._facts(language, shelter)]
        return Message("\n".join([*lines, "", escape(self._say(language, "near.check"))]))

    def venue(self, language: str, near: NearShelter) -> tuple[str, str]:
        """Title and address of a shelter on the map, in plain text."""
        name, address = (
            clean(text, one_line=True) for text in (near.shelter.name, near.shelter.address)
        )
        distance = self._distance(language, near.metres)
        return name, self._say(language, "venue", address=address, distance=distance)

    def _say(self, language: str, key: str, /, **values: object) -> str:
        return self._texts.get(language, f"chat.shelter.{key}", **values)

    def _keyboard(self, language: str, note: ShelterNote) -> Keyboard:
        buttons = []
        for minutes in MINUTES:
            label = self._texts.plural(language, "chat.shelter.in", minutes)
            if minutes == note.minutes:
                label = self._say(language, "chosen", answer=label)
            buttons.append(Button(label, data=f"shelter:min:{minutes}"))
        rows = [tuple(buttons[at : at + 4]) for at in range(0, len(buttons), 4)]
        return (*rows, (Button(self._say(language, "delete"), data="shelter:delete"),))

    def _distance(self, language: str, metres: float) -> str:
        locale = self._texts.locale(language)
        if metres < 1000:
            rounded = max(10, round(metres, -1))
            return format_unit(int(rounded), "length-meter", length="long", locale=locale)
        kilometres = round(metres / 1000, 1)
        return format_unit(kilometres, "length-kilometer", length="long", locale=locale)

    def _facts(self, language: str, shelter: PublicShelter) -> list[str]:
        facts = [clean(shelter.address, one_line=True)]
        if shelter.accessibility:
            text = clean(shelter.accessibility, one_line=True)
            facts.append(self._say(language, "near.access", text=text))
        if shelter.capacity is not None:
            number = format_decimal(shelter.capacity, locale=self._texts.locale(language))
            facts.append(self._say(language, "near.capacity", people=number))
        if shelter.hours:
            text = clean(shelter.hours, one_line=True)
            facts.append(self._say(language, "near.hours", text=text))
        return facts


def note_lines(texts: Texts, language: str, note: ShelterNote) -> tuple[str, ...]:
    """A shelter of one's own in HTML: a heading, the person's words, and the minutes."""
    words = shorten(clean(note.text, one_line=True), _LONG_NOTE_UNITS)
    heading = texts.get(language, "advisory.shelter.own")
    lines = [f"<b>{escape(heading)}</b>", escape(words)]
    if note.minutes is not None:
        lines.append(escape(texts.plural(language, "advisory.shelter.minutes", note.minutes)))
    return tuple(lines)


def time_to_reach(texts: Texts, language: str, time: timedelta) -> str:
    """The time that a source gives to reach shelter: whole minutes, never more than it says."""
    seconds = int(time.total_seconds())
    unit, number = ("second", seconds) if seconds < 120 else ("minute", seconds // 60)
    shown = format_unit(number, f"duration-{unit}", length="long", locale=texts.locale(language))
    return texts.get(language, "advisory.shelter.time", time=shown)

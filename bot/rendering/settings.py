"""The settings of a chat in words, with the buttons that change them, each in two taps or three."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from babel.lists import format_list

from bot.content.texts import Texts
from bot.domain.advisory import Severity
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Button, Message
from bot.domain.preferences import LONGEST_PAUSE, Preferences, Quiet
from bot.domain.subscriber import Chat, Kind
from bot.rendering.dialogue import Dialogue
from bot.rendering.text import clean, escape, shorten
from bot.rendering.times import Times

NIGHTS = (Quiet(21 * 60, 6 * 60), Quiet(22 * 60, 7 * 60), Quiet(23 * 60, 8 * 60))
PAUSES_H = (1, 2, 4, 8)
LEAST = (None, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME)
"""The lowest severities that can be chosen."""

BUTTON_UNITS = 40
SAID_UNITS = 40


class SettingsTexts:
    """What a chat chose, as pages; everything here is escaped."""

    def __init__(self, texts: Texts, guidance: GuidanceBook, dialogue: Dialogue) -> None:
        self._texts = texts
        self._guidance = guidance
        self._dialogue = dialogue

    def menu(self, language: str, chat: Chat, now: datetime, note: str = "") -> Message:
        """Everything at a glance. `note` is plain text."""
        chosen, is_private = chat.preferences, chat.kind is Kind.PRIVATE
        parts = [note, *self.chosen(language, chat, now)]
        rows: list[tuple[Button, ...]] = [(self._button(language, "quiet_button", "set:quiet"),)]
        rows += _pairs(
            Button(shorten(self._dialogue.name(id, language), BUTTON_UNITS), f"set:place:{id}")
            for id in chat.places
        )
        drills = ("drills_leave", "0") if chosen.drills else ("drills_join", "1")
        rows.append((self._button(language, drills[0], f"set:drills:{drills[1]}"),))
        if is_private:
            low, other = ("on", "turn_off") if chat.low_data else ("off", "turn_on")
            parts.append(self._say(language, f"low_{low}"))
            daily = ("daily_stop", "0") if chosen.daily else ("daily_button", "1")
            rows.append((self._button(language, daily[0], f"set:daily:{daily[1]}"),))
            low_data = "settings:full" if chat.low_data else "settings:low"
            rows.append((self._button(language, other, low_data),))
            parts.append(self._say(language, "more"))
        return self._page(self._say(language, "title"), parts, rows)

    def chosen(self, language: str, chat: Chat, now: datetime) -> list[str]:
        """What the chat chose, as plain paragraphs."""
        chosen = chat.preferences
        times = Times(self._texts, language, self._dialogue.timezone(chat.places))
        said = [self.paused(language, chat, now)]
        if chosen.quiet is None:
            said.append(self._say(language, "quiet_off"))
        else:
            hours = str(chosen.quiet)
            said.append(self._say(language, "quiet_on", hours=hours, zone=times.zone))
        for id in chat.places:
            if one := self._of_place(language, chosen, id):
                said.append(f"{self._dialogue.name(id, language)}. {one}")
        if chosen.daily:
            said.append(self._say(language, "daily_on"))
        if chosen.drills:
            said.append(self._say(language, "drills_on"))
        if chosen != Preferences():
            said.append(self._say(language, "always"))
        return [one for one in said if one]

    def paused(self, language: str, chat: Chat, now: datetime) -> str:
        """Until when the chat is paused; empty where it is not."""
        until = chat.preferences.paused_until
        if until is None or until <= now:
            return ""
        times = Times(self._texts, language, self._dialogue.timezone(chat.places))
        return self._texts.get(language, "chat.pause.on", time=times.moment(until))

    def hours(self, language: str) -> Message:
        """The choice of quiet hours."""
        nights = [Button(str(one), f"set:q:{one.starts}-{one.ends}") for one in NIGHTS]
        none = self._button(language, "quiet_none", "set:q:off")
        parts = (self._say(language, "quiet_ask"), self._say(language, "always"))
        return self._page(
            self._say(language, "quiet_button"),
            parts,
            (*_pairs((*nights, none)), (self._back(language, "set:menu"),)),
        )

    def bad_hours(self, language: str, said: str) -> str:
        """What was typed is no span of hours, and what would be one."""
        return self._say(language, "quiet_bad", said=shorten(clean(said), SAID_UNITS))

    def place(self, language: str, chat: Chat, place_id: str) -> Message:
        """What is told of one city, and whether it rings."""
        follow = chat.preferences.of(place_id)
        rows = [
            Button(
                shorten(self._severity(language, least), BUTTON_UNITS),
                f"set:least:{place_id}:{least.value if least else 'any'}",
            )
            for least in LEAST
            if least != follow.least
        ]
        ring = ("main_button", "1") if follow.secondary else ("secondary_button", "0")
        parts = (
            self._severity(language, follow.least),
            self._without(language, follow.without),
            self._say(language, "secondary" if follow.secondary else "main"),
            self._say(language, "always"),
        )
        return self._page(
            self._dialogue.name(place_id, language),
            parts,
            (
                *((row,) for row in rows),
                (self._button(language, ring[0], f"set:ring:{place_id}:{ring[1]}"),),
                (self._button(language, "threats_button", f"set:threats:{place_id}"),),
                (self._back(language, "set:menu"),),
            ),
        )

    def threats(self, language: str, chat: Chat, place_id: str) -> Message:
        """Each threat as a button that says whether it is told, and turns that round."""
        without = chat.preferences.of(place_id).without
        buttons = []
        for hazard in self._guidance.hazards:
            key, wanted = ("threat_off", "1") if hazard in without else ("threat_on", "0")
            label = self._say(language, key, threat=self._threat(language, hazard))
            buttons.append(
                Button(shorten(label, BUTTON_UNITS), f"set:threat:{place_id}:{hazard}:{wanted}")
            )
        title = self._say(language, "threats", city=self._dialogue.name(place_id, language))
        rows = (*_pairs(buttons), (self._back(language, f"set:place:{place_id}"),))
        return self._page(title, (self._say(language, "always"),), rows)

    def pause(self, language: str, chat: Chat, now: datetime, note: str = "") -> Message:
        """The choice of a pause, or its end."""
        locale = self._texts.locale(language)
        lengths = [
            Button(format_timedelta(timedelta(hours=n), threshold=2, locale=locale), f"pause:{n}")
            for n in PAUSES_H
        ]
        rows = _pairs(lengths)
        said = self.paused(language, chat, now)
        if said:
            rows.append((Button(self._texts.get(language, "chat.pause.end"), "pause:off"),))
        said = said or self._texts.get(language, "chat.pause.off")
        parts = (note, self._texts.get(language, "chat.pause.ask"), self._say(language, "always"))
        return self._page(said, parts, rows)

    def bad_pause(self, language: str, said: str) -> str:
        """What was typed is no length of time, and what would be one."""
        hours = int(LONGEST_PAUSE.total_seconds() // 3600)
        said = shorten(clean(said), SAID_UNITS)
        return self._texts.get(language, "chat.pause.bad", said=said, hours=hours)

    def _of_place(self, language: str, chosen: Preferences, place_id: str) -> str:
        follow = chosen.of(place_id)
        said = [self._severity(language, follow.least)] if follow.least else []
        said.append(self._without(language, follow.without))
        said += [self._say(language, "secondary")] if follow.secondary else []
        return "".join(f" {one.rstrip('.')}." for one in said if one).strip()

    def _severity(self, language: str, least: Severity | None) -> str:
        if least is None:
            return self._say(language, "least_any")
        severity = self._texts.get(language, f"advisory.severity.{least}")
        return self._say(language, "least", severity=severity)

    def _without(self, language: str, hazards: Iterable[str]) -> str:
        named = sorted(self._threat(language, hazard) for hazard in hazards)
        if not named:
            return ""
        threats = format_list(named, locale=self._texts.locale(language))
        return self._say(language, "without", threats=threats)

    def _threat(self, language: str, hazard: str) -> str:
        return self._guidance.hazard_text(hazard, language).named

    def _page(
        self, title: str, parts: Iterable[str], rows: Iterable[tuple[Button, ...]]
    ) -> Message:
        html = (f"<b>{escape(title)}</b>", *(escape(part) for part in parts if part))
        return Message("\n\n".join(html), tuple(rows))

    def _button(self, language: str, key: str, data: str) -> Button:
        return Button(shorten(self._say(language, key), BUTTON_UNITS), data)

    def _back(self, language: str, data: str) -> Button:
        return self._button(language, "back", data)

    def _say(self, language: str, key: str, /, **values: object) -> str:
        return self._texts.get(language, f"chat.settings.{key}", **values)


def _pairs(buttons: Iterable[Button]) -> list[tuple[Button, ...]]:
    every = tuple(buttons)
    return [every[at : at + 2] for at in range(0, len(every), 2)]

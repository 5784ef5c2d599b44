"""What is active for a chat's cities, by whose word, and when each source was last heard of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.content.texts import Texts
from bot.domain.accord import Accord, Heard, Voice
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Button, Message
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import Chat, Kind
from bot.rendering.dialogue import Dialogue
from bot.rendering.notice import Notice
from bot.rendering.text import MAX_UNITS, clean, escape, parsed_units, shorten
from bot.rendering.times import Times
from bot.rendering.words import Words

SHOWN = 6
"""So many sources fit one message whatever they say; the rest are counted."""

SHOWN_HEARD = 8
HEADLINE_UNITS = 160
NAME_UNITS = 60


@dataclass(frozen=True, slots=True)
class Situation:
    """What counts now for some places: by group, and each advisory with what is told of it."""

    accords: tuple[Accord, ...] = ()
    told: Mapping[str, tuple[AdvisoryRecord, Notice]] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()


class StatusTexts:
    """The answer to `/status`."""

    def __init__(self, texts: Texts, guidance: GuidanceBook, dialogue: Dialogue) -> None:
        self._texts = texts
        self._guidance = guidance
        self._dialogue = dialogue

    def status(self, language: str, chat: Chat, situation: Situation, now: datetime) -> Message:
        """Every active source by trust and date, where they differ, and what is quiet."""
        return self._fitting(language, chat, situation, now, "status.title")

    def _fitting(
        self, language: str, chat: Chat, situation: Situation, now: datetime, title: str
    ) -> Message:
        shown = SHOWN
        html = self._text(language, chat, situation, now, shown, title)
        while parsed_units(html) > MAX_UNITS and shown > 1:
            shown -= 1
            html = self._text(language, chat, situation, now, shown, title)
        if chat.kind is not Kind.PRIVATE:
            return Message(html)
        more = [
            Button(self._say(language, "button.more", code=situation.told[one.id][0].code), key)
            for one in _voices(situation)[:shown]
            for key in (f"more:{one.id}",)
            if one.withdrawn is None
        ]
        back = Button(self._say(language, "button.cities"), data="city:menu")
        return Message(html, tuple((button,) for button in (*more, back)))

    def summary(
        self,
        language: str,
        chat: Chat,
        situation: Situation,
        held: Collection[str],
        now: datetime,
    ) -> Message:
        """What came while the chat rested and still holds; ``held`` are broadcasts of it."""
        ids = {one.partition("-")[0] for one in held}
        named = [
            replace(accord, voices=voices, differ=())
            for accord in situation.accords
            if (voices := tuple(one for one in accord.voices if one.id in ids))
        ]
        only = replace(situation, accords=tuple(named), heard=())
        return self._fitting(language, chat, only, now, "summary.title")

    def nothing(self, language: str, chat: Chat, now: datetime) -> Message:
        """What who asked for it is told each day on which nothing is active; without a sound."""
        names = ", ".join(self._dialogue.name(id, language) for id in chat.places)
        lines = (
            self._say(language, "status.none", cities=names),
            self._say(language, "status.at", time=self._at(language, chat, now)),
            self._say(language, "status.siren"),
            self._say(language, "daily.end"),
        )
        return Message("\n".join(map(escape, lines)), silent=True)

    def _text(
        self,
        language: str,
        chat: Chat,
        situation: Situation,
        now: datetime,
        shown: int,
        title: str,
    ) -> str:
        parts = [f"<b>{escape(self._say(language, title))}</b>"]
        parts.append(self._dialogue.off(language, chat))
        left = shown
        for accord in situation.accords:
            if left <= 0:
                break
            parts.append(self._accord(language, chat, situation, accord, left))
            left -= len(accord.voices)
        rest = len(_voices(situation)) - shown
        if rest > 0:
            parts.append(escape(self._texts.plural(language, "chat.status.rest", rest)))
        concerned = {place for one in _voices(situation) for place in one.places}
        quiet = [self._dialogue.name(id, language) for id in chat.places if id not in concerned]
        if quiet:
            parts.append(escape(self._say(language, "status.none", cities=", ".join(quiet))))
        parts.append(self._heard(language, chat, situation.heard))
        at = self._say(language, "status.at", time=self._at(language, chat, now))
        parts.append(f"{escape(at)}\n{escape(self._say(language, 'status.siren'))}")
        return "\n\n".join(part for part in parts if part)

    def _accord(
        self, language: str, chat: Chat, situation: Situation, accord: Accord, room: int
    ) -> str:
        places = {place for one in accord.voices for place in one.places}
        here = [self._dialogue.name(id, language) for id in chat.places if id in places]
        head = f"<b>{escape(', '.join(here))}</b>"
        if accord.differ:
            matters = ", ".join(self._say(language, f"status.matter.{m}") for m in accord.differ)
            head += f"\n{escape(self._say(language, 'status.differ', matters=matters))}"
        elif len({one.source for one in accord.voices}) > 1:
            head += f"\n{escape(self._say(language, 'status.agree'))}"
        voices = [self._voice(language, situation, one) for one in accord.voices[:room]]
        return "\n\n".join((head, *voices))

    def _voice(self, language: str, situation: Situation, voice: Voice) -> str:
        record, notice = situation.told[voice.id]
        words = Words(self._texts, self._guidance, notice, language)
        name = shorten(words.source_name, NAME_UNITS)
        if voice.withdrawn is not None:
            time = words.times.dated(voice.withdrawn)
            said = self._say(language, "status.withdrawn", name=name, code=record.code, time=time)
            return escape(said)
        info = voice.advisory.info_for(language)
        headline = clean((info.headline or info.event) if info else "", one_line=True)
        headline = shorten(headline, HEADLINE_UNITS) or self._say(language, "status.untitled")
        if voice.advisory.is_drill:
            headline = self._say(language, "status.drill", headline=headline)
        severity = words.say(f"severity.{voice.advisory.max_severity}")
        issued = self._say(language, "verify.issued", time=words.times.dated(voice.advisory.sent))
        eased = ""
        if voice.eased is not None:
            time = words.times.dated(voice.eased)
            eased = words.say("eased.at", time=time, zone=words.times.zone)
            eased += f" {words.say('eased.meaning')}"
        lines = (
            headline,
            eased,
            f"{severity}. {words.times.window(*voice.advisory.window)}",
            " ".join(filter(None, (words.source, words.posture))),
            f"{issued}. {self._say(language, 'status.code', code=record.code)}",
        )
        return "\n".join(escape(line) for line in lines if line)

    def _heard(self, language: str, chat: Chat, heard: Sequence[Heard]) -> str:
        if not heard:
            return ""
        times = Times(self._texts, language, self._dialogue.timezone(chat.places))
        lines = [self._say(language, "status.heard")]
        for one in heard[:SHOWN_HEARD]:
            name = shorten(clean(one.name, one_line=True), NAME_UNITS)
            key = "status.heard.never" if one.last is None else "status.heard.at"
            said = {} if one.last is None else {"time": times.dated(one.last)}
            line = f"• {self._say(language, key, name=name, **said)}"
            late = self._say(language, "status.heard.silent") if one.is_silent else ""
            lines.append(f"{line} {late}".strip())
        return "\n".join(map(escape, lines))

    def _say(self, language: str, key: str, /, **values: object) -> str:
        return self._texts.get(language, f"chat.{key}", **values)

    def _at(self, language: str, chat: Chat, now: datetime) -> str:
        times = Times(self._texts, language, self._dialogue.timezone(chat.places))
        return f"{times.moment(now)}, {times.zone}"


def _voices(situation: Situation) -> list[Voice]:
    return [one for accord in situation.accords for one in accord.voices]

"""How operators update, end and halt what they published: buttons, and what each would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.content.texts import Texts
from bot.domain.advisory import Advisory
from bot.domain.broadcast import Broadcast
from bot.domain.change import is_warning
from bot.domain.delivery import End
from bot.domain.followup import Finish, Said
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Button, Keyboard, Message
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.template import Template
from bot.rendering.text import clean, escape, shorten

UPDATE, HALT, RESUME = "u", "h", "r"
_LABEL = 40
_SHOWN = 8

ENDS: Mapping[str, tuple[Finish, ...]] = {
    "cancel": (Finish.MISTAKE, Finish.WITHDRAWN),
    "allclear": (Finish.CLEAR, Finish.EASED),
}
"""What each command offers."""


@dataclass(frozen=True, slots=True)
class FollowUps:
    """In each operator's language; what recipients read is in every language of theirs."""

    texts: Texts
    guidance: GuidanceBook

    def buttons(self, language: str, record: AdvisoryRecord, advisory: Advisory) -> Keyboard:
        """What can follow a warning; nothing under what warns of nothing, or is not published."""
        if record.state is not AdvisoryState.PUBLISHED or not is_warning(advisory):
            return ()
        is_drill = advisory.is_drill
        last = (HALT,) if is_drill else (UPDATE, HALT)
        rows: tuple[tuple[str, ...], ...] = (
            (Finish.MISTAKE,),
            (Finish.WITHDRAWN, Finish.CLEAR),
            last,
        )
        return tuple(
            tuple(self._button(language, one, record, is_drill=is_drill) for one in row)
            for row in rows
        )

    def choose(
        self, language: str, command: str, found: Iterable[tuple[AdvisoryRecord, Advisory]]
    ) -> Message:
        """The warnings that a command may be about."""
        rows: list[tuple[Button, ...]] = []
        verbs: tuple[str, ...] = ENDS.get(command) or ({"update": UPDATE, "halt": HALT}[command],)
        for record, advisory in list(found)[:_SHOWN]:
            headline = self._headline(language, advisory)
            rows += [
                (
                    Button(
                        self._label(language, verb, f"{record.code} {headline}"),
                        _data(verb, record),
                    ),
                )
                for verb in verbs
            ]
        key = "choose" if rows else "idle" if command == "halt" else "none"
        return Message(escape(self.say(language, key)), tuple(rows))

    def ask(
        self,
        language: str,
        what: Finish,
        record: AdvisoryRecord,
        reasons: Iterable[str],
        *,
        is_drill: bool = False,
    ) -> Message:
        """The last question; `reasons` are why somebody else must agree."""
        lines = [self._drill(language, record)] if is_drill else []
        lines.append(self.say(language, f"ask.{what.name.lower()}", code=record.code))
        lines += [self._reason(language, one) for one in reasons]
        data = f"{_kind(is_drill)}s:{what}:{record.id}"
        send = Button(self.say(language, "send"), data=data, style=None if is_drill else "danger")
        return Message("\n".join(map(escape, lines)), ((send,),))

    def halted(
        self,
        language: str,
        record: AdvisoryRecord,
        broadcasts: Iterable[Broadcast],
        *,
        is_drill: bool = False,
    ) -> Message:
        """How far it came, and what can be done now."""
        every = list(broadcasts)
        sent = sum(one.counts.get(End.SENT, 0) for one in every)
        text = self.say(language, "halted", code=record.code, sent=sent)
        verbs = (RESUME, Finish.MISTAKE, Finish.WITHDRAWN)
        buttons = (self._button(language, one, record, is_drill=is_drill) for one in verbs)
        lines = (self._drill(language, record), text) if is_drill else (text,)
        return Message("\n".join(map(escape, lines)), tuple((one,) for one in buttons))

    def said(self, what: Finish, hazard: str, template: Template | None) -> Said:
        """The prepared words: the template's own where it has them, else the bot's."""
        key = "mistake" if what is Finish.MISTAKE else "over"
        text = {
            tag: self.texts.get(tag, f"advisory.prepared.{key}") for tag in self.texts.languages
        }
        own = template.texts if template else {}
        for tag, words in own.items():
            text[tag] = words.correction if what is Finish.MISTAKE else words.all_clear
        event = {tag: self.guidance.hazard_text(hazard, tag).named for tag in text}
        return Said(event, text)

    def say(self, language: str, key: str, /, **values: object) -> str:
        """A plain text of this room."""
        return self._text(language, f"follow.{key}", **values)

    def _reason(self, language: str, reason: str) -> str:
        return self._text(language, f"reason.{reason}")

    def _headline(self, language: str, advisory: Advisory) -> str:
        info = advisory.info_for(language)
        return clean((info.headline or info.event) if info else "", one_line=True)

    def _drill(self, language: str, record: AdvisoryRecord) -> str:
        spoken = self.texts.covering(language, "drill.ending")
        return self.texts.get(spoken, "drill.ending", code=record.code)

    def _button(
        self, language: str, verb: str, record: AdvisoryRecord, *, is_drill: bool = False
    ) -> Button:
        label = self.say(language, f"button.{verb}")
        return Button(label, _data(verb, record, is_drill=is_drill))

    def _label(self, language: str, verb: str, about: str) -> str:
        label = self.say(language, f"button.{verb}")
        return shorten(f"{label}: {about}", max(_LABEL, len(label) + 12))

    def _text(self, language: str, key: str, **values: object) -> str:
        spoken = self.texts.covering(language, "operator.preview")
        return self.texts.get(spoken, f"operator.{key}", **values)


def _data(verb: str, record: AdvisoryRecord, *, is_drill: bool = False) -> str:
    return f"{_kind(is_drill)}:{verb}:{record.id}"


def _kind(is_drill: bool) -> str:
    """A button of a drill does nothing to the real thing, nor the other way round."""
    return "xf" if is_drill else "f"

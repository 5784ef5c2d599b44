"""What operators read: an advisory that waits, why, whom it would reach, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list

from bot.content.texts import Texts
from bot.domain.advisory import Advisory
from bot.domain.change import is_warning
from bot.domain.message import Button, Message
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import REACH_FIRST, Kind
from bot.rendering.text import MAX_UNITS, clean, escape, parsed_units, shorten
from bot.rendering.times import Times

_HEADLINE_LIMIT = 200
_AREA_LIMIT = 150
_SHOWN_AREAS = 8
_VALUE_LIMIT = 600


@dataclass(frozen=True, slots=True)
class Waiting:
    """An advisory that waits, with what an operator must know of it to decide.

    ``author`` is the name of the operator who wrote it, None for what came from elsewhere.
    """

    record: AdvisoryRecord
    advisory: Advisory
    source: str
    timezone: str
    audience: Mapping[Kind, int]
    author: str | None = None


@dataclass(frozen=True, slots=True)
class OperatorTexts:
    """Messages to operators, in each one's language."""

    texts: Texts

    def question(self, language: str, waiting: Waiting, may_decide: bool = True) -> Message:
        """The facts and the buttons; the advisory as people would see it goes before it.

        Without buttons for those who may look and not decide.
        """
        language, record = self._spoken(language), waiting.record
        html = "\n\n".join(part for part in self._facts(language, waiting) if part)
        approve = Button(self._text(language, "approve"), data=f"ok:{record.id}")
        reject = Button(self._text(language, "reject"), data=f"no:{record.id}")
        edit = Button(self._text(language, "edit"), data=f"ed:{record.id}")
        return Message(html, ((approve,), (edit,), (reject,)) if may_decide else ())

    def preview(self, language: str, message: Message) -> tuple[Message, ...]:
        """A message as people would see it, marked so that nobody takes it for a sent one.

        Without its buttons: what is not published cannot be asked about. Where mark and message
        do not fit into one, the marks stand before and behind it.
        """
        mark = f"<b>{self._html(self._spoken(language), 'preview')}</b>"
        html = f"{mark}\n\n{message.html}\n\n{mark}"
        if parsed_units(html) <= MAX_UNITS:
            return (Message(html, silent=True),)
        alone = Message(mark, silent=True)
        return alone, Message(message.html, silent=True), alone

    def decided(self, language: str, record: AdvisoryRecord, *, by: str | None) -> Message:
        """What stands in place of the buttons once somebody has decided; `by` is a name."""
        known, language = f"state.{record.state}", self._spoken(language)
        if by is None:
            return Message(self._html(language, known, code=record.code))
        name = shorten(clean(by, one_line=True), 64)
        return Message(self._html(language, f"{known}_by", code=record.code, name=name))

    def note(self, language: str, key: str, **values: object) -> Message:
        """A short note under one of the keys `operator.note.*`."""
        language = self._spoken(language)
        shown = {name: _shown(value) for name, value in values.items()}
        return Message(escape(self.texts.get(language, f"operator.note.{key}", **shown)))

    def text(self, language: str, key: str, **values: object) -> str:
        """A plain text of this domain, for answers to buttons."""
        return self._text(self._spoken(language), key, **values)

    def reason(self, language: str, reason: str) -> str:
        """Why an advisory waits, in words; the reason's own name where there are none."""
        key = f"operator.reason.{reason}"
        return self.texts.get(self._spoken(language), key) if self.texts.has(key) else reason

    def _spoken(self, language: str) -> str:
        """The language of operators' texts: English, where theirs are not translated."""
        return self.texts.covering(language, "operator.preview")

    def _facts(self, language: str, waiting: Waiting) -> Iterator[str]:
        record, advisory = waiting.record, waiting.advisory
        times = Times(self.texts, language, waiting.timezone)
        yield f"<b>{self._html(language, 'waits', code=record.code)}</b>"
        yield "\n".join(
            (
                escape(self._headline(language, advisory)),
                self._html(
                    language,
                    "source_signed" if record.signed else "source_unsigned",
                    source=shorten(clean(waiting.source, one_line=True), 120),
                ),
                self._html(language, "sent", time=times.dated(advisory.sent), zone=times.zone),
                self._html(language, "until", time=times.dated(record.expires), zone=times.zone),
            )
        )
        if waiting.author is not None:
            name = shorten(clean(waiting.author, one_line=True), 64)
            yield self._html(language, "written_by", name=name)
        reasons = [f"• {escape(self.reason(language, one))}" for one in record.reasons]
        if reasons:
            yield "\n".join((self._html(language, "why"), *reasons))
        yield self._unresolved(language, record)
        yield self._audience(language, waiting)

    def _headline(self, language: str, advisory: Advisory) -> str:
        info = advisory.info_for(language)
        kind = "kind.drill" if advisory.is_drill else f"kind.{advisory.msg_type.value.lower()}"
        title = (info.headline or info.event) if info else advisory.identifier
        title = shorten(clean(title, one_line=True), _HEADLINE_LIMIT)
        return self._text(language, kind, headline=title)

    def _unresolved(self, language: str, record: AdvisoryRecord) -> str:
        if not record.unresolved:
            return ""
        areas = [
            f"• {escape(shorten(clean(area, one_line=True), _AREA_LIMIT))}"
            for area in record.unresolved[:_SHOWN_AREAS]
        ]
        if len(record.unresolved) > _SHOWN_AREAS:
            areas.append("• …")
        return "\n".join((self._html(language, "unresolved"), *areas))

    def _audience(self, language: str, waiting: Waiting) -> str:
        if not is_warning(waiting.advisory):
            return self._html(language, "audience_told")
        counts = [
            self.texts.plural(language, f"operator.count_{kind}", waiting.audience.get(kind, 0))
            for kind in REACH_FIRST
        ]
        listed = format_list(counts, locale=self.texts.locale(language))
        return self._html(language, "audience", counts=listed)

    def _text(self, language: str, key: str, **values: object) -> str:
        return self.texts.get(language, f"operator.{key}", **values)

    def _html(self, language: str, key: str, **values: object) -> str:
        return escape(self._text(language, key, **values))


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, str):
        return shorten(clean(value, one_line=True), _VALUE_LIMIT)
    return value

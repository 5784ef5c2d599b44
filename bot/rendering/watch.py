"""What needs a person, in words: reports for operators, and what stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from babel.lists import format_list

from bot.content.texts import Texts
from bot.domain.forgery import Forgery, Reported
from bot.domain.letters import Said
from bot.domain.memory import Memory
from bot.domain.message import Button, Message
from bot.domain.record import AdvisoryRecord
from bot.domain.watch import Concern, Report
from bot.rendering.text import clean, escape, shorten
from bot.rendering.times import Times

SHOWN = 12
"""Lines in one report; the rest is counted."""

_VALUE = 200
_DETAIL = 300


@dataclass(frozen=True, slots=True)
class WatchTexts:
    """In each operator's language. ``timezone`` is that of the bot's largest city."""

    texts: Texts
    timezone: str

    def report(self, language: str, report: Report) -> Message:
        """Everything of one look in one message: of a hundred troubles nobody reads a hundred."""
        changes = report.changes
        wrong = [self.line(language, one) for one in changes.new]
        still = [self.line(language, one) for one in changes.again]
        wrong += [self._say(language, "again", what=one) for one in still]
        over = [self._over(language, one) for one in changes.over]
        parts = [
            self._listed(language, "title", wrong),
            "\n\n".join(map(escape, self._letters(language, report.letters))),
            self._listed(language, "over.title", over),
        ]
        return Message("\n\n".join(part for part in parts if part))

    def standing(self, language: str, memory: Memory | None) -> Message | None:
        """What stands now; None where nothing does."""
        concerns = memory.concerns if memory is not None else ()
        if not concerns:
            return None
        return Message(self._listed(language, "title", [self.line(language, c) for c in concerns]))

    def line(self, language: str, concern: Concern) -> str:
        """One concern as a sentence or two, with its cause and what to do."""
        said = self._say(language, concern.kind.value, **self._values(language, concern))
        cause = concern.facts.get("cause")
        if cause is None:
            return said
        return f"{said} {self._say(language, f'cause.{cause}')}"

    def waits(self, language: str, record: AdvisoryRecord, username: str) -> Message:
        """That something waits; the button opens the bot in private, where it is decided."""
        reasons = [
            self.texts.get(self._spoken(language), f"operator.reason.{reason}")
            for reason in record.reasons
            if self.texts.has(f"operator.reason.{reason}")
        ]
        said = self._say(language, "waits", code=record.code)
        lines = [said, *(f"• {one}" for one in reasons), self._say(language, "waits.where")]
        url = f"https://t.me/{username}?start=w_{record.id}"
        button = Button(self._say(language, "waits.open"), url=url)
        return Message("\n".join(map(escape, lines)), ((button,),))

    def forged(self, language: str, reported: Reported) -> Message:
        """What people were shown and the bot did not write; each text under a line that says so."""
        parts = []
        for one in reported.firsts:
            key = "forged.changed" if one.code else "forged.first"
            # In <pre> no link, name or command of the text can be pressed.
            mark = self._say(language, key, label=one.label, code=one.code)
            parts.append(f"<b>{escape(mark)}</b>\n<pre>{escape(one.text)}</pre>")
        parts += [escape(self._again(language, one)) for one in reported.more]
        if reported.firsts:
            parts.append(escape(self._say(language, "forged.deny")))
        return Message("\n\n".join(parts))

    def moved(self, language: str, chat_id: int) -> Message:
        """The operators' chat has another id now."""
        return Message(escape(self._say(language, "moved", id=chat_id)))

    def lost(self, language: str) -> str:
        """Why a report stands in a private chat, as HTML."""
        return escape(self._say(language, "lost"))

    def _again(self, language: str, one: Forgery) -> str:
        spoken, more = self._spoken(language), one.count - one.told
        return self.texts.plural(spoken, "watch.forged.more", more, label=one.label)

    def _over(self, language: str, concern: Concern) -> str:
        values = self._values(language, concern)
        return self._say(language, f"over.{concern.kind}", **values)

    def _letters(self, language: str, said: Said) -> Iterator[str]:
        for heap in said.firsts:
            named = self._say(language, "letters.unnamed")
            yield self._say(
                language,
                "letters.first",
                reason=_short(heap.reason, 40),
                detail=_short(heap.detail, _DETAIL),
                source=_short(heap.source, 80) or named,
            )
        if said.more:
            yield self._sum(language, said.more)

    def _sum(self, language: str, more: Mapping[str, int]) -> str:
        ordered = sorted(more.items(), key=lambda one: -one[1])[:SHOWN]
        counts = [f"{_short(reason, 40)} {count}" for reason, count in ordered]
        listed = format_list(counts, locale=self.texts.locale(self._spoken(language)))
        key, total = "watch.letters.more", sum(more.values())
        return self.texts.plural(self._spoken(language), key, total, counts=listed)

    def _listed(self, language: str, title: str, lines: Iterable[str]) -> str:
        every = list(lines)
        if not every:
            return ""
        shown = [f"• {escape(line)}" for line in every[:SHOWN]]
        if (more := len(every) - SHOWN) > 0:
            shown.append(escape(self._say(language, "more", n=more)))
        return "\n".join((f"<b>{escape(self._say(language, title))}</b>", *shown))

    def _values(self, language: str, concern: Concern) -> dict[str, object]:
        times = Times(self.texts, self._spoken(language), self.timezone)
        facts = {
            name: _short(value, _VALUE) if isinstance(value, str) else value
            for name, value in concern.facts.items()
        }
        return {**facts, "since": times.moment(concern.since)}

    def _spoken(self, language: str) -> str:
        return self.texts.covering(language, "watch.title")

    def _say(self, language: str, key: str, /, **values: object) -> str:
        return self.texts.get(self._spoken(language), f"watch.{key}", **values)


def _short(value: str, limit: int) -> str:
    return shorten(clean(value, one_line=True), limit)

"""A roll-call in words: the message with its counter, and the list that administrators get."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from bot.content.emergency import Emergency
from bot.content.texts import Texts
from bot.domain.message import Button, Keyboard, Message
from bot.domain.rollcall import Answer, Counts, Reply, RollCall, listed
from bot.rendering.text import clean, escape, units
from bot.rendering.times import Times

NAMES_UNITS = 3300
"""UTF-16 units for the lines with names, of a message's 4,096; the file has everybody."""

_STYLES = {Answer.HELP: "danger", Answer.SHELTER: "primary", Answer.SAFE: "success"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a group is: its country (ISO 3166-1) for the numbers, its zone for the times."""

    country: str
    timezone: str


@dataclass(frozen=True, slots=True)
class RollCallTexts:
    """Everything from outside is escaped here; colour never says what the words do not."""

    texts: Texts
    emergency: Emergency

    def say(self, language: str, key: str, **values: object) -> str:
        """A plain text of this subject."""
        return self.texts.get(language, f"chat.rollcall.{key}", **values)

    def call(self, call: RollCall, counts: Counts, spot: Spot, list_url: str) -> Message:
        """The message in the group, with its counter and, while it is open, its buttons."""
        language = call.language
        times = Times(self.texts, language, spot.timezone)
        state = "until" if call.is_open else "closed"
        html = "\n\n".join(
            (
                f"<b>{escape(self.say(language, 'title'))}</b>",
                escape(self.say(language, "ask" if call.is_open else "over")),
                "\n".join(
                    escape(f"{self.say(language, f'answer.{one}')}: {counts.get(one, 0)}")
                    for one in Answer
                ),
                escape(self.say(language, state, time=times.moment(call.closes))),
                escape(self.no_line(language, spot.country)),
            )
        )
        rows: Keyboard = ()
        if call.is_open:
            rows = tuple(
                (Button(self.say(language, f"answer.{one}"), f"rc:{call.id}:{one}",
                        style=_STYLES[one]),)
                for one in reversed(Answer)
            )  # fmt: skip
        return Message(html, (*rows, (Button(self.say(language, "list"), url=list_url),)))

    def no_line(self, language: str, country: str, *, is_short: bool = False) -> str:
        """That nobody answers here, and whom to call instead; short for the answer to a button."""
        found = self.emergency.countries.get(country)
        known = found.numbers if found else ()
        numbers = ", ".join(
            one.number
            if is_short
            else f"{one.number} ({self.texts.get(language, f'chat.offline.number.{one.kind}')})"
            for one in known
        )
        bare = self.say(language, "no_line")
        return f"{bare} {self.say(language, 'numbers', numbers=numbers)}" if numbers else bare

    def list_of(
        self, language: str, call: RollCall, replies: Sequence[Reply], spot: Spot, title: str
    ) -> Message:
        """For administrators: who needs help first."""
        times = Times(self.texts, language, spot.timezone)
        ordered = listed(replies)
        shown = self._fitting(language, ordered, times)
        rest = len(ordered) - len(shown)
        head = self.say(
            language, "list_title", title=clean(title, one_line=True), time=times.dated(call.opened)
        )
        parts = [f"<b>{escape(head)}</b>"]
        for answer, group in groupby(shown, key=lambda one: one.answer):
            lines = (escape(f"• {self._line(language, one, times)}") for one in group)
            count = sum(one.answer is answer for one in ordered)
            name = self.say(language, f"answer.{answer}")
            parts.append("\n".join((f"<b>{escape(name)}: {count}</b>", *lines)))
        if not ordered:
            parts.append(escape(self.say(language, "nobody")))
        if rest > 0:
            parts.append(escape(self.texts.plural(language, "chat.rollcall.rest", rest)))
        parts.append(escape(self.say(language, "kept")))
        export = Button(self.say(language, "export"), data=f"rcx:{call.chat_id}")
        return Message("\n\n".join(parts), ((export,),) if ordered else ())

    def file(self, language: str, replies: Iterable[Reply], timezone: str) -> bytes:
        """The list as CSV in UTF-8 with a mark, as spreadsheets want it; no cell is a formula."""
        times = Times(self.texts, language, timezone)
        made = io.StringIO()
        writer = csv.writer(made)
        names = ("name", "answer", "time", "noted_by")
        writer.writerow([self.say(language, f"column.{name}") for name in names])
        # Thousands answer within a few minutes; each text is put into words once.
        said = {answer: self.say(language, f"answer.{answer}") for answer in Answer}
        dated = cache(times.dated)
        for one in listed(replies):
            at = dated(one.at.replace(second=0, microsecond=0))
            cells = (one.name, said[one.answer], at, one.noted_by)
            writer.writerow([_inert(cell) for cell in cells])
        return made.getvalue().encode("utf-8-sig")

    def read_answer(self, word: str) -> Answer | None:
        """What a word behind the command means, in any language."""
        for language in self.texts.languages:
            for answer in Answer:
                if word.casefold() in self.say(language, f"word.{answer}").casefold().split(", "):
                    return answer
        return None

    def _fitting(self, language: str, replies: Sequence[Reply], times: Times) -> list[Reply]:
        room, shown = NAMES_UNITS, list[Reply]()
        for one in replies:
            room -= units(self._line(language, one, times)) + 3
            if room < 0:
                break
            shown.append(one)
        return shown

    def _line(self, language: str, one: Reply, times: Times) -> str:
        line = f"{one.name}, {times.moment(one.at)}"
        if one.noted_by:
            line += f" ({self.say(language, 'noted_by', name=one.noted_by)})"
        return line


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

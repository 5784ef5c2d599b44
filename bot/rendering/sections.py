"""The parts of a warning in their order, and what gives way when there is too much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.content.texts import Texts
from bot.domain.guidance import GuidanceBook, Stage
from bot.domain.shelter import TIME_PARAMETER, ShelterNote, time_to_shelter
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.notice import Purpose
from bot.rendering.quotation import quoted
from bot.rendering.shelter import note_lines, time_to_reach
from bot.rendering.text import MAX_UNITS, escape, link, parsed_units
from bot.rendering.words import PLACES_UNITS, Words

QUOTE_UNITS: Final = 500
"""Room for the source's own words: long messages meet Telegram's limits sooner."""

WHERE_UNITS: Final = 300


@dataclass(frozen=True, slots=True)
class Section:
    """HTML lines. What is not ``needed`` is left to "More" when the whole is too long."""

    lines: tuple[str, ...]
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Body:
    """The text in HTML, and whether something was left out of it."""

    html: str
    is_cut: bool


class Sections:
    """Builds the body of a notice."""

    def __init__(self, texts: Texts, guidance: GuidanceBook, checklists: Checklists) -> None:
        self._texts = texts
        self._guidance = guidance
        self._checklists = checklists

    def body(self, words: Words, shelter: ShelterNote | None = None) -> Body:
        """The text for a notice, within Telegram's limit; `shelter` is the reader's own."""
        quote, is_cut = quoted(words, QUOTE_UNITS)
        is_cancel = words.notice.purpose is Purpose.CANCEL
        parts = self._cancel(words, quote) if is_cancel else self._warning(words, quote, shelter)
        sections = [Section(part) if isinstance(part, tuple) else part for part in parts]
        text = _joined(words, sections)
        while parsed_units(text) > MAX_UNITS and not all(one.needed for one in sections):
            last = max(index for index, one in enumerate(sections) if not one.needed)
            del sections[last]
            is_cut = True
            text = _joined(words, sections)
        return Body(text, is_cut or not is_cancel)

    def _warning(
        self, words: Words, quote: tuple[str, ...], shelter: ShelterNote | None
    ) -> list[Section | tuple[str, ...]]:
        stage = words.notice.stage
        parts: list[Section | tuple[str, ...]] = [
            (f"<b>{escape(words.headline)}</b>", *self._time(words), escape(words.siren)),
            self.steps(words, stage, words.steps_heading),
        ]
        if stage in (Stage.PREPARE, Stage.WINDOW_OPEN):
            parts.append(
                Section(self.steps(words, Stage.TAKE_SHELTER, words.hazard.next), needed=False)
            )
        if stage not in (Stage.AFTER, Stage.ENDED):
            if shelter is not None:
                parts.append(note_lines(self._texts, words.language, shelter))
            parts.append(Section(self._supplies(words), needed=False))
        return [*parts, _facts(words), Section(quote, needed=False), _marks_of_origin(words)]

    def _time(self, words: Words) -> tuple[str, ...]:
        """How long people have to reach shelter, where the source says it."""
        said = words.subject.parameter(TIME_PARAMETER)
        time = time_to_shelter(said) if said else None
        if time is None or words.notice.stage in (Stage.AFTER, Stage.ENDED):
            return ()
        return (f"<b>{escape(time_to_reach(self._texts, words.language, time))}</b>",)

    def _cancel(self, words: Words, quote: tuple[str, ...]) -> list[Section | tuple[str, ...]]:
        lines = (words.withdrawn, words.withdrawn_at, words.say("cancel.meaning"))
        code = words.say("code", code=words.notice.code)
        return [
            (f"<b>{escape(words.headline)}</b>", escape(words.siren)),
            tuple(map(escape, lines)),
            Section(quote, needed=False),
            (_source(words), escape(code)),
        ]

    def steps(self, words: Words, stage: Stage, heading: str) -> tuple[str, ...]:
        """A numbered list of the steps of a stage under a heading."""
        steps = self._guidance.steps(words.notice.hazard, stage).steps
        lines = (
            words.say("step", number=number, text=step.text[words.language])
            for number, step in enumerate(steps, 1)
        )
        return (f"<b>{escape(heading)}</b>", *map(escape, lines))

    def _supplies(self, words: Words) -> tuple[str, ...]:
        notice = words.notice
        return self._checklists.brief_lines(ONE_ADULT, words.language, notice.days, notice.profile)


def _facts(words: Words) -> tuple[str, ...]:
    lines = [words.window, words.replaced]
    if words.places(WHERE_UNITS) != words.places(PLACES_UNITS):
        lines.insert(0, words.say("where", places=words.places(WHERE_UNITS)))
    return (*(escape(line) for line in lines if line), _source(words))


def _source(words: Words) -> str:
    said = escape(" ".join(filter(None, (words.source, words.posture))))
    web = link(words.info.web) if words.info else None
    return f"{said} {web}" if web else said


def _marks_of_origin(words: Words) -> tuple[str, ...]:
    lines = [escape(words.issued)]
    if words.expires is not None:
        phone = escape(words.say("by_phone"))
        lines.append(f"{phone} {words.times.by_phone(words.expires)}.")
    return (*lines, escape(words.say("code", code=words.notice.code)))


def _joined(words: Words, sections: Sequence[Section]) -> str:
    text = "\n\n".join("\n".join(section.lines) for section in sections if section.lines)
    return framed(words, text)


def framed(words: Words, text: str) -> str:
    """HTML with the mark of a drill or test as its first and its last line."""
    if words.mark is None:
        return text
    mark = f"<b>{escape(words.mark)}</b>"
    return f"{mark}\n{text}\n{mark}"

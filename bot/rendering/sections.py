"""The parts of a warning in their order, and what gives way when there is too much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.guidance import GuidanceBook, Stage
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.notice import LIVE, OF_ORIGINAL, Purpose
from bot.rendering.quotation import own_words, quoted
from bot.rendering.text import MAX_UNITS, escape, link, parsed_units, unmarked
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

    def __init__(self, guidance: GuidanceBook, checklists: Checklists) -> None:
        self._guidance = guidance
        self._checklists = checklists

    def body(self, words: Words, *, is_low: bool = False) -> Body:
        """The text for a notice, within Telegram's limit; ``is_low`` for a weak network."""
        if is_low:
            return self._low(words)
        quote, is_cut = quoted(words, QUOTE_UNITS)
        is_live = words.notice.purpose in LIVE
        parts = self._warning(words, quote) if is_live else self._follow_up(words, quote)
        sections = [Section(part) if isinstance(part, tuple) else part for part in parts]
        text = _joined(words, sections)
        while parsed_units(text) > MAX_UNITS and not all(one.needed for one in sections):
            last = max(index for index, one in enumerate(sections) if not one.needed)
            del sections[last]
            is_cut = True
            text = _joined(words, sections)
        return Body(text, is_cut or is_live)

    def _low(self, words: Words) -> Body:
        """What to do, when, and who says so in plain text: no supplies, quotation or link."""
        head = _head(words)
        code = escape(words.say("code", code=words.notice.code))
        has_more = words.notice.purpose in LIVE
        if not has_more:
            has_more = words.notice.purpose in OF_ORIGINAL and bool(own_words(words)[0])
            parts = [head, tuple(map(escape, _meaning(words)))]
            if words.notice.purpose not in OF_ORIGINAL:
                parts.append((escape(words.issued),))
            parts[-1] = (*parts[-1], code)
        else:
            steps = self.steps(words, words.notice.stage, words.steps_heading)
            said = filter(None, (words.window, words.replaced, words.source, words.issued))
            parts = [head, steps, (*map(escape, said), code)]
            parts.append((escape(words.say("low")),))
        text = _joined(words, [Section(part) for part in parts])
        return Body(escape(unmarked(text)), is_cut=has_more)

    def _warning(self, words: Words, quote: tuple[str, ...]) -> list[Section | tuple[str, ...]]:
        stage = words.notice.stage
        parts: list[Section | tuple[str, ...]] = [
            _head(words),
            self.steps(words, stage, words.steps_heading),
        ]
        if stage in (Stage.PREPARE, Stage.WINDOW_OPEN):
            parts.append(
                Section(self.steps(words, Stage.TAKE_SHELTER, words.hazard.next), needed=False)
            )
        if stage not in (Stage.AFTER, Stage.ENDED):
            parts.append(Section(self._supplies(words), needed=False))
        return [*parts, _facts(words), Section(quote, needed=False), _marks_of_origin(words)]

    def _follow_up(self, words: Words, quote: tuple[str, ...]) -> list[Section | tuple[str, ...]]:
        """What is no warning: a reminder, an end, an all-clear; short, and never like an alarm."""
        code = escape(words.say("code", code=words.notice.code))
        parts: list[Section | tuple[str, ...]] = [
            _head(words),
            tuple(map(escape, _meaning(words))),
        ]
        if words.notice.purpose in OF_ORIGINAL:
            return [*parts, Section(quote, needed=False), (_source(words), code)]
        if words.notice.purpose is not Purpose.REMINDER:
            steps = self.steps(words, Stage.ENDED, words.say("steps.ended"))
            parts.append(Section(steps, needed=False))
        return [*parts, (_source(words), escape(words.issued), code)]

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


def _head(words: Words) -> tuple[str, ...]:
    late = (escape(words.late),) if words.late else ()
    return (f"<b>{escape(words.headline)}</b>", escape(words.standing), *late)


def _meaning(words: Words) -> tuple[str, ...]:
    """What has become of the warning, in a sentence or two."""
    purpose = words.notice.purpose
    if purpose is Purpose.REMINDER:
        return (words.opens, words.say("reminder.list"))
    if purpose not in OF_ORIGINAL:
        return (words.over,)
    return (words.withdrawn, words.withdrawn_at, words.say(f"{purpose}.meaning"))


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
    """HTML with the mark of a drill or test as its first and its last line.

    What is no longer live says so before anything else.
    """
    if words.mark is not None:
        mark = f"<b>{escape(words.mark)}</b>"
        text = f"{mark}\n{text}\n{mark}"
    if words.no_longer is not None:
        text = f"<b>{escape(words.no_longer)}</b>\n\n{text}"
    return text

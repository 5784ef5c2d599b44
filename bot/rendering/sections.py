"""The parts of a warning in their order, and what gives way when there is too much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.content.texts import Texts
from bot.domain.guidance import GuidanceBook, Stage
from bot.domain.life import ENDINGS
from bot.domain.shelter import TIME_PARAMETER, ShelterNote, time_to_shelter
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.notice import LIVE, OF_ORIGINAL, Purpose
from bot.rendering.quotation import own_words, quoted
from bot.rendering.shelter import note_lines, time_to_reach
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

    def __init__(self, texts: Texts, guidance: GuidanceBook, checklists: Checklists) -> None:
        self._texts = texts
        self._guidance = guidance
        self._checklists = checklists

    def body(
        self, words: Words, shelter: ShelterNote | None = None, *, is_low: bool = False
    ) -> Body:
        """The text for a notice, within Telegram's limit.

        `shelter` is the reader's own; ``is_low`` is for a weak network.
        """
        if is_low:
            return self._low(words, shelter)
        quote, is_cut = quoted(words, QUOTE_UNITS)
        is_live = words.notice.purpose in LIVE
        parts = self._warning(words, quote, shelter) if is_live else self._follow_up(words, quote)
        sections = [Section(part) if isinstance(part, tuple) else part for part in parts]
        text = _joined(words, sections)
        while parsed_units(text) > MAX_UNITS and not all(one.needed for one in sections):
            last = max(index for index, one in enumerate(sections) if not one.needed)
            del sections[last]
            is_cut = True
            text = _joined(words, sections)
        return Body(text, is_cut or is_live)

    def _low(self, words: Words, shelter: ShelterNote | None) -> Body:
        """What to do, when, and who says so in plain text: no supplies, quotation or link."""
        code = escape(words.say("code", code=words.notice.code))
        has_more = words.notice.purpose in LIVE
        if not has_more:
            quotes = words.notice.purpose in OF_ORIGINAL - {Purpose.NARROWED}
            has_more = quotes and bool(own_words(words)[0])
            parts = [tuple(map(escape, _meaning(words)))]
            if words.notice.purpose not in OF_ORIGINAL:
                parts.append((escape(words.issued),))
            parts[-1] = (*parts[-1], code)
        else:
            steps = self.steps(words, words.notice.stage, words.steps_heading)
            said = filter(None, (words.window, words.replaced, words.source, words.issued))
            parts = [steps, self._own(words, shelter), (*map(escape, said), code)]
            parts.append((escape(words.say("low")),))
        text = _joined(words, [Section(part) for part in (self._head(words), *parts)])
        return Body(escape(unmarked(text)), is_cut=has_more)

    def _warning(
        self, words: Words, quote: tuple[str, ...], shelter: ShelterNote | None
    ) -> list[Section | tuple[str, ...]]:
        stage = words.notice.stage
        parts: list[Section | tuple[str, ...]] = [
            self._head(words),
            self.steps(words, stage, words.steps_heading),
        ]
        if stage in (Stage.PREPARE, Stage.WINDOW_OPEN):
            parts.append(
                Section(self.steps(words, Stage.TAKE_SHELTER, words.hazard.next), needed=False)
            )
        parts.append(self._own(words, shelter))
        if not _is_over(words):
            parts.append(Section(self._supplies(words), needed=False))
        return [*parts, _facts(words), Section(quote, needed=False), _marks_of_origin(words)]

    def _head(self, words: Words) -> tuple[str, ...]:
        late = (escape(words.late),) if words.late else ()
        lines = (*self._time(words), escape(words.standing), *late)
        return (f"<b>{escape(words.headline)}</b>", *lines)

    def _own(self, words: Words, shelter: ShelterNote | None) -> tuple[str, ...]:
        """The reader's own shelter, while there is a reason to go there."""
        if shelter is None or _is_over(words):
            return ()
        return note_lines(self._texts, words.language, shelter)

    def _time(self, words: Words) -> tuple[str, ...]:
        """How long people have to reach shelter, where the source says it."""
        said = words.subject.parameter(TIME_PARAMETER)
        time = time_to_shelter(said) if said else None
        if time is None or _is_over(words):
            return ()
        return (f"<b>{escape(time_to_reach(self._texts, words.language, time))}</b>",)

    def _follow_up(self, words: Words, quote: tuple[str, ...]) -> list[Section | tuple[str, ...]]:
        """What is no warning: a reminder, an end, an all-clear; short, and never like an alarm."""
        code = escape(words.say("code", code=words.notice.code))
        parts: list[Section | tuple[str, ...]] = [
            self._head(words),
            tuple(map(escape, _meaning(words))),
        ]
        if words.notice.purpose is Purpose.NARROWED:
            # The source's own words are a warning, and for others.
            return [*parts, (_source(words), code)]
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


def _meaning(words: Words) -> tuple[str, ...]:
    """What has become of the warning, in a sentence or two."""
    purpose = words.notice.purpose
    if purpose is Purpose.REMINDER:
        return (words.opens, words.say("reminder.list"))
    if purpose not in OF_ORIGINAL:
        return (words.over,)
    return (words.withdrawn, *words.dates, words.meaning)


def _is_over(words: Words) -> bool:
    """Whether nobody has to get ready for it, or to shelter from it, any more."""
    over = (Stage.AFTER, Stage.ENDED)
    purpose = words.notice.purpose
    return purpose in ENDINGS or purpose is Purpose.EASED or words.notice.stage in over


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

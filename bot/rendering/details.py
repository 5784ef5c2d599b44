"""What a warning had no room for: the source's text, every step and list, in pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.domain.guidance import GuidanceBook, Stage
from bot.domain.message import Message
from bot.domain.subscriber import Household
from bot.rendering.checklist import Checklists
from bot.rendering.notice import Purpose
from bot.rendering.quotation import quoted_in_full
from bot.rendering.sections import Sections, framed
from bot.rendering.text import MAX_UNITS, escape, parsed_units
from bot.rendering.words import Words

HEADING_UNITS: Final = 200
PAGE_UNITS: Final = MAX_UNITS - 400
"""Room on a page between its marks, its title and the reminder at its end."""


def details(
    words: Words,
    guidance: GuidanceBook,
    sections: Sections,
    checklists: Checklists,
    household: Household,
) -> tuple[Message, ...]:
    """Pages of at most 4,096 units, each marked and titled by itself, sent silently."""
    lines = [*quoted_in_full(words, PAGE_UNITS - HEADING_UNITS)]
    if words.notice.purpose is not Purpose.CANCEL:
        lines += ["", *_guidance(words, guidance, sections)]
        notice = words.notice
        lines += ["", *checklists.lines(household, words.language, notice.days, notice.profile)]
    pages = _pages(lines)
    return tuple(
        Message(_page(words, page, number, len(pages)), silent=True)
        for number, page in enumerate(pages, 1)
    )


def _guidance(words: Words, guidance: GuidanceBook, sections: Sections) -> list[str]:
    stage = words.notice.stage
    lines = [*sections.steps(words, stage, words.steps_heading)]
    stages = [stage]
    if stage in (Stage.PREPARE, Stage.WINDOW_OPEN):
        stages.append(Stage.TAKE_SHELTER)
        lines += ["", *sections.steps(words, Stage.TAKE_SHELTER, words.hazard.next)]
    used = [step for one in stages for step in guidance.steps(words.notice.hazard, one).steps]
    keys = dict.fromkeys(key for step in used for key in step.sources)
    names = " · ".join(guidance.sources[key].name[words.language] for key in keys)
    return [*lines, escape(words.say("details.steps_by", sources=names))]


def _pages(lines: Iterable[str]) -> list[str]:
    pages: list[str] = []
    page = ""
    for line in lines:
        longer = f"{page}\n{line}" if page else line
        if page and parsed_units(longer) > PAGE_UNITS:
            pages.append(page.strip("\n"))
            longer = line
        page = longer
    return [*pages, page.strip("\n")] if page.strip("\n") else pages


def _page(words: Words, page: str, number: int, pages: int) -> str:
    title = words.say("page", code=words.notice.code, page=number, pages=pages)
    dates = escape(" ".join(words.dates))
    head = f"<b>{escape(words.headline)}</b>\n{escape(title)}\n{dates}"
    return framed(words, f"{head}\n\n{page}\n\n{escape(words.reminder)}")

"""What the golden files hold: for each language and hazard its five stages, and the odd cases.

A paragraph that stood above in the same file is named by its first line only, so that one changed
word shows once in a review.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.domain.advisory import Status
from bot.domain.guidance import Stage
from bot.domain.message import Layout, Message
from bot.rendering.notice import Mark, Notice, Purpose, Sound
from tests.unit.rendering.samples import (
    GUIDANCE,
    KYIV_ADVISORY,
    RENDERER,
    TEXTS,
    advisory,
    cancel_notice,
    info,
    notice,
    place,
)

FOLDER: Final = Path(__file__).parent
_ABOVE: Final = "(as above) "
_ENDINGS: Final = (
    Purpose.PASSED,
    Purpose.EXPIRED,
    Purpose.CANCEL,
    Purpose.ALL_CLEAR,
    Purpose.NARROWED,
)
_TIME: Final = [{"valueName": "timeToShelter", "value": "90"}]


def messages(language: str) -> Iterator[tuple[str, str, Message]]:
    """Every message of a language with the file it belongs to and its title."""
    for hazard in GUIDANCE.hazards:
        for stage in Stage:
            yield from _in_layouts(hazard, stage, notice(hazard=hazard, stage=stage), language)
    for title, told in odd_cases().items():
        yield from _in_layouts("other", title, told, language)
        for number, page in enumerate(RENDERER.details(told, language), 1):
            yield "other", f"{title}, more, page {number}", page


def odd_cases() -> dict[str, Notice]:
    """What a warning may be besides a hazard at a stage."""
    update = replace(notice(), purpose=Purpose.UPDATE)
    cities = tuple(place(str(n), f"City {n}", f"Місто {n}") for n in range(12))
    hebrew = advisory(info(language="he", headline="אזעקה", senderName="שגרירות"))
    return {
        "update": replace(update, original=KYIV_ADVISORY, original_code="KYI-OLD1"),
        "update of something unknown": update,
        "withdrawal": cancel_notice(),
        "withdrawal of something unknown": cancel_notice(original=None, original_code=None),
        **_follow_ups(),
        "drill": notice(KYIV_ADVISORY.model_copy(update={"status": Status.EXERCISE})),
        "source not verified": notice(verified=False, source_kind="unverified"),
        "observed, many places": notice(advisory(info(certainty="Observed")), places=cities),
        "source that writes from right to left": notice(hebrew),
        "time to reach shelter": notice(advisory(info(parameter=_TIME))),
        "without a window": notice(advisory(info(onset=None, expires=None))),
    }


def _follow_ups() -> dict[str, Notice]:
    """What comes after a warning, and what the warning itself says then."""
    ends = KYIV_ADVISORY.window[1]
    warning = replace(notice(), opens=KYIV_ADVISORY.window[0], ends=ends)
    update = replace(warning, original=KYIV_ADVISORY, original_code="KYI-OLD1")
    over = replace(warning, stage=Stage.ENDED, sound=Sound.SILENT)
    clear = cancel_notice(about=advisory(info(responseType=["AllClear"])))
    return {
        "reminder": replace(warning, purpose=Purpose.REMINDER, sound=Sound.SILENT),
        "window open": replace(warning, purpose=Purpose.WINDOW_OPEN, stage=Stage.WINDOW_OPEN),
        "window open, late": replace(
            warning,
            purpose=Purpose.WINDOW_OPEN,
            stage=Stage.WINDOW_OPEN,
            late_for=KYIV_ADVISORY.window[0],
        ),
        "extended": replace(update, purpose=Purpose.EXTENDED),
        "correction": replace(update, purpose=Purpose.CORRECTION),
        "window passed": replace(over, purpose=Purpose.PASSED),
        "expired": replace(over, purpose=Purpose.EXPIRED),
        "all-clear": replace(clear, purpose=Purpose.ALL_CLEAR),
        "graded all-clear": replace(clear, purpose=Purpose.EASED),
        "left out": replace(
            cancel_notice(about=KYIV_ADVISORY),
            purpose=Purpose.NARROWED,
            left_places=(place("702550", "Lviv", "Львів"),),
        ),
        "replaced": replace(warning, mark=Mark.REPLACED, ended_as=Purpose.PASSED),
        **{f"ended, {how}": replace(warning, mark=Mark.ENDED, ended_as=how) for how in _ENDINGS},
    }


def files(language: str) -> dict[str, str]:
    """The text of each golden file of a language, by its name without suffix."""
    found: dict[str, dict[str, list[str]]] = {}
    for file, title, message in messages(language):
        # The layouts of one text differ in their buttons: the text stands once, over all of them.
        found.setdefault(file, {}).setdefault(message.html, []).append(_head(title, message))
    return {file: "\n".join(_written(texts)) for file, texts in found.items()}


def _head(title: str, message: Message) -> str:
    buttons = " ".join(f"[{one.text}]" for row in message.keyboard for one in row)
    sound = " (silent)" if message.silent else ""
    return f"=== {title}{sound} {buttons}".rstrip()


def _written(texts: dict[str, list[str]]) -> Iterator[str]:
    above: set[str] = set()
    for html, heads in texts.items():
        yield from heads
        yield "\n\n".join(_folded(html, above)) + "\n"


def everything() -> dict[Path, str]:
    """Every golden file and what it should hold."""
    return {
        FOLDER / language / f"{name}.txt": text
        for language in TEXTS.languages
        for name, text in files(language).items()
    }


def _in_layouts(
    file: str, title: str, told: Notice, language: str
) -> Iterator[tuple[str, str, Message]]:
    for layout in Layout:
        yield file, f"{title}, {layout}", RENDERER.render(told, language, layout)


def _folded(html: str, above: set[str]) -> Iterator[str]:
    for paragraph in html.split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        yield f"{_ABOVE}{first}" if rest and paragraph in above else paragraph
        above.add(paragraph)

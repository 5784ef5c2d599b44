"""The table of `docs/life-cycle.md`, from the table that decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.domain.life import TABLE, Decision, Event, Form, State

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "life-cycle.md"
BEGIN: Final = "<!-- written by `make life` -->"
END: Final = "<!-- end -->"


def table() -> str:
    """A row for each state and event that means anything, in the order of both."""
    return "\n".join(_rows())


def inserted(document: str) -> str:
    """The document with the table between its two marks."""
    marked = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return marked.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", document)


def _rows() -> Iterator[str]:
    yield "| state | event | then | message | sound | to | as | what was live says |"
    yield "|---|---|---|---|---|---|---|---|"
    for state in State:
        for event in Event:
            if (found := TABLE.get((state, event))) is not None:
                yield f"| {state} | {event} | {' | '.join(_cells(found))} |"


def _cells(decision: Decision) -> Iterator[str]:
    telling = decision.telling
    yield decision.state
    if telling is None:
        yield from ("none", "", "", "")
    else:
        purpose = telling.purpose.replace("_", " ")
        sound = f"{telling.sound}{'*' if telling.form is Form.IN_PLACE else ''}"
        yield from (purpose, sound, telling.audience, telling.form)
    yield decision.mark or ""

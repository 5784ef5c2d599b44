"""How far a broadcast is: a bar that moves on a terminal, a line for each change elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import typer
from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from bot.domain import progress
from bot.domain.delivery import End

WIDTH = 24


class Show(Protocol):
    """Where an act says what it does."""

    def say(self, line: str) -> None: ...
    def move(self, found: progress.Progress) -> None: ...


class Lines:
    """For files, pipes and logs: nothing is written over."""

    def __init__(self) -> None:
        self._last = ""

    def say(self, line: str) -> None:
        """One line."""
        typer.echo(line)

    def move(self, found: progress.Progress) -> None:
        """A line with a bar, where it has changed."""
        if (line := describe(found)) != self._last:
            self._last = line
            typer.echo(line)


class Bars:
    """For a person before a terminal: one bar for each broadcast, in its place."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def say(self, line: str) -> None:
        """One line, above the bars."""
        self._bars.console.print(line, markup=False, highlight=False)

    def move(self, found: progress.Progress) -> None:
        """Draw the bar anew."""
        id, total, said = found.broadcast.id, found.total, words(found)
        if id not in self._tasks:
            self._tasks[id] = self._bars.add_task("", total=total, said=said)
        # Of nobody a bar is full at once: there is nothing to wait for.
        done = found.done if total else 1
        self._bars.update(self._tasks[id], completed=done, total=total or 1, said=said)


@contextmanager
def showing() -> Iterator[Show]:
    """Bars where standard output is a terminal, lines elsewhere."""
    terminal = Terminal()
    if not terminal.is_terminal:
        yield Lines()
        return
    columns = (
        BarColumn(WIDTH),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=terminal) as bars:
        yield Bars(bars)


def describe(found: progress.Progress) -> str:
    """A bar and the counts, and while it is being sent how fast and for how long yet."""
    bar = "#" * found.cells(WIDTH)
    return f"[{bar:<{WIDTH}}] {found.done} of {found.total}: {words(found)}"


def words(found: progress.Progress) -> str:
    """The counts by end, the lane and what it is doing; then rate, pause and time left."""
    said = ", ".join(f"{n} {end}" for end, n in _shown(found.broadcast.counts.items()))
    lane = found.broadcast.lane.name.lower().replace("_", "-")
    line = f"{said or 'nothing yet'} ({lane}, {found.phase})"
    if found.is_over:
        return line
    known = {"paused by Telegram for {:.0f} s": found.rests_s or None}
    known |= {"{:.1f} a second": found.rate_per_s, "{:.0f} s left": found.left_s}
    speed = ", ".join(text.format(n) for text, n in known.items() if n is not None)
    return f"{line} {speed}".rstrip()


def _shown(counts: Iterable[tuple[End, int]]) -> list[tuple[End, int]]:
    return sorted(counts, key=lambda one: list(End).index(one[0]))

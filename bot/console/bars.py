"""How far a broadcast is: a bar that moves on a terminal, a line for each change elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import typer
from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from bot.domain.broadcast import Broadcast
from bot.domain.delivery import End

WIDTH = 24


class Show(Protocol):
    """Where an act says what it does."""

    def say(self, line: str) -> None: ...
    def move(self, broadcast: Broadcast, expected: int) -> None: ...


class Lines:
    """For files, pipes and logs: nothing is written over."""

    def __init__(self) -> None:
        self._last = ""

    def say(self, line: str) -> None:
        """One line."""
        typer.echo(line)

    def move(self, broadcast: Broadcast, expected: int) -> None:
        """A line with a bar, where it has changed."""
        if (line := describe(broadcast, expected)) != self._last:
            self._last = line
            typer.echo(line)


class Bars:
    """For a person before a terminal: one bar for each broadcast, in its place."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def say(self, line: str) -> None:
        """One line, above the bars."""
        self._progress.console.print(line, markup=False, highlight=False)

    def move(self, broadcast: Broadcast, expected: int) -> None:
        """Draw the bar anew."""
        done, total = reached(broadcast, expected)
        said = counts(broadcast)
        task = self._tasks.get(broadcast.id)
        if task is None:
            self._tasks[broadcast.id] = self._progress.add_task("", total=total, said=said)
            task = self._tasks[broadcast.id]
        # Of nobody a bar is full at once: there is nothing to wait for.
        self._progress.update(task, completed=done if total else 1, total=total or 1, said=said)


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
    with Progress(*columns, console=terminal) as progress:
        yield Bars(progress)


def describe(broadcast: Broadcast, expected: int) -> str:
    """A bar and the counts; once it has ended, what it really was for."""
    done, total = reached(broadcast, expected)
    share = min(1.0, done / total) if total else 1.0
    return f"[{'#' * int(WIDTH * share):<{WIDTH}}] {counts(broadcast, done, total)}"


def reached(broadcast: Broadcast, expected: int) -> tuple[int, int]:
    """How many have their end, of how many."""
    total = broadcast.audience if broadcast.ended is not None else expected
    return sum(broadcast.counts.values()), max(total, broadcast.audience)


def counts(broadcast: Broadcast, done: int | None = None, total: int | None = None) -> str:
    """The counts by end, the lane and the state."""
    said = ", ".join(f"{n} {end}" for end, n in _shown(broadcast.counts.items()))
    of = "" if done is None else f"{done} of {total}: "
    lane = broadcast.lane.name.lower().replace("_", "-")
    return f"{of}{said or 'nothing yet'} ({lane}, {broadcast.state})"


def _shown(counts: Iterable[tuple[End, int]]) -> list[tuple[End, int]]:
    return sorted(counts, key=lambda one: list(End).index(one[0]))

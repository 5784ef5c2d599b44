"""The house's budget: no room's file grows beyond what one can read at a sitting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.project.files import ROOT

LONGEST = 400
CODE = {".py", ".lua", ".js", ".css", ".html"}


def long_files(folder: Path) -> Iterator[str]:
    """The code files over the budget, with their lines. Data may be as long as its subject."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in CODE:
            lines = len(path.read_text("utf-8").splitlines())
            if lines > LONGEST:
                yield f"{path.relative_to(folder)}: {lines}"


def test_bot_has_no_file_over_the_budget() -> None:
    assert list(long_files(ROOT / "bot")) == []


@pytest.mark.parametrize(
    ("name", "lines", "over"),
    [
        pytest.param("room/a.py", LONGEST, False, id="a file may fill the budget"),
        pytest.param("room/a.py", LONGEST + 1, True, id="a line more is over it"),
        pytest.param("a.lua", LONGEST + 1, True, id="a script has the same budget"),
        pytest.param("a.po", LONGEST + 1, False, id="data has none"),
    ],
)
def test_budget_is_for_code(tmp_path: Path, name: str, lines: int, over: bool) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / name).write_text("x\n" * lines)
    assert bool(list(long_files(tmp_path))) is over


HOST_CLOCK = re.compile(r"\btime\.time(_ns)?\(|\b(datetime|date)\.(now|today|utcnow)\(")
OUTSIDE = {"sandbox", "demo", "bench"}  # another program, a stage, and what measures from outside


def test_no_room_asks_the_hosts_clock() -> None:
    """Redis TIME is the one clock: hosts whose own clocks differ agree on what has expired."""
    rooms = ROOT / "bot"
    asked = [
        str(path.relative_to(rooms))
        for path in rooms.rglob("*.py")
        if path.relative_to(rooms).parts[0] not in OUTSIDE and HOST_CLOCK.search(path.read_text())
    ]
    assert asked == []

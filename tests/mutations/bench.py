"""A copy of the code with one change in it, and the tests that are run against it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TABLE = Path(__file__).parent / "mutations.toml"
LONGEST_S = 60.0
_COPIED = ("bot", "tests", "pyproject.toml", "config.yaml")


@dataclass(frozen=True, slots=True)
class Mutation:
    """`old` stands in `file` exactly once; with `new` instead every one of `tests` fails."""

    name: str
    promise: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    slow: bool = False

    def apply(self, folder: Path) -> None:
        """Change the copy in a folder. Raises AssertionError when the guard is elsewhere now."""
        path = folder / self.file
        text = path.read_text("utf-8")
        found = text.count(self.old)
        assert found == 1, (
            f"mutation {self.name!r}: its old text is in {self.file} {found} times, not once; the "
            f"code has moved, so bring {TABLE.name} up to it"
        )
        path.write_text(text.replace(self.old, self.new), "utf-8")
        # Same length, same second: Python would take the compiled file for the new one's.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()


@dataclass(frozen=True, slots=True)
class Run:
    """What pytest said: how many tests failed, how many did not, and all of its words."""

    failed: int
    others: int
    output: str


def read_table() -> tuple[Mutation, ...]:
    """Every mutation of the table."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["mutation"]
    return tuple(Mutation(**row | {"tests": tuple(row["tests"])}) for row in rows)


def copy_code(folder: Path) -> None:
    """Everything that a test run needs, with what Python has compiled of it."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder / name)


def run_tests(folder: Path, tests: Sequence[str]) -> Run:
    """Run tests in a folder, where `bot` is the one of that folder."""
    found = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider"),
            *("-o", f"timeout={LONGEST_S / 2:.0f}", *tests),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LONGEST_S,
        check=False,
    )
    output = found.stdout.decode("utf-8", "replace")
    counted = {what: int(number) for number, what in _COUNT.findall(output)}
    failed = counted.pop("failed", 0)
    return Run(failed, sum(counted.values()), output)


_COUNT = re.compile(r"\b(\d+) (failed|passed|errors?|skipped|xfailed|xpassed)\b(?=.* in [\d.]+s)")

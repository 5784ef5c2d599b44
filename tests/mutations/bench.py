"""A copy of the code with one change in it, and the tests that are run against it."""

from __future__ import annotations

import json
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
LONGEST_S = 30.0
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


class Runner:
    """Runs tests in folders, one run after the other, with `bot` being that of the folder."""

    def __init__(self) -> None:
        self._nursery = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("nursery.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, tests: Sequence[str]) -> Run:
        """Run tests and wait for them; pytest ends what hangs."""
        file = folder / "output.txt"
        arguments = ["-q", "--tb=line", "-p", "no:cacheprovider", *_QUIET, *tests]
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps([str(folder), str(file), arguments]) + "\n")
        self._nursery.stdin.flush()
        self._nursery.stdout.readline()
        output = file.read_text("utf-8", "replace")
        counted = {what: int(number) for number, what in _COUNT.findall(output)}
        failed = counted.pop("failed", 0)
        return Run(failed, sum(counted.values()), output)

    def close(self) -> None:
        """End it, with what it may still be running."""
        with self._nursery:
            assert self._nursery.stdin is not None
            self._nursery.stdin.close()


_QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning", "-o", f"timeout={LONGEST_S:.0f}")
_COUNT = re.compile(r"\b(\d+) (failed|passed|errors?|skipped|xfailed|xpassed)\b(?=.* in [\d.]+s)")

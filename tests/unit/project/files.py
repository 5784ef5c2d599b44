"""The project's own files, and a form in which a rule about one of them proves that it bites."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

ROOT = Path(__file__).parents[3]


class Rule(NamedTuple):
    """What must hold of a file's text.

    `faults` says what does not. `good`, replaced by `bad` in the real text, breaks the rule: a
    rule that stays silent then guards nothing.
    """

    sentence: str
    faults: Callable[[str], Iterable[str]]
    good: str
    bad: str

    def __str__(self) -> str:
        return self.sentence

    def broken(self, text: str) -> str:
        """The text with the rule's fault in it."""
        assert self.good in text, f"the text no longer holds {self.good!r}"
        return text.replace(self.good, self.bad)


def read(name: str) -> str:
    """A file of the project as text."""
    return (ROOT / name).read_text("utf-8")


def tool(name: str) -> str:
    """The path of a command. Without it a test fails in CI and is skipped elsewhere."""
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    return found if found else _missing(name)


def run(
    *command: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; what it says on both channels is `stdout`."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=dict(environment) if environment is not None else outside_make(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
        check=False,
    )


def outside_make() -> dict[str, str]:
    """The environment without what `make test` hands to a make that it starts."""
    handed = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "PYTHON", "ARGS"}
    return {name: value for name, value in os.environ.items() if name not in handed}


def _missing(name: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not here; in CI nothing is skipped")
    pytest.skip(f"{name} is not here")

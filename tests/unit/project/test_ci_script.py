"""`.ci/run`: sound shell, and on a machine that lacks something it installs or names it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.unit.project.files import ROOT, read, run, tool

SCRIPT = ".ci/run"
STUBS = {
    "make": 'echo "make $* CI=$CI"; exit "$ENDS"',
    "python3.11": "exit 0",
    "chromium": "exit 0",
    "find": "echo /usr/share/fonts/a.ttf",
    "apt-get": 'echo "apt-get $*" >>"$LOG"; for name in $GIVES; do echo "#!/bin/sh" >"$BIN/$name"; '
    'echo "exit 0" >>"$BIN/$name"; "$CHMOD" +x "$BIN/$name"; done',
}


def play(tmp_path: Path, *, lacks: set[str], gives: str = "", ends: int = 0) -> tuple[int, str]:
    """Run the script among stubs: what it says, then what it asked of apt-get."""
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    log.touch()
    for name, body in STUBS.items():
        if name not in lacks:
            (folder / name).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name).chmod(0o755)
    (folder / "dirname").symlink_to(tool("dirname"))
    chmod = str(shutil.which("chmod"))
    told = run(
        tool("bash"),
        SCRIPT,
        environment={
            "PATH": str(folder),
            "LOG": str(log),
            "BIN": str(folder),
            "CHMOD": chmod,
            "GIVES": gives,
            "ENDS": str(ends),
        },
    )
    return told.returncode, told.stdout + log.read_text()


def test_ci_script_is_sound_shell() -> None:
    assert run(tool("bash"), "-n", SCRIPT).stdout == ""
    told = run(tool("shellcheck"), SCRIPT)
    assert (told.returncode, told.stdout) == (0, "")


def test_ci_script_can_be_executed() -> None:
    assert os.access(ROOT / SCRIPT, os.X_OK)
    assert read(SCRIPT).startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in read(SCRIPT)


def test_ci_script_names_no_package_index() -> None:
    assert re.findall(r"https?://|index-url|sources\.list", read(SCRIPT)) == []


@pytest.mark.parametrize("ends", [0, 2])
def test_ci_script_installs_nothing_that_is_there_and_ends_as_the_tests_do(
    tmp_path: Path, ends: int
) -> None:
    more = "make thorough CI=true\nmake mutations ARGS=-m 'mutation and not slow' CI=true\n"
    said = "make test CI=true\n" + (more if not ends else "")
    assert play(tmp_path, lacks=set(), ends=ends) == (ends, said)


@pytest.mark.parametrize(
    ("lack", "package"),
    [
        pytest.param("chromium", "chromium", id="a browser for the page"),
        pytest.param("find", "fonts-dejavu-core", id="letters for the browser"),
        pytest.param("python3.11", "python3 python3-venv", id="Python with venv"),
    ],
)
def test_ci_script_meets_a_lack(tmp_path: Path, lack: str, package: str) -> None:
    status, told = play(tmp_path, lacks={lack}, gives=lack)
    if os.geteuid() == 0:
        assert "make test CI=true\n" in told
        assert re.search(rf"^apt-get .* install .* {package}$", told, re.MULTILINE)
        assert status == 0
    else:
        assert told == f"Missing: {package}. As root: apt-get install {package}\n"
        assert status == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is told before it comes to this")
def test_ci_script_stops_at_a_python_that_is_too_old(tmp_path: Path) -> None:
    status, told = play(tmp_path, lacks={"python3.11"})
    assert "Python is not 3.11, 3.12 or 3.13" in told
    assert "make test" not in told
    assert status == 1

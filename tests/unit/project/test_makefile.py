"""The Makefile: two commands on a fresh machine, and a second start that does nothing twice."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.unit.project.files import ROOT, outside_make, read, run, tool

MAIN = "import os, sys\nprint('bot', *sys.argv[1:], 'in', os.getcwd())\n"


def make(
    *arguments: str, cwd: Path = ROOT, environment: dict[str, str] | None = None
) -> tuple[int, str]:
    """Make's status and all it says."""
    told = run(tool("make"), "--no-print-directory", *arguments, cwd=cwd, environment=environment)
    return told.returncode, told.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a bot that only says what it was given, and no package to install."""
    folder = tmp_path / "it's a folder"
    (folder / "bot").mkdir(parents=True)
    (folder / "Makefile").write_text(read("Makefile"))
    (folder / "bot" / "__main__.py").write_text(MAIN)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text("# no packages\n")
    return folder


def test_make_alone_lists_every_target() -> None:
    status, told = make()
    phony = set(re.findall(r"^\.PHONY: (\S+)$", read("Makefile"), re.MULTILINE))
    assert status == 0
    assert set(re.findall(r"^  make (\S+) ", told, re.MULTILINE)) == phony - {
        "tools",
        "environment",
    }
    assert {"demo", "test", "lint", "format", "lock", "clean", "help"} <= phony


def test_make_test_looks_at_the_cheapest_first() -> None:
    status, told = make("--dry-run", "test")
    steps = ["ruff format --check", "ruff check", "-m mypy", "lint-imports", "-m pytest"]
    assert status == 0
    assert all(step in told for step in steps)
    assert sorted(steps, key=told.index) == steps


def test_makefile_names_no_package_index() -> None:
    assert re.findall(r"https?://|(?<!no-emit-)index-url|find-links", read("Makefile")) == []


def test_make_places_takes_the_sources_that_the_tables_name() -> None:
    (pins,) = re.findall(r"^PLACES = (.*)$", read("Makefile"), re.MULTILINE)
    assert f"pip install --no-deps {pins}\n" in read("bot/content/places/README.md")


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_installs_with_hashes_from_the_lock(target: str) -> None:
    _, told = make("--dry-run", target)
    lock = "requirements.lock" if target == "demo" else "requirements-dev.lock"
    assert re.search(
        rf"pip .* install --require-hashes --no-deps --only-binary :all: .*-r {lock} ", told
    )


def test_make_demo_sets_up_once_and_runs_the_bot(checkout: Path) -> None:
    chosen = f"PYTHON={sys.executable}"
    status, first = make("demo", chosen, "ARGS=--exit", cwd=checkout)
    assert status == 0, first
    assert first.endswith(f"bot demo --exit in {checkout}\n")

    again = make("demo", "ARGS=--exit", cwd=checkout)
    assert again == (0, f"bot demo --exit in {checkout}\n")

    forewarn = str(checkout / ".venv" / "bin" / "forewarn")
    elsewhere = run(forewarn, "check", "a  b", cwd=checkout.parent)
    assert elsewhere.stdout == f"bot check a  b in {checkout.parent}\n"

    (checkout / "requirements.lock").write_text("# still no packages\n")
    _, changed = make("demo", cwd=checkout)
    assert "Installing the packages of requirements.lock" in changed


@pytest.mark.parametrize("file", ["Makefile", ".ci/run"])
@pytest.mark.parametrize(
    ("version", "taken"),
    [
        pytest.param("3, 10, 99", False, id="3.10 is too old"),
        pytest.param("3, 11, 0", True, id="3.11 is the first"),
        pytest.param("3, 13, 99", True, id="3.13 is the last"),
        pytest.param("3, 14, 0", False, id="3.14 is too new"),
    ],
)
def test_python_is_taken_that_the_project_is_for(file: str, version: str, taken: bool) -> None:
    (asked,) = set(re.findall(r"import sys, venv, ensurepip; sys\.exit\([^'\n]*\)", read(file)))
    seems = f"import ensurepip, sys, venv; sys.version_info = ({version})"
    assert (run(sys.executable, "-c", f"{seems}; {asked}").returncode == 0) is taken
    wanted = re.search(r'^requires-python = "(.*)"$', read("pyproject.toml"), re.MULTILINE)
    assert wanted
    assert SpecifierSet(wanted[1]).contains(version.replace(", ", ".")) is taken


def stand_in(path: Path, version: str) -> None:
    """A Python that says it is of `version`, and makes no environment but tells that it would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        f"*_base_executable*) echo {shlex.quote(str(path))} ;;\n"
        f'*platform*) echo "{version} machine $PWD" ;;\n'
        '*"-m venv"*) echo "made anew"; exit 1 ;;\n'
        "esac\n"
    )
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("version", "folder", "python", "anew"),
    [
        pytest.param("3.11.7", "", "", False, id="an environment that fits is kept"),
        pytest.param("3.12.1", "", "", False, id="and keeps its Python when none is asked for"),
        pytest.param("3.12.1", "", "new", True, id="another Python makes it anew"),
        pytest.param("3.11.7", "/elsewhere", "", True, id="a folder that moved makes it anew"),
    ],
)
def test_make_makes_the_environment_anew_only_when_due(
    checkout: Path, version: str, folder: str, python: str, anew: bool
) -> None:
    stand_in(checkout / ".venv" / "bin" / "python", version)
    stand_in(checkout / "new", "3.11.7")
    stamp = f"{version} machine {folder or checkout}\n"
    (checkout / ".venv" / "environment.stamp").write_text(stamp)
    status, told = make(
        "environment", *([f"PYTHON={checkout / python}"] if python else []), cwd=checkout
    )
    assert ("made anew" in told) is anew, told
    assert (status != 0) is anew


@pytest.mark.parametrize(
    ("python", "cure"),
    [
        pytest.param("PYTHON=", "found none", id="no Python at all"),
        pytest.param("PYTHON=/no/such/python", "is not Python 3.11", id="a path that is none"),
        pytest.param("PYTHON=old", "is not Python 3.11", id="a Python that is too old"),
    ],
)
def test_make_says_which_python_it_needs(checkout: Path, python: str, cure: str) -> None:
    tools = checkout / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to(tool("sh"))
    (tools / "old").write_text("#!/bin/sh\nexit 1\n")
    (tools / "old").chmod(0o755)
    environment = {**outside_make(), "PATH": str(tools)}
    status, told = make("demo", python, cwd=checkout, environment=environment)
    assert cure in told
    assert status == 2
    assert not (checkout / ".venv").exists()

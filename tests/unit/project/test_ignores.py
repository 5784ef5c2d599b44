"""What stays out of the repository and out of the image."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.project.files import read, run, tool

LOCAL = [
    pytest.param(".venv/bin/python", id="the environment"),
    pytest.param("data/redis/appendonlydir/a.aof", id="what the bot keeps"),
    pytest.param("secrets/bot_telegram__token", id="the token's file"),
    pytest.param(".env", id="variables for compose, which may hold a token"),
    pytest.param("bot/__pycache__/app.cpython-311.pyc", id="compiled code"),
    pytest.param(".mypy_cache/3.11/a.json", id="what a tool remembers"),
]
SHARED = [
    pytest.param("bot/__main__.py", id="the bot"),
    pytest.param("bot/content/guidance/missile.yaml", id="its content"),
    pytest.param("config.yaml", id="the settings"),
    pytest.param("requirements.lock", id="the packages"),
    pytest.param("LICENSE", id="the licence"),
]


GLOB = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def left_out(path: str, patterns: str) -> bool:
    """Whether Docker leaves a path out: the last pattern that takes it or a folder above it."""
    above = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
    out = False
    for line in patterns.splitlines():
        if line and not line.startswith("#"):
            parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", line.removeprefix("!"))
            regex = "".join(
                GLOB.get(part) or (part if part.startswith("[") else re.escape(part))
                for part in parts
            )
            if any(re.fullmatch(regex, each) for each in above):
                out = not line.startswith("!")
    return out


@pytest.mark.parametrize("path", LOCAL)
def test_dockerignore_leaves_out(path: str) -> None:
    assert left_out(path, read(".dockerignore"))


@pytest.mark.parametrize("path", [".git/config", ".venv/bin/python", "secrets/token", "data/a"])
def test_dockerignore_leaves_out_by_its_star(path: str) -> None:
    assert left_out(path, read(".dockerignore"))
    assert not left_out(path, read(".dockerignore").replace("\n*\n", "\n"))


@pytest.mark.parametrize("path", SHARED)
def test_dockerignore_lets_in(path: str) -> None:
    assert not left_out(path, read(".dockerignore"))


@pytest.mark.parametrize("path", LOCAL)
def test_gitignore_leaves_out(path: str, tmp_path: Path) -> None:
    assert ignored(path, read(".gitignore"), tmp_path)


@pytest.mark.parametrize("path", SHARED)
def test_gitignore_lets_in(path: str, tmp_path: Path) -> None:
    assert not ignored(path, read(".gitignore"), tmp_path)


def ignored(path: str, patterns: str, folder: Path) -> bool:
    """What git itself says, in an empty repository with these patterns."""
    git = tool("git")
    assert run(git, "init", "--quiet", cwd=folder).returncode == 0
    (folder / ".gitignore").write_text(patterns)
    return run(git, "check-ignore", "--quiet", path, cwd=folder).returncode == 0

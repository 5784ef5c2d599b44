"""What the documents name is there: paths, links, targets of make, commands and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
import typer
from pydantic import BaseModel

from bot.cli import cli
from bot.config import Settings
from tests.unit.project.files import ROOT, read

SUFFIXES = {
    *(".css", ".html", ".js", ".json", ".lock", ".lua", ".md", ".po", ".py", ".toml", ".tsv"),
    *(".xml", ".yaml", ".yml"),
}
MADE_LATER = re.compile(r"(data|secrets|\.venv|htmlcov|dist)(/|$)")
EXAMPLES = {"advisory.json", "advisory.xml", "shelters.csv"}
OUTSIDE_SETTINGS = {"BOT_CONFIG", "BOT_SECRETS_DIR"}


class Code(NamedTuple):
    """Code in a document: a span, or a line of a block; `of` is the block's language."""

    text: str
    of: str


def documents() -> list[str]:
    """Every document but the change log, which may name what is gone."""
    found = [path for path in tree() if path.suffix == ".md" and path.name != "CHANGELOG.md"]
    return sorted(map(str, found))


def codes(text: str) -> Iterator[Code]:
    """The code of a Markdown text, without drawings."""
    for language, block in re.findall(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", text, re.M | re.S):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            yield Code(line, language or "text")
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    for span in re.findall(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", prose):
        yield Code(span[1].strip(), "span")


@cache
def tree() -> tuple[PurePosixPath, ...]:
    """Every file and folder of the project."""
    hidden = {".git", ".venv", "data", "__pycache__"}
    return tuple(
        PurePosixPath(path.relative_to(ROOT))
        for top in ROOT.iterdir()
        if top.name not in hidden and not top.name.endswith("_cache")
        for path in (top, *top.rglob("*"))
        if "__pycache__" not in path.parts
    )


def tops() -> set[str]:
    """What a path that starts at the project's folder can start with."""
    return {str(path) for path in tree() if len(path.parts) == 1}


def paths(code: Code) -> Iterator[str]:
    """The paths in a code: words with a known suffix, or under one of the project's folders."""
    if code.of in {"json", "xml", "mermaid", "yaml"}:
        return
    for word in re.split(r"[\s,;:()|'\"=]+", re.sub(r"\s#.*", "", code.text)):
        name = word.rstrip(".")
        if not re.fullmatch(r"\.?[\w<>*-][\w.<>*/-]*", name) or name in EXAMPLES:
            continue
        known = "/" in name and name.split("/")[0] in tops()
        if known or (PurePosixPath(name).suffix in SUFFIXES and not name.startswith("*")):
            yield name


def lost_paths(text: str) -> Iterator[str]:
    """Paths that nothing in the project answers to; `<lang>` and `*` stand for any name."""
    for code in codes(text):
        for name in paths(code):
            pattern = re.sub(r"<[^>]*>", "*", name.rstrip("/"))
            if not MADE_LATER.match(name) and not any(path.match(pattern) for path in tree()):
                yield name


def lost_links(text: str, folder: Path = ROOT) -> Iterator[str]:
    """Links into the project that lead nowhere."""
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target = link.partition("#")[0]
        if target and "://" not in target and not (folder / target).exists():
            yield link


def lost_targets(text: str) -> Iterator[str]:
    """Targets that the Makefile does not have."""
    have = set(re.findall(r"^([a-z][\w-]*):", read("Makefile"), re.MULTILINE))
    for code in codes(text):
        if code.of in {"span", "sh", "shell", "bash", "console", "text"}:
            start = r"(?:^|[;&|$] *)(?:sudo +)?make +([a-z][\w-]*)"
            yield from (f"make {name}" for name in re.findall(start, code.text) if name not in have)


def lost_commands(text: str) -> Iterator[str]:
    """Commands of `forewarn`, and their options, that the command line does not have."""
    group = typer.main.get_command(cli)
    commands: dict[str, object] = getattr(group, "commands", {})
    start = r"(?:^|[;&|$/] *)(?:\S*bin/)?(?:forewarn|python[\d.]* -m bot)(?= |$)([^;&|<>#]*)"
    for code in codes(text):
        for said in re.findall(start, code.text):
            words = said.split()
            if words and re.fullmatch(r"[a-z]+", words[0]):
                name = words[0]
                if name not in commands:
                    yield f"forewarn {name}"
                    continue
                yield from (f"forewarn {name} {word}" for word in unknown(words, commands[name]))


def unknown(words: list[str], command: object) -> Iterator[str]:
    """The options among the words that a command does not take."""
    have = {"--help"}
    for parameter in getattr(command, "params", []):
        have.update(parameter.opts, parameter.secondary_opts)
    for word in words:
        option = word.strip("[]").partition("=")[0]
        if option.startswith("--") and option not in have:
            yield option


def lost_modules(text: str) -> Iterator[str]:
    """Modules that `python -m` would not find."""
    for code in codes(text):
        for name in re.findall(r"python[\d.]* -m ((?:bot|tests)\b[\w.]*)", code.text):
            file = ROOT / name.replace(".", "/")
            if not file.with_suffix(".py").is_file() and not (file / "__main__.py").is_file():
                yield name


def lost_settings(text: str) -> Iterator[str]:
    """Variables that set nothing."""
    for code in codes(text):
        for name in re.findall(r"\bBOT_[A-Z_]*[A-Z]\b", code.text):
            if name not in OUTSIDE_SETTINGS and not is_setting(name):
                yield name


def is_setting(name: str) -> bool:
    """Whether a variable's name leads to a field of the settings."""
    model: type[BaseModel] | None = Settings
    for part in name.removeprefix("BOT_").lower().split("__"):
        if model is None or part not in model.model_fields:
            return False
        kind = model.model_fields[part].annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return True


CHECKS = (
    lost_paths,
    lost_links,
    lost_targets,
    lost_commands,
    lost_modules,
    lost_settings,
)


def faults(text: str, folder: Path = ROOT) -> list[str]:
    """Everything that a document names and that is not there."""
    links = list(lost_links(text, folder))
    return links + [name for check in CHECKS if check is not lost_links for name in check(text)]


@pytest.mark.parametrize("name", documents())
def test_document_names_only_what_is_there(name: str) -> None:
    assert faults(read(name), (ROOT / name).parent) == []


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        pytest.param("`bot/config.py`", [], id="a file that is there"),
        pytest.param("`bot/gone.py`", ["bot/gone.py"], id="a file that is gone"),
        pytest.param("`gone.py`", ["gone.py"], id="a bare file that is gone"),
        pytest.param("`domain/advisory.py`", [], id="a path from within the house"),
        pytest.param("`bot/domain/`", [], id="a folder that is there"),
        pytest.param("`bot/cellar/`", ["bot/cellar/"], id="a folder that is gone"),
        pytest.param("`bot/<room>/__init__.py`", [], id="any name for one in brackets"),
        pytest.param("`docs/gone.md`", ["docs/gone.md"], id="a document that is gone"),
        pytest.param("```\nbot/\n  gone.py  x\n```", ["gone.py"], id="a file in a drawn tree"),
        pytest.param("`data/redis`", [], id="a folder that comes at run time"),
        pytest.param("`/healthz` and `text/plain`", [], id="what only looks like a path"),
        pytest.param("[a](bot/config.py#L1)", [], id="a link that leads somewhere"),
        pytest.param("[a](docs/gone.md)", ["docs/gone.md"], id="a link that leads nowhere"),
        pytest.param("`make test`", [], id="a target that is there"),
        pytest.param("`make fly`", ["make fly"], id="a target that is gone"),
        pytest.param("```sh\ncd a && make fly\n```", ["make fly"], id="a target in a block"),
        pytest.param("```\n$ make fly\n```", ["make fly"], id="a target behind a prompt"),
        pytest.param("make sure", [], id="prose is no command"),
        pytest.param("`forewarn publish advisory.xml`", [], id="a command that is there"),
        pytest.param("`forewarn fly`", ["forewarn fly"], id="a command that is gone"),
        pytest.param("`forewarn run --drain`", [], id="an option that is there"),
        pytest.param("`forewarn run --fly`", ["forewarn run --fly"], id="an option that is gone"),
        pytest.param("`python -m bot fly`", ["forewarn fly"], id="a command by its module"),
        pytest.param("`.venv/bin/forewarn fly`", ["forewarn fly"], id="a command by its path"),
        pytest.param("`python -m bot.gone`", ["bot.gone"], id="a module that is gone"),
        pytest.param("`BOT_TELEGRAM__TOKEN`", [], id="a variable that sets something"),
        pytest.param("`BOT_TELEGRAM__TOKE`", ["BOT_TELEGRAM__TOKE"], id="a variable that does not"),
    ],
)
def test_document_check_sees_what_is_not_there(said: str, lost: list[str]) -> None:
    assert faults(f"Text.\n\n{said}\n") == lost

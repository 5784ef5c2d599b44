"""The lock files: whole, hashed, in step, and tied to no package index."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.project.files import Rule, read

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"


def entries(text: str) -> dict[str, str]:
    """A lock's packages with all that is said of each, joined to a line."""
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]
    return {canonicalize_name(re.split(r"[=<>!~ ;@\[]", line)[0]): line for line in lines}


def versions(text: str) -> dict[str, str]:
    """The version of each package."""
    return {name: line.split()[0].partition("==")[2] for name, line in entries(text).items()}


def loose(text: str) -> Iterator[str]:
    """Each package has one version, and hashes of 64 digits."""
    for name, line in entries(text).items():
        requirement, *hashes = line.split("--hash=")
        if not re.match(r"[a-z0-9-]+==[\w.!+]+( ;|\s*$)", requirement):
            yield f"{name} has no version"
        if not hashes or not all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes):
            yield f"{name} has no hash"


def addresses(text: str) -> Iterator[str]:
    """A lock works with whatever index a machine is set to."""
    for line in text.splitlines():
        if re.search(r"://|^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", line):
            yield line


def project() -> dict[str, list[str]]:
    """What pyproject.toml asks for: for the runtime, and for development."""
    table = tomllib.loads(read("pyproject.toml"))["project"]
    runtime = table["dependencies"]
    return {RUNTIME: runtime, DEVELOPMENT: runtime + table["optional-dependencies"]["dev"]}


def unmet(text: str, wanted: list[str]) -> Iterator[str]:
    """A lock has a version that pyproject.toml allows of each package it asks for."""
    have = versions(text)
    for each in map(Requirement, wanted):
        version = have.get(canonicalize_name(each.name))
        if version is None or not each.specifier.contains(version, prereleases=True):
            yield str(each)


RULES = (
    Rule("a package has a version", loose, "aiohttp==", "aiohttp>="),
    Rule("a package has hashes", loose, "--hash=sha256:", "--hash=md5:"),
    Rule("a package is no address", addresses, "aiohttp==", "aiohttp @ file://a/"),
    Rule("no index is named", addresses, "aiohttp==", "--find-links a.example\naiohttp=="),
)


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT])
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_lock_keeps_the_rule(rule: Rule, lock: str) -> None:
    assert entries(read(lock))
    assert list(rule.faults(read(lock))) == []


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_lock_rule_sees_its_fault(rule: Rule) -> None:
    assert list(rule.faults(rule.broken(read(RUNTIME))))


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT])
def test_lock_has_what_the_project_asks_for(lock: str) -> None:
    assert list(unmet(read(lock), project()[lock])) == []


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        pytest.param("aiohttp>=3,<4", True, id="a version in the range will do"),
        pytest.param("aiohttp>=99", False, id="a version below the range will not"),
        pytest.param("not-in-the-lock", False, id="a package that is missing will not"),
        pytest.param("PyYAML>=6", True, id="a name is the same in capitals"),
    ],
)
def test_lock_tells_what_it_lacks(wanted: str, met: bool) -> None:
    assert (not list(unmet(read(RUNTIME), [wanted]))) is met


def test_development_lock_holds_all_of_the_runtime_lock() -> None:
    runtime, development = entries(read(RUNTIME)), entries(read(DEVELOPMENT))
    assert {name: development.get(name) for name in runtime} == runtime

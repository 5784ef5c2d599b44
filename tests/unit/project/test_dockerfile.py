"""The Dockerfile, by hadolint and by the rules it does not know."""

from __future__ import annotations

import http.server
import json
import re
import shlex
import sys
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.unit.project.files import ROOT, Rule, outside_make, read, run, tool

SECRET = re.compile(r"token|secret|password|passwd|api_?key|\d{6,}:[\w-]{20,}", re.IGNORECASE)


class Instruction(NamedTuple):
    """One instruction, its continued lines joined, in the stage that it stands in."""

    stage: int
    name: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """What a Dockerfile does, without comments and blank lines."""
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    found: list[Instruction] = []
    stage = -1
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        name, _, rest = line.strip().partition(" ")
        stage += name.upper() == "FROM"
        found.append(Instruction(stage, name.upper(), rest.strip()))
    return found


def named(text: str, *names: str) -> list[Instruction]:
    """The instructions of these names."""
    return [each for each in instructions(text) if each.name in names]


def last(text: str, name: str) -> str:
    """What the final stage's last instruction of this name says; empty when there is none."""
    final = max(each.stage for each in instructions(text))
    return next((each.rest for each in reversed(named(text, name)) if each.stage == final), "")


def loose_bases(text: str) -> Iterator[str]:
    """A base needs a tag with a minor version or a digest."""
    for each in named(text, "FROM"):
        image = each.rest.split()[0]
        if not re.search(r":\d+\.\d+[\w.-]*$|@sha256:[0-9a-f]{64}$", image):
            yield image


def root_user(text: str) -> Iterator[str]:
    """The last user is a number, and not root's."""
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", last(text, "USER")):
        yield last(text, "USER") or "no USER"


def late_user(text: str) -> Iterator[str]:
    """Nothing is built or copied as the bot's user, or it could change what it runs."""
    names = [each.name for each in instructions(text)]
    after = names[len(names) - names[::-1].index("USER") :] if "USER" in names else []
    yield from (name for name in after if name in {"RUN", "COPY", "ADD"})


def additions(text: str) -> Iterator[str]:
    """ADD unpacks and downloads unasked."""
    yield from (each.rest for each in named(text, "ADD"))


def sudo(text: str) -> Iterator[str]:
    """A build is root's already."""
    yield from (each.rest for each in named(text, "RUN") if re.search(r"\bsudo\b", each.rest))


def untidy_apt(text: str) -> Iterator[str]:
    """An apt-get step updates, takes nothing extra and leaves no lists behind."""
    for each in named(text, "RUN"):
        if "apt-get install" in each.rest:
            due = ("apt-get update", "--no-install-recommends", "rm -rf /var/lib/apt/lists")
            yield from (part for part in due if part not in each.rest)


def relative_folders(text: str) -> Iterator[str]:
    """A relative WORKDIR depends on the base's."""
    yield from (each.rest for each in named(text, "WORKDIR") if not each.rest.startswith("/"))


def shell_forms(text: str) -> Iterator[str]:
    """A shell between Docker and the bot would swallow SIGTERM."""
    for each in named(text, "ENTRYPOINT", "CMD"):
        try:
            exec_form = isinstance(json.loads(each.rest), list)
        except ValueError:
            exec_form = False
        if not exec_form:
            yield each.rest


def another_command(text: str) -> Iterator[str]:
    """`docker run forewarn` runs the bot; `docker run forewarn check` another command of it."""
    start = (last(text, "ENTRYPOINT"), last(text, "CMD"))
    if start != ('["python", "-m", "bot"]', '["run"]'):
        yield " ".join(start)


def missing_health(text: str) -> Iterator[str]:
    """Without a health check a hung bot looks well."""
    if "/healthz" not in last(text, "HEALTHCHECK"):
        yield "no HEALTHCHECK asks /healthz"


def other_signal(text: str) -> Iterator[str]:
    """The bot ends in order on SIGTERM."""
    if last(text, "STOPSIGNAL") != "SIGTERM":
        yield "STOPSIGNAL"


def secrets(text: str) -> Iterator[str]:
    """What ENV and ARG say can be read in the image by everybody who has it."""
    yield from (each.rest for each in named(text, "ENV", "ARG") if SECRET.search(each.rest))


def given_away(text: str) -> Iterator[str]:
    """What is copied stays root's, or belongs to a number that is said."""
    yield from (
        each.rest
        for each in named(text, "COPY")
        if "--chown=" in each.rest and not re.search(r"--chown=\d+:\d+\b", each.rest)
    )


def copied_folder(text: str) -> Iterator[str]:
    """`COPY . .` takes whatever lies about, such as a token."""
    yield from (
        each.rest for each in named(text, "COPY") if {".", "./"} & set(each.rest.split()[:-1])
    )


def unhashed_packages(text: str) -> Iterator[str]:
    """Packages come from the lock, with hashes, and are not built on the way."""
    flags = ("--require-hashes", "--no-deps", "--only-binary :all:", "requirements.lock")
    for each in named(text, "RUN"):
        if re.search(r"\bpip\b.* (install|wheel|download)\b", each.rest):
            yield from (flag for flag in flags if flag not in each.rest)


def addresses(text: str) -> Iterator[str]:
    """No package index is named; the builder's own setting decides."""
    yield from re.findall(r"https?://\S+|--(?:extra-)?index-url\S*", text)


def unkept_data(text: str) -> Iterator[str]:
    """The root may be read-only, so what is kept stands in a volume."""
    if json.loads(last(text, "VOLUME") or "[]") != ["/data"]:
        yield "VOLUME"


USER = "USER 10001:10001"
RULES = (
    Rule("each base is pinned to a version", loose_bases, ":3.12-slim-bookworm", ":latest"),
    Rule("a base without a tag is refused", loose_bases, ":3.12-slim-bookworm", ""),
    Rule("the last user is not root", root_user, USER, "USER root"),
    Rule("the last user is a number, which Kubernetes can check", root_user, USER, "USER forewarn"),
    Rule("a user is set at all", root_user, USER, ""),
    Rule("nothing is copied after the user is set", late_user, USER, f"{USER}\nCOPY bot ./bot"),
    Rule("nothing is added", additions, "COPY bot ./bot", "ADD bot ./bot"),
    Rule("nothing runs sudo", sudo, "RUN install", "RUN sudo install"),
    Rule("apt-get is tidy", untidy_apt, USER, f"RUN apt-get install -y tini\n{USER}"),
    Rule("each WORKDIR is absolute", relative_folders, "WORKDIR /app", "WORKDIR app"),
    Rule("no shell starts the bot", shell_forms, '["python", "-m", "bot"]', "python -m bot"),
    Rule("no shell gives the command", shell_forms, 'CMD ["run"]', "CMD run"),
    Rule("the bot is what runs", another_command, 'CMD ["run"]', 'CMD ["demo"]'),
    Rule("the health is looked at", missing_health, "HEALTHCHECK", "# HEALTHCHECK"),
    Rule("a stop is SIGTERM", other_signal, "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL"),
    Rule("ENV holds no secret", secrets, "BOT_HTTP__PORT=8080", "BOT_TELEGRAM__TOKEN=1:A"),
    Rule("ARG holds no secret", secrets, USER, f"ARG PASSWORD\n{USER}"),
    Rule("what is copied stays root's", given_away, "COPY config", "COPY --chown=bot config"),
    Rule("the folder is not copied whole", copied_folder, "COPY bot ./bot", "COPY . ."),
    Rule("packages carry hashes", unhashed_packages, "--require-hashes ", ""),
    Rule("packages are not built", unhashed_packages, "--only-binary :all: ", ""),
    Rule("no package index is named", addresses, "--no-deps", "-i https://a.example"),
    Rule("what is kept is in a volume", unkept_data, 'VOLUME ["/data"]', 'VOLUME ["/app"]'),
)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_dockerfile_keeps_the_rule(rule: Rule) -> None:
    assert list(rule.faults(read("Dockerfile"))) == []


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_dockerfile_rule_sees_its_fault(rule: Rule) -> None:
    assert list(rule.faults(rule.broken(read("Dockerfile"))))


def test_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    told = run(tool("hadolint"), "--no-color", "--failure-threshold", "style", "Dockerfile")
    assert (told.returncode, told.stdout) == (0, "")


def test_dockerfile_copies_only_what_is_there() -> None:
    for each in named(read("Dockerfile"), "COPY"):
        if "--from=" not in each.rest:
            for name in each.rest.split()[:-1]:
                assert (ROOT / name).exists(), name


@pytest.mark.parametrize(
    ("answer", "well"),
    [
        pytest.param(200, True, id="a bot that answers 200 is well"),
        pytest.param(503, False, id="a bot that answers anything else is ill"),
        pytest.param(None, False, id="a bot that does not listen is ill"),
    ],
)
def test_health_check_tells_a_well_bot_from_an_ill_one(answer: int | None, well: bool) -> None:
    command = json.loads(last(read("Dockerfile"), "HEALTHCHECK").partition("CMD ")[2])
    assert command[0] == "python"
    with Answering(answer) as port:
        environment = {
            **outside_make(),
            "BOT_HTTP__PORT": str(port),
            "http_proxy": "http://[::1]:9",
        }
        told = run(sys.executable, *command[1:], environment=environment)
    assert (told.returncode == 0) is well, shlex.join(command)


class Answering:
    """A server that answers `status` at /healthz, 404 elsewhere; with None the port is closed."""

    def __init__(self, status: int | None) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response((status or 500) if self.path == "/healthz" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._status = status
        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> int:
        if self._status is None:
            self._server.server_close()
        else:
            self._thread.start()
        return self._server.server_port

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

"""compose.yaml: what is kept, who may reach what, and how little each container may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from bot.config import Settings
from tests.unit.project.files import ROOT, Rule, read

SECRET = re.compile(r"token|secret|password|\d{6,}:[\w-]{20,}", re.IGNORECASE)


def services(text: str) -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


def other_services(text: str) -> Iterator[str]:
    """The bot and its Redis, no more."""
    yield from {"bot", "redis"} ^ services(text).keys()


def forgetful_redis(text: str) -> Iterator[str]:
    """Each write is on disk before it is answered; nothing is evicted; the data outlive it."""
    redis = services(text)["redis"]
    command = redis["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    due = {"--appendonly": "yes", "--appendfsync": "always", "--maxmemory-policy": "noeviction"}
    yield from (name for name, value in due.items() if options.get(name) != value)
    kept = {mount.split(":")[0] for mount in redis["volumes"] if mount.endswith(":/data")}
    if not kept & (yaml.safe_load(text).get("volumes") or {}).keys():
        yield "/data is no named volume"


def loose_images(text: str) -> Iterator[str]:
    """An image has a tag with a minor version."""
    for service in services(text).values():
        if not re.search(r":\d+\.\d+[\w.-]*$", service["image"]):
            yield service["image"]


def other_redis(text: str) -> Iterator[str]:
    """Redis 7 is what the bot is tested with."""
    image = services(text)["redis"]["image"]
    if not re.match(r"redis:7\b", image):
        yield image


def powers(text: str) -> Iterator[str]:
    """No container may do more than it needs."""
    for name, service in services(text).items():
        if service.get("privileged") or service.get("cap_add"):
            yield f"{name} has powers"
        if service.get("cap_drop") != ["ALL"]:
            yield f"{name} keeps capabilities"
        if "no-new-privileges:true" not in service.get("security_opt", ()):
            yield f"{name} may gain privileges"
        if service.get("read_only") is not True:
            yield f"{name} may write to its root"
        if service.get("user") in {"root", "0", "0:0"}:
            yield f"{name} is root"


def host_doors(text: str) -> Iterator[str]:
    """No container shares the host's network, processes or Docker socket."""
    for name, service in services(text).items():
        if service.get("network_mode") == "host" or service.get("pid") == "host":
            yield f"{name} shares the host's"
        if any("docker.sock" in mount for mount in service.get("volumes", ())):
            yield f"{name} holds Docker's socket"


def open_ports(text: str) -> Iterator[str]:
    """Only this host reaches the bot's port, and nobody Redis'."""
    for name, service in services(text).items():
        for port in service.get("ports", ()):
            if name == "redis" or not str(port).startswith("127.0.0.1:"):
                yield f"{name}: {port}"


def redis_outside(text: str) -> Iterator[str]:
    """Whoever reaches Redis can alarm everybody, so its network leads nowhere."""
    networks = yaml.safe_load(text).get("networks") or {}
    for name in services(text)["redis"].get("networks", ["default"]):
        if not (networks.get(name) or {}).get("internal"):
            yield name


def unwatched(text: str) -> Iterator[str]:
    """Redis has its health check here, the bot in its Dockerfile, and the bot waits for Redis."""
    found = services(text)
    if not found["redis"].get("healthcheck", {}).get("test"):
        yield "redis has no health check"
    if found["bot"].get("healthcheck", {}).get("disable") or "HEALTHCHECK" not in read(
        "Dockerfile"
    ):
        yield "bot has no health check"
    if found["bot"].get("depends_on", {}).get("redis", {}).get("condition") != "service_healthy":
        yield "bot does not wait for Redis"


def bare_secrets(text: str) -> Iterator[str]:
    """An environment can be read with `docker inspect`; a secret is a file."""
    for service in services(text).values():
        environment = service.get("environment") or {}
        assert isinstance(environment, dict), "write the environment as keys and values"
        yield from (name for name, value in environment.items() if SECRET.search(f"{name}={value}"))


def mislaid_token(text: str) -> Iterator[str]:
    """The token's file has the name that the bot looks for, and lies outside the repository."""
    whole = yaml.safe_load(text)
    if services(text)["bot"].get("secrets") != ["bot_telegram__token"]:
        yield "the bot is not given its token"
    if whole.get("secrets") != {"bot_telegram__token": {"file": "./secrets/bot_telegram__token"}}:
        yield "the token's file"


def unknown_settings(text: str) -> Iterator[str]:
    """Each BOT_ variable is a setting."""
    for name in services(text)["bot"]["environment"]:
        model: type[BaseModel] | None = Settings
        for part in name.removeprefix("BOT_").lower().split("__"):
            field = model.model_fields.get(part) if model else None
            if field is None:
                yield name
                break
            kind = field.annotation
            model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def mortal(text: str) -> Iterator[str]:
    """A container that fell gets up, and one that is stopped has time to end in order."""
    for name, service in services(text).items():
        if service.get("restart") != "unless-stopped":
            yield f"{name} stays down"
        if int(service.get("stop_grace_period", "0s").removesuffix("s")) < 30:
            yield f"{name} is killed early"


RULES = (
    Rule("there are two services", other_services, "  redis:\n    image", "  cache:\n    image"),
    Rule("Redis keeps a file", forgetful_redis, '"yes"', '"no"'),
    Rule("Redis writes before it answers", forgetful_redis, "- always", "- everysec"),
    Rule("Redis evicts nothing", forgetful_redis, "- noeviction", "- allkeys-lru"),
    Rule("Redis' data outlive it", forgetful_redis, "redis-data:/data", "./redis:/data"),
    Rule("images are pinned", loose_images, "redis:7.4-bookworm", "redis:latest"),
    Rule("an image without a tag is refused", loose_images, "forewarn:0.1.0", "forewarn"),
    Rule("Redis is of version 7", other_redis, "redis:7.4", "redis:6.2"),
    Rule("nothing is privileged", powers, "init: true", "privileged: true"),
    Rule("capabilities are dropped", powers, "cap_drop", "cap_add"),
    Rule("privileges are not gained", powers, "no-new-privileges:true", "seccomp:default"),
    Rule("roots are read-only", powers, "read_only: true", "read_only: false"),
    Rule("Redis is not root", powers, '"999:999"', '"0:0"'),
    Rule("the host's network stays its own", host_doors, "init: true", "network_mode: host"),
    Rule("Docker's socket stays outside", host_doors, "bot-data:/data", "/a/docker.sock:/b"),
    Rule("the port is this host's only", open_ports, "127.0.0.1:8080", "8080"),
    Rule("Redis has no way out", redis_outside, "internal: true", "internal: false"),
    Rule("Redis' health is looked at", unwatched, "healthcheck:", "x-healthcheck:"),
    Rule("the bot waits for Redis", unwatched, "service_healthy", "service_started"),
    Rule("no secret is in an environment", bare_secrets, "BOT_ADMINS:", "BOT_TELEGRAM__TOKEN:"),
    Rule("the token's file is named right", mislaid_token, "    - bot_tele", "    - tele"),
    Rule("the token is no other file", mislaid_token, "./secrets/", "./config/"),
    Rule("variables are settings", unknown_settings, "BOT_ADMINS:", "BOT_ADMIN:"),
    Rule("nested variables are settings", unknown_settings, "BOT_REDIS__URL", "BOT_REDIS__URI"),
    Rule("containers get up again", mortal, "unless-stopped", '"no"'),
    Rule("the bot has time to end", mortal, "stop_grace_period: 30s", "stop_grace_period: 2s"),
)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_compose_keeps_the_rule(rule: Rule) -> None:
    assert list(rule.faults(read("compose.yaml"))) == []


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_compose_rule_sees_its_fault(rule: Rule) -> None:
    assert list(rule.faults(rule.broken(read("compose.yaml"))))


def test_compose_builds_what_the_project_calls_its_version() -> None:
    project = read("pyproject.toml")
    assert services(read("compose.yaml"))["bot"]["image"].split(":")[1] in project
    assert (ROOT / "Dockerfile").is_file()


def test_token_file_of_compose_sets_the_token(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = yaml.safe_load(read("compose.yaml"))["secrets"]
    token = "123456789:" + "A" * 35
    (tmp_path / name).write_text(f"{token}\n")
    monkeypatch.setenv("BOT_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("BOT_TELEGRAM__TOKEN", raising=False)
    given = Settings().telegram.token
    assert given is not None
    assert given.get_secret_value() == token

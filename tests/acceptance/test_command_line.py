"""What an operator types: each fault is one line with its cure, and no token is ever printed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from typer.testing import CliRunner

from bot.cli import cli
from bot.sandbox.server import Sandbox
from tests.acceptance.advisories import alert, payload
from tests.acceptance.town import Town
from tests.bot_process import Ended, forewarn

OTHER_TOKEN = "987654:AAE-this-token-belongs-to-another-bot-00"


@pytest.fixture
async def good(redis: Redis, redis_url: str) -> AsyncIterator[dict[str, str]]:
    """The environment of a bot that has all it needs."""
    async with Sandbox() as sandbox:
        yield {
            "BOT_TELEGRAM__TOKEN": sandbox.token,
            "BOT_TELEGRAM__API_URL": sandbox.url,
            "BOT_REDIS__URL": redis_url,
            "BOT_HTTP__PORT": "0",
        }


async def _run_together(runs: list[tuple[str, dict[str, str]]]) -> list[Ended]:
    """Every command, two at a time: a start costs a second of a processor."""
    turns = asyncio.Semaphore(2)

    async def one(command: str, environment: dict[str, str]) -> Ended:
        async with turns:
            return await forewarn(command, environment=environment)

    return await asyncio.gather(*(one(*run) for run in runs))


async def test_check_has_a_line_for_each_part(good: dict[str, str]) -> None:
    ended = await forewarn("check", environment=good)
    assert ended.code == 0, ended.output
    subjects = [line.split()[:2] for line in ended.output.splitlines()]
    assert subjects == [[name, "ok"] for name in ("configuration", "content", "redis", "token")]
    assert "@forewarn_bot" in ended.output
    assert good["BOT_TELEGRAM__TOKEN"] not in ended.output


async def test_fault_of_the_surroundings_is_one_line_with_its_cure(
    good: dict[str, str], tmp_path: Path
) -> None:
    nowhere = f"unix://{tmp_path}/none.sock"
    table: list[tuple[str, dict[str, str | None], str]] = [
        ("no token", {"BOT_TELEGRAM__TOKEN": None}, "BOT_TELEGRAM__TOKEN"),
        ("a token that is none", {"BOT_TELEGRAM__TOKEN": "s3cret"}, "@BotFather"),
        ("the token of another bot", {"BOT_TELEGRAM__TOKEN": OTHER_TOKEN}, "@BotFather"),
        ("no Redis", {"BOT_REDIS__URL": nowhere}, "BOT_REDIS__URL"),
        ("a country without places", {"BOT_PLACES__COUNTRIES": '["XX"]'}, "XX"),
    ]
    environments = []
    for _, changes, _ in table:
        merged: dict[str, str | None] = {**good, **changes}
        environments.append({name: value for name, value in merged.items() if value is not None})
    ended = await _run_together(
        [*(("run", one) for one in environments), *(("check", one) for one in environments)]
    )
    for (sentence, _, cure), run in zip(table, ended, strict=False):
        assert run.code != 0, sentence
        (line,) = (one for one in run.output.splitlines() if not one.startswith("{"))
        assert line.startswith("forewarn: "), sentence
        assert cure in line, sentence
    for (sentence, _, cure), check in zip(table, ended[len(table) :], strict=False):
        assert check.code != 0, sentence
        (line,) = (one for one in check.output.splitlines() if "FAULT" in one)
        assert cure in line, sentence
    for one in ended:
        assert "Traceback" not in one.output
        for secret in (good["BOT_TELEGRAM__TOKEN"], OTHER_TOKEN, "s3cret"):
            assert secret not in one.output


def test_wrong_setting_is_one_line_that_names_it_and_its_cure() -> None:
    token = {"BOT_TELEGRAM__TOKEN": OTHER_TOKEN}
    table: list[tuple[str, dict[str, str], str]] = [
        ("an address that is none", {"BOT_REDIS__URL": "localhost"}, "redis://host:6379/0"),
        ("a number out of range", {"BOT_DELIVERY__RATE": "-1"}, "BOT_DELIVERY__RATE"),
        ("a list that is no JSON", {"BOT_ADMINS": "me"}, "JSON"),
        ("a file that is not there", {"BOT_CONFIG": "none.yaml"}, "BOT_CONFIG"),
        ("a setting nobody knows", {"BOT_DELIVERY__SPEED": "9"}, "delivery.speed"),
    ]
    for sentence, environment, cure in table:
        for command, start in (("run", "forewarn: "), ("check", "configuration  FAULT  ")):
            ended = CliRunner().invoke(cli, [command], env={**token, **environment})
            assert ended.exit_code != 0, sentence
            (line,) = ended.output.splitlines()
            assert line.startswith(start), sentence
            assert cure in line, sentence
            assert OTHER_TOKEN not in line, sentence


async def test_publish_puts_advisories_on_the_queue_and_drain_delivers_them(
    town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "advisory.json"
    file.write_bytes(payload(alert("from a file")))
    bad = tmp_path / "bad.json"
    bad.write_bytes(payload(alert("bad", status="Real")))
    environment = {"BOT_REDIS__URL": town.redis_url}
    checked, refused, missing = await asyncio.gather(
        forewarn("publish", str(file), "--check", environment=environment),
        forewarn("publish", str(bad), environment=environment),
        forewarn("publish", str(tmp_path / "none.json"), environment=environment),
    )
    assert checked.code == 0
    assert checked.output.startswith("valid: Alert from-a-file")
    assert refused.code != 0
    assert refused.output.startswith("refused: enumeration: status: 'Real' is not one of")
    assert missing.code != 0
    assert "cannot be read (No such file or directory); correct the path" in missing.output
    assert not await town.command("XLEN", "advisories")
    added, piped = await asyncio.gather(
        forewarn("publish", str(file), environment=environment),
        forewarn("publish", "-", given=payload(alert("from a pipe")), environment=environment),
    )
    for ended in (added, piped):
        assert ended.code == 0, ended.output
        assert ended.output.splitlines()[-1].startswith("added to advisories as ")
    # `run --drain` delivers both, sets aside what cannot be used, and leaves.
    await town.publish(b"nothing useful")
    person = await town.person("Oksana")
    drained = await forewarn(
        "run",
        "--drain",
        environment={
            **environment,
            "BOT_TELEGRAM__TOKEN": town.sandbox.token,
            "BOT_TELEGRAM__API_URL": town.sandbox.url,
            "BOT_TRUST__UNSIGNED": "publish",
            "BOT_HTTP__PORT": "0",
        },
    )
    assert drained.code == 0, drained.output
    assert town.told("from a file") == town.told("from a pipe") == {person.id: 1}
    assert [one["reason"] for one in await town.dead_letters()] == ["not_cap"]

"""Operators at the command line: the same rules, the same audit, and bars that come to an end."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable

from bot.domain.audit import verify
from bot.domain.operators import Role
from tests.acceptance.advisories import LVIV, alert, payload, routine
from tests.acceptance.desk import audited, employ, hand, settings
from tests.acceptance.town import Town, until
from tests.bot_process import Ended, forewarn

Run = Callable[..., Awaitable[Ended]]


def at(town: Town) -> Run:
    """The command line of the machine on which the bot runs."""
    environment = {"BOT_TELEGRAM__TOKEN": town.sandbox.token, "BOT_REDIS__URL": town.redis_url}

    async def run(*words: str, given: bytes = b"") -> Ended:
        return await forewarn(*words, environment=environment, given=given)

    return run


async def test_night_without_telegram_has_publish_status_cancel_and_audit(town: Town) -> None:
    people = await town.crowd(40)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    run, warning = at(town), routine("from the shell")
    async with town.bot(**settings()):
        ended = await run("publish", "-", "--operator", str(iryna.id), given=payload(warning))
        assert ended.code == 0, ended.output
        assert f"[{'#' * 24}] 40 of 40: 40 sent (routine, done)" in ended.output
        status = await run("status")
        (line,) = [one for one in status.output.splitlines() if "from the shell" in one]
        code = line.split()[0]
        assert "40 of 40" in status.output
        wrong = await run("cancel", code, "--operator", str(iryna.id), given=b"KYI-0000\n")
        assert wrong.code == 1
        assert "nothing was done" in wrong.output
        ended = await run("cancel", code, "--operator", str(iryna.id), "--mistake", "--yes")
        assert ended.code == 0, ended.output
        assert "40 of 40: 40 sent" in ended.output
        again = await run("cancel", code, "--operator", str(iryna.id), "--yes")
        assert again.code == 1
        assert "there is nothing to end" in again.output
    # Whoever published it is told how it went.
    assert set(town.told("from the shell")) == {*people, iryna.id}
    assert town.told("помилково") == dict.fromkeys(people, 1)
    assert [what for _, what in await audited(town)] == ["submitted", "corrected"]
    entries = [entry async for entry in town.storage.audit.entries()]
    assert verify(entries, await town.storage.audit.span()) == ()
    # The audit names the correction by the code that people see.
    assert await town.storage.advisories.by_code(entries[-1].facts["after"]["code"]) is not None
    table = await run("audit", "--export", "csv")
    rows = list(csv.DictReader(io.StringIO(table.output.lstrip("\ufeff"))))
    assert [row["what"] for row in rows] == ["submitted", "corrected"]
    assert all("command line" in row["name"] for row in rows)
    assert "corrected" in (await run("audit")).output


async def test_command_line_keeps_the_rules_of_the_chat(town: Town) -> None:
    owner = hand(town, "Olena")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    viewer = await employ(town, "Vera", Role.VIEWER)
    lviv = await employ(town, "Taras", Role.OPERATOR, LVIV)
    run, grave = at(town), payload(alert("a grave one"))
    async with town.bot(**settings(owner)):
        for who, said in ((viewer.id, "a viewer may not"), (999, "is no operator")):
            ended = await run("publish", "-", "--operator", str(who), given=grave)
            assert (ended.code, said in ended.output) == (1, True), ended.output
        ended = await run("publish", "-", "--operator", str(iryna.id), given=grave)
        assert ended.code == 1
        assert "waits for a decision: second_person" in ended.output
        await owner.sees("Waits for your decision", "Written by Iryna")
        assert "waits for a decision" in (await run("status")).output
        await owner.tap("Approve: publish now")
        await until(lambda: bool(town.told("a grave one")))
        (record,) = await town.storage.advisories.current(town.storage.clock())
        ended = await run("cancel", record.code, "--operator", str(lviv.id), "--yes")
        assert ended.code == 1
        assert "may not speak for the places" in ended.output


async def test_broken_audit_is_found_and_exits_with_a_fault(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    run = at(town)
    async with town.bot(**settings()):
        for name in ("one", "two"):
            given = payload(routine(name))
            await run("publish", "-", "--operator", str(iryna.id), given=given)
    assert (await run("audit")).code == 0
    (key,) = [
        one
        for one in await town.command("KEYS", "*audit*")
        if await town.command("TYPE", one) == b"stream"
    ]
    ((first, _),) = await town.command("XRANGE", key, "-", "+", "COUNT", 1)
    await town.command("XDEL", key, first)
    ended = await run("audit")
    assert ended.code == 1
    assert "the audit is not whole" in ended.output

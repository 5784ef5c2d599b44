"""Operators at the command line: the same rules, the same audit, and bars that come to an end."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import pty
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from bot.domain.audit import verify
from bot.domain.operators import Role
from tests.acceptance.advisories import LVIV, alert, payload, routine
from tests.acceptance.desk import audited, employ, hand, settings
from tests.acceptance.town import Town, until
from tests.bot_process import CONFIG, ROOT, Ended, forewarn

Run = Callable[..., Coroutine[Any, Any, Ended]]


def at(town: Town, **more: str) -> Run:
    """The command line of the machine on which the bot runs."""
    usual = {"BOT_TELEGRAM__TOKEN": town.sandbox.token, "BOT_REDIS__URL": town.redis_url}

    async def run(*words: str, given: bytes = b"", within_s: float = 30) -> Ended:
        environment = usual | more
        return await forewarn(*words, environment=environment, given=given, within_s=within_s)

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
        for who, said in (
            (viewer.id, "is viewer, who may not do this"),
            (999, "999 is no operator"),
        ):
            ended = await run("publish", "-", "--operator", str(who), given=grave)
            assert (ended.code, said in ended.output) == (1, True), ended.output
        as_iryna = ("publish", "-", "--operator", str(iryna.id))
        ended = await run(*as_iryna, given=grave)
        assert "--city: is missing" in ended.output
        ended = await run(*as_iryna, "--city", "Lviv", given=grave)
        assert "'Lviv' is not 'Kyiv'; nothing was published" in ended.output
        assert await town.storage.advisories.pending() == ()
        ended = await run(*as_iryna, "--city", "київ", given=grave)
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


async def test_approver_without_telegram_decides_by_the_command_line(town: Town) -> None:
    people = await town.crowd(5)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.APPROVER)
    taras = await employ(town, "Taras", Role.APPROVER, LVIV)
    run, grave = at(town), payload(alert("by night"))
    as_iryna = ("publish", "-", "--operator", str(iryna.id), "--city", "Kyiv")
    async with town.bot(**settings(), BOT_WATCH__LOOK_SECONDS="0.1"):
        ended = await run(*as_iryna, given=grave)
        assert "waits for a decision: second_person" in ended.output
        question = await petro.sees("Waits for your decision", "by night")
        (record,) = await town.storage.advisories.pending()
        decide = ("approve", record.code, "--yes", "--operator")
        for who, said in (
            (iryna.id, "is operator, who may not do this"),
            (taras.id, f"may not speak for the places of {record.code}"),
        ):
            ended = await run(*decide, str(who))
            assert (ended.code, said in ended.output) == (1, True), ended.output
        again = await run(*as_iryna, given=grave)
        assert f"it is known as {record.code} and pending" in again.output
        ended = await run(*decide, str(petro.id))
        assert ended.code == 0, ended.output
        assert "5 of 5: 5 sent" in ended.output
        # Of two at once one wins, and the other is told who.
        late = await run("reject", record.code, "--operator", str(petro.id))
        assert late.code == 1
        assert f"{record.code} is published already, by Petro (command line of" in late.output
        # The bot closes the question that stood in his chat.
        await petro.sees("approved by Petro (command line of")
        assert "Approve: publish now" not in town.world.message(petro.id, question.id).button_texts
    assert town.told("by night") == dict.fromkeys([*people], 1) | {
        one: n for one, n in town.told("by night").items() if one not in people
    }
    whats = [what for _, what in await audited(town)]
    assert whats == ["submitted", "approved"]


async def test_emergency_of_one_person_is_told_to_all_and_kept(town: Town) -> None:
    people = await town.crowd(3)
    owner = hand(town, "Olena")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    run, reason = at(town), "nobody else is awake and they are launching"
    as_iryna = ("publish", "-", "--operator", str(iryna.id), "--city", "Kyiv")
    async with town.bot(**settings(owner), BOT_WATCH__LOOK_SECONDS="0.1"):
        ended = await run(*as_iryna, "--override", "short", given=payload(alert("first")))
        assert "the reason needs 10 to 500 characters" in ended.output
        (record,) = await town.storage.advisories.pending()
        alone = ("approve", record.code, "--yes", "--override", reason, "--operator")
        ended = await run(*alone, str(petro.id))
        assert f"{petro.id} did not write {record.code}" in ended.output
        ended = await run(*alone, str(iryna.id))
        assert ended.code == 0, ended.output
        await owner.sees("published by Iryna", "alone, in an emergency", reason)
        ended = await run(*as_iryna, "--override", reason, given=payload(alert("second")))
        assert ended.code == 0, ended.output
    for name in ("first", "second"):
        assert set(people) <= set(town.told(name))
    entries = [entry.facts async for entry in town.storage.audit.entries()]
    assert [one["after"].get("reason") for one in entries if one["what"] == "overridden"] == [
        reason,
        reason,
    ]


@pytest.mark.long
async def test_halt_resume_update_and_all_clear_by_the_command_line(town: Town) -> None:
    people = await town.crowd(60)
    owner = hand(town, "Olena")
    run, warning = at(town, BOT_ADMINS=f"[{owner.id}]"), routine("goes on")
    who = ("--operator", str(owner.id))
    quick = {"BOT_DELIVERY__RATE": "12", "BOT_WATCH__LOOK_SECONDS": "0.1"}
    async with town.bot(**settings(owner), **quick):
        publishing = asyncio.create_task(
            run("publish", "-", *who, given=payload(warning), within_s=60)
        )
        await town.until_told("goes on", 2)
        (record,) = await town.storage.advisories.current(town.storage.clock())
        ended = await run("halt", record.code, *who)
        assert (ended.code, "is halted" in ended.output) == (0, True), ended.output
        followed = await publishing
        assert (followed.code, "`forewarn resume`" in followed.output) == (1, True)
        before = len(town.told("goes on"))
        assert before < 60
        await owner.sees("has halted the sending of")
        ended = await run("resume", record.code, *who, within_s=60)
        assert (ended.code, "60 of 60: 60 sent" in ended.output) == (0, True), ended.output
        nothing = await run("halt", record.code, *who)
        assert "there is nothing to halt" in nothing.output
        newer = routine("is updated")
        newer |= {
            "msgType": "Update",
            "sender": warning["sender"],
            "references": ",".join(warning[name] for name in ("sender", "identifier", "sent")),
        }
        ended = await run("publish", "-", *who, given=payload(newer), within_s=60)
        assert ended.code == 0, ended.output
        (now,) = await town.storage.advisories.current(town.storage.clock())
        ended = await run("allclear", now.code, *who, "--yes", within_s=60)
        assert ended.code == 0, ended.output
        again = await run("allclear", now.code, *who, "--yes")
        assert f"{now.code} is cleared; there is nothing to end" in again.output
    assert set(town.told("goes on")) >= set(people)
    whats = [what for _, what in await audited(town)]
    assert whats == ["submitted", "halted", "resumed", "submitted", "cleared"]


@pytest.mark.long
async def test_without_the_bot_all_is_kept_and_said(town: Town) -> None:
    people = await town.crowd(3)
    owner = hand(town, "Olena")
    petro = await employ(town, "Petro", Role.APPROVER)
    with_admins = {"BOT_ADMINS": f"[{owner.id}]", "BOT_TRUST__UNSIGNED": "review"}
    run = at(town, **with_admins)
    who = ("--operator", str(owner.id))
    ended = await run("publish", "-", *who, given=payload(routine("kept")))
    assert ended.code == 1
    assert "nobody has read it yet; it goes out when the bot runs" in ended.output
    again = await run("publish", "-", "--operator", str(petro.id), given=payload(routine("other")))
    assert "nobody has read it yet" in again.output
    async with town.bot(**settings(owner)):
        await until(lambda: set(people) <= set(town.told("other")))
        await town.publish(alert("waits"))
        await petro.sees("Waits for your decision", "waits")
    (record,) = await town.storage.advisories.pending()
    ended = await run("approve", record.code, *who, "--yes")
    assert ended.code == 1
    assert "no process sends; it goes out when the bot runs" in ended.output
    async with town.bot(**settings(owner)):
        await until(lambda: set(people) <= set(town.told("waits")))
        await petro.sees("approved by")
    assert set(people) <= set(town.told("kept"))


async def test_slips_at_the_command_line_are_named_with_their_cure(town: Town) -> None:
    owner = hand(town, "Olena")
    run = at(town, BOT_ADMINS=f"[{owner.id}]")
    who = ("--operator", str(owner.id))
    over = routine("over")
    over["info"][0] |= {
        "onset": "2024-01-01T00:00:00+00:00",
        "expires": "2024-01-01T01:00:00+00:00",
    }
    over["sent"] = "2024-01-01T00:00:00+00:00"
    unknown = "'KYI-0000' is no warning that is known; see `forewarn status`"
    table: list[tuple[tuple[str, ...], bytes, str]] = [
        (("publish", "-", *who), payload(over), "is over; send what is valid"),
        (("publish", "-", *who), payload(alert("x") | {"status": "Draft"}), "would be refused"),
        (("publish", "-", "--city", "Kyiv"), payload(routine("x")), "--operator: is missing"),
        *(((act, "KYI-0000", *who), b"", unknown) for act in ("halt", "resume", "reject")),
        *(((act, "KYI-0000", *who, "--yes"), b"", unknown) for act in ("approve", "allclear")),
        (("approve", "KYI-0000", *who), b"KYI-1111\n", "nothing was done"),
        (("halt", "KYI-0000", "--operator", "7"), b"", "--operator: 7 is no operator"),
    ]
    for words, given, said in table:
        ended = await run(*words, given=given)
        assert (ended.code, said in ended.output) == (1, True), (words, ended.output)
    assert await audited(town) == []


async def test_two_who_publish_the_same_at_once_are_one_and_the_other_is_told(town: Town) -> None:
    await town.crowd(2)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    run, same = at(town), payload(routine("the same"))
    async with town.bot(**settings()):
        ended = await asyncio.gather(
            *(run("publish", "-", "--operator", str(one.id), given=same) for one in (iryna, petro))
        )
    assert sorted(one.code for one in ended) == [0, 1], ended
    (lost,) = [one.output for one in ended if one.code]
    assert "was first and has published it" in lost or "it is known as" in lost
    assert [what for _, what in await audited(town)] == ["submitted"]


async def test_bar_moves_in_its_place_on_a_terminal(town: Town) -> None:
    await town.crowd(40)
    owner = hand(town, "Olena")
    ours, theirs = pty.openpty()
    environment = {
        "BOT_TELEGRAM__TOKEN": town.sandbox.token,
        "BOT_REDIS__URL": town.redis_url,
        "BOT_ADMINS": f"[{owner.id}]",
        "TERM": "xterm",
    }
    async with town.bot(**settings(owner), BOT_DELIVERY__RATE="30"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "publish", "-", "--operator", str(owner.id)),
            cwd=ROOT,
            env={**os.environ, **CONFIG, **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        reading = asyncio.create_task(asyncio.to_thread(read_all, ours))
        await process.communicate(payload(routine("in colour")))
        seen = (await reading).decode()
    assert process.returncode == 0, seen
    assert "100 %" in seen
    assert "40 sent (routine, done)" in seen
    assert "\x1b[" in seen
    assert seen.count(" %") > 2


def read_all(terminal: int) -> bytes:
    """What was written to a terminal until its last writer left."""
    found = b""
    with suppress(OSError):  # how Linux says that nobody writes any more
        while more := os.read(terminal, 65536):
            found += more
    os.close(terminal)
    return found

"""Live progress: one message for each broadcast, its report, and /progress with all of them."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest

from bot.domain.operators import Role
from bot.sandbox.ledger import Entry
from bot.sandbox.messages import Message
from tests.acceptance.advisories import alert, cancel, payload, routine, shelter_now
from tests.acceptance.desk import Hand, employ, hand, settings
from tests.acceptance.test_console import at
from tests.acceptance.town import PATIENCE_S, Town, until

pytestmark = pytest.mark.alone

EVERY_S = 1
EDITS = {"BOT_OPERATORS__PROGRESS_SECONDS": str(EVERY_S), "BOT_TRUST__UNSIGNED": "publish"}


def watching(owner: Hand, **more: str) -> dict[str, str]:
    return settings(owner, **EDITS | more)


def spoil(town: Town, people: range) -> None:
    """Five have blocked the bot, two are gone, one is refused, and one is asked to wait."""
    refusals = {
        "Forbidden: bot was blocked by the user": (403, people[10:15]),
        "Forbidden: user is deactivated": (403, people[20:22]),
        "Bad Request: nobody knows why": (400, people[30:31]),
    }
    for words, (code, chats) in refusals.items():
        for chat_id in chats:
            town.sandbox.faults.error(code, words, chat_id=chat_id, method="sendMessage")
    town.sandbox.faults.too_many(1, chat_id=people[40], method="sendMessage", count=1)


def shown(town: Town, one: Hand) -> list[Message]:
    """The messages about broadcasts that somebody has."""
    return [
        message
        for message in town.world.messages(one.id, from_bot=True)
        if "Lane: " in message.text
    ]


def told(town: Town, words: str, people: range) -> list[Entry]:
    """What recipients were sent; an operator's message names the same warning."""
    return [one for one in town.sends(words) if one.chat_id in people]


async def table(town: Town, one: Hand) -> list[dict[str, str]]:
    """The CSV behind the button of what is looked at."""
    before = set(town.world.files)
    await one.tap("CSV")
    (new,) = set(town.world.files) - before
    content = town.world.files[new].content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


async def test_operator_watches_a_broadcast_to_its_report(town: Town) -> None:
    people = await town.crowd(240)
    spoil(town, people)
    owner = hand(town, "Olena")
    async with town.bot(**watching(owner, BOT_DELIVERY__RATE="50")) as bot:
        await town.publish(alert("watched"))
        live = await owner.sees("Being sent: KYI-", "watched", "of about 240", "a second", "left")
        assert "▓" in live.text
        assert "Lane: prepare" in live.text
        assert "At the free rate" in live.text
        await owner.sees("Could not be reached: ", "429 from Telegram: 1")
        ended = await bot.wait_log("broadcast ended")
        report = await owner.sees("Report: KYI-", "finished", button="CSV")
        assert report.id == live.id
        rows = await table(town, owner)
        assert not bot.complaints
    # What Telegram has accepted is what the report says.
    accepted = Counter(one.chat_id for one in told(town, "watched", people))
    assert len(accepted) == sum(accepted.values()) == ended["sent"] == 232
    for line in (
        "Audience: 240",
        "• accepted by Telegram: 232",
        "• could not be reached: 7 (blocked the bot: 5, the account or group is gone: 2)",
        "• refused or given up: 1 (refused by Telegram: 1)",
        "The counts add up.",
        "429 from Telegram: 1, each for one chat",
        "No operator had a hand in it.",
    ):
        assert line in report.text
    found = {(row["section"], row["item"]): row["value"] for row in rows}
    assert found["count", "audience"] == "240"
    counts = {item: int(n) for (section, item), n in found.items() if section == "count"}
    assert counts.pop("audience") == sum(counts.values()) == 240
    assert (counts["sent"], counts["unreachable"], counts["rejected"]) == (232, 7, 1)
    assert (found["cause", "unreachable.blocked"], found["429", "answers"]) == ("5", "1")
    stretches = [row for row in rows if row["section"] == "accepted_up_to_ms"]
    assert sum(int(row["value"]) for row in stretches) == 232
    _check_times([one.at for one in told(town, "watched", people)], found)
    _check_edits(town, owner)


def _check_times(at: Sequence[float], found: dict[tuple[str, str], str]) -> None:
    """Against the sandbox's own ledger: to a bucket of a percentile, and the way of an answer."""
    half, most, last = (int(found["accepted", f"{n}_ms"]) for n in ("p50", "p95", "last"))
    assert half <= most <= last
    span_ms = (at[-1] - at[0]) * 1000
    assert span_ms <= last <= span_ms + 1500
    spread = (at[len(at) * 95 // 100] - at[len(at) // 2]) * 1000
    assert abs((most - half) - spread) <= 0.1 * last + 100


def _check_edits(town: Town, owner: Hand) -> None:
    """One message, without a sound, that is never changed more often than was said."""
    ledger = [one for one in town.sandbox.ledger if one.chat_id == owner.id and "Lane" in one.text]
    assert [one.method for one in ledger[:2]] == ["sendMessage", "editMessageText"]
    assert {one.method for one in ledger[1:]} == {"editMessageText"}
    assert ledger[0].silent
    gaps = [after.at - before.at for before, after in pairwise(ledger)]
    # The look is that long apart; a call may be answered a little sooner than the last one.
    assert min(gaps) >= EVERY_S - 0.2
    assert len(ledger) >= 4


async def test_restart_goes_on_with_the_same_message(town: Town) -> None:
    await town.crowd(300)
    owner = hand(town, "Olena")
    slowly = watching(owner, BOT_DELIVERY__RATE="40")
    bot = town.bot(**slowly)
    await bot.start()

    def edits(since: float) -> int:
        entries = town.sandbox.ledger.entries(method="editMessageText", chat_id=owner.id)
        return sum(one.at > since and "Being sent" in one.text for one in entries)

    await town.publish(alert("interrupted"))
    live = await owner.sees("Being sent: KYI-")
    # Where it is shown has been noted by then.
    await until(lambda: edits(0) > 0)
    bot.kill()
    await bot.wait()
    at = town.sandbox.clock.now()
    async with town.bot(**slowly) as successor:
        await until(lambda: edits(at) > 0)
        ended = await successor.wait_log("broadcast ended")
        report = await owner.sees("Report: KYI-", "The counts add up.")
        assert not successor.complaints
    assert (report.id, [one.id for one in shown(town, owner)]) == (live.id, [live.id])
    assert f"accepted by Telegram: {ended['sent']}" in report.text
    rows_measured = await town.storage.progress.measures(ended["broadcast"])
    assert rows_measured.accepted.total == ended["sent"] == 300


async def test_pause_of_everything_is_shown_once_it_is_over(town: Town) -> None:
    people = await town.crowd(120)
    owner = hand(town, "Olena")
    async with town.bot(**watching(owner)) as bot:
        town.sandbox.faults.too_many(2, method="sendMessage", count=3)
        await town.publish(alert("flooded"))
        await bot.wait_log("paused", scope="all")
        report = await owner.sees("Report: KYI-")
    (line,) = [one for one in report.text.splitlines() if one.startswith("429 ")]
    assert line == "429 from Telegram: 3; everything rested for 2 secs in all"
    # Nothing was said while Telegram asked for silence.
    first = min(one.at for one in told(town, "flooded", people))
    mine = [one.at for one in town.sandbox.ledger.entries(chat_id=owner.id)]
    assert min(mine) >= first


async def test_short_broadcast_has_a_report_only_and_a_mark_has_none(town: Town) -> None:
    await town.crowd(5)
    owner = hand(town, "Olena")
    warning = routine("short")
    async with town.bot(**watching(owner)) as bot:
        await town.publish(warning)
        first = await owner.sees("Report: KYI-", "short")
        await town.publish(cancel(warning, "a slip"))
        # The cancel itself, and the mark on what it ends.
        await bot.wait_log("broadcast ended", 3)
        await owner.sees("Report: KYI-", "Lane: prepare", "Audience: 5")
        await until(lambda: len(shown(town, owner)) == 2)
        async with asyncio.timeout(PATIENCE_S):
            while await town.storage.progress.owed():
                await asyncio.sleep(0.01)
        assert not bot.complaints
    assert first.id == shown(town, owner)[0].id
    assert not [one for one in town.sandbox.ledger if "Being sent" in one.text]


async def test_those_who_had_a_hand_in_it_are_told_and_others_may_ask(town: Town) -> None:
    await town.crowd(3)
    owner, stranger = hand(town, "Olena"), hand(town, "Mallory")
    petro = await employ(town, "Petro", Role.APPROVER)
    viewer = await employ(town, "Vera", Role.VIEWER)
    asked = watching(owner, BOT_TRUST__UNSIGNED="review")
    async with town.bot(**asked) as bot:
        await town.publish(alert("approved"))
        await petro.sees("Waits for your decision")
        await petro.tap("Approve: publish now")
        for one in (owner, petro):
            report = await one.sees("Report: KYI-")
            assert "Petro: approved" in report.text
        viewer.command("progress")
        await viewer.sees("Ended last", "approved", "3 of 3")
        button = viewer.card.button_texts[0] if viewer.card else ""
        await viewer.tap(button)
        await viewer.sees("Audience: 3", "Petro: approved", button="CSV")
        rows = await table(town, viewer)
        (deed,) = [row for row in rows if row["section"] == "deed"]
        assert (deed["item"], deed["name"], deed["who"]) == ("approved", "Petro", str(petro.id))
        await viewer.tap("Back to the list")
        await viewer.sees("Ended last")
        forged = await stranger.press("pg:list", stranger.command("start"))
        assert forged["text"] == "Only operators of this bot can decide this."
        assert not bot.complaints
    assert len(shown(town, viewer)) == 0
    assert not shown(town, stranger)


async def test_halted_and_withdrawn_broadcast_says_so(town: Town) -> None:
    people = await town.crowd(300)
    owner = hand(town, "Olena")
    async with town.bot(**watching(owner, BOT_DELIVERY__RATE="30")) as bot:
        await town.publish(shelter_now("stopped"))
        await owner.sees("Being sent: KYI-", "Lane: shelter now")
        (broadcast_id,) = await town.storage.broadcasts.all_active()
        await town.storage.broadcasts.halt(broadcast_id, "a test")
        await owner.sees("Halted: KYI-")
        await town.storage.broadcasts.cancel(broadcast_id)
        ended = await bot.wait_log("broadcast ended")
        report = await owner.sees("withdrawn before its end", "The counts add up.")
    assert f"• withdrawn first: {ended['cancelled']}" in report.text
    assert f"• accepted by Telegram: {len(told(town, 'stopped', people))}" in report.text


async def test_progress_lists_what_runs_and_what_has_ended(town: Town) -> None:
    await town.crowd(150)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings(BOT_TRUST__UNSIGNED="publish", BOT_DELIVERY__RATE="30")) as bot:
        iryna.command("progress")
        await iryna.sees("Nothing has been sent yet.")
        await town.publish(shelter_now("the first"))
        await bot.wait_log("broadcast ended")
        await town.publish(alert("the second"))
        await town.until_told("the second", 40)
        iryna.command("progress")
        page = await iryna.sees("Being sent now", "the second", "Ended last", "the first")
        assert "of about 150" in page.text
        assert "150 of 150" in page.text
        assert len(page.button_texts) == 2
        status = (await at(town)("status")).output
        (line,) = [one for one in status.splitlines() if "sending)" in one]
        assert line.endswith(" s left")
        assert " of 150: " in line
        assert " a second, " in line
        await iryna.tap(page.button_texts[0])
        await iryna.sees("the second", "Audience: about 150", button="Back to the list")
        assert not bot.complaints


async def test_bot_that_only_delivers_reports_before_it_leaves(town: Town) -> None:
    await town.crowd(20)
    owner = hand(town, "Olena")
    await town.publish(alert("drained"))
    bot = town.bot("--drain", **watching(owner))
    await bot.start(ready=False)
    assert await bot.wait() == 0
    report = await owner.sees("Report: KYI-", "drained", "The counts add up.")
    assert "Audience: 20" in report.text


async def test_author_of_a_correction_reads_who_gave_it(town: Town) -> None:
    """What becomes of a warning stands in its report, and in that of what ended it."""
    await town.crowd(4)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    warning = routine("mistaken")
    run = at(town)
    async with town.bot(**settings(**EDITS)) as bot:
        await run("publish", "-", "--operator", str(iryna.id), given=payload(warning))
        first = await iryna.sees("Report: KYI-", "mistaken")
        assert "issued an advisory" in first.text
        code = first.text.splitlines()[0].removeprefix("Report: ").partition(",")[0]
        await run("cancel", code, "--operator", str(iryna.id), "--mistake", "--yes")
        await until(lambda: len(shown(town, iryna)) == 2)
        assert "said that it was a mistake" in shown(town, iryna)[1].text
        assert not bot.complaints

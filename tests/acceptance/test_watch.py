"""What needs a person: each kind really happens, and operators hear of it once, where they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from bot.formats import parse
from bot.sandbox.chats import Chat as TelegramChat
from bot.storage.keys import Keys
from tests.acceptance.advisories import alert, payload, routine
from tests.acceptance.desk import Hand, hand, settings
from tests.acceptance.town import PATIENCE_S, Town, until
from tests.bot_process import BotProcess, free_port

QUICK = {
    "BOT_WATCH__LOOK_SECONDS": "0.1",
    "BOT_WATCH__STILL_SECONDS": "1",
    "BOT_WATCH__SLOW_SECONDS": "1",
    "BOT_WATCH__SUM_MINUTES": "0.02",
    "BOT_WATCH__STARS_MINUTES": "0.01",
}
"""The same watch, for those who cannot wait a minute."""

SOURCE = {"embassy": {"name": "Example Embassy", "silent_after_hours": 0.0005}}


def watched(town: Town, *owners: Hand, **more: str) -> BotProcess:
    """A bot that looks often, and publishes what is not signed."""
    usual = settings(*owners, BOT_TRUST__UNSIGNED="publish") | QUICK
    return town.bot(**usual | more)


def said(town: Town, chat_id: int, words: str) -> list[str]:
    """Messages to a chat that hold these words."""
    return [one.text for one in town.sends(words) if one.chat_id == chat_id]


async def looks(town: Town, count: int = 3) -> None:
    """Wait until somebody has looked so often again."""
    seen: set[object] = set()
    async with asyncio.timeout(PATIENCE_S):
        while len(seen) <= count:
            memory = await town.storage.watch.memory()
            seen.add(memory.looked if memory else None)


async def told(town: Town, who: Hand, words: str) -> str:
    """Wait until somebody was told these words."""
    await until(lambda: bool(said(town, who.id, words)), lambda: f"{words!r} was never said")
    return said(town, who.id, words)[0]


async def test_first_dead_letter_of_a_kind_is_told_at_once_and_a_flood_is_summed_up(
    town: Town,
) -> None:
    owner = hand(town, "Olena")
    async with watched(town, owner):
        await town.publish(b"no advisory", source="embassy-of-nowhere")
        first = await told(town, owner, "cannot be used")
        for part in ("not_cap", "embassy-of-nowhere", "neither XML nor JSON"):
            assert part in first
        for _ in range(400):
            await town.publish(b"no advisory")
        await until(lambda: summed_up(town, owner) == 400)
        # Two sums at most: the flood may still go on when the first is due.
        assert len(said(town, owner.id, "of the queue could not be used")) <= 2
        await town.publish(outdated())
        other = await told(town, owner, "(order_of_times; source")
        assert "not named" in other
    assert len(said(town, owner.id, "cannot be used")) == 2


async def test_silent_source_is_told_once_over_a_restart_and_again_when_it_is_heard(
    town: Town,
) -> None:
    owner = hand(town, "Olena")
    sources = {"BOT_SOURCES": json.dumps(SOURCE)}
    async with watched(town, owner, **sources) as bot:
        await told(town, owner, "Nothing was heard of the source Example Embassy")
        await looks(town)
        assert bot.lines("needs a person", kind="silent", about="embassy")
    async with watched(town, owner, **sources):
        await looks(town)
        assert len(said(town, owner.id, "Nothing was heard")) == 1
        owner.command("pending")
        await until(lambda: len(said(town, owner.id, "Nothing was heard")) == 2)
        await town.publish(routine("word"), source="embassy")
        await told(town, owner, "was heard of again")


async def test_broadcast_whose_text_is_refused_is_told_and_over_when_it_is_withdrawn(
    town: Town,
) -> None:
    owner, (person,) = hand(town, "Olena"), await town.crowd(1)
    refused = "Bad Request: can't parse entities: unsupported start tag"
    town.sandbox.faults.error(400, refused, method="sendMessage", chat_id=person)
    async with watched(town, owner) as bot:
        await town.publish(alert("refused"))
        await bot.wait_log("broadcast halted")
        report = await told(town, owner, "sending has stopped")
        assert "can't parse entities" in report
        (record,) = await town.storage.advisories.current(town.storage.clock())
        assert record.code in report
        assert await town.storage.broadcasts.cancel(record.id)
        await told(town, owner, f"{record.code}: no longer halted")
    assert len(said(town, owner.id, "sending has stopped")) == 1


async def test_broadcast_in_which_nothing_moves_is_told_with_its_cause(town: Town) -> None:
    owner, people = hand(town, "Olena"), await town.crowd(3)
    for person in people:
        town.sandbox.faults.http(502, method="sendMessage", chat_id=person)
    async with watched(town, owner):
        await town.publish(alert("stuck"))
        report = await told(town, owner, "nobody has been told")
        assert "The log of the bot says more" in report
        town.sandbox.faults.clear()
        await town.until_told("stuck", 3, timeout_s=20)
        await told(town, owner, "it is being sent, or has ended")


async def test_pause_that_telegram_asks_for_is_named_as_the_cause(town: Town) -> None:
    owner, people = hand(town, "Olena"), await town.crowd(5)
    for person in people:
        town.sandbox.faults.too_many(4, method="sendMessage", chat_id=person, count=1)
    async with watched(town, owner):
        await town.publish(alert("paused"))
        report = await told(town, owner, "nobody has been told")
        assert "Telegram has asked for a pause" in report


async def test_refused_token_is_logged_stands_in_readyz_and_is_told_when_it_works_again(
    town: Town,
) -> None:
    owner = hand(town, "Olena")
    async with watched(town, owner) as bot:
        town.sandbox.faults.error(401, "Unauthorized")
        await bot.wait_log("needs a person", kind="token")
        await bot.wait_ready(503)
        assert not said(town, owner.id, "token")
        town.sandbox.faults.clear()
        await told(town, owner, "Telegram takes the token again; it had refused it since")
        await bot.wait_ready()


async def test_telegram_that_was_away_is_told_when_it_is_back(town: Town) -> None:
    owner = hand(town, "Olena")
    async with watched(town, owner) as bot:
        town.sandbox.faults.outage(60)
        await bot.wait_log("needs a person", kind="away")
        town.sandbox.faults.clear()
        await told(town, owner, "Telegram can be reached again")


async def test_polls_that_fail_while_telegram_answers_are_told(town: Town) -> None:
    owner = hand(town, "Olena")
    async with watched(town, owner):
        town.sandbox.faults.http(502, method="getUpdates")
        town.world.private_message(owner.user, "hello")  # ends the poll that waits
        await told(town, owner, "cannot be fetched from Telegram")
    assert len(said(town, owner.id, "cannot be fetched")) == 1


async def test_second_instance_is_told(town: Town) -> None:
    owner = hand(town, "Olena")
    async with watched(town, owner):
        words = "Conflict: terminated by other getUpdates request"
        town.sandbox.faults.error(409, words, method="getUpdates")
        town.world.private_message(owner.user, "hello")  # ends the poll that waits
        await told(town, owner, "Somebody else receives what people write")


async def test_webhook_that_does_not_answer_is_told_and_over_when_it_does(town: Town) -> None:
    owner, port = hand(town, "Olena"), free_port()
    address = f"http://127.0.0.1:{port}/telegram"
    way = {
        "BOT_HTTP__PORT": str(port),
        "BOT_TELEGRAM__MODE": "webhook",
        "BOT_TELEGRAM__WEBHOOK_URL": address,
        "BOT_TELEGRAM__WEBHOOK_SECRET": "a-secret-of-this-test",
    }
    async with watched(town, owner, **way) as bot:
        await until(lambda: town.sandbox.webhook.url == address)
        town.sandbox.webhook.set("http://127.0.0.1:9/elsewhere", "", 40)
        report = await told(town, owner, "cannot deliver what people write")
        assert "another address" in report
        assert "9/" not in report
        town.sandbox.webhook.set(address, "a wrong secret", 40)
        town.world.private_message(owner.user, "hello")
        await until(lambda: "last_error_message" in town.sandbox.webhook.info())
        await looks(town, 8)
        assert len(said(town, owner.id, "cannot deliver")) == 1
        town.sandbox.webhook.set(address, "a-secret-of-this-test", 40)
        await told(town, owner, "Telegram delivers what people write to the bot again")
        assert not bot.complaints


async def test_rate_far_below_what_is_allowed_is_told(town: Town) -> None:
    owner = hand(town, "Olena")
    await town.crowd(2500)
    town.sandbox.faults.latency(1.6, method="sendMessage")
    async with watched(town, owner, BOT_DELIVERY__RATE="1000"):
        await town.publish(alert("slow"))
        report = await told(town, owner, "Sending is slow")
        assert "where 1000.0 are allowed" in report


async def test_few_stars_are_told_before_a_broadcast_needs_them(town: Town) -> None:
    owner = hand(town, "Olena")
    pays = {
        "BOT_DELIVERY__RATE": "28",
        "BOT_DELIVERY__PAID__ENABLED": "true",
        "BOT_DELIVERY__PAID__STARS": "5",
        "BOT_DELIVERY__PAID__MIN_BALANCE": "100",
    }
    town.sandbox.stars.give(50, town.sandbox.clock.now())
    async with watched(town, owner, **pays):
        report = await told(town, owner, "holds 50 Stars")
        assert "may need 105" in report
        town.sandbox.stars.give(100, town.sandbox.clock.now())
        await told(town, owner, "holds enough Stars again")
    assert len(said(town, owner.id, "holds 50 Stars")) == 1


async def test_counts_that_do_not_add_up_are_told(town: Town) -> None:
    owner = hand(town, "Olena")
    await town.crowd(30)
    async with watched(town, owner, BOT_DELIVERY__RATE="20") as bot:
        warning = alert("miscounted")
        await town.publish(warning)
        await town.until_told("miscounted", 3)
        (one,) = parse(payload(warning)).advisories
        await town.command("HINCRBY", Keys().broadcast(one.id), "audience", 1)
        await bot.wait_log("counts do not add up")
        report = await told(town, owner, "do not add up")
        assert "audience 31, counted 30" in report
        await looks(town)
    assert len(said(town, owner.id, "do not add up")) == 1


def summed_up(town: Town, who: Hand) -> int:
    """How many dead letters somebody was told of in sums."""
    sums = said(town, who.id, "of the queue could not be used")
    return sum(int(one.split()[0]) for one in sums)


def outdated() -> bytes:
    """An advisory whose end lies before it was sent."""
    late = alert("over")
    late["info"][0] |= dict.fromkeys(("onset", "expires"), "2020-01-01T00:00:00+00:00")
    return payload(late)


def operators_group(town: Town, *members: Hand) -> TelegramChat:
    """A basic group of operators with the bot in it, which follows nothing."""
    group = town.world.group("Operators", members[0].user)
    town.world.add_bot(group, members[0].user)
    town.sandbox.updates.drop()
    return group


async def test_operators_chat_is_told_follows_its_move_and_falls_back(town: Town) -> None:
    owner = hand(town, "Olena")
    group = operators_group(town, owner)
    where = {"BOT_OPERATORS__CHAT": str(group.id)}
    async with watched(town, owner, **where):
        await town.publish(b"no advisory")
        await until(lambda: bool(said(town, group.id, "cannot be used")))
        new_id = town.world.migrate(group)
        await town.publish(outdated())
        await until(lambda: bool(said(town, new_id, "(order_of_times; source")))
        assert said(town, new_id, f"Set operators.chat to {new_id}")
    before = len(town.sandbox.ledger)
    async with watched(town, owner, **where):
        await town.publish(payload(alert("again")).replace(b'"Actual"', b'"Real"'))
        await until(lambda: len(said(town, new_id, "cannot be used")) == 2)
        tried = town.sandbox.ledger.entries(method="sendMessage", since=before)
        assert group.id not in {one.chat_id for one in tried}
        assert not said(town, owner.id, "cannot be used")
        town.world.kick_bot(town.world.chats[new_id], owner.user)
        await town.publish(b'{"identifier": "no more"}')
        report = await told(town, owner, "cannot be used")
        assert "operators' chat cannot be written to" in report


async def test_question_is_announced_in_the_operators_chat_and_decided_in_private(
    town: Town,
) -> None:
    owner, member = hand(town, "Olena"), hand(town, "Somebody")
    group = operators_group(town, owner, member)
    review = {"BOT_OPERATORS__CHAT": str(group.id), "BOT_TRUST__UNSIGNED": "review"}
    async with watched(town, owner, **review) as bot:
        await town.publish(alert("unsigned"))
        note = await town.world.wait_for("waits for a decision", chat_id=group.id)
        assert buttons(note.body) == [("Open in private", None)]
        (record,) = await town.storage.advisories.pending()
        assert note.body["reply_markup"]["inline_keyboard"][0][0]["url"].endswith(
            f"?start=w_{record.id}"
        )
        town.world.start(member.user, f"w_{record.id}")
        await member.sees("does not know this command")
        await owner.sees("Waits for your decision")
        town.world.start(owner.user, f"w_{record.id}")
        await until(lambda: len(said(town, owner.id, "Waits for your decision")) == 2)
        await owner.sees("Waits for your decision", button="Approve: publish now")
        await owner.tap("Approve: publish now")
        await owner.sees("approved by Olena")
        town.world.start(owner.user, f"w_{record.id}")
        await until(lambda: bool(said(town, owner.id, "approved by Olena")))
        assert not bot.complaints
    assert len(said(town, group.id, "waits for a decision")) == 1


def buttons(body: dict[str, Any]) -> Iterable[tuple[str, str | None]]:
    """Texts and data of a message's buttons."""
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return [(one["text"], one.get("callback_data")) for row in rows for one in row]

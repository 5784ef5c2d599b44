"""Groups in the middle of a broadcast: they move, they flood, and everybody is told once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.subscriber import Kind, State
from bot.sandbox.chats import Chat
from bot.sandbox.limits import Limits
from tests.acceptance.advisories import Alert, alert, cancel, info
from tests.acceptance.town import Town, open_town, until
from tests.oracle import overseen

pytestmark = pytest.mark.alone


@pytest.fixture
async def town(redis: Redis, redis_url: str) -> AsyncIterator[Town]:
    """A town of which every call, answer and update is checked by aiogram's models."""
    async with open_town(redis_url, Limits.off()) as found:
        with overseen(found.sandbox):
            yield found


@pytest.fixture
async def fast_town(redis: Redis, redis_url: str) -> AsyncIterator[Town]:
    """One that is not checked: checking hundreds of sends a second would take longer than they."""
    async with open_town(redis_url, Limits.off()) as found:
        yield found


def _move(town: Town, group: Chat, *, heard: bool) -> int:
    """Whether the service messages arrive, or the error of a send is all the bot learns."""
    waiting = len(town.sandbox.updates)
    new_id = town.world.migrate(group)
    if not heard:
        assert len(town.sandbox.updates) >= waiting
        town.sandbox.updates.drop()
    return new_id


@pytest.mark.parametrize("heard", [True, False], ids=["by service message", "by error"])
@pytest.mark.parametrize("step", ["before", "claimed", "answered", "told", "ended"])
async def test_group_that_moves_at_any_step_is_told_once_and_corrected_once(
    town: Town, step: str, heard: bool
) -> None:
    """`claimed`: a send waits before it; `answered`: Telegram has it, the bot does not know yet."""
    group = await town.group("House", supergroup=False)
    await town.crowd(12)
    first = alert("a warning")
    world = town.world
    new_id = _move(town, group, heard=heard) if step == "before" else 0
    if not heard:
        town.sandbox.faults.http(502, method="getUpdates")
    if step == "claimed":
        # The first answer is a 429 for this chat: it waits in `later` and moves meanwhile.
        town.sandbox.faults.too_many(1, method="sendMessage", chat_id=group.id, count=1)
    if step == "answered":
        town.sandbox.faults.latency(0.5, method="sendMessage", chat_id=group.id, count=1)
    async with town.bot(BOT_DELIVERY__RATE="30") as bot:
        await town.publish(first)
        if step == "claimed":
            await bot.wait_log("paused")
        elif step == "ended":
            await bot.wait_log("broadcast ended")
        elif step != "before":
            await town.until_told("a warning", 1)
        new_id = new_id or _move(town, group, heard=heard)
        await until(lambda: len(town.told("a warning")) >= 13)
        if step != "ended":
            await bot.wait_log("broadcast ended")
        if heard:
            await until_stored(town, new_id)
        await town.publish(cancel(first, "Sent by mistake"))
        await town.until_told("Sent by mistake", 13)
        await bot.wait_log("broadcast ended", 2)
        assert not bot.lines("counts do not add up")
    here = {group.id, new_id}
    assert sum(count for id, count in town.told("a warning").items() if id in here) == 1
    assert Counter({new_id: 1}) == Counter(
        {id: count for id, count in town.told("Sent by mistake").items() if id in here}
    )
    assert max(town.told("a warning").values()) == 1
    chat = await town.chat(new_id)
    assert (chat.kind, chat.state, chat.places) == (Kind.GROUP, State.ACTIVE, (town.place,))
    assert await town.storage.chats.get(group.id) is None
    assert world.find_chat(new_id) is not None


async def until_stored(town: Town, chat_id: int) -> None:
    async with asyncio.timeout(5):
        while await town.storage.chats.get(chat_id) is None:
            await asyncio.sleep(0.01)


async def test_group_that_floods_the_bot_delays_nobody_and_is_warned_itself(
    strict_town: Town,
) -> None:
    """Telegram's limits hold: 30 a second in all, 20 a minute in a group."""
    town = strict_town
    people = await town.crowd(80)
    loud, calm = await town.group("Loud"), await town.group("Calm")
    members = [town.world.user(f"Member {number}", "en") for number in range(10)]
    async with town.bot(BOT_DELIVERY__RATE="25") as bot:
        for number in range(150):
            town.world.group_message(loud, members[number % 10], "/status")
        await town.world.wait_for("Too many questions at once", chat_id=loud.id)
        started = asyncio.get_running_loop().time()
        await town.publish(alert("through the flood"))
        for number in range(150):
            town.world.group_message(loud, members[number % 10], "/help")
            await asyncio.sleep(0.005)
        town.world.group_message(calm, members[0], "/help")
        await town.world.wait_for("/status", chat_id=calm.id)
        await town.until_told("through the flood", 82)
        assert asyncio.get_running_loop().time() - started < 82 / 25 * 1.05 + 2
        # Its few answers may cost a pause of a second, which the bound has room for.
        assert sum(one["seconds"] for one in bot.lines("paused") if one["scope"] == "all") <= 2
    assert town.told("through the flood") == dict.fromkeys([*people, loud.id, calm.id], 1)
    replies = [one for one in town.world.messages(loud.id, from_bot=True)]
    assert len([one for one in replies if "Too many" in one.text]) == 1
    assert len(replies) < 20


async def test_group_has_one_live_message_that_is_pinned_until_the_end(town: Town) -> None:
    owner = town.world.user("Owner of House")
    group = town.world.group("House", owner)
    town.world.add_bot(group, owner, rights={"can_pin_messages": True})
    other = town.world.group_message(group, owner, "the rules of this house")
    group.pinned.append(other.id)
    town.sandbox.updates.drop()
    await town.settle(Kind.GROUP, [group.id])
    await town.storage.pins.allow(group.id, may=True)
    now = datetime.now(UTC).replace(microsecond=0)
    window = {
        "onset": (now + timedelta(seconds=6)).isoformat(),
        "expires": (now + timedelta(hours=2)).isoformat(),
    }
    first = alert("first words", info=[info("first words", **window)])

    def after(name: str, **changes: Any) -> Alert:
        named = ",".join((first["sender"], first["identifier"], first["sent"]))
        found = [info(name, **window | changes)]
        return alert(name, msgType="Update", references=named, info=found)

    def pinned() -> list[int]:
        return [one for one in group.pinned if one != other.id]

    async with town.bot():
        await town.publish(first)
        await town.until_told("first words", 1)
        (alarm,) = [one.message_id for one in town.sends("first words")]
        await until(lambda: pinned() == [alarm])
        await town.publish(after("small change"))
        await until(lambda: bool(town.changed("small change")))
        assert "small change" in town.world.message(group.id, alarm).text
        await town.until_told("Оголошений час настав", 1)
        (opened,) = [one.message_id for one in town.sends("Оголошений час настав")]
        await until(lambda: pinned() == [opened])
        await town.publish(after("graver now", severity="Extreme"))
        await town.until_told("graver now", 1)
        (graver,) = [one.message_id for one in town.sends("graver now")]
        await until(lambda: pinned() == [graver])
        clear = {"responseType": ["AllClear"], "urgency": "Past", "severity": "Minor"}
        await town.publish(after("all clear", **clear))
        await until(lambda: not pinned())
        marks = {alarm: "ЗАМІНЕНО", opened: "ЗАМІНЕНО", graver: "ЗАВЕРШЕНО"}
        shown = {id: town.world.message(group.id, id) for id in marks}
        await until(
            lambda: all(shown[id].text.startswith(mark) for id, mark in marks.items()),
            lambda: str([one.text[:40] for one in shown.values()]),
            timeout_s=30,
        )
    assert group.pinned == [other.id]
    assert not any(message.button_texts for message in shown.values())
    # One message each for the warning, its opening, the rise and the end, and nothing else.
    assert len(town.sends("")) == 4


async def test_five_hundred_groups_of_a_city_are_told_once_each_beside_its_people(
    fast_town: Town,
) -> None:
    town = fast_town
    people = await town.crowd(50)
    owner = town.world.user("Owner")
    groups = [town.world.group(f"House {number}", owner) for number in range(500)]
    for group in groups:
        town.world.add_bot(group, owner)
    town.sandbox.updates.drop()
    await town.settle(Kind.GROUP, [group.id for group in groups])
    warning = alert("to every house")
    async with town.bot(BOT_DELIVERY__RATE="400") as bot:
        await town.publish(warning)
        await bot.wait_log("broadcast ended")
        await town.publish(cancel(warning, "Sent by mistake"))
        await town.until_told("Sent by mistake", 550)
    everyone = dict.fromkeys([*people, *(group.id for group in groups)], 1)
    assert town.told("to every house") == everyone
    assert town.told("Sent by mistake") == everyone


async def test_change_reaches_the_channel_first_then_groups_then_people(town: Town) -> None:
    people = await town.crowd(12)
    group = await town.group("House")
    channel = await town.channel("City news")
    expires = (datetime.now(UTC) + timedelta(hours=5)).isoformat(timespec="seconds")
    first = alert("first words", info=[info("first words", expires=expires)])
    named = ",".join((first["sender"], first["identifier"], first["sent"]))
    changed = [info("other words", expires=expires)]
    async with town.bot(BOT_DELIVERY__RATE="10"):
        await town.publish(first)
        await town.until_told("first words", 14)
        await town.publish(alert("other words", msgType="Update", references=named, info=changed))
        await until(lambda: len(town.changed("other words")) >= 14)
    for method, words in (("sendMessage", "first words"), ("editMessageText", "other words")):
        entries = town.sandbox.ledger.entries(method=method)
        told = [one.chat_id for one in entries if words in one.text]
        assert told[:2] == [channel.id, group.id], method
        assert sorted(told[2:]) == sorted(people)

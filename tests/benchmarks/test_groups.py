"""Many groups in a city, one that floods the bot and a very large one that answers a roll-call.

The same city is warned twice by one bot, in quiet and in the flood, to compare the two.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.rollcall import Answer
from bot.domain.subscriber import Kind
from bot.sandbox.chats import Chat, User
from bot.sandbox.ledger import Entry
from bot.sandbox.messages import Message
from tests.acceptance.advisories import alert
from tests.acceptance.town import Town, until
from tests.bot_process import BotProcess

RATE = 28
FORUMS = 5
"""Every so many a group is a forum that is warned in a topic."""

WORSE, GAP_S = 1.05, 1.0
"""The last group in the flood may be told so much later than in quiet: the one that floods waits a
second behind its last answer, as Telegram asks for one chat."""

GROWTH_MB = 48
"""What the flood may add to the bot's memory: the updates it takes at once, and bounded tables."""


@dataclass(frozen=True, slots=True)
class Flood:
    """How large the city is, how many commands one group writes, and how many answer in another."""

    groups: int
    commands: int
    answers: int

    @property
    def promised_s(self) -> float:
        """When the last group is told at the latest."""
        return self.groups / RATE * 1.05 + 2


async def _houses(town: Town, count: int) -> dict[int, int]:
    """Groups that follow the city, each with the topic in which it is warned, 0 for none."""
    owner, found = town.world.user("Owner"), {}
    for number in range(count):
        is_forum = number % FORUMS == 0
        group = town.world.group(f"House {number}", owner, supergroup=True, forum=is_forum)
        town.world.add_bot(group, owner)
        found[group.id] = town.world.topic(group, "Safety").id if is_forum else 0
    town.sandbox.updates.drop()
    await town.settle(Kind.GROUP, found)
    for chat_id, thread in found.items():
        if thread:
            await town.storage.chats.set_thread(chat_id, thread)
    return found


async def _warn(town: Town, name: str, houses: dict[int, int], patience_s: float) -> float:
    """Seconds until the last house was told, each once and in its topic."""
    added = town.sandbox.clock.now()
    await town.publish(alert(name))

    def warnings() -> list[Entry]:
        # An answer to /status names the warning too.
        return [one for one in town.sends(name) if one.text.startswith("Готуйтеся")]

    await until(
        lambda: len(warnings()) >= len(houses),
        lambda: f"{len(warnings())} of {len(houses)} were warned",
        timeout_s=patience_s,
    )
    sends = warnings()
    assert {one.chat_id: one.thread for one in sends} == houses
    assert len(sends) == len(houses)
    return max(one.at for one in sends) - added


async def _roll_call(town: Town, group: Chat) -> Message:
    owner = next(iter(group.members.values())).user
    town.world.group_message(group, owner, "/rollcall 60")
    return await town.world.wait_for(lambda one: len(one.buttons) == 4, chat_id=group.id)


async def _shout(town: Town, group: Chat, members: Sequence[User], count: int) -> None:
    for number in range(count):
        town.world.group_message(group, members[number % len(members)], "/status")
        if number % 50 == 49:
            await asyncio.sleep(0.1)


async def _answer(town: Town, call: Message, members: Sequence[User]) -> None:
    data = [row[0]["callback_data"] for row in call.buttons[:3]]
    for number, member in enumerate(members):
        town.world.press(member, call.chat.id, call.id, data=data[number % 3])
        if number % 50 == 49:
            await asyncio.sleep(0.1)


def _memory_mb(bot: BotProcess) -> float:
    status = Path(f"/proc/{bot.process.pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


SHORT = Flood(groups=84, commands=1000, answers=300)
LONG = Flood(groups=500, commands=10_000, answers=6000)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(LONG, id="long", marks=(pytest.mark.benchmark, pytest.mark.timeout(300))),
    ],
)
async def test_flood_of_one_group_and_a_burst_of_another_delay_no_group(
    strict_town: Town, size: Flood
) -> None:
    town = strict_town
    houses = await _houses(town, size.groups)
    loud, huge = (town.world.find_chat(chat_id) for chat_id in list(houses)[1:3])
    assert loud is not None
    assert huge is not None
    shouting = [town.world.user(f"Member {number}", "en") for number in range(200)]
    answering = [town.world.user(f"Neighbour {number}", "en") for number in range(size.answers)]
    async with town.bot(BOT_DELIVERY__RATE=str(RATE)) as bot:
        quiet_s = await _warn(town, "in quiet", houses, size.promised_s + 10)
        call = await _roll_call(town, huge)
        before_mb = _memory_mb(bot)
        flood = asyncio.gather(
            _shout(town, loud, shouting, size.commands), _answer(town, call, answering)
        )
        await town.world.wait_for("Too many questions at once", chat_id=loud.id)
        loud_s = await _warn(town, "in the flood", houses, size.promised_s + 60)
        await flood
        counted = sum((await town.storage.rollcalls.counts(huge.id)).values())
        await until(
            lambda: f": {size.answers // 3}" in call.text,
            lambda: f"{counted} of {size.answers} answers at first, then {call.text[:200]!r}",
            timeout_s=90,
        )
        grown_mb = _memory_mb(bot) - before_mb
        paused_s = sum(one["seconds"] for one in bot.lines("paused") if one["scope"] == "all")
    edits = [one for one in town.sandbox.ledger.entries(method="editMessageText")]
    counts = await town.storage.rollcalls.counts(huge.id)
    print(
        f"{size.groups} groups: quiet {quiet_s:.1f} s, flood {loud_s:.1f} s, promised "
        f"{size.promised_s:.1f} s; paused {paused_s:.0f} s; memory {grown_mb:+.0f} MB; "
        f"{len(edits)} edits for {size.answers} answers"
    )
    assert not town.sandbox.ledger.refused[429], bot.lines("paused")
    assert counts == dict.fromkeys(Answer, size.answers // 3)
    assert loud_s <= size.promised_s
    assert loud_s <= quiet_s * WORSE + GAP_S
    assert grown_mb <= GROWTH_MB
    replies = [one.text for one in town.world.messages(loud.id, from_bot=True)]
    assert sum("Too many questions" in text for text in replies) == 1
    minutes = 1 + loud_s / 60
    assert len(replies) <= 20 * minutes
    assert len([one for one in edits if one.chat_id == huge.id]) <= 13 * minutes * 2

"""What Telegram and the way to it do to single sends, end to end: nobody is lost, counts add up."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.subscriber import Kind, State
from bot.sandbox.chats import Chat as TelegramChat
from tests.acceptance.advisories import alert, routine
from tests.acceptance.town import Town
from tests.bot_process import BotProcess

pytestmark = pytest.mark.alone

ENDS = ("sent", "unreachable", "rejected", "expired", "cancelled", "suppressed", "unknown")


def _adds_up(ended: dict[str, Any]) -> bool:
    return bool(ended["audience"] == sum(ended.get(end, 0) for end in ENDS))


async def _forum_in_topic(town: Town, title: str) -> tuple[TelegramChat, int]:
    owner = town.world.user(f"Owner of {title}")
    forum = town.world.group(title, owner, forum=True)
    town.world.add_bot(forum, owner)
    topic = town.world.topic(forum, "Warnings")
    await town.settle(Kind.GROUP, [forum.id])
    await town.storage.chats.set_thread(forum.id, topic.id)
    return forum, topic.id


async def test_each_trouble_of_a_chat_ends_as_it_must(town: Town) -> None:
    """The bot hears nothing of what happened to the chats before it tries to write to them."""
    world, faults = town.world, town.sandbox.faults
    well = (await town.person("Well")).id
    blocked, gone = await town.person("Blocked"), await town.person("Gone")
    world.block(blocked)
    world.deactivate(gone)
    never = world.user("Never started").id
    await town.settle(Kind.PRIVATE, [never])
    kicked, muted = await town.group("Kicked"), await town.channel("Muted")
    world.kick_bot(kicked)
    world.demote_bot(muted)
    old = await town.group("Moved", supergroup=False)
    new_id = world.migrate(old)
    closed, closed_topic = await _forum_in_topic(town, "Closed")
    world.close_topic(closed, closed.topics[closed_topic])
    deleted, deleted_topic = await _forum_in_topic(town, "Deleted")
    world.delete_topic(deleted, deleted.topics[deleted_topic])
    open_, open_topic = await _forum_in_topic(town, "Open")
    flooded, faulty, cut = [(await town.person(name)).id for name in ("Flood", "502", "Cut")]
    faults.too_many(1, method="sendMessage", chat_id=flooded, count=2)
    faults.http(502, method="sendMessage", chat_id=faulty, count=1)
    faults.cut_before(method="sendMessage", chat_id=cut, count=1)
    town.sandbox.updates.drop()
    told_in = {  # chat -> topic, 0 for none
        "a person": (well, 0),
        "a group that has moved, under its new id": (new_id, 0),
        "a forum whose topic is closed, in General": (closed.id, 0),
        "a forum whose topic is deleted, in General": (deleted.id, 0),
        "a forum in its topic": (open_.id, open_topic),
        "a chat that got 429 twice": (flooded, 0),
        "a chat that got 502": (faulty, 0),
        "a chat whose connection was cut before the request arrived": (cut, 0),
    }
    states = {
        "a blocked bot": (blocked.id, State.UNREACHABLE),
        "a deleted account": (gone.id, State.UNREACHABLE),
        "a person who never pressed Start": (never, State.UNREACHABLE),
        "a group without the bot": (kicked.id, State.UNREACHABLE),
        "a channel without the right to post": (muted.id, State.SUSPENDED),
    }
    async with town.bot() as bot:
        await town.publish(alert("trouble"))
        ended = await bot.wait_log("broadcast ended")
        assert _adds_up(ended)
        assert (ended["audience"], ended["sent"]) == (13, len(told_in))
        assert ended["unreachable"] == len(states)
        assert not bot.complaints
        found = {one.chat_id: one.thread for one in town.sends("trouble")}
        assert town.told("trouble") == dict.fromkeys((chat for chat, _ in told_in.values()), 1)
        for sentence, (chat_id, thread) in told_in.items():
            assert found[chat_id] == thread, sentence
        for sentence, (chat_id, state) in states.items():
            assert (await town.chat(chat_id)).state is state, sentence
        assert await town.storage.chats.get(old.id) is None
        # The next advisory finds the chats where they are now, and tries none in vain.
        refused = town.sandbox.ledger.refused.total()
        await town.publish(alert("second"))
        ended = await bot.wait_log("broadcast ended", 2)
        assert ended["audience"] == ended["sent"] == len(told_in)
        assert town.sandbox.ledger.refused.total() == refused
        await _come_back(town, bot, blocked.id, muted)


async def _come_back(town: Town, bot: BotProcess, blocked: int, muted: TelegramChat) -> None:
    """Unblocking and getting rights back make a chat active; what it missed is told then."""
    user = town.world.find_user(blocked)
    assert user is not None
    town.world.start(user)
    town.world.promote_bot(muted)
    await town.world.wait_for("second", chat_id=blocked)
    await town.world.wait_for("second", chat_id=muted.id)
    for chat_id in (blocked, muted.id):
        assert (await town.chat(chat_id)).state is State.ACTIVE
    await bot.wait_log("broadcast ended", audience=10)
    assert set(town.told("second").values()) == {1}


async def test_group_that_moves_in_the_middle_of_a_broadcast_is_told_once(town: Town) -> None:
    groups = [await town.group(f"House {number}", supergroup=False) for number in range(12)]
    last = max(groups, key=lambda group: group.id)
    async with town.bot(BOT_DELIVERY__RATE="8") as bot:
        await town.publish(alert("moving"))
        await town.until_told("moving", 1)
        new_id = town.world.migrate(last)
        await bot.wait_log("broadcast ended")
        await town.until_told("moving", 12, timeout_s=2)
        assert not bot.lines("counts do not add up")
    others = {group.id for group in groups if group is not last}
    assert town.told("moving") == dict.fromkeys({*others, new_id}, 1)


async def test_move_and_closing_after_several_failures_leave_the_group_warned(town: Town) -> None:
    group = await town.group("House", supergroup=False)
    forum, topic = await _forum_in_topic(town, "Forum")
    town.world.close_topic(forum, forum.topics[topic])
    for chat in (group, forum):
        town.sandbox.faults.too_many(1, method="sendMessage", chat_id=chat.id, count=3)
    async with town.bot() as bot:
        await town.publish(alert("late"))
        await bot.wait_log("paused", 4)
        new_id = town.world.migrate(group)
        town.sandbox.updates.drop()
        ended = await bot.wait_log("broadcast ended")
    assert ended["sent"] == 2
    assert {one.chat_id: one.thread for one in town.sends("late")} == {new_id: 0, forum.id: 0}
    assert len(town.sends("late")) == 2


async def test_outage_of_telegram_loses_nobody_and_repeats_nothing(town: Town) -> None:
    people = await town.crowd(60)
    async with town.bot() as bot:
        for number, how in enumerate(("http", "cut"), 1):
            await town.publish(alert(f"outage {how}"))
            await town.until_told(f"outage {how}", 20)
            town.sandbox.faults.outage(0.6, how=how)
            ended = await bot.wait_log("broadcast ended", number)
            assert ended["sent"] == ended["audience"] == len(people)
            assert town.told(f"outage {how}") == dict.fromkeys(people, 1), how
        assert not bot.complaints


async def test_answer_that_is_lost_is_asked_for_again_where_silence_is_worse(town: Town) -> None:
    people = await town.crowd(20)
    async with town.bot() as bot:
        for advisory, count, ends in (
            # In the prepare lane a repeat is better than silence.
            (alert("severe"), 20, {"sent": 20}),
            # Below it nobody is told twice: Telegram had accepted it.
            (routine("routine"), 20, {"sent": 17, "unknown": 3}),
        ):
            name = advisory["info"][0]["headline"]
            town.sandbox.faults.cut_after(method="sendMessage", count=3)
            await town.publish(advisory)
            ended = await bot.wait_log("broadcast ended", audience=count, **ends)
            assert _adds_up(ended)
            told = town.told(name)
            assert set(told) == set(people), name
            assert sum(told.values()) - count == 3 * (name == "severe"), name


async def test_text_that_telegram_refuses_goes_out_plain_and_stops_nothing(town: Town) -> None:
    people = [(await town.person(f"Reader {number}")).id for number in range(12)]
    refusal = "Bad Request: can't parse entities: Unsupported start tag"
    # Two are refused together: the second must find that the first has changed the text.
    town.sandbox.faults.latency(0.3, method="sendMessage", count=2)
    town.sandbox.faults.error(400, refusal, method="sendMessage", count=2)
    async with town.bot() as bot:
        await town.publish(town.alert("odd"))
        ended = await bot.wait_log("broadcast ended")
        assert "broadcast halted" not in [line["event"] for line in bot.log]
    assert (ended["audience"], ended["sent"]) == (12, 12)
    assert set(town.told("odd")) == set(people)

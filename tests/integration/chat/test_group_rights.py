"""Who may change what a group is told: its administrators, whatever is typed or pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from telegram.ext import CallbackQueryHandler

from bot.chat.handlers import handlers
from bot.domain.preferences import Follow, Preferences, Quiet
from bot.domain.rollcall import RollCall
from bot.domain.subscriber import Chat as Subscriber
from bot.domain.subscriber import Kind, State
from bot.sandbox.chats import Chat, User
from bot.sandbox.messages import Message
from tests.integration.chat.conftest import KYIV, LVIV, Stage

REFUSAL = "Only administrators of this chat"
CHOSEN = Preferences(quiet=Quiet(22 * 60, 7 * 60), places={KYIV: Follow()})


@dataclass(frozen=True, slots=True)
class House:
    """A group that follows Kyiv, with quiet hours, and everybody who may speak in it."""

    stage: Stage
    group: Chat
    owner: User
    member: User
    channel: Chat
    menu: Message
    stored: Subscriber

    async def is_unchanged(self) -> bool:
        ticks = await self.stage.storage.checklists.open(self.group.id)
        stored = await self.stage.chat(self.group.id)
        return stored == self.stored and "bandages" in ticks.ticked


async def house_of(stage: Stage) -> House:
    owner, member = stage.world.user("Owner", "en"), stage.world.user("Member", "en")
    group = stage.world.group("House 7", owner, supergroup=True)
    channel = stage.world.channel("City news", owner)
    stage.world.link(channel, group)
    stage.world.add_bot(group, owner)
    stage.world.add_member(group, member)
    stage.world.group_message(group, owner, "/city Kyiv")
    menu = await stage.world.wait_for("presses a city below", chat_id=group.id)
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    stored = Subscriber(group.id, Kind.GROUP, "en", (KYIV,), preferences=CHOSEN)
    await stage.storage.chats.save(stored)
    await stage.storage.checklists.tick(group.id, "bandages", done=True)
    return House(stage, group, owner, member, channel, menu, stored)


COMMANDS = [
    *("/city", "/city Lviv", "/stop", "/stop Kyiv", "/language", "/language de"),
    *("/settings", "/settings 10:00-12:00", "/pause", "/pause 2h", "/checklist reset"),
    *("/rollcall", "/rollcall 30", "/rollcall close", "/rollcall list", f"/start c_{LVIV}"),
]


async def test_command_of_a_member_or_a_channel_is_refused_and_changes_nothing(
    stage: Stage,
) -> None:
    for command in COMMANDS:
        house = await house_of(stage)
        world, group = stage.world, house.group
        asked = world.group_message(group, house.member, command)
        await world.wait_for(REFUSAL, chat_id=group.id, after=asked.id)
        # Somebody who writes as the linked channel is nobody's administrator here.
        asked = world.group_message(group, house.owner, command, as_channel=house.channel)
        await world.wait_for(REFUSAL, chat_id=group.id, after=asked.id)
        assert await house.is_unchanged(), command
        assert await stage.storage.rollcalls.get(group.id) is None, command


@pytest.mark.parametrize("anonymous", [False, True], ids=["by name", "anonymous"])
async def test_command_of_an_administrator_is_obeyed(stage: Stage, anonymous: bool) -> None:
    for command in COMMANDS:
        house = await house_of(stage)
        asked = stage.world.group_message(house.group, house.owner, command, anonymous=anonymous)
        said = await stage.world.wait_for(lambda _: True, chat_id=house.group.id, after=asked.id)
        assert REFUSAL not in said.text, command
        assert "went wrong" not in said.text, command


async def test_post_of_the_linked_channel_is_for_its_readers(stage: Stage) -> None:
    """Its copy in the group, which Telegram makes, asks nobody for anything."""
    house = await house_of(stage)
    world, group = stage.world, house.group
    await opened(house)
    before = len(world.messages(group.id, from_bot=True))
    for words in (*COMMANDS, "/status", "/help", "/rollcall safe Anna"):
        world.channel_post(house.channel, words)
    asked = world.group_message(group, house.owner, "/help")
    await world.wait_for("For administrators", chat_id=group.id, after=asked.id)
    assert len(world.messages(group.id, from_bot=True)) == before + 1
    assert await house.is_unchanged()
    assert await stage.storage.rollcalls.replies(group.id) == []


async def opened(house: House) -> RollCall:
    now = house.stage.storage.clock()
    call = RollCall("0" * 8, house.group.id, house.owner.id, "en", now, now.replace(year=2100))
    await house.stage.storage.rollcalls.open(call)
    return call


async def test_channel_answers_a_roll_call_for_nobody(stage: Stage) -> None:
    house = await house_of(stage)
    await opened(house)
    world, group = stage.world, house.group
    world.group_message(group, house.member, "/rollcall safe Anna", as_channel=house.channel)
    await world.wait_for(REFUSAL, chat_id=group.id)
    assert await stage.storage.rollcalls.replies(group.id) == []


# Every button, by what it is to a group. A new one must be put into one of the three.
FOR_ADMINISTRATORS = {
    f"city:add:{LVIV}": "city:add:",
    f"city:del:{KYIV}": "city:del:",
    "city:menu": "city:menu",
    "city:more": "city:more",
    "lang:de": "lang:",
    "set:menu": "set:menu",
    "set:quiet": "set:quiet",
    "set:q:off": "set:q:",
    "set:drills:1": "set:drills:",
    f"set:place:{KYIV}": "set:place:",
    f"set:least:{KYIV}:Extreme": "set:least:",
    f"set:ring:{KYIV}:0": "set:ring:",
    f"set:threats:{KYIV}": "set:threats:",
    f"set:threat:{KYIV}:drone:0": "set:threat:",
    "pause:2": "pause:",
    "test": "test",
    "test:loud": "test:loud",
}
FOR_ALL = ("list:open", "list:all", "list:see:", "tick:", "status", "verify:", "more:", "rc:")
IN_PRIVATE = {
    "list:share": "list:share",
    "list:stop": "list:stop",
    "list:leave": "list:leave",
    "home:open": "home:open",
    "home:ask:adults": "home:ask:",
    "home:set:adults:2": "home:set:",
    "home:done": "home:done",
    "home:forget": "home:forget",
    "shelter:open": "shelter:open",
    "shelter:min:5": "shelter:min:",
    "shelter:delete": "shelter:delete",
    "settings:low": "settings:",
    "set:daily:1": "set:daily:",
    "forged": "forged",
    "privacy:show": "privacy:show",
    "privacy:export": "privacy:export",
    "privacy:delete": "privacy:delete",
    "privacy:erase": "privacy:erase",
}
OF_OPERATORS = (
    *("ok:", "ed:", "no:", "ov:", "p:", "d:", "f:", "fs:", "op:", "au:", "rcx:", "pg:"),
    *("x:", "xf:", "xfs:"),
)


def test_every_button_is_somebodys() -> None:
    named = [*FOR_ADMINISTRATORS.values(), *FOR_ALL, *IN_PRIVATE.values(), *OF_OPERATORS]
    for handler in handlers():
        if isinstance(handler, CallbackQueryHandler) and handler.pattern is not None:
            pattern = str(getattr(handler.pattern, "pattern", "")).removeprefix("^")
            assert any(pattern.startswith(name.rstrip("$")) for name in named), pattern


async def forged(house: House, user: User, data: str) -> dict[str, Any]:
    """Press with any data, as a client can be made to do with a message that has buttons."""
    keyboard = {"inline_keyboard": [[{"text": "…", "callback_data": data}]]}
    house.menu.body = {**house.menu.body, "reply_markup": keyboard}
    return await house.stage.press(user, house.menu, data)


async def test_button_of_the_settings_obeys_administrators_only(stage: Stage) -> None:
    for data in FOR_ADMINISTRATORS:
        house = await house_of(stage)
        refused = await forged(house, house.member, data)
        assert REFUSAL in refused["text"], data
        assert refused["show_alert"], data
        assert await house.is_unchanged(), data
        # An administrator who stays anonymous in the group presses under their own name.
        stage.world.set_admin(house.group, house.member, anonymous=True)
        assert REFUSAL not in (await forged(house, house.member, data))["text"], data


async def test_button_of_a_private_chat_means_nothing_in_a_group(stage: Stage) -> None:
    house = await house_of(stage)
    before = len(stage.world.messages(house.group.id, from_bot=True))
    for data in IN_PRIVATE:
        for user in (stage.world.user("Another", "en"), house.owner):
            assert "no longer works" in (await forged(house, user, data))["text"], data
    assert await house.is_unchanged()
    assert len(stage.world.messages(house.group.id, from_bot=True)) == before


async def test_reader_of_a_channel_presses_in_vain(stage: Stage) -> None:
    owner = stage.world.user("Owner", "en")
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, admin=True)
    stage.world.channel_post(channel, "/city Kyiv")
    done = await stage.world.wait_for("Done: Kyiv", chat_id=channel.id)
    before = await stage.chat(channel.id)
    for data in (*FOR_ADMINISTRATORS, *IN_PRIVATE, "list:open", "status", "tick:bandages:1"):
        keyboard = {"inline_keyboard": [[{"text": "…", "callback_data": data}]]}
        done.body = {**done.body, "reply_markup": keyboard}
        reader = stage.world.user("Reader", "en")
        callback = stage.world.press(reader, channel.id, done.id, data=data)
        assert "no longer works" in (await stage.world.wait_answer(callback))["text"]
    assert await stage.chat(channel.id) == before
    assert len(stage.world.messages(channel.id, from_bot=True)) == 1


async def test_administrator_who_is_one_no_longer_changes_nothing(stage: Stage) -> None:
    house = await house_of(stage)
    world = stage.world
    world.set_admin(house.group, house.member)
    world.group_message(house.group, house.member, "/city Lviv")
    await world.wait_for("Done: Lviv", chat_id=house.group.id)
    world.remove_admin(house.group, house.member)
    world.group_message(house.group, house.member, "/stop")
    await world.wait_for(REFUSAL, chat_id=house.group.id)
    chat = await stage.chat(house.group.id)
    assert chat is not None
    assert (chat.places, chat.state) == ((KYIV, LVIV), State.ACTIVE)


async def test_group_that_presses_without_end_is_answered_in_words_and_warned_at_once(
    stage: Stage,
) -> None:
    """Each press of the list's button would be one more message for everybody."""
    house = await house_of(stage)
    said = [
        (await forged(house, stage.world.user(f"Member {number}", "en"), "list:open"))["text"]
        for number in range(30)
    ]
    assert "Too many questions at once" in said[-1]
    written = stage.world.messages(house.group.id, from_bot=True)
    assert len(written) <= 17
    await stage.publish("Through the presses")
    await stage.world.wait_for("Through the presses", chat_id=house.group.id)

"""Roll-calls: asked by administrators, answered by everybody, listed for administrators only."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.chat import tally
from bot.domain.rollcall import Answer
from bot.sandbox.chats import Chat, User
from bot.sandbox.messages import Message
from bot.storage.rollcalls import Said
from tests.acceptance.town import until
from tests.integration.chat.conftest import Stage

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters that need not be waited for."""
    monkeypatch.setattr(tally, "TALLY_S", 0.3)
    monkeypatch.setattr("bot.chat.rollcall.TALLY_S", 0.3)


async def group_of(stage: Stage, *names: str, supergroup: bool = True) -> tuple[Chat, list[User]]:
    """A group with the bot; its owner and members speak English and have started nothing."""
    people = [stage.world.user(name, "en") for name in ("Owner", *names)]
    group = stage.world.group("House 7", people[0], supergroup=supergroup)
    stage.world.add_bot(group, people[0])
    await stage.world.wait_for("an administrator writes /city", chat_id=group.id)
    return group, people


async def opened(stage: Stage, group: Chat, owner: User, words: str = "/rollcall") -> Message:
    stage.world.group_message(group, owner, words)
    return await stage.world.wait_for("Roll-call", chat_id=group.id)


async def said(stage: Stage, user: User, message: Message, answer: str) -> dict[str, Any]:
    (data,) = (
        button["callback_data"]
        for row in message.buttons
        for button in row
        if button.get("callback_data", "").endswith(answer)
    )
    return await stage.press(user, message, data)


async def counted(stage: Stage, message: Message, *lines: str) -> None:
    await until(
        lambda: all(line in message.text for line in lines), lambda: f"it says {message.text!r}"
    )


async def test_members_answer_and_only_administrators_see_who(stage: Stage) -> None:
    group, (owner, anna, borys) = await group_of(stage, "Anna", "=Borys")
    call = await opened(stage, group, owner)
    assert call.button_texts == ["I'm safe", "In shelter", "Need help", "List, for administrators"]
    assert "This is not an emergency line" in call.text
    assert "112" in call.text
    assert "safe" in (await said(stage, anna, call, "safe"))["text"].casefold()
    alarm = await said(stage, borys, call, "help")
    assert alarm["show_alert"]
    assert "112" in alarm["text"]
    await counted(stage, call, "Need help: 1", "In shelter: 0", "I'm safe: 1")
    assert "Anna" not in call.text
    link = next(b["url"] for row in call.buttons for b in row if "url" in b)
    stage.world.follow(anna, link)
    await stage.world.wait_for("for the administrators of its group", chat_id=anna.id)
    stage.world.follow(owner, link)
    found = await stage.world.wait_for("Roll-call: House 7", chat_id=owner.id)
    assert found.text.index("=Borys") < found.text.index("Anna")
    await stage.press(owner, found, f"rcx:{group.id}")
    file = await stage.world.wait_for(lambda one: "document" in one.body, chat_id=owner.id)
    content = stage.world.files[file.body["document"]["file_id"]].content.decode("utf-8-sig")
    assert content.splitlines()[1].startswith("'=Borys,Need help,")
    said_in_group = [one.text for one in stage.world.messages(group.id, from_bot=True)]
    assert not any("Anna" in text for text in said_in_group)


async def test_answer_may_change_and_a_member_answers_for_another_by_name(stage: Stage) -> None:
    group, (owner, anna) = await group_of(stage, "Anna")
    stage.world.start(owner)
    call = await opened(stage, group, owner)
    for answer in ("shelter", "safe", "safe"):
        await said(stage, anna, call, answer)
    stage.world.group_message(group, anna, "/rollcall укриття Baba  Halyna")
    await stage.world.wait_for("Noted for them: In shelter", chat_id=group.id)
    stage.world.group_message(group, anna, "/rollcall help baba halyna")
    await counted(stage, call, "Need help: 1", "In shelter: 0", "I'm safe: 1")
    stage.world.group_message(group, owner, "/rollcall close")
    await counted(stage, call, "The roll-call is closed", "Need help: 1")
    found = await stage.world.wait_for("Roll-call: House 7", chat_id=owner.id)
    assert "baba halyna" in found.text
    assert "answered by Anna" in found.text
    assert call.button_texts == ["List, for administrators"]


async def test_nobody_but_administrators_opens_and_late_answers_are_refused(stage: Stage) -> None:
    group, (owner, anna) = await group_of(stage, "Anna")
    stage.world.group_message(group, anna, "/rollcall")
    await stage.world.wait_for("Only administrators", chat_id=group.id)
    stage.world.group_message(group, owner, "/rollcall", anonymous=True)
    call = await stage.world.wait_for("Roll-call", chat_id=group.id)
    data = call.buttons[0][0]["callback_data"]
    buttons = call.body
    stage.world.group_message(group, owner, "/rollcall 30")
    await stage.world.wait_for("open already", chat_id=group.id)
    callback = stage.world.press(anna, group.id, call.id, data=data)
    await stage.world.wait_answer(callback)
    await stage.storage.rollcalls.end(group.id, data.split(":")[1])
    call.body = buttons
    late = await stage.press(anna, call, data)
    assert "not noted" in late["text"]


async def test_roll_call_closes_by_itself_when_its_time_is_over(stage: Stage) -> None:
    group, (owner, anna) = await group_of(stage, "Anna")
    call = await opened(stage, group, owner, "/rollcall 5")
    await said(stage, anna, call, "safe")
    # The counter has been drawn: one that is due would close it before the next answer.
    await counted(stage, call, "I'm safe: 1")
    key = f"{{forewarn}}:rollcall:{group.id}"
    await stage.redis.hset(key, "closes", 1)  # its five minutes are over
    await said(stage, owner, call, "safe")
    await counted(stage, call, "The roll-call is closed", "I'm safe: 2")


async def test_roll_call_follows_its_group_to_the_new_id(stage: Stage) -> None:
    group, (owner, anna) = await group_of(stage, "Anna", supergroup=False)
    call = await opened(stage, group, owner)
    await said(stage, anna, call, "help")
    new_id = stage.world.migrate(group)
    moved = await stage.world.wait_for("Need help: 1", chat_id=new_id)
    await said(stage, owner, moved, "safe")
    await counted(stage, moved, "Need help: 1", "I'm safe: 1")


async def test_privacy_shows_and_deletes_what_was_answered(stage: Stage) -> None:
    group, (owner, anna) = await group_of(stage, "Anna")
    call = await opened(stage, group, owner)
    await said(stage, anna, call, "safe")
    stage.world.group_message(group, anna, "/rollcall safe Dmytro")
    await counted(stage, call, "I'm safe: 2")
    stage.world.private_message(anna, "/privacy")
    shown = await stage.world.wait_for("Roll-calls in 1 group", chat_id=anna.id)
    await stage.press(anna, shown, "privacy:delete")
    sure = await stage.world.wait_for("Delete the language", chat_id=anna.id)
    await stage.press(anna, sure, "privacy:erase")
    assert await stage.storage.rollcalls.replies(group.id) == []
    assert await stage.storage.rollcalls.chats_of(anna.id) == []


async def test_administrator_who_is_one_no_longer_sees_no_list_and_gets_no_file(
    stage: Stage,
) -> None:
    group, (owner, anna, borys) = await group_of(stage, "Anna", "Borys")
    stage.world.start(anna)
    stage.world.set_admin(group, anna)
    call = await opened(stage, group, anna, "/rollcall 60")
    await said(stage, borys, call, "help")
    await counted(stage, call, "Need help: 1")
    link = next(b["url"] for row in call.buttons for b in row if "url" in b)
    stage.world.follow(anna, link)
    found = await stage.world.wait_for("Roll-call: House 7", chat_id=anna.id)
    stage.world.remove_admin(group, anna)
    refused = await stage.press(anna, found, f"rcx:{group.id}")
    assert "administrators of its group" in refused["text"]
    stage.world.follow(anna, link)
    await stage.world.wait_for("for the administrators of its group", chat_id=anna.id)
    # It was she who asked: closing it hands her nothing either.
    stage.world.group_message(group, owner, "/rollcall close")
    await counted(stage, call, "The roll-call is closed")
    stage.world.follow(owner, link)
    await stage.world.wait_for("Roll-call: House 7", chat_id=owner.id)
    lists = [one for one in stage.world.messages(anna.id, from_bot=True) if "Borys" in one.text]
    assert lists == [found]
    assert not [one for one in stage.world.messages(anna.id) if "document" in one.body]


async def test_roll_call_of_a_very_large_group_is_counted_listed_and_exported(
    stage: Stage,
) -> None:
    group, (owner,) = await group_of(stage)
    stage.world.start(owner)
    call = await opened(stage, group, owner, "/rollcall 60")
    (call_id,) = {row[0]["callback_data"].split(":")[1] for row in call.buttons[:3]}
    rollcalls, now = stage.storage.rollcalls, stage.storage.clock()
    for start in range(0, 21_000, 500):
        answers = (
            Said(10_000_000 + number, list(Answer)[number % 3], f"Мешканець {number}")
            for number in range(start, start + 500)
        )
        await asyncio.gather(*(rollcalls.answer(group.id, call_id, one, now) for one in answers))
    stage.world.group_message(group, owner, "/rollcall close")
    await counted(stage, call, "Need help: 7000", "In shelter: 7000", "I'm safe: 7000")
    found = await stage.world.wait_for("Roll-call: House 7", chat_id=owner.id)
    assert len(found.text.encode("utf-16-le")) // 2 <= 4096
    assert "Need help: 7000" in found.text
    await stage.press(owner, found, f"rcx:{group.id}")
    file = await stage.world.wait_for(lambda one: "document" in one.body, chat_id=owner.id)
    content = stage.world.files[file.body["document"]["file_id"]].content
    assert len(content) < 50_000_000 / 10
    assert len(content.decode("utf-8-sig").splitlines()) == 21_001

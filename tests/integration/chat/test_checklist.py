"""The checklist in Telegram: one message, ticked in place, shared by a link."""

from __future__ import annotations

import json

from structlog.testing import capture_logs

from bot.sandbox.chats import Chat, User
from bot.sandbox.messages import Message
from tests.integration.chat.conftest import Stage


async def opened(stage: Stage, person: User, text: str = "/checklist", name: str = "") -> Message:
    before = max((one.id for one in stage.world.messages(person.id)), default=0)
    stage.world.private_message(person, text)
    return await stage.world.wait_for(name or "Supplies for", chat_id=person.id, after=before)


async def house(stage: Stage) -> tuple[Chat, User, User]:
    owner, guest = stage.world.user("Iryna", "en"), stage.world.user("Taras", "en")
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    await stage.world.wait_for("", chat_id=group.id)
    return group, owner, guest


async def test_list_works_in_calm_times_and_is_ticked_in_its_one_message(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    message = await opened(stage, person)
    assert "0 of 16 ░░░░░░░░░░" in message.text
    await stage.press(person, message, "list:see:power")
    assert "☐ Battery radio" in message.text
    said = await stage.press(person, message, "tick:radio:1")
    assert said["text"] == "Saved: 1 of 16"
    await stage.world.wait_for("Battery radio (have it)", chat_id=person.id)
    assert (await stage.storage.checklists.open(person.id)).ticked == {"radio"}
    await stage.press(person, message, "list:all")
    assert "1 of 16 ▓░░░░░░░░░" in message.text
    assert len(stage.world.messages(person.id, from_bot=True)) == 1


async def test_double_tap_and_an_old_message_do_no_harm(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    first, second = await opened(stage, person), await opened(stage, person)
    for message in (first, second):
        await stage.press(person, message, "list:see:power")
    for _ in range(2):
        callback = stage.world.press(person, person.id, first.id, data="tick:radio:1")
        await stage.world.wait_answer(callback)
        first.buttons[2][0]["callback_data"] = "tick:radio:1"
    # The second message still offers what has happened: it stays happened.
    await stage.press(person, second, "tick:radio:1")
    assert (await stage.storage.checklists.open(person.id)).ticked == {"radio"}


async def test_item_of_another_version_is_answered_and_ticks_nothing(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    message = await opened(stage, person)
    for data in ("tick:gold:1", "list:see:wine", "home:set:adults:99", "home:ask:wine"):
        message.buttons[0][0]["callback_data"] = data
        callback = stage.world.press(person, person.id, message.id, data=data)
        assert "no longer works" in (await stage.world.wait_answer(callback))["text"], data
    assert not (await stage.storage.checklists.open(person.id)).ticked
    assert await stage.chat(person.id) is None


async def test_reset_takes_every_tick_back(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.storage.checklists.tick(person.id, "radio", done=True)
    assert "1 of 16" in (await opened(stage, person)).text
    message = await opened(stage, person, "/checklist reset", "All ticks are taken back")
    assert "0 of 16" in message.text


async def test_tap_is_saved_though_telegram_refuses_to_draw_it(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    message = await opened(stage, person)
    await stage.press(person, message, "list:see:power")
    stage.sandbox.faults.too_many(30, method="editMessageText")
    with capture_logs() as logs:
        said = await stage.press(person, message, "tick:radio:1")
        stage.world.private_message(person, "/help")
        await stage.world.wait_for("/checklist:", chat_id=person.id)
    assert said["text"] == "Saved: 1 of 16"
    assert (await stage.storage.checklists.open(person.id)).ticked == {"radio"}
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == []


async def test_family_ticks_one_list_until_it_is_shared_no_longer(stage: Stage) -> None:
    olena, taras = stage.world.user("Olena", "en"), stage.world.user("Taras", "uk")
    stage.world.private_message(olena, "/household 2 1 0 1")
    await stage.world.wait_for("Saved", chat_id=olena.id)
    message = await opened(stage, olena)
    await stage.press(olena, message, "list:share")
    link = await stage.world.wait_for("The link to your list", chat_id=olena.id)
    payload = link.text.partition("?start=")[2].split()[0]
    assert payload.startswith("k_")
    stage.world.start(taras, payload)
    his = await stage.world.wait_for("Ви приєдналися", chat_id=taras.id)
    assert "2 дорослих, 1 дитини" in his.text
    assert "крім вас, ним користується 1 людина" in his.text
    assert "Olena" not in his.text
    await stage.press(taras, his, "list:see:power")
    await stage.press(taras, his, "tick:torch:1")
    await stage.press(olena, message, "list:see:power")
    assert "Torch and spare batteries (have it)" in message.text
    await stage.press(olena, message, "list:all")
    assert "1 person uses it besides you" in message.text
    await stage.press(olena, link, "list:stop")
    await stage.world.wait_for("shared no longer", chat_id=olena.id)
    await stage.press(taras, his, "list:all")
    assert "на 3 дні" in his.text
    assert "1 дорослого" in his.text
    stage.world.start(taras, payload)
    await stage.world.wait_for("вже не діє", chat_id=taras.id)


async def test_whoever_leaves_has_a_list_of_their_own_again(stage: Stage) -> None:
    olena, taras = stage.world.user("Olena", "en"), stage.world.user("Taras", "en")
    await stage.storage.checklists.tick(taras.id, "cash", done=True)
    token = await stage.storage.checklists.share(olena.id)
    stage.world.start(taras, f"k_{token}")
    message = await stage.world.wait_for("You joined", chat_id=taras.id)
    assert "list:share" not in str(message.buttons)
    await stage.press(taras, message, "list:leave")
    await stage.world.wait_for("You left", chat_id=taras.id)
    assert (await stage.storage.checklists.open(taras.id)).ticked == {"cash"}


async def test_any_member_ticks_the_list_of_a_group_and_administrators_reset_it(
    stage: Stage,
) -> None:
    group, owner, guest = await house(stage)
    stage.world.group_message(group, guest, "/checklist")
    message = await stage.world.wait_for("Supplies for", chat_id=group.id)
    assert "list:share" not in str(message.buttons)
    await stage.press(guest, message, "list:see:power")
    await stage.press(guest, message, "tick:torch:1")
    await stage.press(owner, message, "tick:radio:1")
    assert (await stage.storage.checklists.open(group.id)).ticked == {"torch", "radio"}
    stage.world.group_message(group, guest, "/checklist reset")
    await stage.world.wait_for("Only administrators", chat_id=group.id)
    assert (await stage.storage.checklists.open(group.id)).ticked == {"torch", "radio"}
    stage.world.group_message(group, owner, "/checklist reset")
    await stage.world.wait_for("All ticks are taken back", chat_id=group.id)


async def test_ticks_move_with_a_group_that_becomes_a_supergroup(stage: Stage) -> None:
    owner = stage.world.user("Iryna", "en")
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    await stage.storage.checklists.tick(group.id, "torch", done=True)
    larger = stage.world.find_chat(stage.world.migrate(group))
    assert larger is not None
    stage.world.group_message(larger, owner, "/checklist")
    message = await stage.world.wait_for("Supplies for", chat_id=larger.id)
    assert "1 of" in message.text


async def test_button_under_a_warning_opens_the_list_as_a_new_message(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    await stage.publish("Potential air attack")
    warning = await stage.world.wait_for("In its own words", chat_id=person.id)
    text = warning.text
    await stage.press(person, warning, "list:open")
    await stage.world.wait_for("0 of 16", chat_id=person.id, after=warning.id)
    assert warning.text == text


async def test_ticks_are_shown_exported_and_deleted_with_the_rest(stage: Stage) -> None:
    olena, taras = stage.world.user("Olena", "en"), stage.world.user("Taras", "en")
    await stage.storage.checklists.tick(olena.id, "torch", done=True)
    token = await stage.storage.checklists.share(olena.id)
    await stage.storage.checklists.join(taras.id, token)
    stage.world.private_message(olena, "/privacy")
    page = await stage.world.wait_for("What the bot keeps", chat_id=olena.id)
    assert "Ticks on the checklist: 1" in page.text
    assert "Your list is shared by a link; joined: 1" in page.text
    await stage.press(olena, page, "privacy:export")
    document = stage.world.last(olena.id).body["document"]
    exported = json.loads(stage.world.files[document["file_id"]].content)
    assert exported["checklist"] == {
        "ticked": ["torch"],
        "shared_by_link": True,
        "others_who_joined": 1,
        "uses_another_list": False,
    }
    stage.world.private_message(taras, "/privacy")
    his = await stage.world.wait_for("somebody else's list", chat_id=taras.id)
    assert "Ticks on" not in his.text
    await stage.press(olena, page, "privacy:delete")
    await stage.press(olena, page, "privacy:erase")
    await stage.world.wait_for("Nothing is kept", chat_id=olena.id)
    found = await stage.storage.checklists.open(taras.id)
    assert (found.owner_id, found.ticked) == (taras.id, frozenset())
    keys = [key async for key in stage.redis.scan_iter("*")]
    assert [key for key in keys if str(olena.id).encode() in key] == []

"""Edits, deletions, copies, pins and pressed buttons."""

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.chats import User
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller

BUTTON = {"inline_keyboard": [[{"text": "Done", "callback_data": "done:1"}]]}


@pytest.fixture
async def sent(sandbox: Sandbox, call: "Caller") -> dict[str, Any]:
    """A message of the bot with a button, as the keys that name it."""
    user = sandbox.world.user("Олена", id=1000)
    sandbox.world.start(user)
    message = await call.ok("sendMessage", chat_id=user.id, text="0 of 14", reply_markup=BUTTON)
    await call.updates()
    return {"chat_id": user.id, "message_id": message["message_id"]}


def _reader(sandbox: Sandbox) -> User:
    return sandbox.world.users[1000]


async def test_edit_changes_the_text_and_keeps_the_history(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    edited = await call.ok("editMessageText", **sent, text="<b>1</b> of 14", parse_mode="HTML")
    assert edited["text"] == "1 of 14"
    assert "reply_markup" not in edited
    assert edited["edit_date"] == int(sandbox.clock.now())
    assert [body["text"] for body in sandbox.world.history(**sent)] == ["0 of 14", "1 of 14"]
    [message] = sandbox.world.messages(sent["chat_id"], from_bot=True)
    assert message.text == "1 of 14"


async def test_edit_to_the_same_is_refused(call: "Caller", sent: dict[str, Any]) -> None:
    words = "400 Bad Request: message is not modified: specified new message content"
    same = await call.refused("editMessageText", **sent, text="0 of 14", reply_markup=BUTTON)
    assert same.startswith(words)
    same = await call.refused("editMessageReplyMarkup", **sent, reply_markup=BUTTON)
    assert same.startswith(words)
    assert (await call.ok("editMessageReplyMarkup", **sent))["text"] == "0 of 14"


async def test_edit_of_what_is_not_there_or_not_ours_is_refused(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    typed = sandbox.world.private_message(_reader(sandbox), "mine")
    edit = {"chat_id": sent["chat_id"], "text": "x"}
    assert await call.refused("editMessageText", **edit, message_id=999) == (
        "400 Bad Request: message to edit not found"
    )
    assert await call.refused("editMessageText", **edit, message_id=typed.id) == (
        "400 Bad Request: message can't be edited"
    )
    assert await call.refused("editMessageText", **edit) == (
        "400 Bad Request: message identifier is not specified"
    )


async def test_delete_removes_the_message_once(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    assert await call.ok("deleteMessage", **sent) is True
    assert sandbox.world.messages(sent["chat_id"], from_bot=True) == []
    assert await call.refused("deleteMessage", **sent) == (
        "400 Bad Request: message to delete not found"
    )


async def test_delete_after_two_days_is_refused(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    sandbox.clock.advance(49 * 3600)
    assert await call.refused("deleteMessage", **sent) == (
        "400 Bad Request: message can't be deleted"
    )


async def test_delete_messages_passes_over_what_is_gone(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    ids = [sent["message_id"], 9999]
    assert await call.ok("deleteMessages", chat_id=sent["chat_id"], message_ids=ids) is True
    assert sandbox.world.messages(sent["chat_id"], from_bot=True) == []
    assert "too many" in await call.refused(
        "deleteMessages", chat_id=sent["chat_id"], message_ids=list(range(1, 102))
    )


async def test_forward_and_copy_carry_the_content(call: "Caller", sent: dict[str, Any]) -> None:
    source = {"from_chat_id": sent["chat_id"], "message_id": sent["message_id"]}
    forwarded = await call.ok("forwardMessage", chat_id=sent["chat_id"], **source)
    assert forwarded["text"] == "0 of 14"
    assert forwarded["forward_origin"]["type"] == "user"
    copied = await call.ok("copyMessage", chat_id=sent["chat_id"], **source)
    assert copied["message_id"] == forwarded["message_id"] + 1


async def test_pin_and_unpin_change_the_chat(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    await call.ok("pinChatMessage", **sent)
    assert sandbox.world.message(**sent).is_pinned
    assert (await call.ok("getChat", chat_id=sent["chat_id"]))["pinned_message"][
        "text"
    ] == "0 of 14"
    [update] = await call.updates()
    assert update["message"]["pinned_message"]["message_id"] == sent["message_id"]
    await call.ok("unpinChatMessage", **sent)
    await call.ok("unpinAllChatMessages", chat_id=sent["chat_id"])
    assert "pinned_message" not in await call.ok("getChat", chat_id=sent["chat_id"])


async def test_press_reaches_the_bot_and_its_answer_comes_back(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    callback_id = sandbox.world.press(_reader(sandbox), **sent, text="Done")
    [update] = await call.updates()
    query = update["callback_query"]
    assert (query["id"], query["data"]) == (callback_id, "done:1")
    assert query["message"]["message_id"] == sent["message_id"]
    await call.ok("answerCallbackQuery", callback_query_id=callback_id, text="Good")
    answer = await sandbox.world.wait_answer(callback_id)
    assert (answer["text"], answer["show_alert"]) == ("Good", False)


async def test_callback_is_too_old_after_a_while_or_twice(
    sandbox: Sandbox, call: "Caller", sent: dict[str, Any]
) -> None:
    words = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    callback_id = sandbox.world.press(_reader(sandbox), **sent, data="done:1")
    await call.ok("answerCallbackQuery", callback_query_id=callback_id)
    assert await call.refused("answerCallbackQuery", callback_query_id=callback_id) == words
    late = sandbox.world.press(_reader(sandbox), **sent, data="done:1")
    sandbox.clock.advance(61)
    assert await call.refused("answerCallbackQuery", callback_query_id=late) == words
    assert await call.refused("answerCallbackQuery", callback_query_id="1") == words


async def test_press_of_a_button_that_is_not_there_names_those_that_are(
    sandbox: Sandbox, sent: dict[str, Any]
) -> None:
    with pytest.raises(LookupError, match="there are \\['Done'\\]"):
        sandbox.world.press(_reader(sandbox), **sent, text="Nope")

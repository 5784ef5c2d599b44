"""The bot's own texts and commands."""

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller

START = {"command": "start", "description": "Begin"}


async def test_commands_are_kept_by_scope_and_language(call: "Caller") -> None:
    await call.ok("setMyCommands", commands=[START])
    ukrainian = [{"command": "start", "description": "Почати"}]
    private = {"scope": {"type": "all_private_chats"}, "language_code": "uk"}
    await call.ok("setMyCommands", commands=ukrainian, **private)
    assert await call.ok("getMyCommands") == [START]
    assert await call.ok("getMyCommands", **private) == ukrainian
    await call.ok("deleteMyCommands", **private)
    assert await call.ok("getMyCommands", **private) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"commands": [{"command": "Старт", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [START] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [START], "scope": {"type": "moon"}}, "unsupported type specified"),
        ({"commands": [START], "scope": {"type": "chat"}}, 'can\'t find field "chat_id"'),
        ({"commands": [START], "language_code": "ukr"}, "invalid language code"),
    ],
)
async def test_commands_that_telegram_would_not_show_are_refused(
    call: "Caller", given: dict[str, Any], words: str
) -> None:
    assert words in await call.refused("setMyCommands", **given)


@pytest.mark.parametrize(
    ("noun", "field", "most"),
    [
        ("Name", "name", 64),
        ("Description", "description", 512),
        ("ShortDescription", "short_description", 120),
    ],
)
async def test_texts_are_kept_by_language_up_to_their_size(
    call: "Caller", noun: str, field: str, most: int
) -> None:
    await call.ok(f"setMy{noun}", **{field: "x" * most})
    await call.ok(f"setMy{noun}", **{field: "Попередження", "language_code": "uk"})
    assert await call.ok(f"getMy{noun}") == {field: "x" * most}
    assert await call.ok(f"getMy{noun}", language_code="uk") == {field: "Попередження"}
    assert "too long" in await call.refused(f"setMy{noun}", **{field: "x" * (most + 1)})


async def test_harmless_methods_answer(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    assert await call.ok("sendChatAction", chat_id=user.id, action="typing") is True
    assert "wrong parameter action" in await call.refused(
        "sendChatAction", chat_id=user.id, action="sleep"
    )
    sent = await call.ok("sendMessage", chat_id=user.id, text="hi")
    reaction = [{"type": "emoji", "emoji": "👍"}]
    message = {"chat_id": user.id, "message_id": sent["message_id"]}
    assert await call.ok("setMessageReaction", **message, reaction=reaction) is True
    assert await call.ok("logOut") is True
    assert await call.ok("close") is True

"""The menus and descriptions that Telegram shows around the chat."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from bot.chat import menus
from bot.content.texts import Texts
from bot.domain.operators import Operator, Role
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox
from bot.telegram.transport import AiohttpRequest

OPERATOR_ID = 777_000_001
OPERATORS = (Operator(OPERATOR_ID, Role.OPERATOR),)
TEXTS = Texts.load()


async def bot_of(sandbox: Sandbox) -> Bot:
    requests: list[Any] = [AiohttpRequest(sandbox.url) for _ in range(2)]
    bot = Bot(
        sandbox.token,
        base_url=f"{sandbox.url}/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )
    await bot.initialize()
    return bot


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        pytest.param(BotCommandScopeAllPrivateChats(), menus.PRIVATE, id="private chats"),
        pytest.param(BotCommandScopeAllGroupChats(), menus.GROUP, id="members of groups"),
        pytest.param(
            BotCommandScopeAllChatAdministrators(), menus.ADMINISTRATORS, id="their administrators"
        ),
        pytest.param(
            BotCommandScopeChat(OPERATOR_ID), menus.of_role(Role.OPERATOR), id="an operator"
        ),
    ],
)
async def test_menus_are_set_by_language_and_kind_of_chat(
    scope: BotCommandScope, names: tuple[str, ...]
) -> None:
    async with Sandbox(limits=Limits.off()) as sandbox:
        sandbox.world.start(sandbox.world.user("Iryna", id=OPERATOR_ID))
        bot = await bot_of(sandbox)
        await menus.set_menus(bot, TEXTS, OPERATORS)
        for code, language in ((None, "en"), *((tag, tag) for tag in TEXTS.languages)):
            commands = await bot.get_my_commands(scope, language_code=code)
            assert [one.command for one in commands] == list(names)
            about = await bot.get_my_description(language_code=code)
            assert about.description == TEXTS.get(language, "chat.profile.description")
            short = await bot.get_my_short_description(language_code=code)
            assert short.short_description == TEXTS.get(language, "chat.profile.short")
        await bot.shutdown()


async def test_menus_that_telegram_refuses_are_let_be() -> None:
    async with Sandbox(limits=Limits.off()) as sandbox:
        bot = await bot_of(sandbox)
        sandbox.faults.too_many(30, method="setMyDescription")
        sandbox.faults.error(400, "Bad Request: chat not found", method="setMyCommands")
        await menus.set_menus(bot, TEXTS, OPERATORS)
        short = await bot.get_my_short_description()
        assert short.short_description == TEXTS.get("en", "chat.profile.short")
        await bot.shutdown()


async def test_menu_of_an_operator_goes_with_the_role() -> None:
    async with Sandbox(limits=Limits.off()) as sandbox:
        sandbox.world.start(sandbox.world.user("Iryna", id=OPERATOR_ID))
        bot = await bot_of(sandbox)
        scope = BotCommandScopeChat(OPERATOR_ID)
        for role in Role:
            await menus.set_menu(bot, TEXTS, OPERATOR_ID, role)
            names = [one.command for one in await bot.get_my_commands(scope)]
            assert ("publish" in names) is (role is not Role.VIEWER)
            assert "audit" in names
        await menus.set_menu(bot, TEXTS, OPERATOR_ID, None)
        assert not await bot.get_my_commands(scope)
        await bot.shutdown()

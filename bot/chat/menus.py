"""The menus and descriptions that Telegram shows around the chat, by language and kind of chat."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.content.texts import Texts

log = structlog.get_logger(__name__)

PRIVATE = (
    *("start", "city", "status", "verify", "offline", "test", "language", "settings"),
    *("privacy", "stop", "help"),
)
GROUP = ("status", "help")
ADMINISTRATORS = ("city", "status", "rollcall", "language", "stop", "help")
OPERATORS = ("pending", *PRIVATE)

DESCRIPTION_LIMIT = 512
SHORT_LIMIT = 120


async def set_menus(bot: Bot, texts: Texts, admins: Iterable[int] = ()) -> None:
    """Register commands, description and short description; English stands for other languages.

    What Telegram refuses is logged and left as it was: menus are a help, never a condition.
    """
    for language in (None, *texts.languages):
        words = language or texts.closest(None)
        code = language.partition("-")[0] if language else None
        scopes: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
            (BotCommandScopeAllPrivateChats(), PRIVATE),
            (BotCommandScopeAllGroupChats(), GROUP),
            (BotCommandScopeAllChatAdministrators(), ADMINISTRATORS),
            *((BotCommandScopeChat(admin), OPERATORS) for admin in sorted(admins)),
        )
        for scope, names in scopes:
            commands = menu(texts, words, names)
            await _try(bot.set_my_commands(commands, scope, language_code=code), scope.type)
        about = texts.get(words, "chat.profile.description")
        short = texts.get(words, "chat.profile.short")
        await _try(bot.set_my_description(about, language_code=code), "description")
        await _try(bot.set_my_short_description(short, language_code=code), "short description")


def menu(texts: Texts, language: str, names: Iterable[str]) -> list[BotCommand]:
    """Commands with what they do, in a language."""
    return [BotCommand(name, texts.get(language, f"chat.menu.{name}")) for name in names]


async def _try(call: Awaitable[bool], what: str) -> None:
    try:
        await call
    except TelegramError as error:
        log.warning("menu not set", menu=what, said=error.message)

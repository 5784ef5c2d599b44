"""The menus and descriptions that Telegram shows around the chat, by language and kind of chat."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable

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
    *("start", "city", "status", "checklist", "household", "shelter", "verify", "offline"),
    *("test", "language", "settings", "privacy", "stop", "help"),
)
GROUP = ("status", "checklist", "help")
EPHEMERAL = ("status", "help")
"""What a member asks in a group and only that member is answered, where the client knows how."""

ADMINISTRATORS = ("city", "status", "checklist", "rollcall", "language", "stop", "help")
OPERATORS = ("pending", *PRIVATE)

_SHARED = (BotCommandScope.ALL_GROUP_CHATS, BotCommandScope.ALL_CHAT_ADMINISTRATORS)

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
            is_group = scope.type in _SHARED
            commands = menu(texts, words, names, EPHEMERAL if is_group else ())
            await _try(bot.set_my_commands(commands, scope, language_code=code), scope.type)
        about = texts.get(words, "chat.profile.description")
        short = texts.get(words, "chat.profile.short")
        await _try(bot.set_my_description(about, language_code=code), "description")
        await _try(bot.set_my_short_description(short, language_code=code), "short description")


def menu(
    texts: Texts, language: str, names: Iterable[str], ephemeral: Collection[str] = ()
) -> list[BotCommand]:
    """Commands with what they do, in a language; an `ephemeral` one is seen by its writer only."""
    return [
        BotCommand(
            name,
            texts.get(language, f"chat.menu.{name}"),
            # Bot API 10.2; the library's types are older.
            api_kwargs={"is_ephemeral": True} if name in ephemeral else None,
        )
        for name in names
    ]


async def _try(call: Awaitable[bool], what: str) -> None:
    try:
        await call
    except TelegramError as error:
        log.warning("menu not set", menu=what, said=error.message)

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
from bot.domain.operators import PERMISSIONS, Act, Operator, Role

log = structlog.get_logger(__name__)

PRIVATE = (
    *("start", "city", "status", "checklist", "household", "shelter", "verify", "offline"),
    *("test", "language", "settings", "pause", "privacy", "stop", "help"),
)
GROUP = ("status", "checklist", "help")
EPHEMERAL = ("status", "help")
"""What a member asks in a group and only that member is answered, where the client knows how."""

ADMINISTRATORS = (
    *("city", "status", "checklist", "rollcall", "test", "language", "settings", "pause"),
    *("stop", "help"),
)
VIEWERS = ("pending", "progress", "sources", "operators", "audit")
FOLLOWING = ("update", "cancel", "allclear", "halt")
"""What operators say of what was published."""

WRITERS = ("publish", *FOLLOWING, "drill", *VIEWERS)

_SHARED = (BotCommandScope.ALL_GROUP_CHATS, BotCommandScope.ALL_CHAT_ADMINISTRATORS)

DESCRIPTION_LIMIT = 512
SHORT_LIMIT = 120


def of_role(role: Role) -> tuple[str, ...]:
    """What an operator's own menu shows; what they may do is checked whatever it shows."""
    return (*(WRITERS if Act.PUBLISH in PERMISSIONS[role] else VIEWERS), *PRIVATE)


async def set_menu(bot: Bot, texts: Texts, user_id: int, role: Role | None) -> None:
    """Show one person the menu of their role, or everybody's where it was taken away."""
    scope = BotCommandScopeChat(user_id)
    for language in (None, *texts.languages):
        words = language or texts.closest(None)
        code = language.partition("-")[0] if language else None
        if role is None:
            await _try(bot.delete_my_commands(scope, language_code=code), scope.type)
        else:
            commands = menu(texts, words, of_role(role))
            await _try(bot.set_my_commands(commands, scope, language_code=code), scope.type)


async def set_menus(bot: Bot, texts: Texts, operators: Iterable[Operator] = ()) -> None:
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
        )
        for scope, names in scopes:
            is_group = scope.type in _SHARED
            commands = menu(texts, words, names, EPHEMERAL if is_group else ())
            await _try(bot.set_my_commands(commands, scope, language_code=code), scope.type)
        about = texts.get(words, "chat.profile.description")
        short = texts.get(words, "chat.profile.short")
        await _try(bot.set_my_description(about, language_code=code), "description")
        await _try(bot.set_my_short_description(short, language_code=code), "short description")
    for one in operators:
        await set_menu(bot, texts, one.id, one.role)


def menu(
    texts: Texts, language: str, names: Iterable[str], ephemeral: Collection[str] = ()
) -> list[BotCommand]:
    """Commands with what they do, in a language; an `ephemeral` one is seen by its writer only."""
    return [
        BotCommand(
            name,
            _described(texts, language, name),
            # Bot API 10.2; the library's types are older.
            api_kwargs={"is_ephemeral": True} if name in ephemeral else None,
        )
        for name in names
    ]


def _described(texts: Texts, language: str, name: str) -> str:
    key = f"operator.menu.{name}"
    if texts.has(key):
        return texts.get(texts.covering(language, key), key)
    return texts.get(language, f"chat.menu.{name}")


async def _try(call: Awaitable[bool], what: str) -> None:
    try:
        await call
    except TelegramError as error:
        log.warning("menu not set", menu=what, said=error.message)

"""The operators' chat: where the bot reports what needs a person. Nobody decides anything there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat.operators.post import send_patiently
from bot.chat.services import Chats
from bot.domain.message import Message
from bot.rendering.watch import WatchTexts

log = structlog.get_logger(__name__)

MOST_MOVES = 2


class Moved(Protocol):
    """Where an operators' chat is since it became a supergroup."""

    async def moved_to(self, chat_id: int) -> int | None: ...
    async def note_moved(self, chat_id: int, new_id: int) -> None: ...


class Room:
    """`chat_id` is the one of the configuration. A group there gives its members no rights."""

    def __init__(
        self,
        *,
        bot: Bot,
        chat_id: int,
        chats: Chats,
        moved: Moved,
        words: WatchTexts,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._chats = chats
        self._moved = moved
        self._words = words
        self._sleep = sleep
        self._is_lost = False

    async def post(self, write: Callable[[str], Message]) -> bool:
        """Write a message there in the chat's language; False where nobody can read it there."""
        chat_id = await self._moved.moved_to(self._chat_id) or self._chat_id
        for _ in range(MOST_MOVES):
            try:
                message = write(await self._language(chat_id))
                await send_patiently(self._bot, chat_id, message, self._sleep)
            except ChatMigrated as error:
                chat_id = error.new_chat_id
                await self._follow(chat_id)
            except (Forbidden, BadRequest) as error:
                self._lose(error.message)
                return False
            except TelegramError as error:
                log.warning("operators' chat not reached yet", said=error.message)
                return False
            else:
                self._is_lost = False
                return True
        return False

    async def _follow(self, chat_id: int) -> None:
        """The configuration cannot be changed from here: it says what to write there."""
        await self._moved.note_moved(self._chat_id, chat_id)
        log.warning("operators' chat moved", cure=f"set BOT_OPERATORS__CHAT to {chat_id}")
        note = self._words.moved(await self._language(chat_id), chat_id)
        try:
            await send_patiently(self._bot, chat_id, note, self._sleep)
        except TelegramError as error:
            log.warning("operators' chat not reached yet", said=error.message)

    async def _language(self, chat_id: int) -> str:
        chat = await self._chats.get(chat_id)
        return self._words.texts.closest(chat.language if chat else None)

    def _lose(self, said: str) -> None:
        if not self._is_lost:
            self._is_lost = True
            cure = "add the bot to the chat of operators.chat; until then each operator is told"
            log.warning("operators' chat cannot be written to", said=said, cure=cure)

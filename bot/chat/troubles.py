"""What a group or channel lacks, told once to the person who added the bot there."""

from __future__ import annotations

import structlog
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.chat.reply import NO_PREVIEW
from bot.chat.services import Chats, Contacts
from bot.domain.errand import Errand, Trouble
from bot.domain.message import Message
from bot.domain.subscriber import Kind
from bot.rendering.dialogue import Dialogue
from bot.rendering.text import clean, shorten

log = structlog.get_logger(__name__)

TITLE_LIMIT = 80


class Troubles:
    """Tells an administrator in private; in the group only where that is all there is."""

    def __init__(self, bot: Bot, contacts: Contacts, chats: Chats, dialogue: Dialogue) -> None:
        self._bot = bot
        self._contacts = contacts
        self._chats = chats
        self._dialogue = dialogue

    async def tell(self, errand: Errand) -> float | None:
        """Say what is missing, unless it was said since it was last in order."""
        trouble, chat_id = Trouble(errand.about), errand.chat_id
        if not await self._contacts.first(chat_id, trouble):
            return None
        chat = await self._chats.get(chat_id)
        where = "channel" if chat is not None and chat.kind is Kind.CHANNEL else "group"
        language = chat.language if chat else None
        title = await self._title(chat_id)
        if await self._in_private(chat_id, f"trouble.{trouble}.{where}", language, title):
            return None
        if trouble is Trouble.TOPIC:
            await self._send(chat_id, self._say("trouble.topic.here", language))
        return None

    async def _in_private(self, chat_id: int, key: str, language: str | None, title: str) -> bool:
        user_id = await self._contacts.of(chat_id)
        if user_id is None:
            return False
        own = await self._chats.get(user_id)
        text = self._say(key, own.language if own else language, title=title)
        return await self._send(user_id, text)

    def _say(self, key: str, language: str | None, **values: object) -> Message:
        return self._dialogue.say(self._dialogue.texts.closest(language), key, **values)

    async def _send(self, chat_id: int, message: Message) -> bool:
        try:
            await self._bot.send_message(
                chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
            )
        except (Forbidden, BadRequest) as error:
            # Whoever never started the bot cannot be written to.
            log.info("administrator not told", said=error.message)
            return False
        return True

    async def _title(self, chat_id: int) -> str:
        try:
            chat = await self._bot.get_chat(chat_id)
        except (Forbidden, BadRequest):
            return "…"
        return shorten(clean(chat.title or "", one_line=True), TITLE_LIMIT)

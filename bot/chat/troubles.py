"""What a group or channel lacks, told once to the person who added the bot there."""

from __future__ import annotations

import structlog
from telegram import Bot, ChatMemberAdministrator
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.chat.membership import Footing, footing_of
from bot.chat.reply import NO_PREVIEW
from bot.chat.services import Services
from bot.domain.errand import Errand, Task, Trouble
from bot.domain.message import Message
from bot.domain.subscriber import Chat, Kind, State
from bot.rendering.text import clean, shorten

log = structlog.get_logger(__name__)

TITLE_LIMIT = 80

LOOK_AGAIN_S = 900.0
"""Telegram tells a bot of its own rights only: that all members may write again it does not say."""


class Troubles:
    """Tells an administrator in private; in the group only where that is all there is."""

    def __init__(self, bot: Bot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._contacts = services.contacts
        self._chats = services.chats
        self._dialogue = services.dialogue

    async def tell(self, errand: Errand) -> None:
        """Say what is missing, unless it was said since it was last in order."""
        trouble, chat = Trouble(errand.about), await self._chats.get(errand.chat_id)
        if trouble is Trouble.MUTED:
            await self._services.errands.add(Task.MUTED, Errand(errand.chat_id), LOOK_AGAIN_S)
        elif chat is not None and chat.state is State.SUSPENDED:
            return  # not even General is open: they hear of that instead
        if await self._contacts.first(errand.chat_id, trouble):
            await self._tell(errand.chat_id, trouble, chat)

    async def look(self, errand: Errand) -> float | None:
        """Whether the bot may write again where it could not; seconds until the next look."""
        chat = await self._chats.get(errand.chat_id)
        if chat is None or chat.state is not State.SUSPENDED:
            return None
        if not await self._may_write(chat):
            return LOOK_AGAIN_S
        awake = await self._chats.set_state(chat.id, State.ACTIVE)
        if awake is not None:
            # What was published meanwhile and is still active is told now.
            await self._services.live.join(awake)
        return None

    async def _may_write(self, chat: Chat) -> bool:
        """Whether text may be sent, as far as can be asked; of a closed General the send tells."""
        try:
            member = await self._bot.get_chat_member(chat.id, self._bot.id)
            if footing_of(member, chat.kind) is not Footing.WRITES:
                return False
            if chat.kind is not Kind.GROUP or isinstance(member, ChatMemberAdministrator):
                return True
            allowed = (await self._bot.get_chat(chat.id)).permissions
        except (Forbidden, BadRequest):
            return False
        return allowed is None or allowed.can_send_messages is not False

    async def _tell(self, chat_id: int, trouble: Trouble, chat: Chat | None) -> None:
        where = "channel" if chat is not None and chat.kind is Kind.CHANNEL else "group"
        language = chat.language if chat else None
        title = await self._title(chat_id)
        if await self._in_private(chat_id, f"trouble.{trouble}.{where}", language, title):
            return
        if trouble is Trouble.TOPIC:
            await self._send(chat_id, self._say("trouble.topic.here", language))

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

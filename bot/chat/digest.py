"""What a chat is told when its rest is over, and on days on which nothing is active."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

from telegram import Bot
from telegram.constants import ParseMode

from bot.chat.reply import NO_PREVIEW, markup
from bot.chat.services import Services
from bot.domain.errand import Errand
from bot.domain.message import Message
from bot.domain.preferences import next_at
from bot.domain.subscriber import Chat, State

DAILY_AT = 9 * 60
"""Minutes after midnight, in the zone of the chat's first city."""


def zone_of(services: Services, chat: Chat) -> tzinfo:
    """The zone of a chat: that of its first city."""
    return ZoneInfo(services.dialogue.timezone(chat.places))


class Digest:
    """Each of these may be done twice: at worst a summary comes twice, never not at all."""

    def __init__(self, bot: Bot, services: Services) -> None:
        self._bot = bot
        self._services = services

    async def rested(self, errand: Errand) -> float | None:
        """Tell what was held and still holds: one warning as itself, several in one summary."""
        services = self._services
        chat = await services.chats.get(errand.chat_id)
        if chat is None or chat.state is not State.ACTIVE:
            return None
        now = services.clock()
        if until := chat.preferences.rests_until(now, zone_of(services, chat)):
            # The rest has grown meanwhile: what begins before its end waits no longer.
            await services.live.tell(chat, await services.live.held(chat, before=until))
            return (until - now).total_seconds()
        held = await services.live.held(chat)
        if len(held) > 1:
            language = services.dialogue.texts.closest(chat.language)
            situation = await services.voices.of(chat.places)
            summary = services.status_texts.summary(language, chat, situation, held, now)
            await self._send(chat, summary)
            await services.live.summed(chat, held)
        elif held:
            await services.live.tell(chat, held)
        return None

    async def daily(self, errand: Errand) -> float | None:
        """Say that nothing is active, unless something is; then again in a day."""
        services = self._services
        chat = await services.chats.get(errand.chat_id)
        if chat is None or not chat.preferences.daily or not chat.places:
            return None
        now = services.clock()
        rests = chat.preferences.rests_until(now, zone_of(services, chat))
        is_quiet = not await services.live.active(chat.places)
        if chat.state is State.ACTIVE and is_quiet and not rests:
            language = services.dialogue.texts.closest(chat.language)
            await self._send(chat, services.status_texts.nothing(language, chat, now))
        return (next_at(now, DAILY_AT, zone_of(services, chat)) - now).total_seconds()

    async def _send(self, chat: Chat, message: Message) -> None:
        await self._bot.send_message(
            chat.id,
            message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            disable_notification=message.silent,
            message_thread_id=chat.thread_id,
            reply_markup=markup(message.keyboard),
        )

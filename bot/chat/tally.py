"""A roll-call's counter brought up to date at a bounded rate, and its end, by errands."""

from __future__ import annotations

from dataclasses import replace

import structlog
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.chat.choice import Link
from bot.chat.reply import NO_PREVIEW, markup
from bot.chat.services import Services
from bot.domain.errand import Errand
from bot.domain.message import Message
from bot.domain.rollcall import RollCall
from bot.domain.subscriber import Chat
from bot.rendering.rollcall import Spot

log = structlog.get_logger(__name__)

TALLY_S = 5.0
"""Between two edits of a counter: twelve a minute leave a warning room in the twenty of a group."""


class Tally:
    """Reads what was answered from storage, so that any replica can go on with it."""

    def __init__(self, bot: Bot, services: Services) -> None:
        self._bot = bot
        self._services = services

    async def settle(self, errand: Errand) -> float | None:
        """Write the counter anew; close what is over, and give its list to who asked for it."""
        rollcalls = self._services.rollcalls
        call = await rollcalls.get(errand.chat_id)
        if call is None or call.id != errand.about:
            return None
        left_s = (call.closes - self._services.clock()).total_seconds()
        if call.is_open and left_s <= 0:
            await rollcalls.end(call.chat_id, call.id)
            call = replace(call, is_open=False)
        await self._write(call)
        if call.is_open:
            return max(TALLY_S, left_s)
        await self._hand_over(call)
        return None

    async def _write(self, call: RollCall) -> None:
        services = self._services
        chat = await services.chats.get(call.chat_id)
        url = f"https://t.me/{self._bot.username}?start={Link.ROLL_CALL}{call.chat_id}"
        counts = await services.rollcalls.counts(call.chat_id)
        message = services.rollcall_texts.call(call, counts, spot_of(services, chat), url)
        if not call.message_id:
            sent = await self._bot.send_message(
                call.chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                message_thread_id=call.thread_id,
                reply_markup=markup(message.keyboard),
            )
            await services.rollcalls.shown(call.chat_id, sent.message_id)
            return
        try:
            await self._bot.edit_message_text(
                message.html,
                chat_id=call.chat_id,
                message_id=call.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=markup(message.keyboard),
            )
        except BadRequest as error:
            # Unchanged, or somebody deleted it: the list is there all the same.
            log.info("counter not written", said=error.message)

    async def _hand_over(self, call: RollCall) -> None:
        """The list goes to who asked; for an anonymous administrator to who added the bot."""
        services = self._services
        user_id = call.asked_by or await services.contacts.of(call.chat_id)
        if not user_id:
            return
        chat = await services.chats.get(call.chat_id)
        own = await services.chats.get(user_id)
        language = services.dialogue.texts.closest(own.language if own else call.language)
        replies = await services.rollcalls.replies(call.chat_id)
        try:
            member = await self._bot.get_chat_member(call.chat_id, user_id)
            if member.status not in (member.OWNER, member.ADMINISTRATOR):
                return  # not any more: the list is for administrators
            title = (await self._bot.get_chat(call.chat_id)).title or ""
            spot = spot_of(services, chat)
            await self._send(
                user_id, services.rollcall_texts.list_of(language, call, replies, spot, title)
            )
        except (Forbidden, BadRequest) as error:
            # The button under the roll-call opens the list for whoever may see it.
            log.info("list not handed over", said=error.message)

    async def _send(self, user_id: int, message: Message) -> None:
        await self._bot.send_message(
            user_id,
            message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=markup(message.keyboard),
        )


def spot_of(services: Services, chat: Chat | None) -> Spot:
    """Where a chat is: by the first city it follows, or else by the largest."""
    gazetteer = services.gazetteer
    followed = (gazetteer.get(id) for id in (chat.places if chat else ()))
    place = next((one for one in followed if one), None) or next(iter(gazetteer.largest(n=1)), None)
    return Spot(place.country, place.timezone) if place else Spot("", "UTC")

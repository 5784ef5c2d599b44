"""The few ways in which the bot answers: a message, an edited menu, a word on a button."""

from __future__ import annotations

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from bot.chat.context import Context
from bot.chat.visit import thread_of
from bot.domain.message import Keyboard, Message

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Our buttons as Telegram's."""
    rows = [
        [
            InlineKeyboardButton(one.text, callback_data=one.data, url=one.url, style=one.style)
            for one in row
        ]
        for row in keyboard
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def location_keyboard(label: str) -> ReplyKeyboardMarkup:
    """The one button under the input field that may ask for a location; private chats only."""
    button = KeyboardButton(label, request_location=True)
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)


async def write_to(bot: Bot, chat_id: int, message: Message) -> TelegramMessage:
    """Write a new message to a chat that has not just written to us; raises TelegramError."""
    return await bot.send_message(
        chat_id,
        message.html,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        disable_notification=message.silent,
        reply_markup=markup(message.keyboard),
    )


async def redraw(bot: Bot, chat_id: int, message_id: int, message: Message) -> None:
    """Change a message of ours in its place; raises TelegramError."""
    await bot.edit_message_text(
        message.html,
        chat_id=chat_id,
        message_id=message_id,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        reply_markup=markup(message.keyboard),
    )


async def send(
    update: Update,
    context: Context,
    message: Message,
    *,
    below: ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None,
    quoting: TelegramMessage | None = None,
) -> None:
    """Write a new message into the update's chat and topic.

    `below` changes the keyboard under the input field; Telegram takes either that or buttons.
    `quoting` is what the answer belongs to also in private.
    """
    place = update.effective_chat
    if place is None:
        return
    if below is None and await _send_quietly(update, context, message):
        return
    asked = quoting or (update.effective_message if update.callback_query is None else None)
    if asked is not None and not asked.message_id:
        asked = None
    is_group = place.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    # Every reader of a channel could press its buttons, and none of them asked anything.
    is_channel = place.type == ChatType.CHANNEL
    await context.bot.send_message(
        place.id,
        message.html,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        disable_notification=message.silent or is_channel,
        message_thread_id=thread_of(update.effective_message),
        reply_markup=below or markup(() if is_channel else message.keyboard),
        reply_parameters=(
            ReplyParameters(asked.message_id, allow_sending_without_reply=True)
            if asked is not None and (is_group or quoting is not None)
            else None
        ),
    )


async def _send_quietly(update: Update, context: Context, message: Message) -> bool:
    """Answer an ephemeral command so that only its writer sees it (Bot API 10.2, within 15 s).

    False where it was none, or Telegram refuses: then a short answer for all is better than none.
    """
    asked, user = update.message, update.effective_user
    number = asked.api_kwargs.get("ephemeral_message_id") if asked is not None else None
    if asked is None or user is None or not number:
        return False
    try:
        await context.bot.send_message(
            asked.chat.id,
            message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=markup(message.keyboard),
            api_kwargs={
                "ephemeral_message_parameters": {"receiver_user_id": user.id},
                "reply_parameters": {"ephemeral_message_id": number},
            },
        )
    except BadRequest:
        return False
    return True


async def show(update: Update, context: Context, message: Message) -> None:
    """Change the menu whose button was pressed; where there is none, write a new message."""
    query = update.callback_query
    if query is None or not isinstance(query.message, TelegramMessage):
        await send(update, context, message)
        return
    try:
        await query.message.edit_text(
            message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=markup(message.keyboard),
        )
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            # Deleted, or too old to be edited: what was asked for is still owed.
            await send(update, context, message)


async def answer(
    update: Update, text: str | None = None, *, alert: bool = False, url: str | None = None
) -> None:
    """Answer a pressed button, so that it stops turning; nothing where none was pressed.

    `text` has at most 200 characters, `alert` shows it until it is closed.
    """
    if update.callback_query is None:
        return
    try:
        await update.callback_query.answer(text, show_alert=alert, url=url)
    except BadRequest:
        # Older than a minute or answered already: the person has long stopped waiting.
        return

"""A drill for one group: chosen by a button of Telegram's, by whoever administers the group."""

from __future__ import annotations

from telegram import (
    KeyboardButton,
    KeyboardButtonRequestChat,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Forbidden

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, office
from bot.chat.operators.publish import save
from bot.chat.operators.view import pressed_message
from bot.chat.reply import answer, send
from bot.chat.visit import is_administrator
from bot.domain.draft import Focus, Kept
from bot.domain.drill import Audience, Reach
from bot.domain.message import Message
from bot.domain.operators import Act, Operator
from bot.domain.subscriber import Kind, State
from bot.rendering.text import clean, escape, shorten

GROUP = "group"
GROUP_REQUEST = 2
"""The number under which Telegram hands over the chosen group; a channel's has another."""

CHANGED = "drill"
"""What the second of two reads that the first has done."""

TITLE_LIMIT = 64


async def ask_group(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    """Let Telegram ask which group; the bot learns of that one alone."""
    language, cards = await language_of(update, context), office(context).drill_cards
    where = pressed_message(update) or 0
    await office(context).drafts.set_focus(operator.id, Focus(kept.id, GROUP, where))
    wanted = KeyboardButtonRequestChat(
        GROUP_REQUEST, chat_is_channel=False, bot_is_member=True, request_title=True
    )
    button = KeyboardButton(cards.say(language, "group.button"), request_chat=wanted)
    below = ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    text = cards.say(language, "group.choose")
    await send(update, context, Message(escape(text)), below=below)
    await answer(update)


async def share_group(update: Update, context: Context, chat_id: int, title: str) -> None:
    """The group that was chosen takes part, if the bot knows it and the person administers it."""
    operator = await acting(update, context, Act.DRILL)
    if operator is None:
        return
    focus = await office(context).drafts.focus(operator.id)
    kept = await office(context).drafts.get(focus.about) if focus else None
    language, cards = await language_of(update, context), office(context).drill_cards
    title = shorten(clean(title, one_line=True), TITLE_LIMIT)
    plan = kept.draft.drill if kept is not None else None
    is_taken = plan is not None and await _may_take(context, chat_id, operator.id)
    key = "group.done" if is_taken else "group.no"
    text = cards.say(language, key, title=title or str(chat_id))
    await send(update, context, Message(escape(text)), below=ReplyKeyboardRemove())
    if is_taken and kept is not None and plan is not None:
        audience = str(Audience(Reach.GROUP, chat_id=chat_id))
        plan = plan.model_copy(update={"audience": audience, "group": title})
        draft = kept.draft.model_copy(update={"drill": plan})
        await save(update, context, operator, kept, draft, CHANGED, message_id=0)


async def _may_take(context: Context, chat_id: int, user_id: int) -> bool:
    chat = await context.services.chats.get(chat_id)
    if chat is None or chat.kind is not Kind.GROUP or chat.state is not State.ACTIVE:
        return False
    try:
        return await is_administrator(context, chat_id, user_id)
    except (BadRequest, Forbidden):
        return False

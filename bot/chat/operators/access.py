"""Who may do what, checked at every command and every button, whatever a client shows."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import Update
from telegram.constants import ChatType

from bot.chat.context import Context
from bot.chat.operators.office import Office
from bot.chat.reply import answer, send
from bot.chat.visit import personal_language, visit
from bot.domain.audit import Doing
from bot.domain.message import Message
from bot.domain.operators import Act, Operator, may
from bot.rendering.text import escape

log = structlog.get_logger(__name__)


def office(context: Context) -> Office:
    """What operators' handlers work with."""
    return context.services.office


async def operator_of(update: Update, context: Context) -> Operator | None:
    """The operator behind an update; None for a stranger.

    In private only: in a group an anonymous administrator speaks as the group, and a button may
    be pressed by every member.
    """
    place, user = update.effective_chat, update.effective_user
    if place is None or user is None or place.type != ChatType.PRIVATE or place.id != user.id:
        return None
    return await office(context).roster.get(user.id)


async def acting(update: Update, context: Context, act: Act) -> Operator | None:
    """The operator, where they may do this; else None, and an answer that says so."""
    operator = await operator_of(update, context)
    user = update.effective_user
    if operator is not None and user is not None and may(operator, act):
        await office(context).roster.note_name(operator, user.full_name)
        return operator
    log.warning("act refused", act=act.value, is_operator=operator is not None)
    key = "strangers" if operator is None else "not_allowed"
    if operator is None and update.callback_query is None:
        # To a stranger these commands do not exist.
        language = (await visit(update, context)).language
        await send(update, context, context.services.dialogue.say(language, "unknown"))
    else:
        await say(update, context, key)
    return None


async def language_of(update: Update, context: Context) -> str:
    """The language of an operator's cards."""
    if update.effective_chat is None:
        return personal_language(update, context)
    return (await visit(update, context)).language


async def say(update: Update, context: Context, key: str, **values: object) -> None:
    """A short word: over the button that was pressed, or as a message."""
    language = await language_of(update, context)
    text = context.services.operator_texts.text(language, key, **values)
    if update.callback_query is not None:
        await answer(update, text, alert=True)
    else:
        await send(update, context, Message(escape(text)))


async def note(
    context: Context,
    operator: Operator,
    update: Update,
    what: str,
    about: str = "",
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Keep in the audit what an operator has done."""
    doing = Doing(what, operator.id, name_of(update), about, before or {}, after or {})
    await office(context).audit.append(doing)


def name_of(update: Update) -> str:
    """How the person behind an update calls themselves."""
    user = update.effective_user
    return user.full_name if user is not None else ""

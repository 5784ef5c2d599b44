"""Approve and reject: the buttons that only people in `BOT_ADMINS` may press."""

from __future__ import annotations

import structlog
from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import visit
from bot.domain.message import Message
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.rendering.text import escape

log = structlog.get_logger(__name__)


async def approve(update: Update, context: Context) -> None:
    """Publish what waits, unless its time is over or somebody decided before."""
    record = await _asked_for(update, context)
    if record is None:
        return
    services = context.services
    language = (await visit(update, context)).language
    if record.state is AdvisoryState.PENDING and record.expires <= services.clock():
        await answer(update, services.operator_texts.text(language, "expired"), alert=True)
        return
    await _close(update, context, record, await services.review.approve(record.id))


async def reject(update: Update, context: Context) -> None:
    """Refuse what waits, unless somebody decided before."""
    record = await _asked_for(update, context)
    if record is not None:
        is_first = await context.services.review.reject(record.id)
        await _close(update, context, record, is_first)


async def pending(update: Update, context: Context) -> None:
    """`/pending`: everything that waits, asked again with its buttons."""
    here = await visit(update, context)
    services = context.services
    if not here.is_private or here.chat.id not in services.desk.admins:
        await send(update, context, services.dialogue.say(here.language, "unknown"))
        return
    waiting = await services.advisories.pending()
    for record in waiting:
        await services.desk.show(record, here.chat.id)
    if not waiting:
        nothing = services.operator_texts.text(here.language, "nothing_waits")
        await send(update, context, Message(escape(nothing)))


async def _asked_for(update: Update, context: Context) -> AdvisoryRecord | None:
    """The advisory of a pressed button; None, and an answer, where it may not be decided."""
    services = context.services
    user = update.effective_user
    here = await visit(update, context)
    if user is None or user.id not in services.desk.admins or not here.is_private:
        log.warning("stranger pressed an operator's button")
        text = services.operator_texts.text(here.language, "strangers")
        await answer(update, text, alert=True)
        return None
    record = await services.advisories.get(city.pressed_id(context))
    if record is None:
        await answer(update, services.dialogue.text(here.language, "gone"), alert=True)
    return record


async def _close(update: Update, context: Context, before: AdvisoryRecord, is_first: bool) -> None:
    services = context.services
    record = await services.advisories.get(before.id) or before
    language = (await visit(update, context)).language
    user = update.effective_user
    if is_first and user is not None:
        log.info("advisory decided", advisory=record.id, state=record.state, operator=user.id)
        await answer(update)
        await _show_decided(update, context, language, record, by=user.full_name)
        await services.desk.close(record, by=user.full_name)
    else:
        # Who decided is in the message that the other press has left; this one does not know it.
        await answer(update, services.operator_texts.text(language, "too_late"), alert=True)
        await _show_decided(update, context, language, record, by=None)


async def _show_decided(
    update: Update, context: Context, language: str, record: AdvisoryRecord, *, by: str | None
) -> None:
    await show(update, context, context.services.operator_texts.decided(language, record, by=by))

"""What is kept about a person: shown, handed over, deleted."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from telegram import InputFile, ReplyKeyboardRemove, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.operators.access import note, operator_of
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, visit
from bot.domain.message import Message
from bot.domain.operators import Operator
from bot.rendering.text import escape

FILE_NAME = "forewarn.json"


async def privacy(update: Update, context: Context) -> None:
    """Show everything that is stored about this chat."""
    here = await visit(update, context)
    stored = here.chat if here.is_known else None
    page = context.services.dialogue.privacy(here.language, stored)
    if (operator := await operator_of(update, context)) is not None:
        role = context.services.office.pages.role(here.language, operator.role)
        said = context.services.operator_texts.text(here.language, "privacy", role=role)
        if stored is None:
            # Nothing but the role: there is something to hand over and to delete all the same.
            buttons = context.services.dialogue.privacy(here.language, here.chat).keyboard
            page = Message(escape(said), buttons)
        else:
            page = replace(page, html=f"{page.html}\n\n{escape(said)}")
    await show(update, context, page)
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """Hand it over as a JSON document."""
    here = await visit(update, context)
    await context.bot.send_document(
        here.chat.id,
        InputFile(exported(here, context, await operator_of(update, context)), filename=FILE_NAME),
        caption=context.services.dialogue.say(here.language, "privacy.caption").html,
        parse_mode=ParseMode.HTML,
    )
    await answer(update)


async def ask(update: Update, context: Context) -> None:
    """Ask before deleting."""
    here = await visit(update, context)
    await show(update, context, context.services.dialogue.confirm_deletion(here.language))
    await answer(update)


async def erase(update: Update, context: Context) -> None:
    """Delete it all; nothing comes any more."""
    here = await visit(update, context)
    await context.services.chats.forget(here.chat.id)
    await _leave(update, context)
    dialogue = context.services.dialogue
    await show(update, context, dialogue.say(here.language, "privacy.erased"))
    again = dialogue.say(here.language, "privacy.again")
    await send(update, context, again, below=ReplyKeyboardRemove())
    await answer(update)


async def _leave(update: Update, context: Context) -> None:
    """An operator who has everything deleted is one no longer; the audit keeps that they were."""
    operator = await operator_of(update, context)
    if operator is None:
        return
    office = context.services.office
    await office.drafts.set_focus(operator.id, None)
    stored = await office.operators.get(operator.id)
    if stored is None or not await office.operators.change(stored, None):
        return
    await note(context, operator, update, "left", str(operator.id), before={"role": stored.role})
    if not office.roster.is_fixed(operator.id):
        await office.set_menu(operator.id, None)


def exported(here: Visit, context: Context, operator: Operator | None = None) -> bytes:
    """What is stored as JSON in UTF-8, with the names of the places beside their ids."""
    chat = here.chat
    dialogue = context.services.dialogue
    data = {
        "chat_id": chat.id,
        "kind": chat.kind,
        "language": chat.language,
        "state": chat.state,
        "short_messages": chat.low_data,
        "places": [{"id": id, "name": dialogue.name(id, chat.language)} for id in chat.places],
        "household": asdict(chat.household) if chat.household else None,
    }
    stored: dict[str, Any] = data if here.is_known else {}
    if operator is not None:
        since = operator.since.isoformat() if operator.since else None
        stored = stored | {"operator": asdict(operator) | {"since": since}}
    return json.dumps(stored, ensure_ascii=False, indent=2).encode()

"""What is kept about a person: shown, handed over, deleted."""

from __future__ import annotations

import json
from dataclasses import asdict

from telegram import InputFile, ReplyKeyboardRemove, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, visit

FILE_NAME = "forewarn.json"


async def privacy(update: Update, context: Context) -> None:
    """Show everything that is stored about this chat."""
    here = await visit(update, context)
    stored = here.chat if here.is_known else None
    await show(update, context, context.services.dialogue.privacy(here.language, stored))
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """Hand it over as a JSON document."""
    here = await visit(update, context)
    await context.bot.send_document(
        here.chat.id,
        InputFile(exported(here, context), filename=FILE_NAME),
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
    dialogue = context.services.dialogue
    await show(update, context, dialogue.say(here.language, "privacy.erased"))
    again = dialogue.say(here.language, "privacy.again")
    await send(update, context, again, below=ReplyKeyboardRemove())
    await answer(update)


def exported(here: Visit, context: Context) -> bytes:
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
    stored = data if here.is_known else {}
    return json.dumps(stored, ensure_ascii=False, indent=2).encode()

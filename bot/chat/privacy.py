"""What is kept about a person: shown, handed over, deleted."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from telegram import InputFile, ReplyKeyboardRemove, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, visit
from bot.domain.checklist import TickList

FILE_NAME = "forewarn.json"


async def privacy(update: Update, context: Context) -> None:
    """Show everything that is stored about this chat."""
    here = await visit(update, context)
    ticks = await _ticks(here, context)
    stored = here.chat if here.is_known or _is_kept(ticks) else None
    await show(update, context, context.services.dialogue.privacy(here.language, stored, ticks))
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """Hand it over as a JSON document."""
    here = await visit(update, context)
    await context.bot.send_document(
        here.chat.id,
        InputFile(exported(here, context, await _ticks(here, context)), filename=FILE_NAME),
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
    services = context.services
    await services.checklists.forget(here.chat.id)
    await services.questions.close(here.chat.id)
    await services.chats.forget(here.chat.id)
    dialogue = services.dialogue
    await show(update, context, dialogue.say(here.language, "privacy.erased"))
    again = dialogue.say(here.language, "privacy.again")
    await send(update, context, again, below=ReplyKeyboardRemove())
    await answer(update)


def exported(here: Visit, context: Context, ticks: TickList) -> bytes:
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
        "shelter": asdict(chat.shelter) if chat.shelter else None,
        "checklist": {
            "ticked": sorted(ticks.ticked),
            "shared_by_link": ticks.is_shared,
            "others_who_joined": ticks.others if ticks.is_shared else 0,
            "uses_another_list": ticks.is_joined,
        },
    }
    stored = data if here.is_known or _is_kept(ticks) else {}
    return json.dumps(stored, ensure_ascii=False, indent=2).encode()


async def _ticks(here: Visit, context: Context) -> TickList:
    """The chat's own list, and whether it uses another's instead."""
    used = await context.services.checklists.open(here.chat.id)
    own = await context.services.checklists.own(here.chat.id)
    return replace(own, is_joined=used.is_joined)


def _is_kept(ticks: TickList) -> bool:
    return bool(ticks.ticked) or ticks.is_shared or ticks.is_joined

"""What is kept about a person: shown, handed over, deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import NamedTuple

from telegram import InputFile, ReplyKeyboardRemove, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, visit
from bot.domain.checklist import TickList
from bot.domain.message import Message
from bot.rendering.text import escape

FILE_NAME = "forewarn.json"


async def privacy(update: Update, context: Context) -> None:
    """Show everything that is stored about this chat."""
    here = await visit(update, context)
    ticks, groups = await _ticks(here, context), await _groups(here, context)
    stored = here.chat if here.is_known or _is_kept(ticks) or any(groups) else None
    message = context.services.dialogue.privacy(here.language, stored, ticks)
    await show(update, context, _with_groups(message, here.language, groups, context))
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """Hand it over as a JSON document."""
    here = await visit(update, context)
    await context.bot.send_document(
        here.chat.id,
        InputFile(await exported(here, context), filename=FILE_NAME),
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
    await services.rollcalls.forget(here.chat.id)
    await services.contacts.forget(here.chat.id)
    await services.chats.forget(here.chat.id)
    dialogue = services.dialogue
    await show(update, context, dialogue.say(here.language, "privacy.erased"))
    again = dialogue.say(here.language, "privacy.again")
    await send(update, context, again, below=ReplyKeyboardRemove())
    await answer(update)


class Groups(NamedTuple):
    """The chats where something about a person is kept by their id."""

    told_about: Sequence[int] = ()
    roll_calls: Sequence[int] = ()


async def _groups(here: Visit, context: Context) -> Groups:
    services, user_id = context.services, here.chat.id
    return Groups(
        await services.contacts.chats_of(user_id), await services.rollcalls.chats_of(user_id)
    )


def _with_groups(message: Message, language: str, groups: Groups, context: Context) -> Message:
    """What is kept beside the chat itself, under the rest."""
    texts = context.services.dialogue.texts
    lines = [
        escape(texts.plural(language, f"chat.privacy.{name}", len(chats)))
        for name, chats in (("told_about", groups.told_about), ("roll_calls", groups.roll_calls))
        if chats
    ]
    return replace(message, html="\n\n".join((message.html, *lines)))


async def exported(here: Visit, context: Context) -> bytes:
    """What is stored as JSON in UTF-8, with the names of the places beside their ids."""
    chat = here.chat
    ticks, groups = await _ticks(here, context), await _groups(here, context)
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
    data |= {"told_about_chats": groups.told_about, "roll_calls_in": groups.roll_calls}
    stored = data if here.is_known or _is_kept(ticks) or any(groups) else {}
    return json.dumps(stored, ensure_ascii=False, indent=2).encode()


async def _ticks(here: Visit, context: Context) -> TickList:
    """The chat's own list, and whether it uses another's instead."""
    used = await context.services.checklists.open(here.chat.id)
    own = await context.services.checklists.own(here.chat.id)
    return replace(own, is_joined=used.is_joined)


def _is_kept(ticks: TickList) -> bool:
    return bool(ticks.ticked) or ticks.is_shared or ticks.is_joined

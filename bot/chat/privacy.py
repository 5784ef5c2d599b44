"""What is kept about a person: shown, handed over, deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import NamedTuple

from telegram import InputFile, ReplyKeyboardRemove, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.operators.access import note, operator_of
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, visit
from bot.domain.checklist import TickList
from bot.domain.message import Message
from bot.domain.operators import Operator
from bot.domain.preferences import Preferences
from bot.rendering.text import escape

FILE_NAME = "forewarn.json"


async def privacy(update: Update, context: Context) -> None:
    """Show everything that is stored about this chat."""
    here = await visit(update, context)
    kept = await _kept(here, update, context)
    dialogue = context.services.dialogue
    if here.is_known or _is_used(kept.ticks):
        page = dialogue.privacy(here.language, here.chat, kept.ticks)
        page = replace(page, html="\n\n".join((page.html, *_beside(kept, here, context))))
    elif kept.is_anything:
        # No chat, and yet something to hand over and to delete.
        buttons = dialogue.privacy(here.language, here.chat, kept.ticks).keyboard
        page = Message("\n\n".join(_beside(kept, here, context)), buttons)
    else:
        page = dialogue.privacy(here.language, None, kept.ticks)
    await show(update, context, page)
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """Hand it over as a JSON document."""
    here = await visit(update, context)
    await context.bot.send_document(
        here.chat.id,
        InputFile(exported(here, context, await _kept(here, update, context)), filename=FILE_NAME),
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
    await _leave(update, context)
    dialogue = services.dialogue
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


class Kept(NamedTuple):
    """What is stored by a person's id beside the chat: ticks, chats they are known in, a role."""

    ticks: TickList
    told_about: Sequence[int]
    roll_calls: Sequence[int]
    operator: Operator | None

    @property
    def is_anything(self) -> bool:
        """Whether there is something to show, to hand over and to delete."""
        beside = self.told_about or self.roll_calls or self.operator
        return bool(beside) or _is_used(self.ticks)


def _is_used(ticks: TickList) -> bool:
    return bool(ticks.ticked) or ticks.is_shared or ticks.is_joined


async def _kept(here: Visit, update: Update, context: Context) -> Kept:
    services, user_id = context.services, here.chat.id
    used = await services.checklists.open(user_id)
    return Kept(
        replace(await services.checklists.own(user_id), is_joined=used.is_joined),
        await services.contacts.chats_of(user_id),
        await services.rollcalls.chats_of(user_id),
        await operator_of(update, context),
    )


def _beside(kept: Kept, here: Visit, context: Context) -> list[str]:
    """A paragraph for each thing that is kept beside the chat itself."""
    services, language = context.services, here.language
    said = []
    if here.chat.preferences != Preferences():
        said += services.settings_texts.chosen(language, here.chat, services.clock())
    said += [
        services.dialogue.texts.plural(language, f"chat.privacy.{name}", len(chats))
        for name, chats in (("told_about", kept.told_about), ("roll_calls", kept.roll_calls))
        if chats
    ]
    if kept.operator is not None:
        role = services.office.pages.role(language, kept.operator.role)
        said.append(services.operator_texts.text(language, "privacy", role=role))
    return [escape(one) for one in said]


def exported(here: Visit, context: Context, kept: Kept) -> bytes:
    """What is stored as JSON in UTF-8, with the names of the places beside their ids."""
    chat = here.chat
    ticks = kept.ticks
    dialogue = context.services.dialogue
    data = {
        "chat_id": chat.id,
        "kind": chat.kind,
        "language": chat.language,
        "state": chat.state,
        "short_messages": chat.low_data,
        "preferences": _chosen(chat.preferences),
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
    stored: dict[str, object] = {}
    if here.is_known or kept.is_anything:
        stored = data | {"told_about_chats": kept.told_about, "roll_calls_in": kept.roll_calls}
    if kept.operator is not None:
        since = kept.operator.since.isoformat() if kept.operator.since else None
        stored["operator"] = asdict(kept.operator) | {"since": since}
    return json.dumps(stored, ensure_ascii=False, indent=2).encode()


def _chosen(chosen: Preferences) -> dict[str, object]:
    until = chosen.paused_until
    return {
        "quiet_hours": str(chosen.quiet) if chosen.quiet else None,
        "paused_until": until.isoformat() if until else None,
        "daily": chosen.daily,
        "drills": chosen.drills,
        "places": {
            place: {
                "least_severity": follow.least,
                "without": sorted(follow.without),
                "silent": follow.secondary,
            }
            for place, follow in chosen.places.items()
        },
    }

"""Turning warnings off, without losing what was chosen."""

from __future__ import annotations

from telegram import ReplyKeyboardRemove, Update

from bot.chat import choice, city
from bot.chat.choice import Match
from bot.chat.context import Context
from bot.chat.reply import send
from bot.chat.visit import Visit, may_change, visit
from bot.domain.subscriber import State


async def stop(update: Update, context: Context) -> None:
    """`/stop`: no more warnings, cities kept; `/stop <name>`: without that city only."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await city.refuse(update, context)
        return
    if name := " ".join(context.args or ()):
        await _stop_one(update, context, here, name)
        return
    services = context.services
    await services.chats.set_state(here.chat.id, State.STOPPED)
    key = "stopped.private" if here.is_private else "stopped.group"
    text = services.dialogue.say(here.language, key, "stopped.siren")
    below = ReplyKeyboardRemove() if here.is_private else None
    await send(update, context, text, below=below)


async def _stop_one(update: Update, context: Context, here: Visit, name: str) -> None:
    services = context.services
    found = choice.read_city(name, here.language, services.gazetteer, services.suggest)
    followed = [place for place in found.places if place.id in here.chat.places]
    if found.match in (Match.EXACT, Match.NAMESAKES) and len(followed) == 1:
        await city.unfollow(update, context, here, followed[0].id)
        return
    # Never a guess, least of all about what to leave unwarned.
    note = services.dialogue.text(here.language, "stopped.unknown")
    await send(update, context, services.dialogue.cities(here.language, here.chat, note))

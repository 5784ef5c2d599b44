"""A person's own shelter, in their words, and the nearest of an operator's list."""

from __future__ import annotations

from dataclasses import replace

from telegram import ReplyKeyboardRemove, Update

from bot.chat.context import Context
from bot.chat.reply import answer, location_keyboard, send, show
from bot.chat.visit import Visit, visit
from bot.domain.message import Message
from bot.domain.shelter import MAX_NOTE, ShelterNote
from bot.domain.subscriber import Awaited
from bot.rendering.shelter import MINUTES
from bot.rendering.text import clean

SHOWN = 3


async def shelter(update: Update, context: Context) -> None:
    """`/shelter`: what is written down, and ask for it; `/shelter <words>`: write it down."""
    here = await visit(update, context)
    if words := " ".join(context.args or ()):
        await _write(update, context, here, words)
    else:
        await _open(update, context, here)


async def open_shelter(update: Update, context: Context) -> None:
    """The button under a warning."""
    here = await visit(update, context)
    if here.is_private:
        await _open(update, context, here)
    await answer(update)


async def write_down(update: Update, context: Context) -> None:
    """A text that answers `/shelter`."""
    here = await visit(update, context)
    message = update.effective_message
    await _write(update, context, here, (message.text if message else None) or "")


async def set_minutes(update: Update, context: Context) -> None:
    """How long the way takes; the same tap twice changes nothing more."""
    here = await visit(update, context)
    services = context.services
    minutes = int(context.matches[0].group(1)) if context.matches else 0
    if here.chat.shelter is None or minutes not in MINUTES:
        await answer(update, services.dialogue.text(here.language, "error.old_button"))
        return
    note = replace(here.chat.shelter, minutes=minutes)
    await services.chats.save(replace(here.chat, shelter=note))
    said = services.shelter_texts.text(here.language, "saved")
    await show(update, context, services.shelter_texts.own(here.language, note, said))
    await answer(update, said)


async def delete(update: Update, context: Context) -> None:
    """Forget the shelter."""
    here = await visit(update, context)
    services = context.services
    if here.chat.shelter is not None:
        await services.chats.save(replace(here.chat, shelter=None))
    said = services.shelter_texts.text(here.language, "deleted")
    await show(update, context, services.dialogue.plain(said))
    await answer(update)


async def show_nearest(update: Update, context: Context) -> None:
    """The nearest public shelters. The coordinates end here: nothing stores or logs them."""
    message = update.effective_message
    if message is None or message.location is None:
        return
    here = await visit(update, context)
    services = context.services
    point = message.location
    found = await services.shelters.nearest(point.latitude, point.longitude, SHOWN)
    words = services.shelter_texts.near(here.language, found)
    await send(update, context, words, below=ReplyKeyboardRemove())
    for near in found:
        title, address = services.shelter_texts.venue(here.language, near)
        await context.bot.send_venue(
            here.chat.id, near.shelter.lat, near.shelter.lon, title, address
        )


async def _open(update: Update, context: Context, here: Visit) -> None:
    services = context.services
    await services.questions.ask(here.chat.id, Awaited.SHELTER)
    await send(update, context, services.shelter_texts.own(here.language, here.chat.shelter))
    if await services.shelters.any():
        label = services.shelter_texts.text(here.language, "location")
        hint = services.shelter_texts.text(here.language, "location_hint")
        await send(update, context, services.dialogue.plain(hint), below=location_keyboard(label))


async def _write(update: Update, context: Context, here: Visit, words: str) -> None:
    services = context.services
    texts = services.shelter_texts
    text = " ".join(words.split())
    if not clean(text, one_line=True):
        await send(update, context, _plain(context, here, "empty"))
    elif len(text) > MAX_NOTE:
        values = {"length": len(text), "most": MAX_NOTE}
        await send(update, context, _plain(context, here, "too_long", **values))
    else:
        note = ShelterNote(text)
        await services.chats.save(replace(here.chat, shelter=note))
        # A text is a city's name again; the button for a location still means shelters.
        await services.questions.ask(here.chat.id, Awaited.SHELTERS_NEAR)
        said = texts.text(here.language, "saved")
        await send(update, context, texts.own(here.language, note, said))


def _plain(context: Context, here: Visit, key: str, **values: object) -> Message:
    services = context.services
    return services.dialogue.plain(services.shelter_texts.text(here.language, key, **values))

"""`/test`: a message that looks like a warning, and on request sounds like one, and is none."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.operators.access import office
from bot.chat.reply import answer, send
from bot.chat.visit import Visit, may_change, visit
from bot.domain.draft import Imprint, build, trial_of
from bot.domain.message import Layout, Message


async def send_test(update: Update, context: Context) -> None:
    """As a real one would look, without a sound; in a group for its administrators."""
    here = await visit(update, context)
    if not here.is_private and not await may_change(update, context):
        if update.callback_query is not None:
            await city.refuse(update, context)
        return  # a member can try it in private, and spares the group
    sample = await _sample(context, here)
    await send(update, context, context.services.dialogue.trial(here.language, sample))
    await answer(update)


async def send_loud(update: Update, context: Context) -> None:
    """The same with the sound of a real one."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await city.refuse(update, context)
        return
    sample = await _sample(context, here)
    await send(update, context, context.services.dialogue.trial(here.language, sample, loud=True))
    await answer(update)


async def _sample(context: Context, here: Visit) -> Message:
    """The first prepared warning for the chat's first city, marked as a test; with no buttons, for
    nothing of it is stored that could be asked about.
    """
    services, desk = context.services, office(context)
    first = next((place for id in here.chat.places if (place := services.gazetteer.get(id))), None)
    place = first or services.gazetteer.settlements[0]
    now = services.clock()
    draft = trial_of(next(iter(desk.templates.values())), place.id, now)
    advisory = build(draft, (place,), Imprint("test", "test", now, {}))
    notice = await desk.notices.of(desk.publishing.record(advisory))
    layout = Layout.LOW if here.chat.low_data else Layout.PRIVATE
    layout = layout if here.is_private else Layout.GROUP
    return replace(services.renderer.render(notice, here.language, layout), keyboard=())

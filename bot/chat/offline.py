"""A page to keep for a blackout, sent as a document."""

from __future__ import annotations

from telegram import InputFile, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.visit import Visit, visit
from bot.rendering.offline import Keeper

FILE_NAME = "forewarn.html"


async def offline(update: Update, context: Context) -> None:
    """`/offline`: numbers, supplies for the household, and what to do, without a network."""
    here = await visit(update, context)
    services = context.services
    now = services.clock()
    keeper = _keeper(here, context)
    page = services.offline.page(keeper, now)
    time = services.offline.made(keeper, now)
    await context.bot.send_document(
        here.chat.id,
        InputFile(page.encode(), filename=FILE_NAME),
        caption=services.dialogue.say(here.language, "offline.caption", time=time).html,
        parse_mode=ParseMode.HTML,
    )


def _keeper(here: Visit, context: Context) -> Keeper:
    """Country and zone are those of the first city; of the largest, where none is followed."""
    gazetteer = context.services.gazetteer
    followed = (gazetteer.get(id) for id in here.chat.places)
    place = next((one for one in followed if one), None) or next(iter(gazetteer.largest(n=1)), None)
    return Keeper(
        language=here.language,
        country=place.country if place else "",
        timezone=place.timezone if place else "UTC",
        household=here.chat.household,
        shelter=here.chat.shelter,
    )

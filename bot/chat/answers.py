"""What a text or a location answers: the question that is open, else which city is meant."""

from __future__ import annotations

from telegram import Update

from bot.chat import city, genuine, shelter
from bot.chat.context import Context
from bot.domain.subscriber import Awaited


async def type_text(update: Update, context: Context) -> None:
    """A private text that is no command; what is passed on to the bot is asked about."""
    message = update.effective_message
    if await _asked(update, context) is Awaited.SHELTER:
        await shelter.write_down(update, context)
    elif message is not None and message.forward_origin is not None:
        await genuine.judge_forwarded(update, context)
    else:
        await city.type_name(update, context)


async def share_location(update: Update, context: Context) -> None:
    """A shared location: shelters near it for whoever asked for shelters, else a city."""
    if await _asked(update, context) is None:
        await city.share_location(update, context)
    else:
        await shelter.show_nearest(update, context)


async def _asked(update: Update, context: Context) -> Awaited | None:
    place = update.effective_chat
    return None if place is None else await context.services.questions.open(place.id)

"""What is active now."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat.context import Context
from bot.chat.reply import answer, show
from bot.chat.visit import is_new, visit
from bot.rendering.text import escape


async def status(update: Update, context: Context) -> None:
    """Who warns of what for this chat's cities, with the time at which that was true."""
    here = await visit(update, context)
    services = context.services
    now = services.clock()
    if is_new(here.chat):
        await show(update, context, services.dialogue.cities(here.language, here.chat))
    else:
        situation = await services.voices.of(here.chat.places)
        text = services.status_texts.status(here.language, here.chat, situation, now)
        if paused := services.settings_texts.paused(here.language, here.chat, now):
            text = replace(text, html=f"{text.html}\n\n{escape(paused)}")
        await show(update, context, text)
    await answer(update)

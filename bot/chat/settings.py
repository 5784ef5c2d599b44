"""The settings of a private chat that have no command of their own: short messages or full."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.reply import answer, show
from bot.chat.visit import visit
from bot.rendering.settings import settings as words


async def settings(update: Update, context: Context) -> None:
    """`/settings`: how it is set, with a button for the other."""
    here = await visit(update, context)
    await show(update, context, words(context.services.dialogue, here.language, here.chat))
    await answer(update)


async def change(update: Update, context: Context) -> None:
    """A pressed button says what is to hold, so that pressing twice changes nothing."""
    here = await visit(update, context)
    chat = replace(here.chat, low_data=city.pressed_id(context) == "low")
    await context.services.chats.save(chat)
    await show(update, context, words(context.services.dialogue, here.language, chat))
    await answer(update)

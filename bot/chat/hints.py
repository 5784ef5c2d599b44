"""What is left over: unknown commands and buttons, and things that are no text."""

from __future__ import annotations

from telegram import Update

from bot.chat.context import Context
from bot.chat.reply import answer, send
from bot.chat.visit import personal_language, visit


async def unknown_command(update: Update, context: Context) -> None:
    """Point to the help; private chats only."""
    here = await visit(update, context)
    await send(update, context, context.services.dialogue.say(here.language, "unknown"))


async def unknown_content(update: Update, context: Context) -> None:
    """A photo, a sticker or a voice is no city."""
    here = await visit(update, context)
    dialogue = context.services.dialogue
    example = dialogue.example(here.language)
    await send(update, context, dialogue.say(here.language, "offer.no_name", city=example))


async def old_button(update: Update, context: Context) -> None:
    """A button of an older version: it must be answered, or it turns for ever."""
    language = personal_language(update, context)
    await answer(update, context.services.dialogue.text(language, "error.old_button"), alert=True)

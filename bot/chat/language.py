"""The language of a chat: Telegram's at first, and what was chosen from then on."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, may_change, visit
from bot.domain.subscriber import Kind


async def language(update: Update, context: Context) -> None:
    """`/language`: the choice; `/language uk`: that one; a channel may have several, in order."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await city.refuse(update, context)
        return
    dialogue = context.services.dialogue
    tag, *also = [word.lower() for word in context.args or ()] or [""]
    is_channel = here.chat.kind is Kind.CHANNEL
    if {tag, *also} <= set(dialogue.texts.languages) and (is_channel or not also):
        await _set(update, context, here, tag, tuple(dict.fromkeys(also)))
    elif here.chat.kind is Kind.CHANNEL or tag:
        names = ", ".join(f"/language {one}" for one in dialogue.texts.languages)
        await send(update, context, dialogue.say(here.language, "language.known", languages=names))
    else:
        await send(update, context, dialogue.languages(here.language))


async def choose(update: Update, context: Context) -> None:
    """A pressed language."""
    here = await visit(update, context)
    tag = city.pressed_id(context)
    if not await may_change(update, context):
        await city.refuse(update, context)
    elif tag not in context.services.dialogue.texts.languages:
        text = context.services.dialogue.text(here.language, "error.old_button")
        await answer(update, text)
    else:
        await _set(update, context, here, tag)
        await answer(update)


async def _set(
    update: Update, context: Context, here: Visit, tag: str, also: tuple[str, ...] = ()
) -> None:
    further = tuple(one for one in also if one != tag)
    await context.services.chats.save(replace(here.chat, language=tag, also=further))
    await show(update, context, context.services.dialogue.say(tag, "language.set"))

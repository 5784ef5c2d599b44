"""The first contact, deep links, coming back, and help."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat import checklist, choice, city, genuine, rollcall
from bot.chat.context import Context
from bot.chat.operators import lists, people
from bot.chat.reply import location_keyboard, send
from bot.chat.visit import Visit, is_off, may_change, visit
from bot.domain.message import Button
from bot.domain.subscriber import State

GREETED = "hello"


async def start(update: Update, context: Context) -> None:
    """Greet, follow a deep link, or wake what was stopped."""
    here = await visit(update, context)
    await context.services.questions.close(here.chat.id)
    link = choice.read_payload(" ".join(context.args or ()))
    match link:
        case (choice.Link.CITY, place_id):
            await _start_with_city(update, context, here, place_id)
        case (kind, value) if here.is_private:
            await _follow_in_private(update, context, here, kind, value)
        case _ if not here.is_private and context.args == [GREETED]:
            pass  # the greeting of a bot that was added says it already
        case _ if not here.is_private:
            await city.hint_group(update, context, here)
        case _ if here.chat.places:
            await _resume(update, context, here)
        case _:
            await greet(update, context, here)


async def _follow_in_private(
    update: Update, context: Context, here: Visit, kind: choice.Link, value: str
) -> None:
    match kind:
        case choice.Link.ADVISORY:
            await genuine.send_details(update, context, here, value)
        case choice.Link.LIST:
            await checklist.join(update, context, here, value)
        case choice.Link.ROLL_CALL:
            await rollcall.follow_link(update, context, here, value)
        case choice.Link.OWN_LIST:
            await checklist.checklist(update, context)
        case choice.Link.INVITATION:
            await people.redeem(update, context, here, value)
        case choice.Link.WAITING:
            await lists.open_waiting(update, context, value)


async def greet(update: Update, context: Context, here: Visit) -> None:
    """Say what this is, and offer the cities: one tap more and a city is chosen."""
    dialogue = context.services.dialogue
    label = dialogue.text(here.language, "location.button")
    welcome = dialogue.welcome(here.language)
    await send(update, context, welcome, below=location_keyboard(label))
    await send(update, context, dialogue.choose(here.language))


async def help_(update: Update, context: Context) -> None:
    """What the bot can do, in a few lines."""
    here = await visit(update, context)
    dialogue = context.services.dialogue
    if not here.is_private:
        await send(update, context, dialogue.say(here.language, "help.group", "not_siren"))
        return
    text = dialogue.say(here.language, "help.private", "not_siren")
    # The one right that is of use; Telegram lets people leave it out.
    link = f"https://t.me/{context.bot.username}?startgroup={GREETED}&admin=pin_messages"
    button = Button(dialogue.text(here.language, "help.add"), url=link)
    await send(update, context, replace(text, keyboard=((button,),)))


async def _start_with_city(update: Update, context: Context, here: Visit, place_id: str) -> None:
    place = context.services.gazetteer.get(place_id)
    if not here.is_private and not await may_change(update, context):
        await city.refuse(update, context)
    elif place is not None and choice.is_city(place):
        await city.subscribe(update, context, here, place)
    elif here.is_private:
        # A link from an old poster, or for a place this bot does not hold.
        await greet(update, context, here)
    else:
        await city.hint_group(update, context, here)


async def _resume(update: Update, context: Context, here: Visit) -> None:
    services = context.services
    chat, note = here.chat, ""
    if is_off(chat):
        chat = replace(chat, state=State.ACTIVE)
        await services.chats.save(chat)
        await services.live.join(chat)
        note = services.dialogue.text(here.language, "resumed")
    await send(update, context, services.dialogue.cities(here.language, chat, note))

"""What a chat chooses beside its cities: when it is told, of what, and whether that rings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.digest import DAILY_AT, zone_of
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, may_change, visit
from bot.domain.advisory import Severity
from bot.domain.errand import Errand, Task
from bot.domain.preferences import Follow, Preferences, Quiet, next_at, read_hours, read_pause
from bot.domain.subscriber import Chat

Turn = Callable[[Follow, str], Follow]
"""What is told of a city, and what a button says behind the city's id, to what is told then."""


async def settings(update: Update, context: Context) -> None:
    """`/settings`: how it is set; `/settings 22:30-06:30`: quiet hours."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await city.refuse(update, context)
        return
    services, said = context.services, " ".join(context.args or ())
    chat, note = here.chat, ""
    if said:
        hours = read_hours(said)
        if hours is None:
            note = services.settings_texts.bad_hours(here.language, said)
        else:
            chat = await _keep(context, chat, replace(chat.preferences, quiet=hours))
    page = services.settings_texts.menu(here.language, chat, services.clock(), note)
    await send(update, context, page)


async def show_menu(update: Update, context: Context) -> None:
    """Back to everything at a glance."""
    here = await _visit(update, context)
    if here is not None:
        await _menu(update, context, here, here.chat)


async def change(update: Update, context: Context) -> None:
    """A pressed button says what is to hold, so that pressing twice changes nothing."""
    here = await _visit(update, context)
    if here is None:
        return
    chat = replace(here.chat, low_data=_pressed(context)[0] == "low")
    await context.services.chats.save(chat)
    await _menu(update, context, here, chat)


async def ask_hours(update: Update, context: Context) -> None:
    """The choice of quiet hours."""
    here = await _visit(update, context)
    if here is not None:
        await show(update, context, context.services.settings_texts.hours(here.language))
        await answer(update)


async def set_hours(update: Update, context: Context) -> None:
    """Quiet hours, or none."""
    here = await _visit(update, context)
    if here is None:
        return
    (said,) = _pressed(context)
    quiet = None if said == "off" else Quiet(*map(int, said.split("-")))
    chat = await _keep(context, here.chat, replace(here.chat.preferences, quiet=quiet))
    await _menu(update, context, here, chat)


async def set_daily(update: Update, context: Context) -> None:
    """A word on each day on which nothing is active, or none."""
    here = await _visit(update, context)
    if here is None:
        return
    services, wanted = context.services, _pressed(context)[0] == "1"
    chat = await _keep(context, here.chat, replace(here.chat.preferences, daily=wanted))
    if wanted:
        now = services.clock()
        due = next_at(now, DAILY_AT, zone_of(services, chat))
        await services.errands.add(Task.DAILY, Errand(chat.id), (due - now).total_seconds())
    await _menu(update, context, here, chat)


async def set_drills(update: Update, context: Context) -> None:
    """Whether the chat takes part in drills that are for some only."""
    here = await _visit(update, context)
    if here is None:
        return
    wanted = _pressed(context)[0] == "1"
    chat = await _keep(context, here.chat, replace(here.chat.preferences, drills=wanted))
    await _menu(update, context, here, chat)


async def see_place(update: Update, context: Context) -> None:
    """What is told of one city."""
    await _of_place(update, context, lambda follow, _: follow)


async def set_least(update: Update, context: Context) -> None:
    """The lowest severity that is told of a city."""
    await _of_place(
        update,
        context,
        lambda follow, said: replace(follow, least=None if said == "any" else Severity(said)),
    )


async def set_ring(update: Update, context: Context) -> None:
    """Whether a city may make a sound."""
    await _of_place(update, context, lambda follow, said: replace(follow, secondary=said == "0"))


async def see_threats(update: Update, context: Context) -> None:
    """The threats of a city."""
    await _of_place(update, context, lambda follow, _: follow, threats=True)


async def set_threat(update: Update, context: Context) -> None:
    """Whether a threat is told of a city."""

    def turned(follow: Follow, said: str) -> Follow:
        hazard, _, wanted = said.partition(":")
        without = follow.without - {hazard} if wanted == "1" else follow.without | {hazard}
        return replace(follow, without=without)

    await _of_place(update, context, turned, threats=True)


async def pause(update: Update, context: Context) -> None:
    """`/pause 2h`: quiet for so long; `/pause off`: no longer; `/pause`: the choice."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await city.refuse(update, context)
        return
    services, said = context.services, " ".join(context.args or ()).strip()
    chat, note = here.chat, ""
    if said.casefold() == "off":
        chat = await _pause(context, chat, None)
    elif said:
        length = read_pause(said)
        if length is None:
            note = services.settings_texts.bad_pause(here.language, said)
        else:
            chat = await _pause(context, chat, length)
    page = services.settings_texts.pause(here.language, chat, services.clock(), note)
    await send(update, context, page)


async def press_pause(update: Update, context: Context) -> None:
    """A pause of so many hours from now, or its end."""
    here = await _visit(update, context)
    if here is None:
        return
    services = context.services
    (said,) = _pressed(context)
    length = None if said == "off" else timedelta(hours=int(said))
    chat = await _pause(context, here.chat, length)
    page = services.settings_texts.pause(here.language, chat, services.clock())
    await show(update, context, page)
    await answer(update)


async def _pause(context: Context, chat: Chat, length: timedelta | None) -> Chat:
    until = None
    if length is not None:
        # To the second, as it is stored.
        until = (context.services.clock() + length).replace(microsecond=0)
    return await _keep(context, chat, replace(chat.preferences, paused_until=until))


async def _keep(context: Context, chat: Chat, chosen: Preferences) -> Chat:
    """Save it. What is held may be due at once now."""
    chat = replace(chat, preferences=chosen)
    await context.services.chats.save(chat)
    await context.services.errands.add(Task.RESTED, Errand(chat.id))
    return chat


async def _of_place(update: Update, context: Context, turn: Turn, *, threats: bool = False) -> None:
    """Change what is told of the pressed city, if it is followed still, and show it."""
    here = await _visit(update, context)
    if here is None:
        return
    place_id, said = (*_pressed(context), "")[:2]
    texts, chat = context.services.settings_texts, here.chat
    if place_id not in chat.places:
        text = context.services.dialogue.text(here.language, "error.old_button")
        await answer(update, text)
        return
    before = chat.preferences.of(place_id)
    after = turn(before, said)
    if after != before:
        chat = await _keep(context, chat, chat.preferences.following(place_id, after))
    page = texts.threats if threats else texts.place
    await show(update, context, page(here.language, chat, place_id))
    await answer(update)


async def _visit(update: Update, context: Context) -> Visit | None:
    """The chat of a pressed button; None for whoever may not change it, who is told so."""
    here = await visit(update, context)
    if await may_change(update, context):
        return here
    await city.refuse(update, context)
    return None


async def _menu(update: Update, context: Context, here: Visit, chat: Chat) -> None:
    services = context.services
    page = services.settings_texts.menu(here.language, chat, services.clock())
    await show(update, context, page)
    await answer(update)


def _pressed(context: Context) -> tuple[str, ...]:
    matches = context.matches or ()
    return matches[0].groups() if matches else ("",)

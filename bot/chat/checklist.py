"""The checklist: one message, ticked in place, which a family may share by a link."""

from __future__ import annotations

import structlog
from telegram import Update
from telegram.error import RetryAfter

from bot.chat import choice, city
from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, may_change, visit
from bot.domain.checklist import ChecklistCategory, TickList
from bot.domain.subscriber import Chat, Kind
from bot.rendering.ticklist import ListView

log = structlog.get_logger(__name__)


async def checklist(update: Update, context: Context) -> None:
    """`/checklist`: what to have and what is there; `/checklist reset`: begin anew."""
    here = await visit(update, context)
    services = context.services
    if [word.casefold() for word in context.args or ()] != ["reset"]:
        await _send(update, context, here, await services.checklists.open(here.chat.id))
    elif not await may_change(update, context):
        await city.refuse(update, context)
    else:
        ticks = await services.checklists.reset(here.chat.id)
        note = services.tick_lists.text(here.language, "reset")
        await _send(update, context, here, ticks, note)


async def open_list(update: Update, context: Context) -> None:
    """The button under a warning, which itself stays as it is: the list is a new message."""
    here = await visit(update, context)
    await _send(update, context, here, await context.services.checklists.open(here.chat.id))
    await answer(update)


async def show_all(update: Update, context: Context) -> None:
    """Back to all lists."""
    here = await visit(update, context)
    await _show(update, context, here)
    await answer(update)


async def see(update: Update, context: Context) -> None:
    """One list, with a button for each of its items."""
    here = await visit(update, context)
    view = await _view(context, here, await context.services.checklists.open(here.chat.id))
    named = _pressed(context)[0]
    if named not in set(ChecklistCategory):
        await answer(update, context.services.dialogue.text(here.language, "error.old_button"))
        return
    page = context.services.tick_lists.page(here.language, view, ChecklistCategory(named))
    await show(update, context, page)
    await answer(update)


async def tick(update: Update, context: Context) -> None:
    """A pressed item becomes as its button said, however often or late it is pressed."""
    here = await visit(update, context)
    services = context.services
    item, wanted = _pressed(context)
    category = services.tick_lists.category_of(item)
    if category is None:
        await answer(update, services.dialogue.text(here.language, "error.old_button"))
        return
    ticks = await services.checklists.tick(here.chat.id, item, done=wanted == "1")
    view = await _view(context, here, ticks)
    # First the word that it is saved: where many tap, Telegram refuses to draw each tap.
    await answer(update, services.tick_lists.saved(here.language, view))
    try:
        await show(update, context, services.tick_lists.page(here.language, view, category))
    except RetryAfter:
        log.info("list not redrawn")


async def share(update: Update, context: Context) -> None:
    """A link to the chat's own list, until sharing is stopped."""
    here = await visit(update, context)
    services = context.services
    if here.is_private and not (await services.checklists.open(here.chat.id)).is_joined:
        token = await services.checklists.share(here.chat.id)
        url = f"https://t.me/{context.bot.username}?start={choice.Link.LIST}{token}"
        await send(update, context, services.tick_lists.link(here.language, url))
    await answer(update)


async def stop(update: Update, context: Context) -> None:
    """The link is dead, and whoever came by it has a list of their own again."""
    here = await visit(update, context)
    await context.services.checklists.stop(here.chat.id)
    await _show(update, context, here, "stopped")
    await answer(update)


async def leave(update: Update, context: Context) -> None:
    """Back to a list of one's own."""
    here = await visit(update, context)
    await context.services.checklists.leave(here.chat.id)
    await _show(update, context, here, "left")
    await answer(update)


async def join(update: Update, context: Context, here: Visit, token: str) -> None:
    """A deep link to somebody's list was opened."""
    services = context.services
    joined = await services.checklists.join(here.chat.id, token)
    ticks = await services.checklists.open(here.chat.id)
    note = services.tick_lists.joining(here.language, joined)
    await _send(update, context, here, ticks, note)


async def _send(
    update: Update, context: Context, here: Visit, ticks: TickList, note: str = ""
) -> None:
    view = await _view(context, here, ticks)
    await send(update, context, context.services.tick_lists.overview(here.language, view, note))


async def _show(update: Update, context: Context, here: Visit, key: str = "") -> None:
    texts = context.services.tick_lists
    view = await _view(context, here, await context.services.checklists.open(here.chat.id))
    note = texts.text(here.language, key) if key else ""
    await show(update, context, texts.overview(here.language, view, note))


async def _view(context: Context, here: Visit, ticks: TickList) -> ListView:
    """A list with the household that it is reckoned for: a shared one is its owner's."""
    owner: Chat | None = here.chat
    if ticks.owner_id != here.chat.id:
        owner = await context.services.chats.get(ticks.owner_id)
    return ListView(
        ticks, owner or Chat(ticks.owner_id, Kind.PRIVATE, here.language), here.chat.kind
    )


def _pressed(context: Context) -> tuple[str, ...]:
    matches = context.matches or ()
    return matches[0].groups() if matches else ("", "")

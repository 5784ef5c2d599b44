"""Showing a draft's card: in place where it stands, and what the next text is then about."""

from __future__ import annotations

from collections.abc import Iterable

from telegram import Message as TelegramMessage
from telegram import Update
from telegram.error import BadRequest

from bot.chat.context import Context
from bot.chat.operators.access import language_of, office
from bot.chat.reply import answer, redraw, write_to
from bot.domain.draft import DraftState, Field, Focus, Kept
from bot.domain.message import Layout, Message
from bot.domain.operators import Operator
from bot.rendering.notice import Notice


async def put(
    context: Context, chat_id: int, message: Message, message_id: int | None = None
) -> int:
    """Edit a message, or send a new one where there is none to edit; the id it has then."""
    if message_id:
        try:
            await redraw(context.bot, chat_id, message_id, message)
        except BadRequest as error:
            if "not modified" in error.message.lower():
                return message_id
        else:
            return message_id
    return (await write_to(context.bot, chat_id, message)).message_id


async def ask(
    context: Context,
    operator: Operator,
    message: Message,
    *,
    about: str,
    field: str,
    message_id: int | None = None,
) -> int:
    """Show a question, and let the next text of this operator be the answer to it.

    The second is kept first: who has seen a question may answer it, whatever dies in between.
    """
    drafts = office(context).drafts
    await drafts.set_focus(operator.id, Focus(about, field, message_id or 0))
    shown_in = await put(context, operator.id, message, message_id)
    if shown_in != message_id:
        await drafts.set_focus(operator.id, Focus(about, field, shown_in))
    return shown_in


async def show_previews(
    update: Update, context: Context, operator: Operator, notice: Notice
) -> None:
    """Every language of a message as recipients will see it; the card that was pressed points to
    them.
    """
    services, language = context.services, await language_of(update, context)
    await answer(update)
    if (card := pressed_message(update)) is not None:
        await put(context, operator.id, office(context).cards.pointer(language), card)
    for tag in services.dialogue.texts.languages:
        seen = services.renderer.render(notice, tag, Layout.PRIVATE)
        for message in services.operator_texts.preview(language, seen):
            await put(context, operator.id, message)


def pressed_message(update: Update) -> int | None:
    """The message whose button was pressed."""
    query = update.callback_query
    if query is None or not isinstance(query.message, TelegramMessage):
        return None
    return query.message.message_id


async def open_card(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    *,
    field: Field | None = None,
    note: str = "",
    offered: Iterable[str] = (),
    message_id: int | None = None,
) -> None:
    """Show a draft at a field, or at the first that is missing, or whole.

    The next text of this operator is about that field, also after a restart.
    """
    cards, drafts = office(context).cards, office(context).drafts
    language = await language_of(update, context)
    where = message_id if message_id is not None else pressed_message(update)
    if kept.state is not DraftState.OPEN:
        await put(context, operator.id, cards.closed(language, kept), where)
        await drafts.set_focus(operator.id, None)
        return
    if kept.draft.drill is not None:
        own = operator.places if not kept.draft.places or field is Field.PLACES else ()
        message, asked = office(context).drill_cards.card(
            language, kept, field, note=note, offered=tuple(offered) or own
        )
        await ask(context, operator, message, about=kept.id, field=asked, message_id=where)
        return
    missing = kept.draft.missing
    field = field or (missing[0] if missing else None)
    if field is None:
        message = cards.overview(language, kept, note)
    else:
        own = operator.places if field is Field.PLACES else ()
        shown = tuple(offered) or own
        message = cards.step(language, kept, field, note=note, offered=shown)
    about, asked = kept.id, field.value if field else ""
    await ask(context, operator, message, about=about, field=asked, message_id=where)


async def say_overtaken(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    """Tell who was first and what they did, and show how the draft stands now."""
    language = await language_of(update, context)
    told = office(context).cards.overtaken(language, kept)
    if kept.hand.id == operator.id and update.callback_query is not None:
        # The same person pressed twice, or on another device: what holds is shown.
        await answer(update)
        await open_card(update, context, operator, kept)
        return
    await answer(update, told, alert=True)
    await open_card(update, context, operator, kept, note=told)

"""`/pending` and `/sources`: what waits, what needs a person, and who was heard of."""

from __future__ import annotations

from telegram import Update

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, office
from bot.chat.reply import send
from bot.domain.message import Message
from bot.domain.operators import Act, may
from bot.domain.record import AdvisoryState
from bot.pipeline.intake import UNKNOWN, UNNAMED
from bot.rendering.text import escape


async def pending(update: Update, context: Context) -> None:
    """`/pending`: every advisory that waits, asked again, what else needs a person, and every open
    draft.
    """
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    services = context.services
    waiting = await services.advisories.pending()
    for record in waiting:
        await office(context).desk.show(record, operator.id)
    drafts = await office(context).drafts.open()
    language = await language_of(update, context)
    standing = office(context).watch_texts.standing(language, await office(context).watch.memory())
    if standing is not None:
        await send(update, context, standing)
    if not waiting and not drafts:
        nothing = services.operator_texts.text(language, "nothing_waits")
        await send(update, context, Message(escape(nothing)))
        return
    may_write = may(operator, Act.DRAFT)
    buttons = [office(context).cards.resume(language, one) for one in drafts if may_write]
    page = office(context).pages.pending(language, buttons, len(waiting), len(drafts))
    await send(update, context, page)


async def open_waiting(update: Update, context: Context, advisory_id: str) -> None:
    """`/start w_<id>`, the button of the operators' chat: the question, asked here in private."""
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    record = await context.services.advisories.get(advisory_id)
    language = await language_of(update, context)
    if record is None:
        gone = context.services.dialogue.text(language, "gone")
        await send(update, context, Message(escape(gone)))
    elif record.state is AdvisoryState.PENDING:
        await office(context).desk.show(record, operator.id)
    else:
        texts = context.services.operator_texts
        await send(update, context, texts.decided(language, record, by=record.decided_by))


async def sources(update: Update, context: Context) -> None:
    """`/sources`: each source, when it was last heard of, and what became of what it sent."""
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    language, pages = await language_of(update, context), office(context).pages
    names = dict(office(context).source_names)
    names |= {key: pages.source_name(language, key) for key in (UNNAMED, UNKNOWN)}
    contacts = await office(context).contacts.of(names)
    await send(update, context, pages.sources(language, names, contacts))

"""The last steps of a draft: the preview as recipients will see it, the confirmation, the issue."""

from __future__ import annotations

from dataclasses import replace

import structlog
from telegram import Update

from bot.chat.context import Context
from bot.chat.operators.access import language_of, name_of, note, office
from bot.chat.operators.view import (
    ask,
    open_card,
    pressed_message,
    put,
    say_overtaken,
    show_previews,
)
from bot.chat.reply import answer
from bot.domain.advisory import Advisory
from bot.domain.draft import Field, Focus, Hand, Kept, expires_soon
from bot.domain.message import Message
from bot.domain.operators import Act, Operator, may, second_look
from bot.domain.paid import estimate
from bot.domain.place import is_name_of
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.trust import Reason
from bot.rendering.card import Outlook
from bot.rendering.text import escape

log = structlog.get_logger(__name__)

CONFIRM = "confirm"


async def preview(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    """Show it in every language as it will be sent, and below it what publishing means."""
    if not await _is_ready(update, context, operator, kept):
        return
    advisory = office(context).publishing.advisory(kept)
    record = office(context).publishing.record(advisory, operator.id)
    notice = await office(context).notices.of(record)
    await show_previews(update, context, operator, notice)
    await _ask(update, context, operator, kept, advisory, record)


async def publish_by_button(
    update: Update, context: Context, operator: Operator, kept: Kept
) -> None:
    """A lesser one is confirmed by a button; a severe one never is, whatever was pressed."""
    if kept.draft.is_severe:
        await preview(update, context, operator, kept)
    elif await _is_ready(update, context, operator, kept):
        await _issue(update, context, operator, kept, pressed_message(update))
        await answer(update)


async def publish_by_city(
    update: Update, context: Context, operator: Operator, focus: Focus, typed: str
) -> None:
    """A typed city confirms what was previewed, and nothing that was changed since."""
    kept = await office(context).drafts.get(focus.about)
    if kept is None or not may(operator, Act.PUBLISH):
        return
    if kept.draft.is_drill:
        language = await language_of(update, context)
        text = office(context).drill_cards.say(language, "is_drill")
        await put(context, operator.id, Message(escape(text)))
        return
    if str(kept.version) != focus.field.partition(":")[2]:
        await say_overtaken(update, context, operator, kept)
        return
    if not await _is_ready(update, context, operator, kept, focus.message_id):
        return
    first = office(context).publishing.places(kept.draft)[0]
    if not is_name_of(typed, first):
        language = await language_of(update, context)
        wrong = office(context).cards.say(language, "confirm.wrong", city=first.name(language))
        advisory = office(context).publishing.advisory(kept)
        record = office(context).publishing.record(advisory, operator.id)
        await _ask(
            *(update, context, operator, kept, advisory, record),
            wrong=wrong,
            message_id=focus.message_id,
        )
        return
    await _issue(update, context, operator, kept, focus.message_id)


async def _is_ready(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    message_id: int | None = None,
) -> bool:
    """Whether it can go out; else the card says what is missing."""
    language = await language_of(update, context)
    if kept.draft.missing:
        await open_card(update, context, operator, kept, message_id=message_id)
    elif not office(context).publishing.places(kept.draft):
        await open_card(update, context, operator, kept, field=Field.PLACES, message_id=message_id)
    elif expires_soon(kept.draft, context.services.clock()):
        over = office(context).cards.say(language, "slip.over")
        await open_card(
            *(update, context, operator, kept),
            field=Field.WINDOW,
            note=over,
            message_id=message_id,
        )
    else:
        return True
    await answer(update)
    return False


async def _ask(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    advisory: Advisory,
    record: AdvisoryRecord,
    *,
    wrong: str = "",
    message_id: int | None = None,
) -> None:
    """The confirmation; the next text is the city of this very version."""
    language = await language_of(update, context)
    outlook = await _outlook(context, operator, kept, advisory, record, language)
    message = office(context).cards.confirm(language, kept, outlook, wrong)
    field = f"{CONFIRM}:{kept.version}" if outlook.city is not None else ""
    await ask(context, operator, message, about=kept.id, field=field, message_id=message_id)


async def _outlook(
    context: Context,
    operator: Operator,
    kept: Kept,
    advisory: Advisory,
    record: AdvisoryRecord,
    language: str,
) -> Outlook:
    terms = office(context).terms
    audience = await office(context).counts.count(record.places)
    expected = estimate(
        sum(audience.values()), free_rate=terms.free_rate, paid_rate=terms.paid_rate
    )
    first = office(context).publishing.places(kept.draft)[0]
    return Outlook(
        audience=audience,
        estimate=expected,
        is_paid_on=terms.is_paid_on,
        reasons=tuple(_doubts(context, operator, advisory, record)),
        city=first.name(language) if kept.draft.is_severe else None,
    )


def _doubts(
    context: Context, operator: Operator, advisory: Advisory, record: AdvisoryRecord
) -> tuple[Reason, ...]:
    """The same judgement that review will make."""
    return second_look(
        advisory,
        author=operator,
        two_people_above=office(context).terms.two_people_above,
        reached=record.places,
        allowed=office(context).roster.reach(operator),
    )


async def _issue(
    update: Update, context: Context, operator: Operator, kept: Kept, message_id: int | None
) -> None:
    drafts, cards = office(context).drafts, office(context).cards
    hand = Hand(operator.id, name_of(update), "submitted")
    record = await office(context).publishing.submit(kept, hand)
    if record is None:
        now = await drafts.get(kept.id)
        await say_overtaken(update, context, operator, now or kept)
        return
    await drafts.set_focus(operator.id, None)
    advisory = office(context).publishing.advisory(kept)
    doubts = tuple(one.value for one in _doubts(context, operator, advisory, record))
    facts = {
        "code": record.code,
        "severity": str(advisory.max_severity),
        "hazard": kept.draft.hazard,
        "places": list(kept.draft.places),
        "waits": list(doubts),
    }
    await note(context, operator, update, "submitted", record.id, after=facts)
    language = await language_of(update, context)
    is_out = replace(record, state=AdvisoryState.PUBLISHED)
    follow = office(context).follow_ups.buttons(language, is_out, advisory)
    card = cards.issued(language, record, doubts, follow)
    shown_in = await put(context, operator.id, card, message_id)
    # So that the decision, and what becomes of it, is shown here too.
    await office(context).asked.keep(record.id, operator.id, shown_in)
    if kept.draft.edits is not None:
        await _replace(update, context, operator, kept.draft.edits)


async def _replace(update: Update, context: Context, operator: Operator, edited: str) -> None:
    """What was under review and has been written anew waits no longer."""
    services = context.services
    record = await services.advisories.get(edited)
    if record is None or office(context).roster.refusal(operator, record) is not None:
        return
    if await services.review.reject(edited, name_of(update)):
        before, after = {"state": "pending"}, {"state": "rejected", "code": record.code}
        await note(context, operator, update, "edited", edited, before=before, after=after)
        now = await services.advisories.get(edited)
        await office(context).desk.close(now or record, by=name_of(update))

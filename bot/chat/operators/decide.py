"""Approve, edit, reject, and the emergency of one person: what becomes of what waits."""

from __future__ import annotations

import structlog
from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, name_of, note, office, operator_of, say
from bot.chat.operators.publish import begin
from bot.chat.operators.view import ask, put
from bot.chat.reply import answer, show
from bot.domain.draft import Focus, from_advisory
from bot.domain.message import Message
from bot.domain.operators import Act, Operator, Refusal, may, may_override
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.pipeline.lineage import read_back
from bot.rendering.text import escape

log = structlog.get_logger(__name__)

OVERRIDE = "override"
SHORTEST_REASON = 10
LONGEST_REASON = 500


async def approve(update: Update, context: Context) -> None:
    """Publish what waits, unless its time is over or somebody decided before."""
    operator, record = await _asked_for(update, context)
    if operator is None or record is None:
        return
    if record.state is AdvisoryState.PENDING and record.expires <= context.services.clock():
        await say(update, context, "expired")
        return
    is_first = await context.services.review.approve(record.id, name_of(update))
    await _close(update, context, operator, record, is_first, "approved")


async def reject(update: Update, context: Context) -> None:
    """Refuse what waits, unless somebody decided before."""
    operator, record = await _asked_for(update, context)
    if operator is None or record is None:
        return
    is_first = await context.services.review.reject(record.id, name_of(update))
    await _close(update, context, operator, record, is_first, "rejected")


async def edit(update: Update, context: Context) -> None:
    """Make a draft of what waits; it goes on waiting until the draft is published."""
    operator, record = await _asked_for(update, context)
    if operator is None or record is None:
        return
    if record.state is not AdvisoryState.PENDING:
        await _close(update, context, operator, record, False, "edited")
        return
    advisory = read_back(record)
    if not advisory.info:
        await say(update, context, "edit.nothing")
        return
    if advisory.is_drill:
        # Written anew it would be the real thing.
        language = await language_of(update, context)
        await answer(update, office(context).drill_cards.say(language, "edit"), alert=True)
        return
    hazard = office(context).guidance.classify(advisory, context.services.clock()).hazard
    draft = from_advisory(advisory, hazard=hazard, places=record.named, edits=record.id)
    # One draft for each advisory: of two who edit at once the second joins the first.
    draft_id = f"e{record.id[:9]}"
    if (kept := await office(context).drafts.get(draft_id)) is not None and kept.draft.edits:
        language = await language_of(update, context)
        button = office(context).cards.resume(language, kept)
        told = office(context).cards.overtaken(language, kept)
        await answer(update, told, alert=True)
        await put(context, operator.id, Message(escape(told), ((button,),)))
        return
    await answer(update)
    shown_in = await put(context, operator.id, Message("…"))
    await begin(update, context, operator, draft, draft_id=draft_id, message_id=shown_in)


async def ask_reason(update: Update, context: Context) -> None:
    """The emergency button under one's own advisory: the next text is the reason."""
    operator = await acting(update, context, Act.OVERRIDE)
    if operator is None:
        return
    record = await context.services.advisories.get(city.pressed_id(context))
    if record is None or not await _may_go_alone(update, context, operator, record):
        await answer(update)
        return
    language = await language_of(update, context)
    text = office(context).cards.say(language, "override.ask", code=record.code)
    await ask(context, operator, Message(escape(text)), about=record.id, field=OVERRIDE)
    await answer(update)


async def override(
    update: Update, context: Context, operator: Operator, focus: Focus, text: str
) -> None:
    """Publish alone, for a reason that everybody is told and the audit keeps."""
    record = await context.services.advisories.get(focus.about)
    drafts = office(context).drafts
    if record is None or not await _may_go_alone(update, context, operator, record):
        await drafts.set_focus(operator.id, None)
        return
    reason = " ".join(text.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        limits = {"low": SHORTEST_REASON, "high": LONGEST_REASON}
        await say(update, context, "override.length", **limits)
        return
    await drafts.set_focus(operator.id, None)
    name = name_of(update)
    if not await context.services.review.approve(record.id, name):
        await _say_who_decided(update, context, record)
        return
    before, after = {"state": "pending"}, {"state": "published", "reason": reason}
    await note(context, operator, update, "overridden", record.id, before=before, after=after)
    log.warning("published by one person", advisory=record.id, operator=operator.id)
    now = await context.services.advisories.get(record.id) or record
    await office(context).desk.close(now, by=name)
    await office(context).desk.tell("override", code=record.code, name=name, reason=reason)


async def _may_go_alone(
    update: Update, context: Context, operator: Operator, record: AdvisoryRecord
) -> bool:
    """Whether this person may publish it alone now; else they are told why not."""
    if record.state is not AdvisoryState.PENDING:
        await _say_who_decided(update, context, record)
    elif not may(operator, Act.OVERRIDE) or record.author != operator.id:
        await say(update, context, "not_allowed")
    elif not may_override(record.reasons):
        await say(update, context, "override.not_for_this")
    elif record.expires <= context.services.clock():
        await say(update, context, "expired")
    else:
        return True
    return False


async def _asked_for(
    update: Update, context: Context
) -> tuple[Operator | None, AdvisoryRecord | None]:
    """Who pressed a button and the advisory of it; None, and an answer, where they may not."""
    operator = await operator_of(update, context)
    if operator is None or not may(operator, Act.APPROVE):
        # Answered there, also for those who were operators when the button was written.
        return await acting(update, context, Act.APPROVE), None
    record = await context.services.advisories.get(city.pressed_id(context))
    if record is None:
        language = await language_of(update, context)
        await answer(update, context.services.dialogue.text(language, "gone"), alert=True)
        return operator, None
    refusal = office(context).roster.refusal(operator, record)
    if refusal is not None and refusal is not Refusal.ROLE:
        await say(update, context, f"refusal.{refusal.value}")
        return operator, None
    return await acting(update, context, Act.APPROVE), record


async def _close(
    update: Update,
    context: Context,
    operator: Operator,
    before: AdvisoryRecord,
    is_first: bool,
    what: str,
) -> None:
    services = context.services
    record = await services.advisories.get(before.id) or before
    if not is_first:
        await _say_who_decided(update, context, record)
        language = await language_of(update, context)
        words = services.operator_texts.decided(language, record, by=record.decided_by)
        await show(update, context, words)
        return
    log.info("advisory decided", advisory=record.id, state=record.state, operator=operator.id)
    states = {"state": before.state.value}, {"state": record.state.value, "code": record.code}
    await note(context, operator, update, what, record.id, before=states[0], after=states[1])
    await answer(update)
    language = await language_of(update, context)
    await show(
        update, context, services.operator_texts.decided(language, record, by=name_of(update))
    )
    await office(context).desk.close(record, by=name_of(update))


async def _say_who_decided(update: Update, context: Context, record: AdvisoryRecord) -> None:
    """The second of two learns who was first, and what they did."""
    record = await context.services.advisories.get(record.id) or record
    if record.decided_by is None:
        await say(update, context, "too_late")
        return
    language = await language_of(update, context)
    what = office(context).cards.say(language, f"decided.{record.state.value}")
    await say(update, context, "decided_before", name=record.decided_by[:64], what=what)

"""Approve, edit, reject, and the emergency of one person: what becomes of what waits."""

from __future__ import annotations

from telegram import Update

from bot.chat import city
from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, name_of, office, say
from bot.chat.operators.publish import begin
from bot.chat.operators.view import ask, put
from bot.chat.reply import answer, show
from bot.domain.draft import Focus, from_advisory
from bot.domain.message import Message
from bot.domain.operators import Act, Operator
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.pipeline.deciding import LONGEST_REASON, SHORTEST_REASON, Answer, Decided
from bot.pipeline.lineage import read_back
from bot.rendering.text import escape

OVERRIDE = "override"

_REFUSALS = {
    Answer.ROLE: "not_allowed",
    Answer.AUTHOR: "refusal.author",
    Answer.PLACES: "refusal.places",
    Answer.EXPIRED: "expired",
    Answer.NOT_FOR_THIS: "override.not_for_this",
}


async def approve(update: Update, context: Context) -> None:
    """Publish what waits, unless its time is over or somebody decided before."""
    operator = await acting(update, context, Act.APPROVE)
    if operator is None:
        return
    decided = await office(context).deciding.approve(
        city.pressed_id(context), operator, name_of(update)
    )
    await _show(update, context, decided)


async def reject(update: Update, context: Context) -> None:
    """Refuse what waits, unless somebody decided before."""
    operator = await acting(update, context, Act.APPROVE)
    if operator is None:
        return
    decided = await office(context).deciding.reject(
        city.pressed_id(context), operator, name_of(update)
    )
    await _show(update, context, decided)


async def edit(update: Update, context: Context) -> None:
    """Make a draft of what waits; it goes on waiting until the draft is published."""
    operator = await acting(update, context, Act.APPROVE)
    if operator is None:
        return
    found = await office(context).deciding.asked(city.pressed_id(context), operator)
    record = found.record
    if record is None or found.answer is not Answer.DONE:
        await _show(update, context, found)
        return
    if record.state is not AdvisoryState.PENDING:
        await _show(update, context, Decided(Answer.DECIDED, record))
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
    found = await office(context).deciding.may_go_alone(city.pressed_id(context), operator)
    record = found.record
    if record is None or found.answer is not Answer.DONE:
        await _refuse(update, context, found)
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
    drafts, name = office(context).drafts, name_of(update)
    decided = await office(context).deciding.override(focus.about, operator, name, text)
    if decided.answer is Answer.REASON_LENGTH:
        limits = {"low": SHORTEST_REASON, "high": LONGEST_REASON}
        await say(update, context, "override.length", **limits)
        return
    await drafts.set_focus(operator.id, None)
    record = decided.record
    if record is None or decided.answer is not Answer.DONE:
        await _refuse(update, context, decided)
        return
    await office(context).desk.close(record, by=name)
    reason = " ".join(text.split())
    await office(context).desk.tell("override", code=record.code, name=name, reason=reason)


async def _show(update: Update, context: Context, decided: Decided) -> None:
    """What was decided, by this person or by whoever was first; else why it cannot be."""
    record, services = decided.record, context.services
    if record is None or decided.answer not in (Answer.DONE, Answer.DECIDED):
        await _refuse(update, context, decided)
        return
    by = name_of(update)
    if decided.answer is Answer.DECIDED:
        await _say_who_decided(update, context, record)
        by = record.decided_by or ""
    else:
        await answer(update)
    language = await language_of(update, context)
    words = services.operator_texts.decided(language, record, by=by or None)
    await show(update, context, words)
    if decided.answer is Answer.DONE:
        await office(context).desk.close(record, by=by)


async def _refuse(update: Update, context: Context, decided: Decided) -> None:
    """Say why it cannot be decided here and now."""
    if decided.record is None:
        language = await language_of(update, context)
        await answer(update, context.services.dialogue.text(language, "gone"), alert=True)
    elif decided.answer is Answer.DECIDED:
        await _say_who_decided(update, context, decided.record)
    else:
        await say(update, context, _REFUSALS[decided.answer])


async def _say_who_decided(update: Update, context: Context, record: AdvisoryRecord) -> None:
    """The second of two learns who was first, and what they did."""
    if record.decided_by is None:
        await say(update, context, "too_late")
        return
    language = await language_of(update, context)
    what = office(context).cards.say(language, f"decided.{record.state.value}")
    await say(update, context, "decided_before", name=record.decided_by[:64], what=what)

"""`/update`, `/cancel`, `/allclear` and `/halt`, and the buttons under what was published."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, name_of, office, say
from bot.chat.operators.publish import begin
from bot.chat.operators.view import put
from bot.chat.reply import answer
from bot.domain.advisory import Advisory
from bot.domain.change import is_warning
from bot.domain.draft import Kept, from_advisory
from bot.domain.followup import Finish, reference
from bot.domain.message import Layout, Message
from bot.domain.operators import Act, Operator
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.pipeline.lineage import read_back
from bot.rendering.text import escape


def listing(command: str) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
    """The handler of a command: the warnings that it may be about, each as a button."""

    async def show_list(update: Update, context: Context) -> None:
        operator = await acting(update, context, Act.CORRECT)
        if operator is None:
            return
        found, following = [], office(context).following
        for record in await context.services.advisories.current(context.services.clock()):
            advisory = read_back(record)
            # What becomes of a drill is asked in /drill.
            is_wanted = is_warning(advisory) and not advisory.is_drill
            is_wanted = is_wanted and following.is_theirs(operator, record)
            if is_wanted and (command != "halt" or await following.running(record)):
                found.append((record, advisory))
        language = await language_of(update, context)
        message = office(context).follow_ups.choose(language, command, found)
        await put(context, operator.id, message)

    return show_list


async def ask(update: Update, context: Context) -> None:
    """The prepared message as recipients will see it, and under it the button that sends it."""
    found = await _about(update, context)
    if found is None:
        return
    operator, record, original = found
    what, language = Finish(_pressed(context)[0]), await language_of(update, context)
    publishing, services = office(context).publishing, context.services
    said = await office(context).following.said(what, record, original)
    advisory = publishing.finish(what, original, said)
    shown = publishing.record(advisory, operator.id, original)
    notice = await office(context).notices.of(shown)
    await answer(update)
    seen = services.renderer.render(notice, language, Layout.PRIVATE)
    for message in services.operator_texts.preview(language, seen):
        await put(context, operator.id, message)
    ruling = await services.review.foresee(advisory, operator.id)
    reasons = [one.value for one in ruling.reasons]
    question = office(context).follow_ups.ask(
        language, what, record, reasons, is_drill=original.is_drill
    )
    await put(context, operator.id, question)


async def send(update: Update, context: Context) -> None:
    """Issue it; of two who press at once one is first, and the other learns who."""
    found = await _about(update, context)
    if found is None:
        return
    operator, record, original = found
    what, language = Finish(_pressed(context)[0]), await language_of(update, context)
    finished = await office(context).following.finish(
        what, record, original, operator, name_of(update), office(context).publishing
    )
    if isinstance(finished, Kept):
        await answer(update, office(context).cards.overtaken(language, finished), alert=True)
        return
    issued, reasons = finished.issued, finished.reasons
    await answer(update)
    shown = await put(
        context,
        operator.id,
        office(context).cards.issued(language, issued, reasons),
        _where(update),
    )
    if reasons:
        await office(context).asked.keep(issued.id, operator.id, shown)


async def update(update_: Update, context: Context) -> None:
    """A draft that goes on from what was published; published, it is an Update of it."""
    found = await _about(update_, context)
    if found is None:
        return
    operator, record, original = found
    hazard = office(context).guidance.classify(original, context.services.clock()).hazard
    draft = from_advisory(
        original,
        hazard=hazard,
        places=record.named,
        updates=reference(original).written(),
    )
    await answer(update_)
    shown_in = await put(context, operator.id, Message("…"))
    await begin(
        update_, context, operator, draft, draft_id=f"u{record.id[:9]}", message_id=shown_in
    )


async def halt(update: Update, context: Context) -> None:
    """Stop at once what is being sent of a warning, and ask what is to become of it."""
    found = await _about(update, context)
    if found is None:
        return
    operator, record, original = found
    name = name_of(update)
    halted = await office(context).following.halt(record, operator, name)
    language = await language_of(update, context)
    if not halted:
        await answer(update, office(context).follow_ups.say(language, "idle"), alert=True)
        return
    await answer(update)
    message = office(context).follow_ups.halted(
        language, record, halted, is_drill=original.is_drill
    )
    await put(context, operator.id, message)
    await office(context).desk.tell("halted_by", code=record.code, name=name)


async def resume(update: Update, context: Context) -> None:
    """Go on with what was halted."""
    found = await _about(update, context)
    if found is None:
        return
    operator, record, _ = found
    await office(context).following.resume(record, operator, name_of(update))
    language = await language_of(update, context)
    text = office(context).follow_ups.say(language, "resumed", code=record.code)
    await answer(update)
    await put(context, operator.id, Message(escape(text)), _where(update))


async def _about(
    update: Update, context: Context
) -> tuple[Operator, AdvisoryRecord, Advisory] | None:
    """Who pressed, and the warning it is about, if it stands and they may; else an answer."""
    operator = await acting(update, context, Act.CORRECT)
    if operator is None:
        return None
    record = await context.services.advisories.get(_pressed(context)[-1])
    language = await language_of(update, context)
    if record is None:
        await answer(update, context.services.dialogue.text(language, "gone"), alert=True)
        return None
    if not office(context).following.is_theirs(operator, record):
        await say(update, context, "refusal.places")
        return None
    if record.state is not AdvisoryState.PUBLISHED:
        text = office(context).follow_ups.say(language, "over", code=record.code)
        await answer(update, text, alert=True)
        return None
    original = read_back(record)
    if original.is_drill is not _is_for_drill(context):
        await answer(update, context.services.dialogue.text(language, "error.old_button"))
        return None
    return operator, record, original


def _is_for_drill(context: Context) -> bool:
    """Whether the pressed button is one of a drill."""
    return any(one.string.startswith("x") for one in context.matches or ())


def _pressed(context: Context) -> tuple[str, ...]:
    matches = context.matches or ()
    return matches[0].groups() if matches else ("",)


def _where(update: Update) -> int | None:
    message = update.effective_message
    return message.message_id if message is not None else None

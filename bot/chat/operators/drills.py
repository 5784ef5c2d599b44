"""`/drill`: a warning rehearsed on the whole real way, with a confirmation of its own."""

from __future__ import annotations

from dataclasses import replace

import structlog
from telegram import Update

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, name_of, note, office
from bot.chat.operators.drill_group import CHANGED, ask_group
from bot.chat.operators.publish import begin, save
from bot.chat.operators.view import (
    ask,
    open_card,
    pressed_message,
    put,
    say_overtaken,
    show_previews,
)
from bot.chat.reply import answer
from bot.domain.change import is_warning
from bot.domain.draft import DraftState, Field, Focus, Hand, Kept, drill_of
from bot.domain.drill import Plan, Reach, Rehearsed, read_audience, steps
from bot.domain.message import Message
from bot.domain.operators import Act, Operator, may
from bot.domain.record import AdvisoryState
from bot.pipeline.lineage import read_back
from bot.rendering.drill import AUDIENCE, chosen
from bot.rendering.drill_planned import with_coming
from bot.rendering.text import escape

log = structlog.get_logger(__name__)

CONFIRM = "drill"


async def drill(update: Update, context: Context) -> None:
    """`/drill`: what can be rehearsed, what is open, and what is under way."""
    operator = await acting(update, context, Act.DRILL)
    if operator is None:
        return
    language = await language_of(update, context)
    drafts = [one for one in await office(context).drafts.open() if one.draft.drill is not None]
    running = [
        one
        for one in await context.services.advisories.current(context.services.clock())
        if one.author is not None and is_warning(said := read_back(one)) and said.is_drill
    ]
    cards = office(context).drill_cards
    message = cards.start(language, drafts, running)
    coming = await office(context).calendar.coming()
    await put(context, operator.id, with_coming(cards, language, message, coming))
    await office(context).drafts.set_focus(operator.id, None)


async def choose(update: Update, context: Context) -> None:
    """A pressed template becomes the draft of a drill."""
    operator = await acting(update, context, Act.DRILL)
    if operator is None:
        return
    template = office(context).templates.get(_group(context, 1))
    if template is None:
        await _refuse_old(update, context)
        return
    await begin(update, context, operator, drill_of(template))
    await answer(update)


async def resume(update: Update, context: Context) -> None:
    """Go on with the draft of a drill, whoever began it."""
    operator = await acting(update, context, Act.DRILL)
    if operator is None:
        return
    kept = await office(context).drafts.get(_group(context, 1))
    if kept is None or kept.draft.drill is None:
        await _refuse_old(update, context)
        return
    await open_card(update, context, operator, kept)
    await answer(update)


async def see(update: Update, context: Context) -> None:
    """A drill that is under way, with what can end it."""
    operator = await acting(update, context, Act.CORRECT)
    if operator is None:
        return
    record = await context.services.advisories.get(_group(context, 1))
    if record is None or not (advisory := read_back(record)).is_drill:
        await _refuse_old(update, context)
        return
    language = await language_of(update, context)
    follow = office(context).follow_ups.buttons(language, record, advisory)
    message = office(context).drill_cards.under_way(language, record, follow)
    await put(context, operator.id, message)
    await answer(update)


async def skip(update: Update, context: Context) -> None:
    """Let a scheduled drill fall out; every operator is told who decided it."""
    operator = await acting(update, context, Act.DRILL)
    if operator is None:
        return
    by = Hand(operator.id, name_of(update), "skipped")
    if await office(context).calendar.skip(_group(context, 1), _group(context, 2), by):
        await answer(update)
        return
    language = await language_of(update, context)
    await answer(update, office(context).drill_cards.say(language, "planned.late"), alert=True)


async def press(update: Update, context: Context) -> None:
    """A button of a drill's card: `x:<draft>:<version>:<verb>[:<argument>]`.

    None of them starts it: that is done by typing a word, and the word is no city.
    """
    operator = await acting(update, context, Act.DRILL)
    if operator is None:
        return
    kept = await office(context).drafts.get(_group(context, 1))
    if kept is None:
        language = await language_of(update, context)
        await answer(update, office(context).cards.say(language, "draft.gone"), alert=True)
    elif kept.draft.drill is None:
        await _refuse_old(update, context)
    elif kept.version != int(_group(context, 2)) or kept.state is not DraftState.OPEN:
        await say_overtaken(update, context, operator, kept)
    else:
        await _act(update, context, operator, kept)


async def _act(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    verb, argument = _group(context, 3), _group(context, 4)
    if verb in ("ok", "bk"):
        await open_card(update, context, operator, kept)
        await answer(update)
    elif verb == "at" and argument in (Field.PLACES, AUDIENCE):
        await _show(update, context, operator, kept, argument)
        await answer(update)
    elif verb == "gr":
        await ask_group(update, context, operator, kept)
    elif verb == "pv":
        await _preview(update, context, operator, kept)
    elif verb == "dr":
        await _drop(update, context, operator, kept)
    else:
        await _change(update, context, operator, kept, verb, argument)


async def _change(
    update: Update, context: Context, operator: Operator, kept: Kept, verb: str, argument: str
) -> None:
    if verb == "pl" and context.services.gazetteer.get(argument) is not None:
        draft = kept.draft.toggled(argument)
        await save(
            *(update, context, operator, kept, draft, Field.PLACES.value), stays=Field.PLACES
        )
        await answer(update)
        return
    plan = changed(kept.draft.drill or Plan(), verb, argument)
    if plan is None:
        await _refuse_old(update, context)
        return
    draft = kept.draft.model_copy(update={"drill": plan})
    await save(update, context, operator, kept, draft, CHANGED)
    await answer(update)


def changed(plan: Plan, verb: str, argument: str) -> Plan | None:
    """The drill after a press; None for what no card offers."""
    if verb == "au" and (audience := chosen(argument)) is not None:
        return plan.model_copy(update={"audience": str(audience), "group": ""})
    if verb == "so" and argument in ("0", "1"):
        return plan.model_copy(update={"audible": argument == "1"})
    if verb == "re" and argument in set(Rehearsed):
        return plan.toggled(Rehearsed(argument))
    return None


async def _preview(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    """Show it in every language as it will be sent, and below it what starts it."""
    if not await _is_ready(update, context, operator, kept):
        await answer(update)
        return
    publishing = office(context).publishing
    notice = await office(context).notices.of(publishing.record(publishing.advisory(kept)))
    await show_previews(update, context, operator, notice)
    await _confirm(update, context, operator, kept)


async def _confirm(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    *,
    wrong: str = "",
    message_id: int | None = None,
) -> None:
    """The next text is the word for this very version."""
    language = await language_of(update, context)
    reached = await _reached(context, kept)
    message = office(context).drill_cards.confirm(language, kept, reached, wrong)
    field = f"{CONFIRM}:{kept.version}"
    await ask(context, operator, message, about=kept.id, field=field, message_id=message_id)


async def _reached(context: Context, kept: Kept) -> int:
    """How many chats it is for, at most."""
    audience = read_audience((kept.draft.drill or Plan()).audience)
    reach = audience.reach if audience else Reach.OPERATORS
    if reach is Reach.GROUP:
        return 1
    if reach is Reach.OPERATORS:
        return len(await office(context).roster.all())
    publishing = office(context).publishing
    record = publishing.record(publishing.advisory(kept))
    total = sum((await office(context).counts.count(record.places)).values())
    percent = audience.percent if audience and reach is Reach.SHARE else 100
    return -(-total * percent // 100)


async def start_by_word(
    update: Update, context: Context, operator: Operator, focus: Focus, typed: str
) -> None:
    """The typed word starts the drill that was previewed, and nothing that was changed since."""
    kept = await office(context).drafts.get(focus.about)
    if kept is None or not may(operator, Act.DRILL):
        return
    language, cards = await language_of(update, context), office(context).drill_cards
    if kept.draft.drill is None:
        await put(context, operator.id, Message(escape(cards.say(language, "is_real"))))
        return
    if str(kept.version) != focus.field.partition(":")[2] or kept.state is not DraftState.OPEN:
        await say_overtaken(update, context, operator, kept)
        return
    if not await _is_ready(update, context, operator, kept, focus.message_id):
        return
    if typed.strip().casefold() not in cards.words:
        wrong = cards.say(language, "confirm_wrong", word=cards.word(language))
        where = focus.message_id
        await _confirm(update, context, operator, kept, wrong=wrong, message_id=where)
        return
    await _start(update, context, operator, kept, focus.message_id)


async def _start(
    update: Update, context: Context, operator: Operator, kept: Kept, message_id: int
) -> None:
    publishing, plan = office(context).publishing, kept.draft.drill or Plan()
    advisory = publishing.advisory(kept)
    # Before it is on its way: whatever dies in between, its end comes.
    pause, now = office(context).terms.drill_pause, context.services.clock()
    await office(context).drill_steps.set(advisory.id, steps(plan.rehearses, now, pause))
    hand = Hand(operator.id, name_of(update), "submitted")
    record = await publishing.submit(kept, hand, advisory, drill=True)
    if record is None:
        now_kept = await office(context).drafts.get(kept.id)
        await say_overtaken(update, context, operator, now_kept or kept)
        return
    await office(context).drafts.set_focus(operator.id, None)
    facts = {
        "code": record.code,
        "template": kept.draft.template,
        "places": list(kept.draft.places),
        "audience": plan.audience,
        "rehearses": [one.value for one in plan.rehearses],
    }
    await note(context, operator, update, "drill_started", record.id, after=facts)
    log.info("drill started", advisory=record.id, operator=operator.id)
    language = await language_of(update, context)
    is_out = replace(record, state=AdvisoryState.PUBLISHED)
    follow = office(context).follow_ups.buttons(language, is_out, advisory)
    card = office(context).drill_cards.issued(language, record, follow)
    await put(context, operator.id, card, message_id)


async def _is_ready(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    message_id: int | None = None,
) -> bool:
    """Whether it can be started by this person; else the card says why not."""
    plan, publishing = kept.draft.drill or Plan(), office(context).publishing
    if kept.draft.missing or not plan.audience or not publishing.places(kept.draft):
        await open_card(update, context, operator, kept, message_id=message_id)
        return False
    allowed = office(context).roster.reach(operator)
    if (
        allowed is not None
        and not set(publishing.record(publishing.advisory(kept)).places) <= allowed
    ):
        language = await language_of(update, context)
        said = office(context).drill_cards.say(language, "outside")
        await _show(
            *(update, context, operator, kept, Field.PLACES), note=said, message_id=message_id
        )
        return False
    return True


async def _show(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    field: str,
    *,
    note: str = "",
    message_id: int | None = None,
) -> None:
    """The card at one question."""
    language = await language_of(update, context)
    own = operator.places if field == Field.PLACES else ()
    message, asked = office(context).drill_cards.card(language, kept, field, note=note, offered=own)
    where = message_id if message_id is not None else pressed_message(update)
    await ask(context, operator, message, about=kept.id, field=asked, message_id=where)


async def _drop(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    hand = Hand(operator.id, name_of(update), "dropped")
    dropped = await office(context).drafts.close(kept, DraftState.DROPPED, hand)
    if dropped is None:
        now = await office(context).drafts.get(kept.id)
        await say_overtaken(update, context, operator, now or kept)
        return
    await note(context, operator, update, "draft_dropped", kept.id)
    await open_card(update, context, operator, dropped)
    await answer(update)


async def _refuse_old(update: Update, context: Context) -> None:
    language = await language_of(update, context)
    text = context.services.dialogue.text(language, "error.old_button")
    await answer(update, text, alert=True)


def _group(context: Context, number: int) -> str:
    matches = context.matches or ()
    return (matches[0].group(number) or "") if matches else ""

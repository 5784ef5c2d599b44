"""`/publish`: from a template or a pasted text to a draft, step by step, each one saved."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from telegram import Update

from bot.chat.context import Context
from bot.chat.operators import issue
from bot.chat.operators.access import acting, language_of, name_of, note, office
from bot.chat.operators.view import ask, open_card, pressed_message, put, say_overtaken
from bot.chat.reply import answer
from bot.domain.advisory import Severity
from bot.domain.draft import Draft, DraftState, Field, Hand, Kept, from_template
from bot.domain.operators import Act, Operator
from bot.domain.window import Quick, quick

PASTE = "paste"
NEW = "new"
"""What the next text is about while there is no draft yet."""


async def publish(update: Update, context: Context) -> None:
    """`/publish`: templates, a way to paste, and the drafts that are open."""
    operator = await acting(update, context, Act.DRAFT)
    if operator is None:
        return
    drafts = [one for one in await office(context).drafts.open() if not one.draft.is_drill]
    language = await language_of(update, context)
    await put(context, operator.id, office(context).cards.start(language, drafts))
    await office(context).drafts.set_focus(operator.id, None)


async def choose(update: Update, context: Context) -> None:
    """A pressed template becomes a draft."""
    operator = await acting(update, context, Act.DRAFT)
    if operator is None:
        return
    template = office(context).templates.get(_group(context, 1))
    if template is None:
        language = await language_of(update, context)
        text = context.services.dialogue.text(language, "error.old_button")
        await answer(update, text, alert=True)
        return
    await begin(update, context, operator, from_template(template))
    await answer(update)


async def paste(update: Update, context: Context) -> None:
    """Ask for CAP, JSON or a plain text."""
    operator = await acting(update, context, Act.DRAFT)
    if operator is None:
        return
    language = await language_of(update, context)
    message = office(context).cards.pasting(language)
    where = pressed_message(update)
    await ask(context, operator, message, about=NEW, field=PASTE, message_id=where)
    await answer(update)


async def resume(update: Update, context: Context) -> None:
    """Go on with a draft, whoever began it."""
    operator = await acting(update, context, Act.DRAFT)
    if operator is None:
        return
    kept = await office(context).drafts.get(_group(context, 1))
    if kept is None:
        await answer(update, office(context).cards.say("en", "draft.gone"), alert=True)
        return
    if kept.draft.is_drill:
        await refuse_drill(update, context)
        return
    await open_card(update, context, operator, kept)
    await answer(update)


async def begin(
    update: Update,
    context: Context,
    operator: Operator,
    draft: Draft,
    *,
    draft_id: str | None = None,
    message_id: int | None = None,
) -> None:
    """Keep a new draft and show its first question."""
    hand = Hand(operator.id, name_of(update), "created")
    kept = await office(context).drafts.create(draft, hand, draft_id)
    if kept is None:
        found = await office(context).drafts.get(draft_id or "")
        if found is not None:
            await say_overtaken(update, context, operator, found)
        return
    after = {"template": draft.template, "edits": draft.edits}
    given = {name: value for name, value in after.items() if value}
    await note(context, operator, update, "draft_created", kept.id, after=given)
    await open_card(update, context, operator, kept, message_id=message_id)


async def press(update: Update, context: Context) -> None:
    """A button of a draft's card: `d:<draft>:<version>:<verb>[:<argument>]`."""
    verb, argument = _group(context, 3), _group(context, 4)
    needed = Act.PUBLISH if verb == "go" else Act.DRAFT
    operator = await acting(update, context, needed)
    if operator is None:
        return
    kept = await office(context).drafts.get(_group(context, 1))
    if kept is None:
        language = await language_of(update, context)
        await answer(update, office(context).cards.say(language, "draft.gone"), alert=True)
    elif kept.draft.is_drill:
        await refuse_drill(update, context)
    elif kept.version != int(_group(context, 2)) or kept.state is not DraftState.OPEN:
        await say_overtaken(update, context, operator, kept)
    elif verb in ("at", "ok", "bk"):
        field = Field(argument) if verb == "at" and argument in set(Field) else None
        await open_card(update, context, operator, kept, field=field)
        await answer(update)
    elif verb == "pv":
        await issue.preview(update, context, operator, kept)
    elif verb == "go":
        await issue.publish_by_button(update, context, operator, kept)
    elif verb == "dr":
        await _drop(update, context, operator, kept)
    else:
        await _change(update, context, operator, kept, verb, argument)


async def refuse_drill(update: Update, context: Context) -> None:
    """No button of a real warning moves a drill, be it old or forged."""
    language = await language_of(update, context)
    await answer(update, office(context).drill_cards.say(language, "is_drill"), alert=True)


async def _change(
    update: Update, context: Context, operator: Operator, kept: Kept, verb: str, argument: str
) -> None:
    found = changed(context, kept, verb, argument)
    if found is None:
        language = await language_of(update, context)
        text = context.services.dialogue.text(language, "error.old_button")
        await answer(update, text, alert=True)
        return
    draft, field = found
    stays = field if field is Field.PLACES else None
    await save(update, context, operator, kept, draft, field, stays=stays)
    await answer(update)


def changed(context: Context, kept: Kept, verb: str, argument: str) -> tuple[Draft, Field] | None:
    """The draft after a press, and the field it changed; None for what no card offers."""
    draft = kept.draft
    if verb == "hz" and argument in office(context).guidance.hazards:
        return draft.of_hazard(argument), Field.HAZARD
    if verb == "pl" and context.services.gazetteer.get(argument) is not None:
        return draft.toggled(argument), Field.PLACES
    if verb == "wi" and argument in set(Quick):
        cards = office(context).cards
        zone, lasts = ZoneInfo(cards.zone_of(kept)), cards.lasts(kept)
        window = quick(Quick(argument), context.services.clock(), zone, lasts)
        update = {"starts": window.starts, "ends": window.ends}
        return draft.model_copy(update=update), Field.WINDOW
    if verb == "se" and argument in set(Severity):
        return draft.model_copy(update={"severity": Severity(argument)}), Field.SEVERITY
    if verb == "cl" and argument == Field.SAYS:
        return draft.model_copy(update={"says": None}), Field.SAYS
    if verb == "cl" and argument == Field.SOURCE:
        return draft.model_copy(update={"source": None, "web": None}), Field.SOURCE
    return None


async def save(
    update: Update,
    context: Context,
    operator: Operator,
    kept: Kept,
    draft: Draft,
    what: str,
    *,
    stays: Field | None = None,
    message_id: int | None = None,
) -> None:
    """Keep one step and show the next; whoever was second is told who was first. `what` is a field,
    or another word that the audit and the second one read.
    """
    drafts = office(context).drafts
    hand = Hand(operator.id, name_of(update), what)
    saved = await drafts.save(kept, draft, hand)
    if saved is None:
        now = await drafts.get(kept.id)
        if now is not None:
            await say_overtaken(update, context, operator, now)
        return
    await open_card(update, context, operator, saved, field=stays, message_id=message_id)


async def _drop(update: Update, context: Context, operator: Operator, kept: Kept) -> None:
    drafts = office(context).drafts
    hand = Hand(operator.id, name_of(update), "dropped")
    dropped = await drafts.close(kept, DraftState.DROPPED, hand)
    if dropped is None:
        now = await drafts.get(kept.id)
        await say_overtaken(update, context, operator, now or kept)
        return
    await note(context, operator, update, "draft_dropped", kept.id)
    await open_card(update, context, operator, dropped)
    await answer(update)


def _group(context: Context, number: int) -> str:
    matches = context.matches or ()
    return (matches[0].group(number) or "") if matches else ""

"""What operators type or send: places, a window, the source's words, a pasted advisory, a city."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from telegram import Update
from telegram.error import TelegramError

from bot.chat import answers, choice, hints
from bot.chat.choice import Match
from bot.chat.context import Context
from bot.chat.operators import decide, drills, issue, people
from bot.chat.operators.access import language_of, office, operator_of
from bot.chat.operators.publish import NEW, PASTE, begin, save
from bot.chat.operators.view import ask, open_card
from bot.domain.draft import (
    MAX_SAID,
    MAX_SOURCE,
    Draft,
    DraftState,
    Field,
    Focus,
    Kept,
    from_advisory,
    from_text,
)
from bot.domain.draft import (
    language_of as tag_of,
)
from bot.domain.operators import Act, Operator, may
from bot.domain.place import Place
from bot.domain.window import Slip, read_window
from bot.formats import MAX_BYTES, Parsed, parse
from bot.rendering.text import safe_url

_URL = re.compile(r"https?://\S+")
_SEPARATORS = re.compile(r"[\n;]+")


async def type_text(update: Update, context: Context) -> None:
    """A text of an operator who was asked for one; anything else is anybody's."""
    message = update.effective_message
    text = (message.text if message else None) or ""
    operator = await operator_of(update, context)
    focus = None if operator is None else await office(context).drafts.focus(operator.id)
    if operator is None or focus is None or not focus.field:
        await answers.type_text(update, context)
        return
    await _take(update, context, operator, focus, text)


async def send_file(update: Update, context: Context) -> None:
    """A file of an operator who was asked to paste: Telegram cuts a long text into several."""
    operator = await operator_of(update, context)
    focus = None if operator is None else await office(context).drafts.focus(operator.id)
    message = update.effective_message
    document = message.document if message else None
    if operator is None or focus is None or focus.field != PASTE or document is None:
        await hints.unknown_content(update, context)
        return
    if (document.file_size or 0) > MAX_BYTES:
        await _refuse_paste(update, context, operator, focus, "paste.too_large")
        return
    try:
        content = bytes(await (await document.get_file()).download_as_bytearray())
    except TelegramError:
        await _refuse_paste(update, context, operator, focus, "paste.unread")
        return
    await _paste(update, context, operator, focus, content)


async def _take(
    update: Update, context: Context, operator: Operator, focus: Focus, text: str
) -> None:
    if focus.field == decide.OVERRIDE:
        await decide.override(update, context, operator, focus, text)
    elif focus.field == people.PLACES:
        await people.set_places(update, context, operator, focus, text)
    elif not may(operator, Act.DRAFT):
        # Their role was taken away, or made smaller, while they were asked.
        await office(context).drafts.set_focus(operator.id, None)
        await answers.type_text(update, context)
    elif focus.about == NEW:
        await _paste(update, context, operator, focus, text.encode())
    elif focus.field.startswith(issue.CONFIRM):
        await issue.publish_by_city(update, context, operator, focus, text)
    elif focus.field.startswith(f"{drills.CONFIRM}:"):
        await drills.start_by_word(update, context, operator, focus, text)
    else:
        await _answer(update, context, operator, focus, text)


async def _answer(
    update: Update, context: Context, operator: Operator, focus: Focus, text: str
) -> None:
    kept = await office(context).drafts.get(focus.about)
    take = _FIELDS.get(focus.field)
    if kept is None or kept.state is not DraftState.OPEN or take is None:
        if kept is not None:
            await open_card(update, context, operator, kept, message_id=focus.message_id)
            if kept.state is DraftState.OPEN:
                return
        await office(context).drafts.set_focus(operator.id, None)
        return
    await take(update, context, operator, focus, kept, text)


async def _take_places(
    update: Update, context: Context, operator: Operator, focus: Focus, kept: Kept, text: str
) -> None:
    language = await language_of(update, context)
    draft, unclear, offered = kept.draft, [], list[str]()
    for name in filter(None, map(str.strip, _SEPARATORS.split(text))):
        place, similar = find_places(name, language, context)
        if place is None:
            unclear.append(name)
            offered += [one.id for one in similar]
        elif place.id not in draft.places:
            draft = draft.toggled(place.id)
    if draft != kept.draft:
        await save(
            *(update, context, operator, kept, draft, Field.PLACES),
            stays=Field.PLACES,
            message_id=focus.message_id,
        )
        kept = await office(context).drafts.get(kept.id) or kept
    if unclear:
        key = "places.several" if offered else "places.none"
        note = office(context).cards.say(language, key, name=", ".join(unclear)[:120])
        await open_card(
            *(update, context, operator, kept),
            field=Field.PLACES,
            note=note,
            offered=offered,
            message_id=focus.message_id,
        )


def find_places(
    name: str, language: str, context: Context
) -> tuple[Place | None, tuple[Place, ...]]:
    """The one place of exactly this name, a region too; else None, and those that may be meant.

    A name that is only like another is never taken: a warning for the wrong city is two mistakes.
    """
    gazetteer = context.services.gazetteer
    named = gazetteer.by_name(name)
    if len(named) == 1:
        return named[0], ()
    found = choice.read_city(name, language, gazetteer, context.services.suggest)
    if found.match is Match.EXACT:
        return found.places[0], ()
    return None, named[: choice.OFFERED] or found.places


async def _take_window(
    update: Update, context: Context, operator: Operator, focus: Focus, kept: Kept, text: str
) -> None:
    cards = office(context).cards
    window = read_window(text, context.services.clock(), ZoneInfo(cards.zone_of(kept)))
    if isinstance(window, Slip):
        language = await language_of(update, context)
        await open_card(
            *(update, context, operator, kept),
            field=Field.WINDOW,
            note=cards.say(language, f"slip.{window.value}"),
            message_id=focus.message_id,
        )
        return
    changes = {"starts": window.starts, "ends": window.ends}
    draft = kept.draft.model_copy(update=changes)
    message_id = focus.message_id
    await save(update, context, operator, kept, draft, Field.WINDOW, message_id=message_id)


async def _take_says(
    update: Update, context: Context, operator: Operator, focus: Focus, kept: Kept, text: str
) -> None:
    said = text.strip()
    language = await language_of(update, context)
    if len(said) > MAX_SAID:
        note = office(context).cards.say(language, "says.long", n=len(said), limit=MAX_SAID)
        await open_card(
            *(update, context, operator, kept),
            field=Field.SAYS,
            note=note,
            message_id=focus.message_id,
        )
        return
    changes = {"says": said, "says_in": tag_of(said, language)}
    draft = kept.draft.model_copy(update=changes)
    message_id = focus.message_id
    await save(update, context, operator, kept, draft, Field.SAYS, message_id=message_id)


async def _take_source(
    update: Update, context: Context, operator: Operator, focus: Focus, kept: Kept, text: str
) -> None:
    found = _URL.search(text)
    web = found[0] if found else None
    name = " ".join(_URL.sub(" ", text).split()).strip(" ,;–—-")
    language = await language_of(update, context)
    key = ""
    if web is not None and safe_url(web) is None:
        key = "source.link"
    elif not name or len(name) > MAX_SOURCE:
        key = "source.name"
    if key:
        await open_card(
            *(update, context, operator, kept),
            field=Field.SOURCE,
            note=office(context).cards.say(language, key, limit=MAX_SOURCE),
            message_id=focus.message_id,
        )
        return
    draft = kept.draft.model_copy(update={"source": name, "web": web})
    message_id = focus.message_id
    await save(update, context, operator, kept, draft, Field.SOURCE, message_id=message_id)


Take = Callable[[Update, Context, Operator, Focus, Kept, str], Awaitable[None]]
_FIELDS: dict[str, Take] = {
    Field.PLACES.value: _take_places,
    Field.WINDOW.value: _take_window,
    Field.SAYS.value: _take_says,
    Field.SOURCE.value: _take_source,
}


async def _paste(
    update: Update, context: Context, operator: Operator, focus: Focus, content: bytes
) -> None:
    draft = await _read_paste(update, context, operator, focus, content)
    if draft is not None:
        await begin(update, context, operator, draft, message_id=focus.message_id)


async def _read_paste(
    update: Update, context: Context, operator: Operator, focus: Focus, content: bytes
) -> Draft | None:
    """A draft of CAP, JSON or a plain text; None, and the reason on the card, for neither."""
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if head not in (b"<", b"{", b"["):
        text = content.decode("utf-8", "replace").strip()
        if not text:
            await _refuse_paste(update, context, operator, focus, "paste.unread")
            return None
        return from_text(text, await language_of(update, context))
    parsed: Parsed = parse(content)
    if not parsed.advisories:
        detail = "; ".join(f"{one.reason}: {one.detail}" for one in parsed.refusals)[:600]
        await _refuse_paste(update, context, operator, focus, "paste.refused", detail=detail)
        return None
    advisory = parsed.advisories[0]
    if advisory.is_drill:
        # Written anew it would be the real thing.
        said = office(context).drill_cards.say(await language_of(update, context), "pasted")
        await _ask_paste(update, context, operator, focus, said)
        return None
    record = office(context).publishing.record(advisory)
    hazard = office(context).guidance.classify(advisory, context.services.clock()).hazard
    return from_advisory(advisory, hazard=hazard, places=record.named)


async def _refuse_paste(
    update: Update,
    context: Context,
    operator: Operator,
    focus: Focus,
    key: str,
    **values: object,
) -> None:
    language = await language_of(update, context)
    said = office(context).cards.say(language, key, **values)
    await _ask_paste(update, context, operator, focus, said)


async def _ask_paste(
    update: Update, context: Context, operator: Operator, focus: Focus, note: str
) -> None:
    language = await language_of(update, context)
    message = office(context).cards.pasting(language, note)
    where = focus.message_id
    await ask(context, operator, message, about=NEW, field=PASTE, message_id=where)

"""Is this genuine, and what does it ask of me: questions about one advisory."""

from __future__ import annotations

from dataclasses import replace

from telegram import Message as TelegramMessage
from telegram import Update

from bot.chat import choice, city, forgery
from bot.chat.context import Context
from bot.chat.reply import answer, send
from bot.chat.visit import Visit, personal_language, visit
from bot.domain.message import Button
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.pipeline.lineage import read_back
from bot.rendering.checklist import ONE_ADULT
from bot.rendering.dialogue import Word, stands
from bot.rendering.notice import Notice

LONGEST_CHAIN = 20
_LONGEST_CODE = 40
"""What is longer is no mistyped code: it is a text that somebody was shown."""

_OVER = (Word.PASSED, Word.CANCELLED, Word.SUPERSEDED, Word.CLEARED)


async def verify(update: Update, context: Context) -> None:
    """`/verify KYI-7Q2F`: who published it and when, or that nobody did.

    It takes a whole text as well, written behind it or answered with it. In private what is not
    ours, or may have been changed, can be reported.
    """
    here = await visit(update, context)
    dialogue = context.services.dialogue
    asked = update.effective_message
    typed = forgery.words_of(asked)
    if not typed and asked is not None and asked.reply_to_message is not None:
        asked = asked.reply_to_message
        typed = forgery.words_of(asked)
    if not typed:
        await send(update, context, dialogue.say(here.language, "verify.usage"))
        return
    await _judge(update, context, here, asked, typed)


async def judge_forwarded(update: Update, context: Context) -> None:
    """Whoever passes a message on to the bot asks whether it is genuine."""
    here, asked = await visit(update, context), update.effective_message
    await _judge(update, context, here, asked, forgery.words_of(asked))


async def _judge(
    update: Update, context: Context, here: Visit, asked: TelegramMessage | None, typed: str
) -> None:
    """Answer for a code or a text with `asked`, the message that holds it."""
    dialogue = context.services.dialogue
    report = await forgery.offered(context, here.language) if here.is_private else ()
    code = choice.find_code(typed)
    record = await context.services.advisories.by_code(code) if code else None
    found = await _published(context, record)
    if record is None or found is None:
        named = code or " ".join(typed.split())
        if len(named) <= _LONGEST_CODE:
            text = dialogue.say(here.language, "verify.unknown", code=named)
        else:
            text = dialogue.say(here.language, "verify.popup_unknown")
        await send(update, context, replace(text, keyboard=report), quoting=asked)
        return
    text = dialogue.genuine(
        here.language,
        (record, found.advisory),
        context.services.clock(),
        source=found.source_name,
        timezone=found.timezone,
    )
    if choice.read_code(typed) is None:
        # Whoever forges a text can put a genuine code under it.
        compare = dialogue.say(here.language, "verify.compare")
        html = f"{text.html}\n\n{compare.html}"
        text = replace(text, html=html, keyboard=(*text.keyboard, *report))
    await send(update, context, text, quoting=asked)


async def press_verify(update: Update, context: Context) -> None:
    """The button under a message that asks whether it is genuine; only the presser sees it."""
    language = await _own_language(update, context)
    services = context.services
    record = await services.advisories.get(city.pressed_id(context))
    found = await _published(context, record)
    if record is None or found is None:
        text = services.dialogue.text(language, "verify.popup_unknown")
    else:
        text = services.dialogue.genuine_popup(
            language,
            (record, found.advisory),
            services.clock(),
            source=found.source_name,
            timezone=found.timezone,
        )
    await answer(update, text, alert=True)


async def press_more(update: Update, context: Context) -> None:
    """More about an advisory; in a group it opens in private, so that the group stays calm."""
    here = await visit(update, context)
    advisory_id = city.pressed_id(context)
    if here.is_private:
        await send_details(update, context, here, advisory_id)
        await answer(update)
    else:
        link = f"https://t.me/{context.bot.username}?start={choice.Link.ADVISORY}{advisory_id}"
        await answer(update, url=link)


async def send_details(update: Update, context: Context, here: Visit, advisory_id: str) -> None:
    """An advisory as it stands now, for somebody who asked or was passed its link.

    One that was replaced leads to what replaced it. One that is over says so, and says no more:
    its steps are nothing to act on.
    """
    services = context.services
    record = await _latest(context, await services.advisories.get(advisory_id))
    notice = await _published(context, record)
    if record is None or notice is None:
        await send(update, context, services.dialogue.say(here.language, "gone"))
        return
    if stands(record, notice.advisory, services.clock()) in _OVER:
        text = services.dialogue.genuine(
            here.language,
            (record, notice.advisory),
            services.clock(),
            source=notice.source_name,
            timezone=notice.timezone,
        )
        await send(update, context, replace(text, keyboard=()))
        return
    household = here.chat.household or ONE_ADULT
    for message in services.renderer.details(notice, here.language, household):
        await send(update, context, message)
    await _offer_place(update, context, here, notice)


async def _latest(context: Context, record: AdvisoryRecord | None) -> AdvisoryRecord | None:
    for _ in range(LONGEST_CHAIN):
        if record is None or record.state is not AdvisoryState.SUPERSEDED or not record.ended_by:
            break
        newer = await context.services.advisories.get(record.ended_by)
        if newer is None:
            break
        record = newer
    return record


async def _offer_place(update: Update, context: Context, here: Visit, notice: Notice) -> None:
    """Whoever came by a link and follows nothing is one tap from the next warning."""
    place = next((one for one in notice.places if choice.is_city(one)), None)
    if place is None or here.chat.places:
        return
    dialogue = context.services.dialogue
    offer = dialogue.say(here.language, "share.follow", city=place.name(here.language))
    label = dialogue.text(here.language, "nearest.yes", city=place.name(here.language))
    button = Button(label, data=f"city:add:{place.id}")
    await send(update, context, replace(offer, keyboard=((button,),)))


async def _published(context: Context, record: AdvisoryRecord | None) -> Notice | None:
    """What is told of a record; None for one that was never published."""
    if record is None:
        return None
    word = stands(record, read_back(record), context.services.clock())
    if word is Word.UNKNOWN:
        return None
    return await context.services.notices.for_advisory(record.id)


async def _own_language(update: Update, context: Context) -> str:
    """The presser's: in private the chosen one, elsewhere what their Telegram speaks."""
    if update.effective_chat is not None and update.effective_chat.type == "private":
        return (await visit(update, context)).language
    return personal_language(update, context)

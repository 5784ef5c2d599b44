"""Is this genuine, and what does it ask of me: questions about one advisory."""

from __future__ import annotations

from telegram import Update

from bot.chat import choice, city
from bot.chat.context import Context
from bot.chat.reply import answer, send
from bot.chat.visit import Visit, personal_language, visit
from bot.domain.record import AdvisoryRecord
from bot.pipeline.lineage import read_back
from bot.rendering.checklist import ONE_ADULT
from bot.rendering.dialogue import Word, stands
from bot.rendering.notice import Notice


async def verify(update: Update, context: Context) -> None:
    """`/verify KYI-7Q2F`: who published it and when, or that nobody did."""
    here = await visit(update, context)
    dialogue = context.services.dialogue
    typed = " ".join(context.args or ())
    if not typed:
        await send(update, context, dialogue.say(here.language, "verify.usage"))
        return
    code = choice.read_code(typed)
    record = await context.services.advisories.by_code(code) if code else None
    found = await _published(context, record)
    if record is None or found is None:
        text = dialogue.say(here.language, "verify.unknown", code=code or typed[:40])
        await send(update, context, text)
        return
    text = dialogue.genuine(
        here.language,
        (record, found.advisory),
        context.services.clock(),
        source=found.source_name,
        timezone=found.timezone,
    )
    await send(update, context, text)


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
    """Everything that is told of an advisory, for somebody who asked."""
    services = context.services
    record = await services.advisories.get(advisory_id)
    notice = await _published(context, record)
    if notice is None:
        await send(update, context, services.dialogue.say(here.language, "gone"))
        return
    household = here.chat.household or ONE_ADULT
    for message in services.renderer.details(notice, here.language, household):
        await send(update, context, message)


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

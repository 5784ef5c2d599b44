"""Somebody who was shown a text that is not ours tells the operators of it, without a name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from telegram import InlineKeyboardMarkup, Update
from telegram import Message as TelegramMessage
from telegram.error import BadRequest

from bot.chat import choice
from bot.chat.context import Context
from bot.chat.flood import Allowance, Answer, Buckets
from bot.chat.reply import answer
from bot.chat.visit import visit
from bot.domain.forgery import LONGEST_TEXT, fingerprint
from bot.domain.message import Button
from bot.pipeline.lineage import read_back
from bot.rendering.dialogue import Word, stands
from bot.rendering.text import clean, shorten

PRESSED = "forged"

PERSON = Allowance(burst=3, every_s=1200)
"""Reports of one person: three at once, then three an hour."""

_COMMAND = re.compile(r"^\s*/\w+(@\w+)?\s*")


async def offered(context: Context, language: str) -> tuple[tuple[Button, ...], ...]:
    """The button's row, where there are operators to tell."""
    if not await context.services.office.roster.all():
        return ()
    return ((Button(context.services.dialogue.text(language, "button.report"), PRESSED),),)


def words_of(message: TelegramMessage | None) -> str:
    """What somebody was shown: a forwarded message, or what they wrote behind the command."""
    text = (message.text or message.caption or "") if message is not None else ""
    return _COMMAND.sub("", text, count=1).strip()


class Reports:
    """The button under an answer that doubts; the text is the message that this answer quotes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._people = Buckets(PERSON)

    async def press(self, update: Update, context: Context) -> None:
        """Count the text, or say why not; the watchdog tells the operators at its next look."""
        here, services = await visit(update, context), context.services
        query = update.callback_query
        shown = query.message if query is not None else None
        asked = shown.reply_to_message if isinstance(shown, TelegramMessage) else None
        text = words_of(asked)
        if not text:
            await answer(update, services.dialogue.text(here.language, "report.gone"), alert=True)
            return
        verdict = self._people.take(here.chat.id, self._clock())
        if verdict is not Answer.PASS:
            enough = services.dialogue.text(here.language, "report.enough")
            await answer(update, enough if verdict is Answer.SAY else None, alert=True)
            return
        kept, code = shorten(clean(text), LONGEST_TEXT), await _code_in(context, text)
        is_taken = await services.forgeries.add(fingerprint(text), kept, code, services.clock())
        key = "report.thanks" if is_taken else "report.full"
        await answer(update, services.dialogue.text(here.language, key), alert=True)
        if is_taken and isinstance(shown, TelegramMessage):
            await _take_away(shown)


async def _code_in(context: Context, text: str) -> str:
    """A code of the text that is genuine; one that waits for a decision is nobody's yet."""
    code = choice.find_code(text)
    record = await context.services.advisories.by_code(code) if code else None
    if record is None:
        return ""
    word = stands(record, read_back(record), context.services.clock())
    return "" if word is Word.UNKNOWN else record.code


async def _take_away(shown: TelegramMessage) -> None:
    """One press is one report."""
    kept = [
        row
        for row in (shown.reply_markup.inline_keyboard if shown.reply_markup else ())
        if all(button.callback_data != PRESSED for button in row)
    ]
    try:
        await shown.edit_reply_markup(InlineKeyboardMarkup(kept) if kept else None)
    except BadRequest:
        return

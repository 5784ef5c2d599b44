"""`/audit`: who did what and when, page by page, and the whole as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from telegram import InputFile, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, note, office
from bot.chat.reply import answer, show
from bot.domain.audit import Entry
from bot.domain.operators import Act
from bot.rendering.pages import PAGE

COLUMNS = ("number", "at", "who", "name", "what", "about", "before", "after", "last")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def audit(update: Update, context: Context) -> None:
    """`/audit`: the latest entries; a pressed button shows those before a number."""
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    matches = context.matches or ()
    before = int(matches[0].group(1)) if matches and matches[0].groups() else None
    entries = await office(context).audit.latest(PAGE + 1, before)
    language = await language_of(update, context)
    page = office(context).pages.audit(language, entries[:PAGE], has_more=len(entries) > PAGE)
    await show(update, context, page)
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """All of it as CSV or as JSON lines; that it was handed over stands in the next."""
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    matches = context.matches or ()
    form = matches[0].group(1) if matches else "json"
    entries = [entry async for entry in office(context).audit.entries()]
    content = as_csv(entries) if form == "csv" else as_json_lines(entries)
    language = await language_of(update, context)
    first, last = (entries[0].number, entries[-1].number) if entries else (0, 0)
    await context.bot.send_document(
        operator.id,
        InputFile(content, filename=f"forewarn-audit.{'csv' if form == 'csv' else 'jsonl'}"),
        caption=office(context).pages.caption(language, first, last),
        parse_mode=ParseMode.HTML,
    )
    await note(context, operator, update, "exported", after={"first": first, "last": last})
    await answer(update)


def as_json_lines(entries: Iterable[Entry]) -> bytes:
    """One line an entry, with its hash beside the text it is over, so that it can be checked."""
    lines = (
        json.dumps({"number": one.number, "text": one.text, "hash": one.hash}, ensure_ascii=False)
        for one in entries
    )
    return "".join(f"{line}\n" for line in lines).encode()


def as_csv(entries: Iterable[Entry]) -> bytes:
    """A table for people, in UTF-8 with a mark that spreadsheets look for."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow((*COLUMNS, "hash"))
    for entry in entries:
        facts = entry.facts
        table.writerow([*(cell(facts[name]) for name in COLUMNS), entry.hash])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def cell(value: object) -> object:
    """A value for a cell of a table."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    # A name that begins as a formula would be one in a spreadsheet.
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

"""`/progress`: every broadcast that is being sent, those that ended last, and their reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from telegram import InputFile, Update
from telegram.constants import ParseMode

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, office
from bot.chat.operators.records import cell
from bot.chat.reply import answer, show
from bot.domain.broadcast import Manner
from bot.domain.histogram import top_of
from bot.domain.operators import Act
from bot.domain.progress import Account, unreached

COLUMNS = ("section", "item", "value", "at", "who", "name")
_LOOKED_AT = 40
_RUNNING = 8
_ENDED = 6

Row = tuple[object, ...]


async def progress(update: Update, context: Context) -> None:
    """The list of them all; a pressed button leads back to it."""
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    running, ended = await _listed(context)
    language = await language_of(update, context)
    await show(update, context, office(context).progress_texts.listing(language, running, ended))
    await answer(update)


async def see(update: Update, context: Context) -> None:
    """The report of one, as it stands."""
    account = await _pressed(update, context)
    if account is None:
        return
    language = await language_of(update, context)
    report = office(context).progress_texts.report(language, account, listed=True)
    await show(update, context, report)
    await answer(update)


async def export(update: Update, context: Context) -> None:
    """The same as a table in a file."""
    account = await _pressed(update, context)
    user = update.effective_user
    if account is None or user is None:
        return
    language = await language_of(update, context)
    await context.bot.send_document(
        user.id,
        InputFile(as_csv(account), filename=f"forewarn-{account.code}.csv"),
        caption=office(context).progress_texts.caption(language, account),
        parse_mode=ParseMode.HTML,
    )
    await answer(update)


def as_csv(account: Account) -> bytes:
    """A table for people, in UTF-8 with a mark that spreadsheets look for."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in _rows(account):
        padded = (*row, *("",) * (len(COLUMNS) - len(row)))
        table.writerow([cell(value) for value in padded])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _rows(account: Account) -> Iterator[Row]:
    found = account.progress
    broadcast, measures = found.broadcast, found.measures
    yield "broadcast", "id", broadcast.id
    yield "broadcast", "code", account.code
    yield "broadcast", "lane", broadcast.lane.name.lower()
    yield "broadcast", "state", found.phase.value
    moments = {
        "received": account.record.received if account.record is not None else None,
        "began": broadcast.started,
        "ended": broadcast.ended,
    }
    for item, moment in moments.items():
        if moment is not None:
            yield "broadcast", item, "", moment.isoformat(timespec="milliseconds")
    yield "count", "audience" if found.is_exact else "audience_estimated", found.total
    yield "count", "sent", found.sent
    for missed in unreached(broadcast, measures):
        yield "count", missed.end.value, missed.chats
        for cause, chats in missed.causes:
            yield "cause", f"{missed.end.value}.{cause.value if cause else 'other'}", chats
    yield from _times(account)
    yield "429", "answers", measures.floods
    yield "429", "paused_ms", measures.paused_ms
    yield "paid", "mode", found.payment.mode.value
    yield "paid", "reason", found.payment.reason.value
    yield "paid", "spent_tenths_of_a_star", found.payment.spent
    for entry in account.deeds:
        facts = entry.facts
        yield "deed", facts["what"], facts["after"] or "", facts["at"], facts["who"], facts["name"]


def _times(account: Account) -> Iterator[Row]:
    """Percentiles, and how many were accepted in each stretch of time up to so many ms."""
    accepted = account.progress.measures.accepted
    shares = {"p50_ms": 0.5, "p95_ms": 0.95}
    for item, share in shares.items():
        if (ms := accepted.percentile(share)) is not None:
            yield "accepted", item, ms
    if accepted.last_ms is not None:
        yield "accepted", "last_ms", accepted.last_ms
    for bucket, chats in sorted(accepted.counts.items()):
        yield "accepted_up_to_ms", top_of(bucket), chats


async def _listed(context: Context) -> tuple[list[Account], list[Account]]:
    """Those under way in the order of their lanes, and those that ended last."""
    rooms = office(context)
    active = await rooms.gauge.under_way()
    recent = await rooms.progress_notes.recent(_LOOKED_AT)
    running: list[Account] = []
    ended: list[Account] = []
    for broadcast_id in dict.fromkeys((*active, *recent)):
        found = await rooms.gauge.progress(broadcast_id)
        if found is None or found.broadcast.manner is Manner.EDIT:
            continue
        kept, most = (ended, _ENDED) if found.is_over else (running, _RUNNING)
        if len(kept) < most:
            kept.append(await rooms.gauge.account(found))
    return running, ended


async def _pressed(update: Update, context: Context) -> Account | None:
    """The broadcast of the button that was pressed, if they may see it; else an answer."""
    if await acting(update, context, Act.VIEW) is None:
        return None
    matches = context.matches or ()
    account = await office(context).gauge.of(matches[0].group(1)) if matches else None
    if account is None:
        language = await language_of(update, context)
        await answer(update, office(context).progress_texts.say(language, "gone"), alert=True)
    return account

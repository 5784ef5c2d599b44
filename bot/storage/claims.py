"""What the scripts and hashes of broadcasts answer, read back as values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.broadcast import Broadcast, BroadcastState, Claim, Claimed, Manner, Standing
from bot.domain.delivery import End, Lane
from bot.domain.subscriber import Recipient
from bot.storage.layout import END, read_answers
from bot.storage.notes import read_note
from bot.storage.server import from_ms
from bot.storage.spoken import spoken_of
from bot.storage.wishes import read_wishes


def read_claim(verdict: str, reply: list[Any]) -> Claim:
    """A verdict, and behind it: finished, next due, whether that is now, and rows."""
    finished, due, is_due, *rows = reply
    return Claim(
        Standing(verdict),
        tuple(map(read_row, rows)),
        finished=bool(finished),
        due_at=from_ms(due) if due else None,
        is_due=bool(is_due),
    )


def read_row(row: bytes) -> Claimed:
    """One chat put in flight, as `row` of prelude.lua wrote it."""
    # The shelter is last, for a person's words have spaces in them.
    key, attempts, field, thread, answers, wishes, note = row.decode().split(" ", maxsplit=6)
    language, low_data = spoken_of(field)
    return Claimed(
        Recipient.from_key(key),
        language,
        int(thread) if thread else None,
        int(attempts.removesuffix("d")),
        int(answers) if answers else None,
        low_data,
        attempts.endswith("d"),
        shelter=read_note(note),
        chosen=read_wishes(wishes),
    )


def broadcast_of(
    broadcast_id: str, fields: dict[bytes, bytes], in_flight: int, later: int
) -> Broadcast:
    """A broadcast from its hash and the sizes of what is in flight and postponed."""

    def moment(name: bytes) -> datetime | None:
        return from_ms(fields[name]) if name in fields else None

    counts = {end: int(fields.get(f"n:{end.value}".encode(), 0)) for end in End}
    return Broadcast(
        id=broadcast_id,
        lane=Lane(int(fields[b"lane"])),
        state=BroadcastState(fields[b"state"].decode()),
        expires=from_ms(fields[b"expires"]),
        audience=int(fields[b"audience"]),
        counts={end: n for end, n in counts.items() if n},
        in_flight=in_flight,
        later=later,
        started=moment(b"started"),
        ended=moment(b"ended"),
        manner=Manner(fields.get(b"manner", b"send").decode()),
        answers=tuple(one for one, _ in read_answers(fields.get(b"answers", b"").decode())),
        paid=fields[b"paid"] == b"1" if b"paid" in fields else None,
        spent=int(fields.get(b"spent", 0)),
        unpaid=fields[b"unpaid"].decode() if b"unpaid" in fields else None,
        expected=int(fields.get(b"expected", 0)),
        is_met=fields.get(b"cursor") == END.encode(),
    )

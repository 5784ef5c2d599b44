"""What the scripts of a claim answer, read back as values."""

from __future__ import annotations

from typing import Any

from bot.domain.broadcast import Claim, Claimed, Standing
from bot.domain.subscriber import Recipient
from bot.storage.notes import read_note
from bot.storage.server import from_ms
from bot.storage.spoken import spoken_of


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
    key, attempts, field, thread, answers, note = row.decode().split(" ", maxsplit=5)
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
    )

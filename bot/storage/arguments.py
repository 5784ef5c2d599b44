"""What the scripts of a claim and of a record are told of each chat: its words, in one argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.broadcast import Entry
from bot.domain.histogram import bucket_of
from bot.domain.subscriber import Recipient
from bot.storage.keys import Keys
from bot.storage.layout import Layout
from bot.storage.server import to_ms
from bot.storage.walk import Candidate

_MS = timedelta(milliseconds=1)


class KeyTable:
    """The KEYS of one call, each once; entries of ARGV name them by their place (from 1)."""

    def __init__(self, base: Sequence[str]) -> None:
        self._places = {key: place for place, key in enumerate(base, 1)}

    def index(self, key: str | None) -> int:
        """The key's place, 0 for none."""
        return 0 if key is None else self._places.setdefault(key, len(self._places) + 1)

    def indices(self, keys: Sequence[str]) -> str:
        """The keys' places with commas between, 0 for none."""
        return ",".join(str(self.index(key)) for key in keys) if keys else "0"

    @property
    def keys(self) -> list[str]:
        """KEYS in order."""
        return list(self._places)


def candidate_words(keys: Keys, layout: Layout, table: KeyTable, candidate: Candidate) -> str:
    """A chat that a claim may take, as claim.lua reads it."""
    who = candidate.recipient
    place = keys.place(candidate.place, who.kind) if candidate.place is not None else None
    chat, receipts = table.index(keys.chat(who.chat_id)), table.index(layout.receipts(keys, who))
    source = "later" if candidate.later else "cursor"
    told = table.indices(layout.told(keys, who))
    return f"{who.key} {source} {chat} {receipts} {table.index(place)} {told}"


def entry_words(keys: Keys, layout: Layout, table: KeyTable, entry: Entry) -> str:
    """How one chat ended, or when it is due again, as record.lua reads it."""
    who = entry.recipient
    bucket = table.index(layout.receipts(keys, who))
    end = entry.end.value if entry.end else ""
    message = "" if entry.message_id is None else entry.message_id
    moved = " 0"
    if entry.moved_to is not None:
        now = Recipient(who.kind, entry.moved_to)
        moved = f"{now.key} {table.index(layout.receipts(keys, now))}"
    cause, took = entry.cause or "", _took(layout, entry)
    return f"{who.key} {end} {message} {_due(entry)} {bucket} {moved} {cause} {took}"


def _due(entry: Entry) -> str:
    """When it is due, marked where the wait is no failure or the chat may have been told."""
    if entry.due is None:
        return ""
    return f"{'' if entry.failed else 'w'}{'d' if entry.doubtful else ''}{to_ms(entry.due)}"


def _took(layout: Layout, entry: Entry) -> str:
    """How many ms it took until Telegram accepted it, and the bucket of that."""
    if entry.accepted is None:
        return " "
    took_ms = max((entry.accepted - layout.started) // _MS, 0)
    return f"{took_ms} {bucket_of(took_ms)}"

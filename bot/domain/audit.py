"""The audit: who did what and when, chained so that a change or a gap shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""What the first entry of all is chained to."""

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody did. ``what`` is a word such as ``approved``; ``about`` an id or empty.

    ``who`` is a Telegram user id, 0 for the bot itself, None for the command line; ``before`` and
    ``after`` are values that JSON can hold.
    """

    what: str
    who: int | None
    name: str = ""
    about: str = ""
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as kept: ``text`` is its canonical JSON and ``hash`` chains it to the last."""

    number: int
    text: str
    hash: str

    @property
    def facts(self) -> dict[str, Any]:
        """The entry's JSON: number, at, who, name, what, about, before, after, last."""
        facts: dict[str, Any] = json.loads(self.text)
        return facts


@dataclass(frozen=True, slots=True)
class Span:
    """What the audit says of itself: the numbers it begins and ends with, and its last hash."""

    first: int = 1
    last: int = 0
    hash: str = GENESIS


class Fault(StrEnum):
    """What is wrong with an audit."""

    CHANGED = "changed"  # a text does not give its hash
    GAP = "gap"  # an entry is missing, or one stands where it does not belong
    CUT_OFF = "cut_off"  # the newest, or the oldest that must still be kept, are missing


def chained(span: Span, doing: Doing, at: datetime) -> Entry:
    """The entry that follows ``span``, made at ``at``."""
    facts = {
        "number": span.last + 1,
        "at": at.isoformat(timespec="milliseconds"),
        "who": doing.who,
        "name": doing.name,
        "what": doing.what,
        "about": doing.about,
        "before": dict(doing.before),
        "after": dict(doing.after),
        "last": span.hash,
    }
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Entry(span.last + 1, text, hash_of(text, span.hash))


def hash_of(text: str, last: str) -> str:
    """SHA-256 in hexadecimal over the last hash and the entry's canonical JSON in UTF-8."""
    return hashlib.sha256(f"{last}\n{text}".encode()).hexdigest()


def verify(entries: Iterable[Entry], span: Span) -> tuple[tuple[int, Fault], ...]:
    """Each fault with the number of the entry where it shows; empty if the chain is whole.

    ``entries`` are in order. What retention took from the front is no fault: ``span`` says where
    the audit begins.
    """
    faults: list[tuple[int, Fault]] = []
    number, last = span.first - 1, GENESIS if span.first == 1 else None
    for entry in entries:
        if entry.number != number + 1:
            fault = Fault.CUT_OFF if number == span.first - 1 else Fault.GAP
            faults.append((entry.number, fault))
            last = None
        said = _said(entry)
        if said is None or said[0] != entry.number or hash_of(entry.text, said[1]) != entry.hash:
            faults.append((entry.number, Fault.CHANGED))
        elif last is not None and said[1] != last:
            faults.append((entry.number, Fault.GAP))
        number, last = entry.number, entry.hash
    if number != span.last or (last not in (None, span.hash)):
        faults.append((span.last, Fault.CUT_OFF))
    return tuple(faults)


def _said(entry: Entry) -> tuple[int, str] | None:
    """The number and the last hash that stand in an entry's text; None if it cannot be read."""
    try:
        facts = entry.facts
        return int(facts["number"]), str(facts["last"])
    except (ValueError, TypeError, KeyError):
        return None

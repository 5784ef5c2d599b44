"""Texts that people report as forged: each is told to operators once, and then counted."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_TEXT = 900
"""Characters of a report that operators see."""

FIRSTS = 3
"""New texts that operators are told of in one period; the others wait, however many there are."""

SUMS = 12
"""Counts in one note."""

KEPT = timedelta(days=7)
"""How long a text's fingerprint and count are known after its last report."""


@dataclass(frozen=True, slots=True)
class Forgery:
    """A reported text; `told` is the count that operators know and `at` when they were told last.

    `text` is kept until they were told. `code` is one of ours that the text carries.
    """

    id: str
    text: str
    code: str
    count: int
    told: int = 0
    at: datetime | None = None

    @property
    def label(self) -> str:
        """What a first note and the counts behind it have in common."""
        return self.id[:6].upper()


@dataclass(frozen=True, slots=True)
class Reported:
    """What is to be told now: `firsts` in words, of `more` only how often."""

    firsts: tuple[Forgery, ...] = ()
    more: tuple[Forgery, ...] = ()

    @property
    def all(self) -> tuple[Forgery, ...]:
        """Everything that is told by it."""
        return *self.firsts, *self.more


def fingerprint(text: str) -> str:
    """The same for copies that differ in letters' case and form, spaces or invisible characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return hashlib.sha256(" ".join(visible.split()).encode("utf-8", "replace")).hexdigest()[:32]


def due(waiting: Iterable[Forgery], now: datetime, every: timedelta, recent: int) -> Reported:
    """What operators are to be told; `recent` new texts were told in the last period already."""
    firsts, more = [], []
    for one in waiting:
        if one.at is None:
            firsts.append(one)
        elif now - one.at >= every and one.count > one.told:
            more.append(one)
    return Reported(tuple(firsts[: max(FIRSTS - recent, 0)]), tuple(more[:SUMS]))

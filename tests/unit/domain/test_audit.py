"""The chain of the audit: whole, or the place where it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.audit import Doing, Entry, Fault, Span, chained, hash_of, verify

NOW = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)


def chain(count: int) -> tuple[list[Entry], Span]:
    entries, span = [], Span()
    for number in range(count):
        entry = chained(span, Doing("approved", 7, "Iryna", f"a{number}"), NOW)
        entries.append(entry)
        span = Span(1, entry.number, entry.hash)
    return entries, span


def forged(entry: Entry) -> Entry:
    """Another name, with a hash that fits it."""
    text = entry.text.replace("Iryna", "Petro")
    return Entry(entry.number, text, hash_of(text, entry.facts["last"]))


@pytest.mark.parametrize(
    ("tamper", "faults"),
    [
        pytest.param(lambda e: e, [], id="nothing was touched"),
        pytest.param(lambda e: [*e[:2], *e[3:]], [(4, Fault.GAP)], id="one was taken out"),
        pytest.param(
            lambda e: [e[0], replace(e[1], text=e[1].text.replace("Iryna", "Petro")), *e[2:]],
            [(2, Fault.CHANGED)],
            id="one was changed",
        ),
        pytest.param(
            lambda e: [e[0], forged(e[1]), *e[2:]],
            [(3, Fault.GAP)],
            id="one was changed with its hash",
        ),
        pytest.param(lambda e: e[:-1], [(5, Fault.CUT_OFF)], id="the newest is missing"),
        pytest.param(
            lambda e: [*e[:-1], forged(e[-1])],
            [(5, Fault.CUT_OFF)],
            id="the newest was changed with its hash",
        ),
        pytest.param(lambda e: e[2:], [(3, Fault.CUT_OFF)], id="the oldest are missing"),
        pytest.param(lambda e: [], [(5, Fault.CUT_OFF)], id="all are missing"),
        pytest.param(
            lambda e: [e[0], replace(e[1], text="{"), *e[2:]],
            [(2, Fault.CHANGED)],
            id="one is no JSON",
        ),
    ],
)
def test_audit_shows_where_it_was_touched(
    tamper: Callable[[list[Entry]], list[Entry]], faults: list[tuple[int, Fault]]
) -> None:
    entries, span = chain(5)
    assert list(verify(tamper(entries), span)) == faults


def test_audit_may_begin_where_retention_left_it() -> None:
    entries, span = chain(5)
    assert verify(entries[2:], replace(span, first=3)) == ()
    assert verify((), Span()) == ()

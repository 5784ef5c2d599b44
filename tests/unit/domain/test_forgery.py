"""What operators are told of reported texts, and when two texts are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.forgery import FIRSTS, SUMS, Forgery, due, fingerprint

NOW = datetime(2024, 11, 20, 9, 30, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def forgery(
    number: int = 0, *, count: int = 1, told: int = 0, ago: timedelta | None = None
) -> Forgery:
    at = None if ago is None else NOW - ago
    return Forgery(f"{number:032x}", "Leave the city", "", count, told, at)


def test_first_report_of_a_text_is_due_at_once_with_its_count() -> None:
    new = forgery(count=4)
    assert due([new], NOW, QUARTER, 0).firsts == (new,)


@pytest.mark.parametrize(
    ("count", "ago", "is_due"),
    [
        pytest.param(6, QUARTER, True, id="more reports after the period"),
        pytest.param(6, QUARTER - timedelta(seconds=1), False, id="more reports within it"),
        pytest.param(1, QUARTER, False, id="none since"),
    ],
)
def test_further_reports_are_counted_once_in_a_period(
    count: int, ago: timedelta, is_due: bool
) -> None:
    known = forgery(count=count, told=1, ago=ago)
    reported = due([known], NOW, QUARTER, 0)
    assert (reported.firsts, reported.more) == ((), (known,) if is_due else ())


@pytest.mark.parametrize(("recent", "told"), [(0, FIRSTS), (1, FIRSTS - 1), (FIRSTS, 0), (9, 0)])
def test_flood_of_new_texts_waits_in_order(recent: int, told: int) -> None:
    flood = [forgery(number) for number in range(50)]
    assert due(flood, NOW, QUARTER, recent).firsts == tuple(flood[:told])


def test_one_note_holds_few_counts() -> None:
    many = [forgery(number, count=2, told=1, ago=QUARTER) for number in range(50)]
    assert due(many, NOW, QUARTER, 0).more == tuple(many[:SUMS])


def test_copies_that_look_the_same_are_one_text() -> None:
    first = fingerprint("Leave  the\ncity tonight")
    assert fingerprint(" leave the CITY tonight\u200b") == first
    assert fingerprint("Ｌeave the city tonight") == first
    assert fingerprint("Leave the city at noon") != first
    assert fingerprint("half a pair \ud800")

"""Drills by the calendar, over short months and changed clocks."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drill import Plan
from bot.domain.drill_schedule import LATE, Due, Rule, Scheduled, due, read_rule

KYIV = ZoneInfo("Europe/Kyiv")
ELEVEN = time(11)

DAYS = [
    ("the first Tuesday", "first tuesday", 2026, 12, 1),
    ("the first Tuesday of a month that begins on a Wednesday", "first tuesday", 2026, 7, 7),
    ("the fourth Friday", "fourth friday", 2026, 11, 27),
    ("the last Monday is the fourth or the fifth", "last monday", 2026, 11, 30),
    ("the last Monday of a February of four weeks", "last monday", 2027, 2, 22),
    ("a day that every month has", "15", 2026, 2, 15),
    ("the 31st of a month of 30 days is its last", "31", 2026, 11, 30),
    ("the 31st in February", "31", 2026, 2, 28),
    ("the 29th in a leap year", "30", 2028, 2, 29),
    ("the last day", "last", 2026, 4, 30),
]


@pytest.mark.parametrize(
    ("said", "year", "month", "day"), [r[1:] for r in DAYS], ids=[r[0] for r in DAYS]
)
def test_day_of_a_month(said: str, year: int, month: int, day: int) -> None:
    rule = read_rule(said, "11:00")
    assert rule is not None
    assert rule.day(year, month).day == day


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("fifth monday", "11:00"),
        ("first day", "11:00"),
        ("0", "11:00"),
        ("32", "11:00"),
        ("-1", "11:00"),
        ("tuesday", "11:00"),
        ("", "11:00"),
        ("1", "24:00"),
        ("1", "9:00"),
        ("1", "11"),
    ],
)
def test_what_is_no_rule_is_not_read(day: str, at: str) -> None:
    assert read_rule(day, at) is None


RULES = st.builds(Rule, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6), st.just(ELEVEN))
RULES |= st.builds(Rule, st.integers(1, 31) | st.just(-1), st.none(), st.just(ELEVEN))


@given(RULES, st.integers(2024, 2040), st.integers(1, 12))
def test_every_month_has_exactly_one_day(rule: Rule, year: int, month: int) -> None:
    found = rule.day(year, month)
    assert (found.year, found.month) == (year, month)
    assert rule.weekday in (None, found.weekday())
    if rule.weekday is not None and rule.count == -1:
        assert found.day > monthrange(year, month)[1] - 7


@given(RULES, st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_occurrences_follow_one_another_without_a_gap(rule: Rule, moment: datetime) -> None:
    drill, now = Scheduled("d", rule, "t", ("703448",), Plan()), moment.replace(tzinfo=UTC)
    last, coming = drill.around(now, KYIV)
    assert last.at <= now < coming.at
    assert timedelta(days=20) < coming.at - last.at < timedelta(days=45)
    # Seen from the instant itself, what was coming is the last.
    assert drill.around(coming.at, KYIV)[0] == coming


def test_time_stays_that_of_the_clock_when_clocks_change() -> None:
    rule = Rule(-1, 6, ELEVEN)  # the last Sunday, on which they change
    for month, utc in ((3, 8), (10, 9)):
        assert rule.instant(2026, month, KYIV).astimezone(UTC).hour == utc
    skipped = Rule(-1, 6, time(3, 30)).instant(2026, 3, KYIV)
    assert skipped.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 04:30 by then
    twice = Rule(-1, 6, time(3, 30)).instant(2026, 10, KYIV)
    assert twice.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first of both


AT = datetime(2026, 12, 1, 11, tzinfo=KYIV)
BEFORE, DAY = AT - timedelta(days=40), timedelta(days=1)
ROWS = [
    ("two days ahead nothing is due", AT - 2 * DAY, BEFORE, Due.NOTHING),
    ("a day ahead it is announced", AT - DAY, BEFORE, Due.ANNOUNCE),
    ("on time it is held", AT, BEFORE, Due.HOLD),
    ("late by less than a day it is held", AT + LATE - timedelta(seconds=1), BEFORE, Due.HOLD),
    ("later it is missed", AT + LATE, BEFORE, Due.MISSED),
    ("what lies before the schedule is nothing", AT + LATE, AT + timedelta(hours=1), Due.NOTHING),
]


@pytest.mark.parametrize(
    ("now", "since", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_what_is_due(now: datetime, since: datetime, expected: Due) -> None:
    assert due(AT, since, now, announce=DAY) is expected


def test_each_month_has_a_draft_of_its_own() -> None:
    drill = Scheduled("kyiv", Rule(1, 1, ELEVEN), "t", (), Plan())
    other = Scheduled("lviv", Rule(1, 1, ELEVEN), "t", (), Plan())
    ids = {one.draft_id(period) for one in (drill, other) for period in ("2026-11", "2026-12")}
    assert len(ids) == 4
    assert all(len(one) == 10 for one in ids)

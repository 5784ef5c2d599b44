from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.rendering.times import Times
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import TEXTS

MIDNIGHT = datetime(2024, 11, 19, 22, tzinfo=UTC)
NEXT_MIDNIGHT = datetime(2024, 11, 20, 22, tzinfo=UTC)


def test_times_are_those_of_the_place_in_the_reader_s_language() -> None:
    assert Times(TEXTS, "uk", "Europe/Kyiv").moment(MIDNIGHT) == "ср 20 лист., 00:00"
    assert Times(TEXTS, "en", "Europe/Kyiv").moment(MIDNIGHT) == "Wed 20 Nov, 00:00"
    assert Times(TEXTS, "en", "Europe/Kyiv").dated(MIDNIGHT) == "Wed 20 Nov 2024, 00:00"


@pytest.mark.parametrize(
    ("language", "timezone", "words"),
    [
        ("uk", "Europe/Kyiv", "за київським часом"),
        ("en", "Europe/Kyiv", "Kyiv time"),
        ("en", "Asia/Jerusalem", "Jerusalem time"),
        ("uk", "Europe/Warsaw", "за місцевим часом (Варшава)"),
        ("en", "Nowhere/Never", "UTC"),
        ("en", "../etc/passwd", "UTC"),
    ],
)
def test_zone_is_named_in_words(language: str, timezone: str, words: str) -> None:
    assert Times(TEXTS, language, timezone).zone == words


def test_window_that_ends_at_midnight_is_the_day_before() -> None:
    times = Times(TEXTS, "en", "Europe/Kyiv")
    assert times.days(MIDNIGHT, NEXT_MIDNIGHT) == "Wed 20 Nov"
    assert times.days(MIDNIGHT, None) == "Wed 20 Nov"
    assert times.days(MIDNIGHT, datetime(2024, 11, 21, 10, tzinfo=UTC)) == "Wed 20 Nov – Thu 21 Nov"


TWICE = [
    ("an hour that comes twice is told with its offset", datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
     "Sun 27 Oct, 03:30 (UTC+3)"),
    ("the second time, too", datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
     "Sun 27 Oct, 03:30 (UTC+2)"),
    ("no other one is", datetime(2024, 10, 27, 2, 0, tzinfo=UTC), "Sun 27 Oct, 04:00"),
    ("nor is the hour after the one that is missing", datetime(2024, 3, 31, 1, 0, tzinfo=UTC),
     "Sun 31 Mar, 04:00"),
    ("the leap day is a day", datetime(2024, 2, 28, 22, 0, tzinfo=UTC), "Thu 29 Feb, 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "shown"), [r[1:] for r in TWICE], ids=[r[0] for r in TWICE])
def test_time_is_plain_when_the_clocks_change(at: datetime, shown: str) -> None:
    assert Times(TEXTS, "en", "Europe/Kyiv").moment(at) == shown


def test_offset_of_half_an_hour_is_told() -> None:
    # Lord Howe Island changes by half an hour: from 10:30 ahead of UTC to 11:00 and back.
    times = Times(TEXTS, "en", "Australia/Lord_Howe")
    assert times.moment(datetime(2024, 4, 6, 15, 15, tzinfo=UTC)).endswith("(UTC+10:30)")


def test_time_by_the_phone_holds_the_place_s_time_and_zone_inside() -> None:
    html = Times(TEXTS, "uk", "Europe/Kyiv").by_phone(MIDNIGHT)
    assert 'unix="1732053600"' in html
    assert telegram_html.read(html) == "ср 20 лист., 00:00, за київським часом"

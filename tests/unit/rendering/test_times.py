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


def test_time_by_the_phone_holds_the_place_s_time_and_zone_inside() -> None:
    html = Times(TEXTS, "uk", "Europe/Kyiv").by_phone(MIDNIGHT)
    assert 'unix="1732053600"' in html
    assert telegram_html.read(html) == "ср 20 лист., 00:00, за київським часом"

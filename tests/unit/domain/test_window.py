"""Windows by a button and typed: each form, and each slip with its name."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.window import Quick, Slip, Window, quick, read_window

KYIV = ZoneInfo("Europe/Kyiv")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KYIV)


NOW = at("2024-11-19T22:30")


def window(start: str | None, end: str) -> Window:
    return Window(None if start is None else at(start), at(end))


@pytest.mark.parametrize(
    ("which", "now", "expected"),
    [
        pytest.param("now", "2024-11-19T22:30", window(None, "2024-11-20T01:30"), id="from now"),
        pytest.param(
            *("tonight", "2024-11-19T15:00"),
            window("2024-11-19T20:00", "2024-11-20T08:00"),
            id="the night that comes",
        ),
        pytest.param(
            *("tonight", "2024-11-19T22:30", window(None, "2024-11-20T08:00")),
            id="the night that has begun",
        ),
        pytest.param(
            *("tonight", "2024-11-20T03:00", window(None, "2024-11-20T08:00")),
            id="the night that goes on",
        ),
        pytest.param(
            *("tomorrow", "2024-11-19T22:30"),
            window("2024-11-20T00:00", "2024-11-21T00:00"),
            id="the whole next day",
        ),
    ],
)
def test_button_gives_a_window(which: str, now: str, expected: Window) -> None:
    assert quick(Quick(which), at(now), KYIV, timedelta(hours=3)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23:00-23:30", window("2024-11-19T23:00", "2024-11-19T23:30")),
        ("23:00 – 6:00", window("2024-11-19T23:00", "2024-11-20T06:00")),
        ("21:00-23:30", window(None, "2024-11-19T23:30")),
        ("20.11 18:00 - 21.11 06:00", window("2024-11-20T18:00", "2024-11-21T06:00")),
        ("20.11.2024 18:00-20.11.2024 19:00", window("2024-11-20T18:00", "2024-11-20T19:00")),
        ("2024-11-20 18:00 - 2024-11-20 19:00", window("2024-11-20T18:00", "2024-11-20T19:00")),
        ("tomorrow", Slip.FORM),
        ("20.11", Slip.FORM),
        ("18-23", Slip.FORM),
        ("25:00-26:00", Slip.NO_SUCH_TIME),
        ("30.02.2025 10:00 - 31.02.2025 10:00", Slip.NO_SUCH_TIME),
        ("21.11 06:00 - 20.11 18:00", Slip.ENDS_FIRST),
        ("18.11 06:00 - 18.11 18:00", Slip.OVER),
        ("20:00-21:00", Slip.OVER),
        ("20.11 06:00 - 20.12 06:00", Slip.TOO_LONG),
        ("20.12 06:00 - 20.12 07:00", Slip.TOO_LONG),
    ],
)
def test_typed_window_is_read_strictly(text: str, expected: Window | Slip) -> None:
    assert read_window(text, NOW, KYIV) == expected


def test_day_without_a_year_may_be_in_the_next() -> None:
    found = read_window("1.01 00:00 - 1.01 06:00", at("2024-12-31T12:00"), KYIV)
    assert found == window("2025-01-01T00:00", "2025-01-01T06:00")

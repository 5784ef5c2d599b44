"""The time that a source gives to reach shelter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.shelter import time_to_shelter


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("90", 90, id="seconds"),
        pytest.param(" 15 ", 15, id="with spaces around"),
        pytest.param("PT1M30S", 90, id="ISO 8601"),
        pytest.param("PT2H", 7200, id="hours"),
        pytest.param("86400", 86400, id="a day"),
        pytest.param("86401", None, id="more than a day"),
        pytest.param("0", None, id="nothing"),
        pytest.param("PT", None, id="a duration of nothing"),
        pytest.param("PT0S", None, id="no time"),
        pytest.param("1.5", None, id="a fraction: minutes or seconds?"),
        pytest.param("-5", None, id="the past"),
        pytest.param("٩٠", None, id="digits of another script"),
        pytest.param("90 s", None, id="a unit that is not agreed"),
        pytest.param("", None, id="empty"),
    ],
)
def test_time_is_read_or_left_out(value: str, seconds: int | None) -> None:
    assert time_to_shelter(value) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text(max_size=20))
def test_any_text_is_a_time_within_a_day_or_none(value: str) -> None:
    time = time_to_shelter(value)
    assert time is None or timedelta() < time <= timedelta(days=1)

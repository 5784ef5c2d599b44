"""What a chat that rests, or wants less, is told, and whether it rings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.advisory import Severity
from bot.domain.delivery import Lane
from bot.domain.preferences import (
    Fate,
    Follow,
    Occasion,
    Preferences,
    Quiet,
    next_at,
    read_hours,
    read_pause,
    tact,
)
from bot.storage.wishes import read_wishes, wishes_field

KYIV, LVIV = "703448", "702550"
ZONE = ZoneInfo("Europe/Kyiv")
NIGHT = Quiet(22 * 60, 7 * 60)
MIDNIGHT = datetime(2024, 11, 20, 0, 0, tzinfo=ZONE)
NOON = MIDNIGHT + timedelta(hours=12)
SEVERE = Occasion(
    Lane.PREPARE, True, "missile", Severity.SEVERE, frozenset({KYIV}), NOON + timedelta(hours=8)
)
BOTH = {KYIV: Follow(), LVIV: Follow()}


def fate(
    chosen: Preferences, occasion: Occasion = SEVERE, now: datetime = NOON, *, told: bool = False
) -> Fate:
    return tact(chosen, occasion, now, lambda _: ZONE, told=told).fate


SECOND = Preferences(places={KYIV: Follow(secondary=True), LVIV: Follow()})
GRAVE_ONLY = Preferences(places={KYIV: Follow(least=Severity.EXTREME)})
NO_MISSILES = Preferences(places={KYIV: Follow(without=frozenset({"missile"}))})
SLEEPER = Preferences(quiet=NIGHT, places=BOTH)
PAUSED = Preferences(paused_until=NOON + timedelta(hours=2), places=BOTH)
EARLY = replace(SEVERE, opens=MIDNIGHT + timedelta(hours=5))
END = replace(SEVERE, is_news=False)

ROWS = [
    ("by day everything rings", SLEEPER, SEVERE, NOON, False, Fate.LOUD),
    ("what can wait is held over the night", SLEEPER, SEVERE, MIDNIGHT, False, Fate.HELD),
    ("what begins in the night comes without a sound", SLEEPER, EARLY, MIDNIGHT, False,
     Fate.SILENT),
    ("who was told hears the end, without a sound", SLEEPER, END, MIDNIGHT, True, Fate.SILENT),
    ("who was told hears what changes", SLEEPER, SEVERE, MIDNIGHT, True, Fate.SILENT),
    ("a pause holds what can wait", PAUSED, SEVERE, NOON, False, Fate.HELD),
    ("a pause ends by itself", PAUSED, SEVERE, NOON + timedelta(hours=2), False, Fate.LOUD),
    ("a secondary city makes no sound", SECOND, SEVERE, NOON, False, Fate.SILENT),
    ("a city of one's own beside it rings", SECOND,
     replace(SEVERE, places=frozenset({KYIV, LVIV})), NOON, False, Fate.LOUD),
    ("below the lowest severity nothing comes", GRAVE_ONLY, SEVERE, NOON, False, Fate.DROPPED),
    ("an unknown severity may be the worst", GRAVE_ONLY,
     replace(SEVERE, severity=Severity.UNKNOWN), NOON, False, Fate.LOUD),
    ("a threat that is not wanted does not come", NO_MISSILES, SEVERE, NOON, False, Fate.DROPPED),
    ("another threat does", NO_MISSILES, replace(SEVERE, hazard="flood"), NOON, False, Fate.LOUD),
    ("who was told all the same hears its end", NO_MISSILES, END, NOON, True, Fate.LOUD),
    ("a place that is no longer followed filters nothing", NO_MISSILES,
     replace(SEVERE, places=frozenset({LVIV})), NOON, False, Fate.LOUD),
]  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "occasion", "now", "told", "expected"),
    [r[1:] for r in ROWS],
    ids=[r[0] for r in ROWS],
)
def test_tact(
    chosen: Preferences, occasion: Occasion, now: datetime, told: bool, expected: Fate
) -> None:
    assert fate(chosen, occasion, now, told=told) is expected


CHOICES = st.builds(
    Preferences,
    st.none() | st.builds(Quiet, st.integers(0, 719), st.integers(720, 1439)),
    st.none()
    | st.datetimes(datetime(2024, 1, 1), datetime(2025, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
    st.booleans(),
    st.dictionaries(
        st.sampled_from([KYIV, LVIV]),
        st.builds(
            Follow,
            st.none() | st.sampled_from(Severity),
            st.frozensets(st.sampled_from(["missile", "flood"])),
            st.booleans(),
        ),
    ),
    st.booleans(),
)


@given(CHOICES, st.booleans(), st.booleans())
def test_shelter_now_always_comes_and_rings(chosen: Preferences, told: bool, news: bool) -> None:
    urgent = replace(SEVERE, lane=Lane.SHELTER_NOW, is_news=news)
    for hours in range(24):
        assert fate(chosen, urgent, MIDNIGHT + timedelta(hours=hours), told=told) is Fate.LOUD


@given(CHOICES)
def test_nobody_who_was_told_misses_the_end(chosen: Preferences) -> None:
    assert fate(chosen, END, told=True) in (Fate.LOUD, Fate.SILENT)


@given(CHOICES)
def test_stored_preferences_are_read_back(chosen: Preferences) -> None:
    field = wishes_field(chosen, chosen.places)
    assert " " not in field
    assert (read_wishes(field) or replace(chosen, places={})) == replace(
        chosen, places=chosen.places if field else {}
    )


def test_quiet_hours_keep_their_clock_when_it_is_changed() -> None:
    # In the night to 31 March 2024 an hour was missing, in that to 27 October one came twice.
    for day, hours in ((31, 8), (27, 10)):
        month = 3 if day == 31 else 10
        starts = datetime(2024, month, day - 1, 22, 0, tzinfo=ZONE)
        ends = NIGHT.until(starts, ZONE)
        assert ends is not None
        assert (ends.timestamp() - starts.timestamp()) / 3600 == hours
        assert ends.hour == 7


def test_pause_that_ends_in_the_night_goes_on_until_the_morning() -> None:
    chosen = Preferences(quiet=NIGHT, paused_until=MIDNIGHT)
    assert chosen.rests_until(MIDNIGHT - timedelta(hours=3), ZONE) == MIDNIGHT + timedelta(hours=7)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("22:00-7:00", NIGHT),
        ("22.00 – 07.00", NIGHT),
        ("24:00-07:00", Quiet(0, 420)),
        ("22:00-22:00", None),
        ("25:00-07:00", None),
        ("22:00", None),
        ("", None),
    ],
)
def test_hours_as_typed(typed: str, expected: Quiet | None) -> None:
    assert read_hours(typed) == expected


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2h", 120),
        ("2 год", 120),
        ("90m", 90),
        ("90 хв.", 90),
        ("1h30m", 90),
        ("2 hours", 120),
        ("72h", 4320),
        ("73h", None),
        ("0h", None),
        ("2", None),
        ("soon", None),
        ("", None),
    ],
)
def test_pause_as_typed(typed: str, minutes: int | None) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert read_pause(typed) == expected


@pytest.mark.parametrize(
    ("day", "hours"), [((2024, 3, 31), 23), ((2024, 10, 27), 25), ((2024, 2, 29), 24)]
)
def test_next_morning_keeps_its_clock_when_it_is_changed(
    day: tuple[int, int, int], hours: int
) -> None:
    nine = datetime(*day, 9, tzinfo=ZONE)
    before = datetime.combine(nine.date() - timedelta(days=1), nine.time(), ZONE)
    found = next_at(before, 9 * 60, ZONE)
    assert found == nine
    assert (found.timestamp() - before.timestamp()) / 3600 == hours


def test_next_time_of_day_is_in_the_zone_and_ahead() -> None:
    nine = next_at(NOON, 9 * 60, ZONE)
    assert nine == MIDNIGHT + timedelta(hours=33)
    assert next_at(nine - timedelta(seconds=1), 9 * 60, ZONE) == nine

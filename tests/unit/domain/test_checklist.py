from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.guidance import load_guidance
from bot.content.texts import Texts
from bot.domain.checklist import AmountRule, Member, Progress, Unit, amount_for
from bot.domain.subscriber import Household

BOOK = load_guidance(Texts.load().languages)

HOUSEHOLDS = st.builds(
    Household,
    adults=st.integers(0, 20),
    children=st.integers(0, 20),
    infants=st.integers(0, 20),
    pets=st.integers(0, 20),
    daily_medication=st.booleans(),
    cold_medication=st.booleans(),
    mobility=st.booleans(),
    oxygen=st.booleans(),
)
DAYS = st.integers(1, 60)
PROFILES = st.sampled_from(sorted(BOOK.profiles))


@given(HOUSEHOLDS, DAYS, PROFILES)
def test_amounts_are_never_zero_and_grow_with_people_and_days(
    household: Household, days: int, profile: str
) -> None:
    def amounts(who: Household, lasts: int) -> dict[str, float]:
        entries = BOOK.checklist_for(who, lasts, profile)
        return {entry.item.key: entry.amount.low for entry in entries if entry.amount}

    now = amounts(household, days)
    assert all(amount > 0 for amount in now.values())
    one_more = replace(
        household,
        adults=max(1, household.adults) + 1,
        children=household.children + 1,
        infants=household.infants + 1,
        pets=household.pets + 1,
    )
    larger, longer = amounts(one_more, days), amounts(household, days + 30)
    for key, amount in now.items():
        assert larger[key] > amount
        assert longer[key] > amount


def test_amount_of_the_ukrainian_guidance_for_a_family() -> None:
    family = Household(adults=2, children=1)
    found = {entry.item.key: entry.amount for entry in BOOK.checklist_for(family, 3, "ua")}
    water, service = found["drinking_water"], found["service_water"]
    assert water
    assert service
    assert (water.low, water.high) == (27, None)
    assert (service.low, service.high) == (90, 108)


def test_amount_is_never_for_fewer_days_than_its_source_asks() -> None:
    rule = AmountRule(unit=Unit.DAY, low=1, counts=(Member.ADULTS,), min_days=7)
    assert amount_for(rule, Household(), 3).days == 7
    assert amount_for(rule, Household(), 10).days == 10


def test_items_concern_only_those_who_need_them() -> None:
    alone = {entry.item.key for entry in BOOK.checklist_for(Household(), 3, "ua")}
    family = Household(infants=1, pets=1, daily_medication=True)
    all_of_them = {entry.item.key for entry in BOOK.checklist_for(family, 3, "ua")}
    assert all_of_them - alone >= {"infant_food", "pet_food", "medicine_list", "nappies"}


@pytest.mark.parametrize(
    ("profile", "item", "low", "days"),
    [
        pytest.param("ua", "drinking_water", 18, 3, id="Ukraine: 3 litres, 3 days"),
        pytest.param("us", "all_water", 22.8, 3, id="United States: a gallon, 3 days"),
        pytest.param("se", "drinking_water", 42, 7, id="Sweden: 3 litres, a week"),
        pytest.param("de", "drinking_water", 40, 10, id="Germany: 20 litres for 10 days"),
        pytest.param("de", "cereals", 7, 10, id="Germany: 3.5 kg for 10 days"),
        pytest.param("de", "fat", 0.714, 10, id="Germany: 0.357 kg for 10 days"),
    ],
)
def test_two_adults_need_what_their_guidance_says(
    profile: str, item: str, low: float, days: int
) -> None:
    entries = BOOK.checklist_for(Household(adults=2), 3, profile)
    amount = {entry.item.key: entry.amount for entry in entries}[item]
    assert amount is not None
    assert amount.low == pytest.approx(low)
    assert amount.days == days


def test_guidance_without_a_figure_gives_none() -> None:
    entries = BOOK.checklist_for(Household(oxygen=True, cold_medication=True), 3, "eu")
    amounts = {entry.item.key: entry.amount for entry in entries}
    assert amounts["drinking_water"] is None
    assert amounts["oxygen"] is None
    assert amounts["cold_medicines"] is None


def test_every_guidance_has_every_list() -> None:
    home = Household(2, 1, 1, 1, True, True, True, True)
    for profile in BOOK.profiles:
        lists = {entry.item.category for entry in BOOK.checklist_for(home, 3, profile)}
        assert len(lists) == 8, profile


@pytest.mark.parametrize(
    ("country", "profile"),
    [("UA", "ua"), ("US", "us"), ("SE", "se"), ("DE", "de"), ("PL", "eu"), ("JP", "us"),
     (None, "us")],
)  # fmt: skip
def test_country_decides_the_guidance(country: str | None, profile: str) -> None:
    assert BOOK.profile_of(country) == profile


@pytest.mark.parametrize(
    ("done", "total", "cells"),
    [(0, 14, 0), (1, 14, 1), (5, 14, 4), (13, 14, 9), (14, 14, 10), (0, 0, 0), (1, 99, 1)],
)
def test_bar_is_empty_only_at_nothing_and_full_only_at_everything(
    done: int, total: int, cells: int
) -> None:
    assert Progress(done, total).cells(10) == cells


def test_tick_for_what_no_longer_concerns_the_household_counts_nothing() -> None:
    entries = BOOK.checklist_for(Household(), 3, "ua")
    progress = Progress.of(entries, frozenset({"torch", "pet_food", "of_an_older_version"}))
    assert progress == Progress(1, len(entries))

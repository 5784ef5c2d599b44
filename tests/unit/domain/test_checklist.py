from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.content.guidance import load_guidance
from bot.domain.checklist import AmountRule, Member, Unit, amount_for
from bot.domain.subscriber import Household

BOOK = load_guidance(("en", "uk"))

HOUSEHOLDS = st.builds(
    Household,
    adults=st.integers(0, 20),
    children=st.integers(0, 20),
    infants=st.integers(0, 20),
    pets=st.integers(0, 20),
    daily_medication=st.booleans(),
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
    one_more = Household(
        adults=max(1, household.adults) + 1,
        children=household.children + 1,
        infants=household.infants + 1,
        pets=household.pets + 1,
        daily_medication=household.daily_medication,
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

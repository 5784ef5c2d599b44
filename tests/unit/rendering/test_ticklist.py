"""The checklist as a message: ticks in words and signs, sums as they were reckoned."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.checklist import ChecklistCategory, TickList
from bot.domain.subscriber import Chat, Household, Kind
from bot.rendering.text import parsed_units
from bot.rendering.ticklist import ListView, TickLists
from tests.unit.chat.places import GAZETTEER, KYIV
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import GUIDANCE, TEXTS

LISTS = TickLists(TEXTS, GUIDANCE, GAZETTEER, days=3, profile=None)
FAMILY = Household(2, 1, 1, 1, True, True, True, True)
HOUSEHOLDS = st.builds(
    Household,
    adults=st.integers(1, 20),
    children=st.integers(0, 20),
    infants=st.integers(0, 20),
    pets=st.integers(0, 20),
    daily_medication=st.booleans(),
    cold_medication=st.booleans(),
    mobility=st.booleans(),
    oxygen=st.booleans(),
)
ITEMS = st.frozensets(st.sampled_from([item.key for item in GUIDANCE.checklist]))
BYTES = 64


def view(
    household: Household | None = None,
    *ticked: str,
    kind: Kind = Kind.PRIVATE,
    places: tuple[str, ...] = (KYIV.id,),
    **sharing: Any,
) -> ListView:
    owner = Chat(5, kind, "en", places=places, household=household)
    ticks = TickList(5, frozenset(ticked), **sharing)
    return ListView(ticks, owner, kind)


def test_two_people_see_how_their_water_was_reckoned_and_by_whom() -> None:
    page = LISTS.page("en", view(Household(adults=2)), ChecklistCategory.WATER)
    shown = telegram_html.read(page.html)
    assert "2 people × 3 litres × 3 days = 18 litres" in shown
    assert "2 people × 10–12 litres × 3 days = 60–72 litres" in shown
    assert "Ministry of Internal Affairs of Ukraine, 11 February 2026" in shown


def test_figure_for_ten_days_is_shown_as_the_source_says_it() -> None:
    lists = TickLists(TEXTS, GUIDANCE, GAZETTEER, days=3, profile="de")
    page = lists.page("en", view(Household(adults=2)), ChecklistCategory.FOOD)
    shown = telegram_html.read(page.html)
    assert "2 people × 3.5 kilograms for 10 days, for 10 days in all: 7 kilograms" in shown
    assert "2 people × 0.357 kilograms" in shown


def test_item_without_a_figure_says_so() -> None:
    lists = TickLists(TEXTS, GUIDANCE, GAZETTEER, days=3, profile="eu")
    page = lists.page("en", view(), ChecklistCategory.WATER)
    assert "there is no official figure" in page.html


def test_progress_is_a_count_and_a_bar_and_a_tick_is_a_word_too() -> None:
    message = LISTS.overview("en", view(None, "drinking_water", "torch"))
    total = len(LISTS.entries(view()))
    assert f"2 of {total} ▓░░░░░░░░░" in message.html
    assert "☑ Drinking water: 9 litres (have it)" in message.html
    assert "☐ Cash" in message.html


def test_button_says_which_state_it_asks_for() -> None:
    page = LISTS.page("en", view(None, "torch"), ChecklistCategory.POWER)
    asked = {row[0].data: row[0].text for row in page.keyboard[:-1]}
    assert asked["tick:torch:0"].endswith("(have it)")
    assert asked["tick:radio:1"] == "☐ Battery radio"


def test_last_list_leads_back_to_the_first() -> None:
    page = LISTS.page("en", view(), ChecklistCategory.SHELTER)
    assert [button.data for button in page.keyboard[-1]] == ["list:all", "list:see:water"]


@pytest.mark.parametrize(
    ("kind", "sharing", "data"),
    [
        pytest.param(Kind.PRIVATE, {}, ["home:open", "list:share"], id="one's own"),
        pytest.param(Kind.PRIVATE, {"is_joined": True}, ["list:leave"], id="somebody's"),
        pytest.param(Kind.GROUP, {}, [], id="a group's: nothing to share"),
    ],
)
def test_sharing_is_for_people(kind: Kind, sharing: dict[str, Any], data: list[str]) -> None:
    message = LISTS.overview("en", view(kind=kind, **sharing))
    found = [button.data for row in message.keyboard for button in row]
    assert [one for one in found if one and not one.startswith("list:see:")] == data


@pytest.mark.parametrize(
    ("sharing", "said"),
    [
        ({"is_shared": True}, "nobody has joined yet"),
        ({"is_shared": True, "others": 1}, "1 person uses it besides you"),
        ({"is_joined": True, "is_shared": True, "others": 2}, "2 people use it besides you"),
    ],
)
def test_who_shares_is_only_a_number(sharing: dict[str, Any], said: str) -> None:
    assert said in LISTS.overview("en", view(**sharing)).html


def test_profile_follows_the_first_place_unless_the_configuration_fixes_one() -> None:
    fixed = TickLists(TEXTS, GUIDANCE, GAZETTEER, days=3, profile="se")
    assert LISTS.profile_of(view().owner) == "ua"
    assert LISTS.profile_of(view(places=()).owner) == "us"
    assert fixed.profile_of(view().owner) == "se"


@given(
    HOUSEHOLDS, ITEMS, st.sampled_from(TEXTS.languages), st.sampled_from(sorted(GUIDANCE.profiles))
)
def test_any_list_fits_telegram(
    household: Household, ticked: frozenset[str], language: str, profile: str
) -> None:
    lists = TickLists(TEXTS, GUIDANCE, GAZETTEER, days=30, profile=profile)
    seen = view(household, *ticked, is_shared=True, others=3)
    messages = [lists.page(language, seen, category) for category in ChecklistCategory]
    for message in (*messages, lists.overview(language, seen, "Note")):
        telegram_html.read(message.html)
        assert parsed_units(message.html) <= 4096
        for row in message.keyboard:
            for button in row:
                assert 0 < len((button.data or "").encode()) <= BYTES
                assert len(button.text) <= 40
    assert len(lists.saved(language, seen)) <= 200

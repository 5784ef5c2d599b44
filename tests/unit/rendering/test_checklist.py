from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.subscriber import Household
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.text import parsed_units
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import GUIDANCE, TEXTS

CHECKLISTS = Checklists(TEXTS, GUIDANCE)
HOUSEHOLDS = st.builds(
    Household,
    adults=st.integers(0, 12),
    children=st.integers(0, 12),
    infants=st.integers(0, 5),
    pets=st.integers(0, 9),
    daily_medication=st.booleans(),
)


@given(
    HOUSEHOLDS,
    st.sampled_from(TEXTS.languages),
    st.integers(1, 30),
    st.sampled_from(sorted(GUIDANCE.profiles)),
)
def test_any_household_s_list_fits_and_has_no_empty_amount(
    household: Household, language: str, days: int, profile: str
) -> None:
    message = CHECKLISTS.message(household, language, days, profile)
    shown = telegram_html.read(message.html)
    assert parsed_units(message.html) <= 4096
    assert message.silent
    assert not re.search(r"(?<![\d.,])0 ", shown)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "uk",
            (
                "<b>Запас для 1 дорослого на 3 дні</b>",
                "• Питна вода: 9 літрів (по 3 літри на добу)",
                "• Вода для гігієни та приготування їжі: 30–36 літрів (по 10–12 літрів на добу)",
            ),
        ),
        (
            "en",
            (
                "<b>Supplies for 1 adult for 3 days</b>",
                "• Drinking water: 9 litres (3 litres a day)",
                "• Water for hygiene and cooking: 30–36 litres (10–12 litres a day)",
            ),
        ),
    ],
)
def test_brief_list_of_one_adult_gives_amounts(language: str, lines: tuple[str, ...]) -> None:
    brief = CHECKLISTS.brief_lines(ONE_ADULT, language, 3, "ua")
    assert brief[:3] == lines
    assert len(brief) == 6
    assert "2026" in brief[-1]


def test_numbers_of_people_take_their_plural_forms() -> None:
    family = Household(adults=2, children=5, infants=1, pets=3)
    assert CHECKLISTS.household(family, "uk") == (
        "2 дорослих, 5 дітей, 1 немовляти і 3 тварин"
    )  # fmt: skip
    assert CHECKLISTS.household(family, "en") == "2 adults, 5 children, 1 infant and 3 pets"


def test_days_of_the_national_guidance_are_the_least() -> None:
    assert "на 3 дні" in CHECKLISTS.brief_lines(ONE_ADULT, "uk", 1, "ua")[0]
    assert "на 5 днів" in CHECKLISTS.brief_lines(ONE_ADULT, "uk", 5, "ua")[0]

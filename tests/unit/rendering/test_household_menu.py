"""Five questions in one message, and what is known in words."""

from __future__ import annotations

import pytest

from bot.domain.household import QUESTIONS, Question
from bot.domain.subscriber import Household
from bot.rendering.household import HouseholdMenu
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import GUIDANCE, TEXTS

MENU = HouseholdMenu(TEXTS, GUIDANCE)
FAMILY = Household(2, 1, 1, 3, daily_medication=True, oxygen=True)


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_can_be_skipped_and_is_valid(language: str, question: Question) -> None:
    for household in (None, FAMILY, Household(12, 9, 4, 7)):
        message = MENU.ask(language, household, question)
        telegram_html.read(message.html)
        last = [button.data or "" for button in message.keyboard[-1]]
        assert last[0].startswith(("home:ask:", "home:done"))
        for row in message.keyboard:
            assert all(len((button.data or "").encode()) <= 64 for button in row)


def test_answer_that_holds_is_marked() -> None:
    message = MENU.ask("en", FAMILY, Question.YOUNG)
    texts = [button.text for row in message.keyboard for button in row]
    assert "✓ 1 child, 1 infant" in texts
    assert sum(text.startswith("✓") for text in texts) == 1


def test_summary_says_for_whom_and_what_is_needed() -> None:
    shown = telegram_html.read(MENU.summary("en", FAMILY).html)
    assert "We reckon for 2 adults, 1 child, 1 infant and 3 pets." in shown
    assert "Needed: daily medicines and oxygen or a medical device." in shown


def test_nothing_known_is_one_adult_and_nothing_to_forget() -> None:
    message = MENU.summary("en", None)
    assert "For now we reckon for 1 adult." in message.html
    assert "home:forget" not in [button.data for row in message.keyboard for button in row]

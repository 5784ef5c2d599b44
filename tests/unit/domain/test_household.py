"""Five questions: every answer that a button gives holds, and is the one that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.household import (
    ANSWERS,
    MOST,
    QUESTIONS,
    Question,
    after,
    answered,
    counted,
    current,
)
from bot.domain.subscriber import Household

HOUSEHOLDS = st.builds(
    Household,
    adults=st.integers(1, MOST),
    children=st.integers(0, MOST),
    infants=st.integers(0, MOST),
    pets=st.integers(0, MOST),
    daily_medication=st.booleans(),
    cold_medication=st.booleans(),
    mobility=st.booleans(),
    oxygen=st.booleans(),
)
TAPS = [(question, answer) for question in QUESTIONS for answer in ANSWERS[question]]


@given(HOUSEHOLDS, st.sampled_from(TAPS))
def test_tap_holds_changes_nothing_else_and_is_the_same_twice(
    household: Household, tap: tuple[Question, str]
) -> None:
    question, answer = tap
    once = answered(household, question, answer)
    assert current(once, question) == answer
    assert answered(once, question, answer) == once
    for other in set(QUESTIONS) - {question}:
        assert current(once, other) == current(household, other)


def test_questions_are_five_and_end() -> None:
    asked, question = [], QUESTIONS[0]
    while True:
        asked.append(question)
        if (follows := after(question)) is None:
            break
        question = follows
    assert len(asked) == 5


@pytest.mark.parametrize(("question", "answer"), [(Question.ADULTS, "0"), (Question.YOUNG, "1")])
def test_answer_that_no_button_gives_is_refused(question: Question, answer: str) -> None:
    with pytest.raises(ValueError, match="answers nothing"):
        answered(Household(), question, answer)


@pytest.mark.parametrize(
    ("words", "household"),
    [
        pytest.param(["9", "5", "1", "2"], Household(9, 5, 1, 2, oxygen=True), id="all four"),
        pytest.param(["2"], Household(2, 1, 1, 1, oxygen=True), id="one: the others stay"),
        pytest.param(["0"], None, id="nobody who is grown up"),
        pytest.param(["21"], None, id="too many"),
        pytest.param(["-1"], None, id="fewer than nobody"),
        pytest.param(["two"], None, id="words"),
        pytest.param(["1", "1", "1", "1", "1"], None, id="five numbers"),
        pytest.param(["²"], None, id="a digit that is no number"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_typed_numbers_are_people(words: list[str], household: Household | None) -> None:
    assert counted(words, Household(1, 1, 1, 1, oxygen=True)) == household

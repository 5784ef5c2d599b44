"""The household, asked for in five taps: what each tap says, and which question comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from bot.domain.subscriber import Household

MOST: Final = 20
"""Of a kind in one household; more is a slip of the finger, or a house with a plan of its own."""


class Question(StrEnum):
    """The five questions in their order."""

    ADULTS = "adults"
    YOUNG = "young"
    PETS = "pets"
    PILLS = "pills"
    AID = "aid"


QUESTIONS: Final = tuple(Question)

ANSWERS: Final[Mapping[Question, tuple[str, ...]]] = {
    Question.ADULTS: tuple(str(n) for n in range(1, 9)),
    Question.YOUNG: tuple(f"{c}-{i}" for c in range(4) for i in range(3)),
    Question.PETS: tuple(str(n) for n in range(6)),
    Question.PILLS: ("no", "daily", "cold", "both"),
    Question.AID: ("no", "mobility", "oxygen", "both"),
}
"""What can be tapped: numbers, children and infants, or which needs there are."""


def after(question: Question) -> Question | None:
    """The next question; None behind the last."""
    index = QUESTIONS.index(question) + 1
    return QUESTIONS[index] if index < len(QUESTIONS) else None


def answered(household: Household, question: Question, answer: str) -> Household:
    """The household with an answer, the same however often it is given.

    Raises ValueError for an answer that is not one of :data:`ANSWERS`.
    """
    if answer not in ANSWERS[question]:
        raise ValueError(f"{answer!r} answers nothing about {question}")
    match question:
        case Question.ADULTS:
            return replace(household, adults=int(answer))
        case Question.YOUNG:
            children, infants = map(int, answer.split("-"))
            return replace(household, children=children, infants=infants)
        case Question.PETS:
            return replace(household, pets=int(answer))
        case Question.PILLS:
            daily, cold = answer in ("daily", "both"), answer in ("cold", "both")
            return replace(household, daily_medication=daily, cold_medication=cold)
        case Question.AID:
            mobility, oxygen = answer in ("mobility", "both"), answer in ("oxygen", "both")
            return replace(household, mobility=mobility, oxygen=oxygen)


def current(household: Household, question: Question) -> str:
    """The answer that a household stands for; one that no button gives is given too."""
    match question:
        case Question.ADULTS:
            return str(household.adults)
        case Question.YOUNG:
            return f"{household.children}-{household.infants}"
        case Question.PETS:
            return str(household.pets)
        case Question.PILLS:
            return _which(household.daily_medication, household.cold_medication, "daily", "cold")
        case Question.AID:
            return _which(household.mobility, household.oxygen, "mobility", "oxygen")


def counted(words: Sequence[str], household: Household) -> Household | None:
    """The household of typed numbers: adults, children, infants, pets; None for anything else."""
    if not 1 <= len(words) <= 4 or not all(word.isdecimal() and len(word) < 3 for word in words):
        return None
    numbers = [int(word) for word in words]
    if max(numbers) > MOST or numbers[0] < 1:
        return None
    known = (household.adults, household.children, household.infants, household.pets)
    adults, children, infants, pets = (*numbers, *known[len(numbers) :])
    return replace(household, adults=adults, children=children, infants=infants, pets=pets)


def _which(first: bool, second: bool, one: str, other: str) -> str:
    if first and second:
        return "both"
    return one if first else other if second else "no"

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.guidance import load_guidance
from bot.content.texts import Texts
from bot.domain.advisory import Advisory
from bot.domain.delivery import Lane
from bot.domain.guidance import (
    HAZARD_PARAMETER,
    AmountRule,
    Member,
    Stage,
    Unit,
    amount_for,
    lane_of,
)
from bot.domain.subscriber import Household

BOOK = load_guidance(Texts.load().languages)
EVENING_BEFORE = datetime(2024, 11, 19, 20, 31, tzinfo=UTC)
THAT_MORNING = datetime(2024, 11, 20, 8, tzinfo=UTC)
TWO_DAYS_LATER = datetime(2024, 11, 22, 8, tzinfo=UTC)


def advisory(*, head: dict[str, Any] | None = None, **changes: Any) -> Advisory:
    info = {
        "category": ["Security"],
        "event": "Potential significant air attack",
        "responseType": ["Shelter"],
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Possible",
        "onset": "2024-11-20T00:00:00+02:00",
        "expires": "2024-11-21T00:00:00+02:00",
        **changes,
    }
    return Advisory.model_validate(
        {
            "identifier": "a-1",
            "sender": "acs@embassy.example",
            "sent": "2024-11-19T22:30:00+02:00",
            "status": "Actual",
            "msgType": "Alert",
            "scope": "Public",
            "info": [info],
            **(head or {}),
        }
    )


@pytest.mark.parametrize(
    ("about", "now", "lane"),
    [
        pytest.param(
            advisory(urgency="Immediate"), EVENING_BEFORE, Lane.SHELTER_NOW,
            id="shelter, immediate and severe is shelter now",
        ),
        pytest.param(
            advisory(urgency="Immediate", severity="Extreme"), THAT_MORNING, Lane.SHELTER_NOW,
            id="so is extreme",
        ),
        pytest.param(
            advisory(urgency="Immediate", severity="Moderate"), THAT_MORNING, Lane.PREPARE,
            id="a moderate one is to prepare for",
        ),
        pytest.param(advisory(), EVENING_BEFORE, Lane.PREPARE, id="an expected one too"),
        pytest.param(
            advisory(responseType=["Monitor"]), EVENING_BEFORE, Lane.PREPARE,
            id="severity alone is enough to prepare",
        ),
        pytest.param(
            advisory(responseType=["Evacuate"], severity="Minor"), EVENING_BEFORE, Lane.PREPARE,
            id="a response alone is enough too",
        ),
        pytest.param(
            advisory(responseType=["Monitor"], severity="Minor"), EVENING_BEFORE, Lane.ROUTINE,
            id="neither is routine",
        ),
        pytest.param(
            advisory(urgency="Immediate"), TWO_DAYS_LATER, Lane.ROUTINE,
            id="what has passed is routine",
        ),
        pytest.param(
            advisory(head={"status": "Exercise"}, urgency="Immediate"), THAT_MORNING, Lane.DRILL,
            id="an exercise is a drill however urgent",
        ),
        pytest.param(
            advisory(head={"status": "Test"}), EVENING_BEFORE, Lane.DRILL, id="so is a test"
        ),
        pytest.param(
            advisory(head={"info": []}), EVENING_BEFORE, Lane.ROUTINE, id="no info is routine"
        ),
    ],
)  # fmt: skip
def test_lane(about: Advisory, now: datetime, lane: Lane) -> None:
    assert lane_of(about, now) is lane


@pytest.mark.parametrize(
    ("about", "now", "stage"),
    [
        pytest.param(advisory(), EVENING_BEFORE, Stage.PREPARE, id="before its window: prepare"),
        pytest.param(advisory(), THAT_MORNING, Stage.WINDOW_OPEN, id="in it: the window is open"),
        pytest.param(advisory(), TWO_DAYS_LATER, Stage.ENDED, id="after it: ended"),
        pytest.param(
            advisory(onset=None), EVENING_BEFORE, Stage.PREPARE, id="no window, so none is open"
        ),
        pytest.param(
            advisory(urgency="Immediate"), THAT_MORNING, Stage.TAKE_SHELTER, id="act at once"
        ),
        pytest.param(
            advisory(urgency="Immediate"), EVENING_BEFORE, Stage.PREPARE,
            id="nobody is sent to shelter for tomorrow",
        ),
        pytest.param(
            advisory(urgency="Immediate", certainty="Unlikely"), THAT_MORNING, Stage.WINDOW_OPEN,
            id="nor for what is unlikely",
        ),
        pytest.param(advisory(urgency="Past"), THAT_MORNING, Stage.AFTER, id="it has happened"),
        pytest.param(
            advisory(responseType=["AllClear"]), THAT_MORNING, Stage.ENDED, id="all clear"
        ),
    ],
)  # fmt: skip
def test_stage(about: Advisory, now: datetime, stage: Stage) -> None:
    assert BOOK.classify(about, now).stage is stage


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("Potential significant air attack", "combined_air_attack"),
        ("Ймовірна масована атака", "combined_air_attack"),
        ("Missile and drone attack", "combined_air_attack"),
        ("Загроза застосування ракет та БпЛА", "combined_air_attack"),
        ("Повітряна тривога", "combined_air_attack"),
        ("Ballistic missile threat", "missile"),
        ("Ракетна небезпека", "missile"),
        ("Загроза балістики", "missile"),
        ("Drone threat", "drone"),
        ("Атака дронів", "drone"),
        ("Blackout", "power_cut"),
        ("Аварійні відключення світла", "power_cut"),
        ("Chemical release", "chemical"),
        ("Витік аміаку", "chemical"),
        ("Nuclear power plant incident", "radiation"),
        ("Радіаційна небезпека", "radiation"),
        ("Civil unrest", "general_security"),
        ("Demonstration", "general_security"),
    ],
)
def test_hazard_follows_from_the_event_s_words(event: str, hazard: str) -> None:
    assert BOOK.classify(advisory(event=event), EVENING_BEFORE).hazard == hazard


def test_hazard_follows_from_the_headline_where_the_event_says_nothing() -> None:
    about = advisory(event="Security Alert", headline="Drone attack expected")
    assert BOOK.hazard_of(about) == "drone"


@pytest.mark.parametrize(("named", "hazard"), [("chemical", "chemical"), ("unheard of", "drone")])
def test_source_may_name_the_hazard_s_key(named: str, hazard: str) -> None:
    parameter = [{"valueName": HAZARD_PARAMETER, "value": named}]
    assert BOOK.hazard_of(advisory(event="Drone attack", parameter=parameter)) == hazard


def test_unknown_hazard_has_the_steps_and_words_of_general_security() -> None:
    assert BOOK.steps("meteor", Stage.PREPARE) == BOOK.steps("general_security", Stage.PREPARE)
    assert BOOK.hazard_text("meteor", "en") == BOOK.hazard_text("general_security", "en")


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


@pytest.mark.parametrize("language", BOOK.languages)
def test_contradictions_between_threats_are_kept(language: str) -> None:
    def said(hazard: str) -> str:
        stages = (Stage.PREPARE, Stage.TAKE_SHELTER)
        steps = (step for stage in stages for step in BOOK.steps(hazard, stage).steps)
        return " ".join(step.text[language] for step in steps).lower()

    up = {"en": "upper floor", "uk": "верхній поверх"}[language]
    down = {"en": "the basement or the middle", "uk": "підвал або"}[language]
    last = {"en": "only as a last resort", "uk": "лише як крайній захід"}[language]
    direct = {"en": "direct hit", "uk": "прямого влучання"}[language]
    milligrams = {"en": " mg", "uk": " мг"}[language]
    assert up in said("chemical")
    assert down in said("radiation")
    assert up not in said("missile") + said("radiation") + said("combined_air_attack")
    for hazard in ("combined_air_attack", "missile", "drone"):
        assert last in said(hazard)
        assert direct in said(hazard)
    assert milligrams not in said("radiation")


def test_every_step_names_a_source_and_the_day_it_was_reviewed() -> None:
    for guidance in BOOK.guidance:
        for step in guidance.steps:
            assert set(step.sources) <= set(BOOK.sources)
            assert step.reviewed.year >= 2026

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.content.guidance import load_guidance
from bot.domain.advisory import Advisory
from bot.domain.delivery import Lane
from bot.domain.guidance import (
    HAZARD_PARAMETER,
    Stage,
    lane_of,
)

BOOK = load_guidance(("en", "uk"))
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

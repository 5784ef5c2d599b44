from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from bot.content.guidance import FOLDER, load_guidance
from bot.content.guidance.wording import read_wordings
from bot.content.texts import Texts
from bot.domain.advisory import Advisory, Certainty, ResponseType, Severity, Urgency
from bot.domain.delivery import Lane
from bot.domain.guidance import (
    Stage,
    Trigger,
    lane_of,
)

BOOK = load_guidance(Texts.load().languages)
WORDINGS = read_wordings(FOLDER, BOOK.languages)
KEYS = {text: key for key, text in WORDINGS["en"].steps.items()}
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
            advisory(urgency="Immediate", responseType=["Evacuate"]), THAT_MORNING,
            Lane.SHELTER_NOW, id="who must leave at once must hear it as soon",
        ),
        pytest.param(
            advisory(responseType=["Evacuate"]), THAT_MORNING, Lane.PREPARE,
            id="to leave later is to prepare for",
        ),
        pytest.param(
            advisory(urgency="Immediate", responseType=["Monitor"]), THAT_MORNING, Lane.PREPARE,
            id="to watch what is near is no reason to be woken",
        ),
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


RESPONSES: list[list[str]] = [[], *([one.value] for one in ResponseType if one != "AllClear")]
SCALES = (Urgency, Severity, Certainty)


@pytest.mark.parametrize("event", ["Flood", "Tsunami", "Air attack", "Radiation", "Meteor"])
def test_whatever_says_to_act_now_goes_in_the_lane_that_wakes(event: str) -> None:
    scales = [[one.value for one in scale] for scale in SCALES]
    for response, urgency, severity, certainty in product(RESPONSES, *scales):
        about = advisory(
            event=event,
            responseType=response,
            urgency=urgency,
            severity=severity,
            certainty=certainty,
        )
        found = BOOK.classify(about, THAT_MORNING)
        if found.stage is Stage.TAKE_SHELTER:
            assert found.lane is Lane.SHELTER_NOW, (response, urgency, severity, certainty)


EARLIER = "acs@embassy.example,a-0,2024-11-19T22:00:00+02:00"
FLOOD: dict[str, Any] = {"event": "Flood", "category": ["Met"]}
NOW: dict[str, Any] = {"urgency": "Immediate", "onset": None}


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
            advisory(head={"msgType": "Cancel", "references": EARLIER}), THAT_MORNING, Stage.ENDED,
            id="a cancel ends it in the middle of its window",
        ),
        pytest.param(
            advisory(responseType=["AllClear"]), THAT_MORNING, Stage.ENDED, id="all clear"
        ),
        pytest.param(
            advisory(responseType=["AllClear"], urgency="Past"), THAT_MORNING, Stage.ENDED,
            id="all clear counts for more than past",
        ),
        pytest.param(advisory(urgency="Past"), THAT_MORNING, Stage.AFTER, id="it has happened"),
        pytest.param(
            advisory(urgency="Past"), TWO_DAYS_LATER, Stage.ENDED,
            id="what happened and has run out is over",
        ),
        *(
            pytest.param(
                advisory(urgency="Immediate", certainty=certainty), THAT_MORNING,
                Stage.TAKE_SHELTER, id=f"shelter, immediate, severe and {certainty}: act at once",
            )
            for certainty in ("Observed", "Likely", "Possible", "Unknown")
        ),
        pytest.param(
            advisory(urgency="Immediate", severity="Extreme"), THAT_MORNING, Stage.TAKE_SHELTER,
            id="so for what is extreme",
        ),
        pytest.param(
            advisory(urgency="Immediate", severity="Moderate"), THAT_MORNING, Stage.WINDOW_OPEN,
            id="nobody is sent to shelter for what is moderate",
        ),
        pytest.param(
            advisory(urgency="Immediate", responseType=["Monitor"]), THAT_MORNING,
            Stage.WINDOW_OPEN, id="nor where the source does not ask for it",
        ),
        pytest.param(
            advisory(urgency="Immediate", responseType=["Evacuate"]), THAT_MORNING,
            Stage.WINDOW_OPEN, id="nor where it asks to leave before an attack",
        ),
        pytest.param(
            advisory(urgency="Expected"), THAT_MORNING, Stage.WINDOW_OPEN,
            id="nor for what is not now",
        ),
        pytest.param(
            advisory(urgency="Immediate"), EVENING_BEFORE, Stage.PREPARE, id="nor for tomorrow"
        ),
        pytest.param(
            advisory(urgency="Immediate", certainty="Unlikely"), THAT_MORNING, Stage.WINDOW_OPEN,
            id="nor for what is unlikely",
        ),
        *(
            pytest.param(
                advisory(**FLOOD, **NOW, responseType=[response]), EVENING_BEFORE,
                Stage.TAKE_SHELTER, id=f"a flood with {response}: act at once",
            )
            for response in ("Evacuate", "Execute", "Avoid")
        ),
        pytest.param(
            advisory(**FLOOD, **NOW, responseType=["Monitor"]), EVENING_BEFORE, Stage.PREPARE,
            id="a flood to be watched is not run from",
        ),
        pytest.param(
            advisory(**FLOOD, **NOW, responseType=["Evacuate"], certainty="Unlikely"),
            EVENING_BEFORE, Stage.PREPARE, id="nor an unlikely one",
        ),
        pytest.param(
            advisory(**FLOOD, **NOW, responseType=[], severity="Extreme", certainty="Likely"),
            EVENING_BEFORE, Stage.TAKE_SHELTER,
            id="a flood that is extreme, likely and now needs no response to be named",
        ),
        pytest.param(
            advisory(**FLOOD, **NOW, responseType=[], severity="Extreme"), EVENING_BEFORE,
            Stage.PREPARE, id="one that is only possible does",
        ),
        pytest.param(
            advisory(**NOW, responseType=[], severity="Extreme", certainty="Likely"),
            EVENING_BEFORE, Stage.PREPARE, id="and so does an attack: a siren calls to shelter",
        ),
    ],
)  # fmt: skip
def test_stage(about: Advisory, now: datetime, stage: Stage) -> None:
    assert BOOK.classify(about, now).stage is stage


def test_unknown_hazard_has_the_steps_and_words_of_the_rest() -> None:
    assert BOOK.steps("meteor", Stage.PREPARE) == BOOK.steps("general", Stage.PREPARE)
    assert BOOK.hazard_text("meteor", "en") == BOOK.hazard_text("general", "en")
    assert BOOK.trigger("meteor") is BOOK.trigger("general") is Trigger.ITSELF


AIR = ("combined_air_attack", "missile", "drone", "artillery")
LOW = {"radiation_room", "radiation_middle", "artillery_low", "explosion_cover", "ammonia_room",
       "ammonia_low"}  # fmt: skip
HIGH = {"chemical_room", "chlorine_room", "chlorine_up", "flood_higher"}


def steps_of(hazard: str, stages: Iterable[Stage] = Stage) -> set[str]:
    return {KEYS[step.text["en"]] for stage in stages for step in BOOK.steps(hazard, stage).steps}


@pytest.mark.parametrize(
    ("hazard", "has", "never"),
    [
        *(
            pytest.param(air, {"two_walls_last"}, HIGH, id=f"{air}: low, two walls at the last")
            for air in AIR
        ),
        pytest.param("radiation", {"radiation_middle", "iodine_rule"}, HIGH, id="radiation: low"),
        pytest.param(
            "chemical", {"chemical_room", "chemical_height"}, LOW | {"go_to_shelter"},
            id="an unknown gas: up, and what differs",
        ),
        pytest.param("chlorine", {"chlorine_up"}, LOW | {"go_to_shelter"}, id="chlorine: up"),
        pytest.param("ammonia", {"ammonia_low"}, HIGH | {"chemical_height"}, id="ammonia: low"),
        pytest.param("flood", {"flood_higher"}, LOW, id="flood: up"),
        pytest.param(
            "explosive_remnants",
            {"objects_no_touch", "debris_leave", "objects_no_phone", "debris_call"},
            {"choose_shelter"}, id="remnants: hands off, back, no phone, call from afar",
        ),
        pytest.param("power_cut", {"generator_outdoors"}, {"siren_still_counts"}, id="no siren"),
        pytest.param(
            "general", {"local_news"}, LOW | HIGH | {"go_inside", "go_to_shelter"},
            id="of what is not known, no word of where to go",
        ),
    ],
)  # fmt: skip
def test_contradictions_between_threats_are_kept(
    hazard: str, has: set[str], never: set[str]
) -> None:
    walked = steps_of(hazard)
    assert has <= walked
    assert not never & walked


@pytest.mark.parametrize("hazard", BOOK.hazards)
def test_siren_is_spoken_of_only_where_it_is_what_triggers(hazard: str) -> None:
    speaks = {"siren_still_counts", "ready_to_shelter", "go_to_shelter", "stay_until_clear"}
    if BOOK.trigger(hazard) is not Trigger.SIREN:
        assert not speaks & steps_of(hazard)


@pytest.mark.parametrize("language", ["en", "uk"])
def test_last_resort_and_the_rule_on_iodide_are_named_as_what_they_are(language: str) -> None:
    last, direct, milligrams, official = {
        "en": ("only as a last resort", "direct hit", " mg", "only after official notice"),
        "uk": ("лише як крайній захід", "прямого влучання", " мг", "тільки після офіційного"),
    }[language]
    two_walls = WORDINGS[language].steps["two_walls_last"]
    assert last in two_walls
    assert direct in two_walls
    assert official in WORDINGS[language].steps["iodine_rule"]
    assert not any(milligrams in text for text in WORDINGS[language].steps.values())


def test_every_step_names_a_source_and_the_day_it_was_reviewed() -> None:
    for guidance in BOOK.guidance:
        for step in guidance.steps:
            assert set(step.sources) <= set(BOOK.sources)
            assert step.reviewed.year >= 2026

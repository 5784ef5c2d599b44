"""Several sources on one danger: what belongs together, who comes first, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accord import Matter, Voice, accords, differences, echoes, linked, silent
from bot.domain.advisory import Advisory
from bot.domain.change import Version
from bot.domain.life import Window

MIDNIGHT = datetime(2024, 11, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KYIV = frozenset({"703448"})


def voice(
    name: str,
    *,
    trust: int = 5,
    sent: datetime = MIDNIGHT - DAY,
    starts: datetime = MIDNIGHT,
    ends: datetime = MIDNIGHT + DAY,
    hazard: str = "air_attack",
    severity: str = "Severe",
    posture: str | None = None,
    places: frozenset[str] = KYIV,
    family: str = "siren",
    withdrawn: datetime | None = None,
    **more: Any,
) -> Voice:
    """What the source `name` says."""
    info: Mapping[str, object] = {
        "category": ["Security"],
        "event": "attack",
        "urgency": "Expected",
        "severity": severity,
        "certainty": "Possible",
        "parameter": [{"valueName": "embassyPosture", "value": posture}] if posture else [],
    }
    advisory = Advisory.model_validate(
        {
            "identifier": f"{name}-1",
            "sender": f"{name}@example.org",
            "sent": sent.isoformat(),
            "status": "Actual",
            "msgType": "Alert",
            "scope": "Public",
            "info": [info],
            **more,
        }
    )
    version = Version(advisory, hazard, Window(starts, ends))
    return Voice(name, version, family, places, name, trust, withdrawn)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, True, id="same threat, place and time"),
        pytest.param({"places": frozenset({"702550"})}, False, id="another place"),
        pytest.param({"family": "flood"}, False, id="another kind of threat"),
        pytest.param(
            {"starts": MIDNIGHT + DAY, "ends": MIDNIGHT + 2 * DAY}, False, id="another day"
        ),
        pytest.param({"status": "Exercise"}, False, id="a drill"),
        pytest.param(
            {"places": frozenset({"702550"}), "incidents": "strike"}, True, id="same incident"
        ),
        pytest.param(
            {
                "places": frozenset({"702550"}),
                "references": "us@example.org,us-1,2024-11-19T00:00:00-00:00",
            },
            True,
            id="it names the other",
        ),
    ],
)
def test_advisories_are_linked_by_what_they_name_or_by_place_and_time(
    change: dict[str, Any], expected: bool
) -> None:
    us = voice("us", incidents="strike")
    assert linked(us, voice("it", **change)) is expected
    assert linked(voice("it", **change), us) is expected


def test_most_trusted_source_stands_first_and_of_equals_the_newest() -> None:
    old = voice("old", trust=5)
    new = voice("new", trust=5, sent=MIDNIGHT - HOUR)
    best = voice("best", trust=9, sent=MIDNIGHT - 2 * DAY)
    (accord,) = accords([old, new, best])
    assert [one.id for one in accord.voices] == ["best", "new", "old"]


def test_two_groups_that_a_third_links_become_one() -> None:
    kyiv, lviv = voice("us"), voice("pl", places=frozenset({"702550"}))
    assert len(accords([kyiv, lviv])) == 2
    both = voice("ua", places=frozenset({"703448", "702550"}))
    assert len(accords([kyiv, lviv, both])) == 1


@pytest.mark.parametrize(
    ("change", "differ"),
    [
        pytest.param({}, (), id="they agree"),
        pytest.param({"posture": "closed"}, (), id="one says nothing of itself"),
        pytest.param({"hazard": "drones"}, (Matter.HAZARD,), id="another threat"),
        pytest.param({"severity": "Minor"}, (Matter.SEVERITY,), id="a milder word"),
        pytest.param({"severity": "Unknown"}, (), id="a severity that is not said"),
        pytest.param({"starts": MIDNIGHT + 2 * HOUR}, (Matter.TIME,), id="another beginning"),
        pytest.param({"ends": MIDNIGHT + DAY + HOUR}, (Matter.TIME,), id="another end"),
        pytest.param({"ends": MIDNIGHT + DAY - HOUR / 2}, (), id="half an hour is the same"),
        pytest.param({"withdrawn": MIDNIGHT}, (Matter.WHETHER,), id="one has withdrawn"),
    ],
)
def test_what_sources_differ_about_is_named(
    change: dict[str, Any], differ: tuple[Matter, ...]
) -> None:
    assert differences([voice("us"), voice("it", **change)]) == differ


def test_embassies_that_act_differently_differ() -> None:
    us, greece = voice("us", posture="closed"), voice("gr", posture="public-closed")
    assert differences([us, greece]) == (Matter.POSTURE,)


def test_source_does_not_differ_with_itself() -> None:
    before = voice("us", severity="Minor", sent=MIDNIGHT - 2 * DAY)
    assert differences([before, replace(voice("us"), id="us-2")]) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, True, id="the same again"),
        pytest.param({"severity": "Minor"}, True, id="milder"),
        pytest.param({"severity": "Extreme"}, False, id="graver"),
        pytest.param({"hazard": "drones"}, False, id="another threat"),
        pytest.param({"places": KYIV | {"702550"}}, False, id="a place more"),
        pytest.param({"places": frozenset()}, False, id="no place at all"),
        pytest.param({"starts": MIDNIGHT - HOUR}, False, id="earlier"),
        pytest.param({"ends": MIDNIGHT + DAY + HOUR}, False, id="longer"),
        pytest.param({"status": "Exercise"}, False, id="a drill"),
        pytest.param({"sender": "us@example.org"}, False, id="the same source"),
    ],
)
def test_only_what_says_nothing_new_is_an_echo(change: dict[str, Any], expected: bool) -> None:
    assert echoes(voice("it", **change), voice("us")) is expected


@given(st.permutations(range(4)))
def test_order_of_arrival_decides_nothing(order: list[int]) -> None:
    said = [
        voice("us", trust=9),
        voice("it", severity="Minor"),
        voice("gr", posture="closed"),
        voice("pl", places=frozenset({"702550"})),
    ]
    expected = [[one.id for one in accord.voices] for accord in accords(said)]
    shuffled = accords([said[at] for at in order])
    assert [[one.id for one in accord.voices] for accord in shuffled] == expected


@pytest.mark.parametrize(
    ("ago", "expected_h", "is_silent"),
    [
        pytest.param(1, 2, False, id="in time"),
        pytest.param(3, 2, True, id="for too long"),
        pytest.param(None, 2, True, id="never heard of"),
        pytest.param(None, None, False, id="nobody expects anything"),
    ],
)
def test_source_is_silent_only_where_it_should_have_spoken(
    ago: int | None, expected_h: int | None, is_silent: bool
) -> None:
    last = None if ago is None else MIDNIGHT - ago * HOUR
    expected = None if expected_h is None else expected_h * HOUR
    assert silent(last, expected, MIDNIGHT) is is_silent

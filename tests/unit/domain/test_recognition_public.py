"""Published CAP messages find the threat and stage that a person would name."""

from pathlib import Path

import pytest

from bot.content.guidance import load_guidance
from bot.content.texts import Texts
from bot.domain.guidance import Stage
from bot.domain.recognition import Basis
from bot.formats import parse

PUBLIC = Path(__file__).parents[3] / "../shared/data/cap"
pytestmark = pytest.mark.skipif(
    not PUBLIC.is_dir(), reason="the public messages are not part of this repository"
)

BOOK = load_guidance(Texts.load().languages)

FIRE = ("wildfire", Basis.EVENT_CODE)
FLOOD = ("flood", Basis.EVENT_CODE)
QUAKE = ("earthquake", Basis.EVENT_CODE)
KINDS = {
    # file, then the threat, what told it, and the stage on the day it was sent
    "google/australia.cap": [(*FIRE, Stage.PREPARE)],
    # The first of these calls itself "Other": only its category speaks of fire.
    "google/bushfire_valid.edxlde": [
        ("wildfire", Basis.CATEGORY, Stage.PREPARE),
        *([(*FIRE, Stage.PREPARE)] * 6),
    ],
    "google/canada.cap": [("storm", Basis.EVENT_CODE, Stage.ENDED)],
    "google/canada_signed.cap": [("storm", Basis.EVENT_CODE, Stage.PREPARE)],
    "google/earthquake.cap": [(*QUAKE, Stage.AFTER)],
    "google/earthquake-iso8859-1.cap": [(*QUAKE, Stage.AFTER)],
    "google/no_optional_fields.cap": [("general", Basis.NOTHING, Stage.PREPARE)],
    "google/wcatwc-warning.cap": [("tsunami", Basis.EVENT, Stage.TAKE_SHELTER)],
    "google/weather.atom": [(*FLOOD, Stage.PREPARE)],
    "google/weather.cap": [(*FLOOD, Stage.PREPARE)],
    **{
        f"oasis/v1dot{v}_appendix_adot{n}.xml": [kind]
        for v in (1, 2)
        for n, kind in {
            1: ("general_security", Basis.EVENT, Stage.PREPARE),
            2: ("storm", Basis.EVENT_CODE, Stage.TAKE_SHELTER),
            3: ("earthquake", Basis.EVENT, Stage.AFTER),
            4: ("general", Basis.NOTHING, Stage.PREPARE),
        }.items()
    },
}


@pytest.mark.parametrize("name", KINDS)
def test_public_message_finds_its_threat_and_stage(name: str) -> None:
    found = []
    for advisory in parse((PUBLIC / name).read_bytes()).advisories:
        told = BOOK.classify(advisory, advisory.sent)
        found.append((told.hazard, told.basis, told.stage))
    assert found == KINDS[name]

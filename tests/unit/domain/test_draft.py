"""Drafts: what they still ask for, and the advisory they become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.content.templates import load_templates
from bot.domain.advisory import Severity
from bot.domain.draft import (
    Draft,
    Field,
    Imprint,
    build,
    expires_soon,
    from_advisory,
    from_template,
    from_text,
    language_of,
)
from bot.formats import parse
from tests.unit.chat.places import KYIV, LVIV
from tests.unit.rendering.test_dialogue import advisory

NOW = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
TEMPLATES = load_templates(("en", "uk"), ("combined_air_attack", "general_security", "power_cut",
                                          "water_cut"))  # fmt: skip
IMPRINT = Imprint("draft-1", "t.me/forewarn_bot", NOW, {"en": "Threat", "uk": "Загроза"})


def full(**changes: object) -> Draft:
    draft = from_template(TEMPLATES["air_attack"])
    values = {"places": (KYIV.id, LVIV.id), "ends": NOW + timedelta(hours=6)} | changes
    return draft.model_copy(update=values)


def test_template_leaves_places_and_time_to_choose() -> None:
    for template in TEMPLATES.values():
        assert from_template(template).missing == (Field.PLACES, Field.WINDOW)


def test_text_leaves_all_but_the_words_to_choose() -> None:
    draft = from_text("  Тримайте запаси.  ", "en")
    assert (draft.says, draft.says_in) == ("Тримайте запаси.", "uk")
    assert draft.missing == (Field.HAZARD, Field.PLACES, Field.WINDOW, Field.SEVERITY)


def test_draft_becomes_an_advisory_that_can_be_read_back() -> None:
    made = build(full(source="Embassy", web="https://e.example/1"), (KYIV, LVIV), IMPRINT)
    (read,) = parse(made.to_json()).advisories
    assert read.id == made.id
    assert [info.language for info in read.info] == ["uk", "en"]
    assert read.max_severity is Severity.SEVERE
    assert read.parameter("forewarnHazard") == "combined_air_attack"
    assert [a.geocode[0].value for a in read.info[0].area] == [KYIV.id, LVIV.id]
    assert read.window == (NOW, NOW + timedelta(hours=6))


def test_words_of_the_source_stand_in_their_own_language_alone() -> None:
    made = build(full(says="It is closed.", says_in="en"), (KYIV,), IMPRINT)
    (info,) = made.info
    assert (info.language, info.description) == ("en", "It is closed.")
    bare = Draft(hazard="power_cut", severity=Severity.MINOR, places=(KYIV.id,),
                 ends=NOW + timedelta(hours=1), says="Світла не буде.", says_in="uk")  # fmt: skip
    (info,) = build(bare, (KYIV,), IMPRINT).info
    assert (info.language, info.event, info.description) == ("uk", "Загроза", "Світла не буде.")


def test_incomplete_draft_becomes_nothing() -> None:
    with pytest.raises(ValueError, match="places"):
        build(from_template(TEMPLATES["air_attack"]), (), IMPRINT)


def test_advisory_comes_back_as_a_draft() -> None:
    original = advisory()
    draft = from_advisory(original, hazard="missile", places=(KYIV.id,), edits=original.id)
    assert draft.missing == ()
    assert draft.edits == original.id
    again = build(draft, (KYIV,), IMPRINT)
    assert again.info[0].headline == original.info[0].headline
    assert again.max_severity is original.max_severity


def test_another_threat_takes_the_prepared_words_away() -> None:
    draft = full().of_hazard("power_cut")
    assert (draft.template, draft.words, draft.hazard) == (None, {}, "power_cut")
    assert Field.SAYS in draft.missing
    assert full().of_hazard("combined_air_attack") == full()


def test_place_is_added_and_taken_away_by_the_same_button() -> None:
    draft = Draft().toggled("a").toggled("b")
    assert draft.places == ("a", "b")
    assert draft.toggled("a").places == ("b",)
    crowded = Draft(places=tuple(map(str, range(30))))
    assert crowded.toggled("one more") == crowded


def test_draft_whose_time_is_over_cannot_go_out() -> None:
    assert expires_soon(full(ends=NOW), NOW)
    assert not expires_soon(full(), NOW)


@pytest.mark.parametrize(
    ("text", "typed_by", "expected"),
    [
        ("Take shelter", "en", "en"),
        ("Ідіть в укриття", "uk", "uk"),
        ("Take shelter", "uk", "en"),
        ("Ідіть в укриття", "en", "uk"),
        ("Schutz suchen", "de", "de"),
        ("123", "uk", "en"),
    ],
)
def test_language_of_a_text(text: str, typed_by: str, expected: str) -> None:
    assert language_of(text, typed_by) == expected

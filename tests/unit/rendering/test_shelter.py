"""Shelters in words; whatever a person or a list says arrives as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.guidance import Stage
from bot.domain.message import Layout
from bot.domain.shelter import MAX_NOTE, NearShelter, PublicShelter, ShelterNote
from bot.rendering.notice import Notice, Purpose
from bot.rendering.shelter import ShelterTexts
from bot.rendering.text import clean, escape, parsed_units
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import KYIV_ADVISORY, RENDERER, TEXTS, notice

SHELTERS = ShelterTexts(TEXTS)
NASTY = [
    "<b>bold</b> & <script>",
    "*bold* _it_ [x](tg://user?id=1) `code`",
    "zero\u200bwidth\u2060here",
    "abc\u202edcba",
    "ملجأ المدرسة",
    "я" * MAX_NOTE,
    "😀" * MAX_NOTE,
    "&lt;b&gt;",
    "a\u0300" * 60,
]
NOTES = st.text(min_size=1, max_size=MAX_NOTE) | st.sampled_from(NASTY)


@given(
    NOTES,
    st.sampled_from(TEXTS.languages),
    st.sampled_from(list(Stage)),
    st.sampled_from([Layout.PRIVATE, Layout.LOW]),
)
def test_any_note_arrives_as_text_in_the_warning(
    text: str, language: str, stage: Stage, layout: Layout
) -> None:
    about = notice(stage=stage)
    message = RENDERER.render(about, language, layout, ShelterNote(text, 5))
    shown = telegram_html.read(message.html)
    assert parsed_units(message.html) <= 4096
    if stage not in (Stage.AFTER, Stage.ENDED):
        assert escape(clean(text, one_line=True)) in message.html
        assert clean(text, one_line=True) in shown


@given(NOTES)
def test_any_note_arrives_as_text_in_its_own_message(text: str) -> None:
    message = SHELTERS.own("uk", ShelterNote(text), "Збережено.")
    assert clean(text, one_line=True) in telegram_html.read(message.html)


@given(NOTES, NOTES)
def test_any_public_shelter_arrives_as_text(name: str, address: str) -> None:
    near = NearShelter(
        PublicShelter(name[:100], address, 50.0, 30.0, address[:150], 5, name[:100]), 420.0
    )
    shown = telegram_html.read(SHELTERS.near("en", [near, near, near]).html)
    assert clean(name[:100], one_line=True) in shown
    assert clean(address, one_line=True) in shown
    assert parsed_units(SHELTERS.near("en", [near, near, near]).html) <= 4096


def test_note_stands_at_the_end_of_what_to_do() -> None:
    message = RENDERER.render(notice(), "en", Layout.PRIVATE, ShelterNote("Cellar, door 2", 4))
    assert "<b>Your shelter</b>\nCellar, door 2\nThe way there takes 4 minutes." in message.html
    place = message.html.index("Your shelter")
    assert message.html.index("1. ") < place < message.html.index("Supplies for")


def test_short_message_has_the_note_and_the_time_in_plain_words() -> None:
    lines = RENDERER.render(_timed("90"), "en", Layout.LOW, ShelterNote("Cellar", 4)).html.split(
        "\n"
    )
    assert lines[1] == "Time to reach shelter: 90 seconds."
    at = lines.index("Your shelter")
    assert lines[at + 1 : at + 3] == ["Cellar", "The way there takes 4 minutes."]


def test_letter_without_a_note_is_the_one_for_everybody() -> None:
    shared = RENDERER.render(notice(), "en", Layout.PRIVATE)
    assert shared == RENDERER.render(notice(), "en", Layout.PRIVATE, None)
    assert "Your shelter" not in shared.html.replace("Choose your shelter", "")


@pytest.mark.parametrize("layout", [Layout.PRIVATE, Layout.LOW])
def test_withdrawal_needs_no_shelter(layout: Layout) -> None:
    about = replace(_timed("90"), purpose=Purpose.CANCEL)
    message = RENDERER.render(about, "en", layout, ShelterNote("Cellar"))
    assert "Cellar" not in message.html
    assert "Time to reach" not in message.html


@pytest.mark.parametrize(
    ("value", "language", "line"),
    [
        ("90", "en", "Time to reach shelter: 90 seconds."),
        ("PT7M30S", "en", "Time to reach shelter: 7 minutes."),
        ("15", "uk", "Час, щоб дійти до укриття: 15 секунд."),
        ("120", "uk", "Час, щоб дійти до укриття: 2 хвилини."),
    ],
)
def test_time_to_shelter_stands_at_the_top(value: str, language: str, line: str) -> None:
    lines = RENDERER.render(_timed(value), language, Layout.CHANNEL).html.splitlines()
    assert lines[1] == f"<b>{line}</b>"


@pytest.mark.parametrize("value", ["soon", "<b>5</b>", "99999999", "0"])
def test_time_that_is_none_is_left_out(value: str) -> None:
    assert "Time to reach" not in RENDERER.render(_timed(value), "en", Layout.PRIVATE).html


@pytest.mark.parametrize(
    ("metres", "said"),
    [(3, "10 metres"), (344, "340 metres"), (994, "990 metres"), (1240, "1.2 kilometres")],
)
def test_distance_is_no_more_exact_than_it_is(metres: float, said: str) -> None:
    near = NearShelter(PublicShelter("School", "1 Road", 50.0, 30.0), metres)
    assert SHELTERS.venue("en", near) == ("School", f"1 Road ({said})")


def _timed(value: str) -> Notice:
    parameter = [{"valueName": "timeToShelter", "value": value}]
    data = KYIV_ADVISORY.model_dump(by_alias=True)
    data["info"] = [{**one, "parameter": parameter} for one in data["info"]]
    return notice(type(KYIV_ADVISORY).model_validate(data))

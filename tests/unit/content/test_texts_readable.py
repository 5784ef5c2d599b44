"""Texts for shaking hands: short sentences, no sign that only an eye can read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.content.catalogues import read_catalogue
from bot.content.languages import load_languages
from bot.content.texts import LOCALES
from bot.rendering.times import Times
from tests.unit.rendering.samples import GUIDANCE, TEXTS

MAX_WORDS = 20
SENTENCE_ENDS = {"el": ".!;\u037e\u0387"}
"""Greek ends a question with what looks like a semicolon."""
every_language = pytest.mark.parametrize("language", TEXTS.languages)


def sentences(text: str, language: str) -> Iterator[str]:
    """The sentences of a text; an item behind a line break or a colon's list is one by itself."""
    ends = re.escape(SENTENCE_ENDS.get(language, ".!?"))
    yield from (one for one in re.split(rf"[{ends}…]+(?:\s+|$)|\n", text) if one.strip())


def actions(language: str) -> Iterator[tuple[str, str]]:
    """Every text of the action lists with where it stands."""
    for one in GUIDANCE.guidance:
        for step in one.steps:
            yield f"{one.hazard}, {one.stage}", step.text[language]
    for item in GUIDANCE.checklist:
        yield item.key, item.text[language]
    for key in ("prepare", "window_open", "take_shelter", "after", "ended", "cancel", "drill"):
        yield key, TEXTS.get(language, f"advisory.siren.{key}", severity="")


def shipped(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language's catalogues with its key."""
    for domain in load_languages(LOCALES).domains(language):
        for key, text in read_catalogue(LOCALES / language / f"{domain}.po").texts.items():
            yield from ((key, form) for form in text.forms)


@every_language
def test_sentence_of_an_action_list_has_twenty_words_at_most(language: str) -> None:
    long = [
        (where, sentence)
        for where, text in actions(language)
        for sentence in sentences(text, language)
        if len(sentence.split()) > MAX_WORDS
    ]
    assert not long


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        pytest.param("en", "Go. Stay there! Why? Now…", 4, id="points, exclamations, questions"),
        pytest.param("uk", "Сирена: негайно в укриття. Чекайте.", 2, id="a colon ends nothing"),
        pytest.param("el", "Πού; Εδώ.", 2, id="the Greek question mark"),
        pytest.param("en", "3.8 litres at 10.30", 1, id="a decimal point"),
    ],
)
def test_sentences_are_split_as_the_language_ends_them(
    language: str, text: str, count: int
) -> None:
    assert len(list(sentences(text, language))) == count


TICKS = "☐☑✓"
"""Marks of one colour in front of words, which a screen reader reads out."""


@every_language
def test_no_text_speaks_in_pictures_or_colours(language: str) -> None:
    for key, text in shipped(language):
        signs = [
            char
            for char in text
            if unicodedata.category(char) in ("So", "Sk", "Cs") and char not in TICKS
        ]
        assert not signs, f"{key}: {text}"


@every_language
def test_clock_has_24_hours_and_days_have_names(language: str) -> None:
    times = Times(TEXTS, language, "Europe/Kyiv")
    at = datetime(2024, 11, 20, 19, 5, tzinfo=UTC)
    days = TEXTS.locale(language).days["format"]["abbreviated"]
    shown = times.dated(at)
    assert "21" in shown
    assert "05" in shown
    assert "2024" in shown
    assert days[2].rstrip(".") in shown
    assert times.day(at) in times.moment(at)

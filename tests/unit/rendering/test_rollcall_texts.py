"""The words of a roll-call: within Telegram's limits, nobody's text is markup."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.content.emergency import load_emergency
from bot.content.texts import Texts
from bot.domain.rollcall import Answer, Reply, RollCall
from bot.rendering.rollcall import RollCallTexts, Spot
from bot.rendering.text import parsed_units, units

TEXTS = Texts.load()
WORDS = RollCallTexts(TEXTS, load_emergency())
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
CALL = RollCall("0a1b2c3d", -100, 5, "uk", NOW, NOW)
KYIV = Spot("UA", "Europe/Kyiv")


@pytest.mark.parametrize("language", TEXTS.languages)
def test_list_of_a_large_group_fits_a_message_and_counts_who_is_left_out(language: str) -> None:
    replies = [Reply("Я" * 60, Answer.SAFE, NOW, "Ж" * 60) for _ in range(5000)]
    replies.append(Reply("<b>Zed</b>", Answer.HELP, NOW))
    message = WORDS.list_of(language, CALL, replies, KYIV, "Дім <7>")
    assert parsed_units(message.html) <= 4096
    assert "&lt;b&gt;Zed" in message.html
    assert message.html.index("Zed") < message.html.index("Я")
    assert "5" in message.html


@pytest.mark.parametrize("language", TEXTS.languages)
def test_answer_to_who_needs_help_fits_its_window_with_the_numbers(language: str) -> None:
    noted = WORDS.say(language, "noted", answer=WORDS.say(language, "answer.help"))
    said = f"{noted} {WORDS.no_line(language, 'UA', is_short=True)}"
    assert units(said) <= 200
    assert "112" in said


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("answer", Answer)
def test_every_answer_has_its_word_in_every_language(language: str, answer: Answer) -> None:
    for word in WORDS.say(language, f"word.{answer}").split(", "):
        assert WORDS.read_answer(word.upper()) is answer


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_cell_of_the_file_is_a_formula(cell: str) -> None:
    content = WORDS.file("en", [Reply(cell, Answer.SAFE, NOW)], "UTC").decode("utf-8-sig")
    assert content.splitlines()[1].lstrip('"').startswith("'")


def test_open_call_is_told_by_words_and_colour_and_a_closed_one_has_no_answers() -> None:
    message = WORDS.call(CALL, {Answer.HELP: 2}, KYIV, "https://t.me/x?start=r_-100")
    labels = [(button.text, button.style) for row in message.keyboard for button in row]
    assert labels[0] == ("У безпеці", "success")
    assert labels[2] == ("Потрібна допомога", "danger")
    assert parsed_units(message.html) < 1000
    over = RollCall("0a1b2c3d", -100, 5, "uk", NOW, NOW, is_open=False)
    (row,) = WORDS.call(over, {}, KYIV, "https://t.me/x?start=r_-100").keyboard
    assert row[0].url is not None

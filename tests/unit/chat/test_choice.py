"""What people mean by what they type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.chat import choice
from bot.chat.choice import Choice, Follow, Link, Match
from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Place
from bot.domain.subscriber import MAX_PLACES, Chat, Kind, State
from tests.unit.chat.places import (
    BROVARY,
    GAZETTEER,
    HORODOK_EAST,
    HORODOK_WEST,
    KYIV,
    KYIV_OBLAST,
    LVIV,
)

CHAT = Chat(id=1, kind=Kind.PRIVATE, language="uk")


def suggest(_gazetteer: Gazetteer, text: str, _language: str) -> Sequence[Place]:
    """One suggestion for whatever begins with K, and never any certainty."""
    return (KYIV,) if text.lower().startswith("k") else ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Київ", Choice(Match.EXACT, (KYIV,)), id="an exact name is taken"),
        pytest.param("kyiv", Choice(Match.EXACT, (KYIV,)), id="case does not matter"),
        pytest.param("  м.  Київ ", Choice(Match.EXACT, (KYIV,)), id="nor does what stands around"),
        pytest.param("Киев", Choice(Match.EXACT, (KYIV,)), id="an alias is exact too"),
        pytest.param("Kyyv", Choice(Match.SIMILAR, (KYIV,)), id="a slip is never taken by itself"),
        pytest.param(
            "Городок",
            Choice(Match.NAMESAKES, (HORODOK_WEST, HORODOK_EAST)),
            id="namesakes are offered, the largest first",
        ),
        pytest.param(
            "Городок, Київська область",
            Choice(Match.EXACT, (HORODOK_EAST,)),
            id="the region tells namesakes apart",
        ),
        pytest.param(
            "Городок, Україна",
            Choice(Match.NAMESAKES, (HORODOK_WEST, HORODOK_EAST)),
            id="a region that holds both does not",
        ),
        pytest.param(
            "Київська область",
            Choice(Match.REGION, (BROVARY, HORODOK_EAST)),
            id="a region offers its largest cities",
        ),
        pytest.param("Лондон", Choice(Match.NONE), id="an unknown name offers nothing"),
        pytest.param("12345", Choice(Match.NO_NAME), id="digits are no name"),
        pytest.param("🙂", Choice(Match.NO_NAME), id="a picture is no name"),
        pytest.param("", Choice(Match.NO_NAME), id="nothing is no name"),
        pytest.param("Київ " * 20, Choice(Match.NO_NAME), id="a long text is no name"),
        pytest.param("Київ\nЛьвів", Choice(Match.NO_NAME), id="two lines are no name"),
    ],
)
def test_typed_name_is_read(text: str, expected: Choice) -> None:
    assert choice.read_city(text, "uk", GAZETTEER, suggest) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("Київ", "uk", id="Ukrainian letters"),
        pytest.param("Kyiv", "en", id="English letters"),
        pytest.param("м. Київ", "uk", id="with an abbreviation"),
        pytest.param("Киев", None, id="a language that the bot does not speak"),
    ],
)
def test_channel_speaks_the_language_it_writes(text: str, language: str | None) -> None:
    assert choice.language_written(text, KYIV, ("en", "uk")) == language


def test_follow_adds_a_place_and_wakes_the_chat() -> None:
    stopped = replace(CHAT, state=State.STOPPED, places=(LVIV.id,))
    changed, became = choice.follow(stopped, KYIV)
    assert became is Follow.NEW
    assert (changed.places, changed.state) == ((LVIV.id, KYIV.id), State.ACTIVE)


def test_follow_of_a_followed_place_only_wakes() -> None:
    stopped = replace(CHAT, state=State.STOPPED, places=(KYIV.id,))
    assert choice.follow(stopped, KYIV) == (
        replace(stopped, state=State.ACTIVE),
        Follow.ALREADY,
    )


def test_follow_stops_at_the_limit() -> None:
    full = replace(CHAT, places=tuple(map(str, range(MAX_PLACES))))
    assert choice.follow(full, KYIV) == (full, Follow.FULL)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param("c_703448", (Link.CITY, "703448"), id="a city"),
        pytest.param("c_UA-32", (Link.CITY, "UA-32"), id="a region's id has the same form"),
        pytest.param("a_abcdefghij234567klmn", (Link.ADVISORY, "abcdefghij234567klmn"), id="more"),
        pytest.param("c_", None, id="nothing behind the head"),
        pytest.param("ref42", None, id="somebody else's payload"),
        pytest.param("", None, id="a plain start"),
        pytest.param("c_1 2", None, id="two words"),
    ],
)
def test_deep_link_is_read(payload: str, expected: tuple[Link, str] | None) -> None:
    assert choice.read_payload(payload) == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("KYI-7Q2F", "KYI-7Q2F", id="as it is written"),
        pytest.param("kyi 7q2f", "KYI-7Q2F", id="a space for the hyphen"),
        pytest.param("kyi7q2f", "KYI-7Q2F", id="no hyphen at all"),
        pytest.param("КУІ-7Q2F", "KYI-7Q2F", id="Cyrillic letters that look the same"),
        pytest.param("KYI-OIL1", "KYI-0111", id="letters for digits, as Crockford reads them"),
        pytest.param("«KYI–7Q2F».", "KYI-7Q2F", id="a dash and quotation marks"),
        pytest.param("ALL-0000", "ALL-0000", id="a place without letters"),
        pytest.param("KYI", None, id="half of it"),
        pytest.param("KYIV-7Q2F", None, id="too many letters"),
        pytest.param("KYI-7QUF", None, id="a letter that no code has"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_code_is_read_however_typed(typed: str, code: str | None) -> None:
    assert choice.read_code(typed) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("kyi 7q2f", "KYI-7Q2F", id="a code alone, however typed"),
        pytest.param(
            "Leave Kyiv.\nCode KYI-7Q2F. Issued", "KYI-7Q2F", id="the last line of a text"
        ),
        pytest.param("Код КУІ–7Q2F", "KYI-7Q2F", id="Cyrillic letters and a dash"),
        pytest.param("ABC-7QUF, then KYI-7Q2F", "KYI-7Q2F", id="the first that can be one"),
        pytest.param("at noon of 2024-11-20, call +38-044-1234", None, id="dates and numbers"),
        pytest.param("XKYI-7Q2F and KYI-7Q2FX", None, id="a part of a word"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_code_is_found_inside_a_text(text: str, code: str | None) -> None:
    assert choice.find_code(text) == code


def test_only_settlements_can_be_followed() -> None:
    assert choice.is_city(KYIV)
    assert not choice.is_city(KYIV_OBLAST)

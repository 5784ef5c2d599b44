"""A place's name in a language, and what two spellings of a name or code have in common."""

import pytest

from bot.domain.place import Level, Place, bare_name_key, code_key, name_key, scheme_key

KYIV = Place(
    id="703448",
    level=Level.CITY,
    names={"en": "Kyiv", "uk": "Київ"},
    aliases=("Kiev",),
    country="UA",
    parents=("UA",),
    codes={},
    lat=50.45466,
    lon=30.5238,
    population=2_952_301,
    timezone="Europe/Kyiv",
)


@pytest.mark.parametrize(
    ("language", "name", "why"),
    [
        ("uk", "Київ", "the exact tag is there"),
        ("uk-UA", "Київ", "the primary subtag is there"),
        ("UK_ua", "Київ", "case and underscore do not matter"),
        ("pl", "Kyiv", "English stands in"),
    ],
)
def test_place_name_follows_the_language_tag(language: str, name: str, why: str) -> None:
    assert KYIV.name(language) == name, why


def test_place_can_be_a_key() -> None:
    assert {KYIV: 1}[KYIV] == 1


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Київ", "КИЇВ", "case"),
        ("Кам’янське", "Кам'янське", "typographic and typewriter apostrophe"),
        ("Камʼянське", "Камянське", "an apostrophe left out"),
        ("Івано-Франківськ", "Івано Франківськ", "a hyphen left out"),
        ("Біла  Церква", "Біла\u00a0Церква", "a no-break space"),
        ("Київська обл.", "Київська область", "an abbreviated oblast"),
        ("Вишгородський р-н", "Вишгородський район", "an abbreviated raion"),
        ("Ｋｙｉｖ", "Kyiv", "full-width letters"),
    ],
)
def test_name_key_is_equal_for_spellings_of_one_name(one: str, other: str, why: str) -> None:
    assert name_key(one) == name_key(other), why


@pytest.mark.parametrize(
    "text", ["м. Київ", "м.Київ", "місто Київ", "г. Київ", "Київ місто", "Київ"]
)
def test_bare_name_key_leaves_out_the_kind_of_place(text: str) -> None:
    assert bare_name_key(text) == name_key("Київ")


def test_bare_name_key_leaves_words_that_only_begin_alike() -> None:
    assert bare_name_key("Миргород") == "миргород"
    assert bare_name_key("city") == "city"


def test_code_keys_forgive_case_and_white_space() -> None:
    assert scheme_key(" ISO 3166-2 ") == scheme_key("iso3166_2") == "iso31662"
    assert code_key(" ua-32 ") == "UA-32"

"""A typed name leads to suggestions, the likeliest first."""

import pytest

from bot.content.places import load, suggest
from bot.domain.gazetteer import Gazetteer


@pytest.fixture(scope="module")
def ukraine() -> Gazetteer:
    return load(["UA"])


@pytest.mark.parametrize(
    ("text", "uk", "why"),
    [
        ("Київ", "Київ", "the name"),
        ("kiev", "Київ", "an old name"),
        ("kiyv", "Київ", "two letters swapped"),
        ("rb]d", "Київ", "the Ukrainian name on a Latin keyboard"),
        ("rbsd", "Київ", "the same with a slip"),
        ("лншм", "Київ", "the English name on a Ukrainian keyboard"),
        ("lvov", "Львів", "not the village Lvove"),
        ("harkov", "Харків", "not the village Markova"),
        ("Харкив", "Харків", "Russian letters"),
        ("odessa", "Одеса", "an old name"),
        ("вишгрод", "Вишгород", "a letter left out"),
        ("м. Ужгород", "Ужгород", "the kind of place before it"),
        ("Ivano Frankivsk", "Івано-Франківськ", "a hyphen left out"),
        ("камянець подільский", "Кам’янець-Подільський", "apostrophe and soft sign left out"),
        ("Днепропетровск", "Дніпро", "an old Russian name"),
        ("біла цер", "Біла Церква", "the beginning of a name"),
        ("Олександрівка", "Олександрівка", "not Donetsk, which once bore the name"),
        ("запоріжжя", "Запоріжжя", "the city before the village"),
    ],
)
def test_suggest_puts_the_likeliest_first(ukraine: Gazetteer, text: str, uk: str, why: str) -> None:
    assert suggest(ukraine, text, "uk")[0].names["uk"] == uk, why


@pytest.mark.parametrize("text", ["", " ", "к", "qqqqqqqq", "ы" * 65, "12345"])
def test_suggest_returns_nothing_for_what_is_no_name(ukraine: Gazetteer, text: str) -> None:
    assert suggest(ukraine, text, "uk") == []


def test_suggest_returns_namesakes_from_the_largest(ukraine: Gazetteer) -> None:
    found = suggest(ukraine, "Олександрівка", "uk", limit=4)
    assert len(found) == 4
    assert {place.names["uk"] for place in found} == {"Олександрівка"}
    assert [place.population for place in found] == sorted(
        (place.population for place in found), reverse=True
    )


def test_suggest_knows_cities_abroad() -> None:
    gazetteer = load(["PL", "DE"])
    for text in ("Варшава", "Warszawa", "warsaw", "Varsovia"):
        assert suggest(gazetteer, text, "uk")[0].id == "756135"
    assert suggest(gazetteer, "Munchen", "de")[0].name("en") == "Munich"

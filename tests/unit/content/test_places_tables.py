"""The tables that ship: every unit of Ukraine, its codes, and the world's cities."""

import tracemalloc
from collections import Counter

import pytest

from bot.content.places import load
from bot.content.places.sources import read_tsv
from bot.content.places.table import read_lines, write_line
from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Level
from bot.domain.resolution import resolve


@pytest.fixture(scope="module")
def ukraine() -> Gazetteer:
    return load(["UA"])


@pytest.mark.parametrize("row", read_tsv("regions.tsv"), ids=lambda row: row[1])
def test_every_first_level_unit_is_found_by_each_of_its_codes(
    ukraine: Gazetteer, row: list[str]
) -> None:
    _, iso, uid, _, uk, en, _ = row
    (unit,) = ukraine.by_code("ISO3166-2", iso)
    assert ukraine.by_code("UA-ALERTS-UID", uid) == (unit,)
    assert (unit.names["uk"], unit.names["en"]) == (uk, en)
    assert all(ukraine.by_code("KATOTTG", code) == (unit,) for code in unit.codes["KATOTTG"])
    assert ukraine.settlements_in(unit.id)


def test_ukraine_has_its_27_units_136_raions_and_1772_hromadas(ukraine: Gazetteer) -> None:
    counts = Counter(place.level for place in ukraine.places.values())
    assert len(read_tsv("regions.tsv")) == 27
    assert (counts[Level.OBLAST], counts[Level.RAION], counts[Level.HROMADA]) == (25, 136, 1772)
    assert counts[Level.CITY] > 3_400


def test_kyiv_is_a_place_of_its_own(ukraine: Gazetteer) -> None:
    kyiv = ukraine.places["703448"]
    assert kyiv.parents == ("UA",)
    assert kyiv.codes["UA-ALERTS-UID"] == ("31",)
    assert kyiv.codes["KATOTTG"][0] == "UA80000000000093317"
    assert kyiv.codes["ISO3166-2"] == ("UA-30",)
    assert kyiv.timezone == "Europe/Kyiv"
    assert "703448" not in ukraine.settlements_in("UA-32")
    assert ukraine.settlements_in("UA-32") > {city.id for city in ukraine.by_name("Вишгород")}
    assert ukraine.by_code("KATOTTG", "UA80000000000126643") == (kyiv,), "Holosiivskyi district"


@pytest.mark.parametrize(
    ("uid", "city", "hromada"),
    [
        ("1293", "706483", "Харківська міська громада"),
        ("564", "687700", "Запорізька міська громада"),
    ],
)
def test_a_city_with_a_uid_of_its_own_is_reached_by_it(
    ukraine: Gazetteer, uid: str, city: str, hromada: str
) -> None:
    above, below = ukraine.by_code("UA-ALERTS-UID", uid)
    assert (above.names["uk"], below.id) == (hromada, city)
    assert city in ukraine.settlements_in(above.id)


@pytest.mark.parametrize(
    ("text", "uk", "why"),
    [
        ("Kiev", "Київ", "an old English name"),
        ("Харьков", "Харків", "a Russian name"),
        ("Lvov", "Львів", "a transliterated Russian name"),
        ("Дніпропетровськ", "Дніпро", "the name until 2016"),
        ("Новомосковськ", "Самар", "the name until 2024"),
        ("Червоноград", "Шептицький", "the name until 2024"),
        ("Красноград", "Берестин", "the name until 2024"),
        ("Новоград-Волинський", "Звягель", "the name until 2022"),
        ("Южноукраїнськ", "Південноукраїнськ", "the name until 2024"),
        ("Дніпродзержинськ", "Кам’янське", "the name until 2016"),
        ("Кіровоград", "Кропивницький", "the name until 2016"),
        ("Kamianets-Podilskyi", "Кам’янець-Подільський", "the official romanisation"),
        ("Крым", "Автономна Республіка Крим", "a Russian name of a region"),
        ("Odessa Region", "Одеська область", "an old English name of a region"),
        ("Bucha Raion", "Бучанський", "a raion by its seat"),
        ("Вишгородська територіальна громада", "Вишгородська міська громада", "a hromada"),
        ("Ukraina", "Україна", "the country in another language"),
    ],
)
def test_old_and_foreign_names_find_the_place(
    ukraine: Gazetteer, text: str, uk: str, why: str
) -> None:
    (found,) = ukraine.by_name(text)
    assert found.names["uk"].removesuffix(" район") == uk, why


def test_every_settlement_stands_in_the_oblast_of_its_code(ukraine: Gazetteer) -> None:
    for settlement in ukraine.settlements:
        oblasts = [id for id in settlement.parents if id.startswith("UA-")]
        digits = {code[2:4] for code in settlement.codes["KATOTTG"]}
        assert len(digits) == 1
        for oblast in oblasts:
            assert {code[2:4] for code in ukraine.places[oblast].codes["KATOTTG"]} == digits
        assert oblasts or settlement.parents == ("UA",)


def test_ids_fit_a_deep_link_and_labels_differ(ukraine: Gazetteer) -> None:
    assert all(
        id.replace("-", "").isalnum() and id.isascii() and len(id) <= 32 for id in ukraine.places
    )
    labels = Counter(ukraine.label(place, "uk") for place in ukraine.settlements)
    assert labels.most_common(1)[0][1] == 1


def test_a_label_resolves_to_its_place(ukraine: Gazetteer) -> None:
    for place in ukraine.largest(n=300):
        area = _Named(ukraine.label(place, "uk"))
        assert resolve([area], ukraine).places == {place.id}, area.area_desc


def test_ukraine_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        gazetteer = load(["UA"])
        gazetteer.by_name("Київ")
        gazetteer.by_code("UA-ALERTS-UID", "31")
        assert gazetteer.search_keys[0]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


@pytest.mark.parametrize(
    ("countries", "there", "absent"),
    [
        (["UA"], ["UA", "703448"], ["PL", "756135"]),
        (["pl", " DE "], ["PL", "756135", "DE", "2950159"], ["UA", "703448"]),
        (["UA", "PL"], ["UA", "703448", "PL", "756135"], ["DE"]),
        (["*"], ["UA", "703448", "PL", "756135", "US-TX", "JP"], []),
    ],
)
def test_load_reads_the_countries_it_is_asked_for(
    countries: list[str], there: list[str], absent: list[str]
) -> None:
    gazetteer = load(countries)
    assert all(gazetteer.get(id) for id in there)
    assert not any(gazetteer.get(id) for id in absent)


@pytest.mark.parametrize(
    ("countries", "words"),
    [([], "empty"), (["UA", "XX"], '"XX"'), (["Ukraine"], '"UKRAINE"'), (["UK"], '"UK"')],
)
def test_load_refuses_an_unknown_country(countries: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=rf"places\.countries .*{words}"):
        load(countries)


def test_a_line_survives_writing_and_reading(ukraine: Gazetteer) -> None:
    lines = [write_line(place) for place in ukraine.places.values()]
    assert list(read_lines(lines, frozenset({"UA"}))) == list(ukraine.places.values())
    assert not list(read_lines(lines, frozenset({"PL"})))


class _Named:
    polygons = ()
    circles = ()
    geocodes = ()

    def __init__(self, area_desc: str) -> None:
        self.area_desc = area_desc

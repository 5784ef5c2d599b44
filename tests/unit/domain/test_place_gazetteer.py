"""Finding places by id, code, name and position in a small country."""

import pytest

from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Level, Place

OBLAST, RAION = "UA-32", "UA32100000000065434"


def place(
    id: str,
    en: str,
    uk: str,
    *parents: str,
    level: Level = Level.CITY,
    at: tuple[float, float] | None = (50.0, 30.0),
    population: int = 1000,
    codes: dict[str, tuple[str, ...]] | None = None,
    aliases: tuple[str, ...] = (),
) -> Place:
    lat, lon = at if at and level is Level.CITY else (None, None)
    return Place(
        id=id,
        level=level,
        names={"en": en, "uk": uk},
        aliases=aliases,
        country="UA",
        parents=parents,
        codes=codes or {},
        lat=lat,
        lon=lon,
        population=population,
        timezone="Europe/Kyiv",
    )


UKRAINE = place("UA", "Ukraine", "Україна", level=Level.COUNTRY, codes={"ISO3166-1": ("UA", "UKR")})
KYIV_OBLAST = place(
    OBLAST,
    "Kyiv Oblast",
    "Київська область",
    "UA",
    level=Level.OBLAST,
    codes={"ISO3166-2": ("UA-32",), "UA-ALERTS-UID": ("14",)},
)
VYSHHOROD_RAION = place(
    RAION,
    "Vyshhorodskyi Raion",
    "Вишгородський район",
    OBLAST,
    "UA",
    level=Level.RAION,
    codes={"KATOTTG": (RAION,)},
)
KYIV = place(
    "703448",
    "Kyiv",
    "Київ",
    "UA",
    at=(50.45, 30.52),
    population=2_952_301,
    codes={"ISO3166-2": ("UA-30",), "KATOTTG": ("UA80000000000093317",)},
    aliases=("Kiev", "Киев"),
)
VYSHHOROD = place(
    "689487", "Vyshhorod", "Вишгород", RAION, OBLAST, "UA", at=(50.58, 30.49), population=28_080
)
PETRIVTSI = place(
    "698929", "Novi Petrivtsi", "Нові Петрівці", RAION, OBLAST, "UA", at=(50.63, 30.44)
)
VYSHNEVE = place(
    "689214", "Vyshneve", "Вишневе", OBLAST, "UA", at=(50.39, 30.37), population=42_983
)
GAZETTEER = Gazetteer([UKRAINE, KYIV_OBLAST, VYSHHOROD_RAION, KYIV, VYSHHOROD, PETRIVTSI, VYSHNEVE])


def test_gazetteer_gets_a_place_by_id() -> None:
    assert GAZETTEER.get("703448") is KYIV
    assert GAZETTEER.get("1") is None
    assert len(GAZETTEER) == 7


@pytest.mark.parametrize(
    ("above", "below", "why"),
    [
        ("UA", {KYIV, VYSHHOROD, PETRIVTSI, VYSHNEVE}, "a country holds all"),
        (OBLAST, {VYSHHOROD, PETRIVTSI, VYSHNEVE}, "Kyiv oblast does not hold Kyiv"),
        (RAION, {VYSHHOROD, PETRIVTSI}, "a raion holds its settlements"),
        ("703448", {KYIV}, "a settlement holds itself"),
        ("PL", set(), "an unknown place holds nothing"),
    ],
)
def test_settlements_in_a_place(above: str, below: set[Place], why: str) -> None:
    assert GAZETTEER.settlements_in(above) == {one.id for one in below}, why


@pytest.mark.parametrize(
    ("value_name", "value", "found"),
    [
        ("ISO 3166-1", "ua", [UKRAINE]),
        ("iso3166", "UKR", [UKRAINE]),
        ("ISO3166-2", " UA-32 ", [KYIV_OBLAST]),
        ("ISO 3166", "UA-30", [KYIV]),
        ("ua-alerts-uid", "14", [KYIV_OBLAST]),
        ("Katottg", RAION.lower(), [VYSHHOROD_RAION]),
        ("GeoNames", "703448", [KYIV]),
        ("SAME", "14", []),
        ("UA-ALERTS-UID", "", []),
    ],
)
def test_by_code_finds(value_name: str, value: str, found: list[Place]) -> None:
    assert GAZETTEER.by_code(value_name, value) == tuple(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Київ", [KYIV]),
        ("kiev", [KYIV]),
        ("м. Київ", [KYIV]),
        ("Kyiv city", [KYIV]),
        ("Київська обл.", [KYIV_OBLAST]),
        ("НОВІ-ПЕТРІВЦІ", [PETRIVTSI]),
        ("Kyi", []),
        ("", []),
    ],
)
def test_by_name_finds(text: str, found: list[Place]) -> None:
    assert GAZETTEER.by_name(text) == tuple(found)


def test_by_name_puts_an_official_name_before_an_alias() -> None:
    old = place("1", "Samar", "Самар", "UA", aliases=("Київ",), population=9_000_000)
    assert Gazetteer([UKRAINE, KYIV, old]).by_name("Київ") == (KYIV,)


@pytest.mark.parametrize(
    ("position", "found", "why"),
    [
        ((50.45, 30.52), KYIV, "its centre"),
        ((50.37, 30.45), KYIV, "a suburb of Kyiv that is nearer to the centre of Vyshneve"),
        ((50.39, 30.37), VYSHNEVE, "the centre of a town inside the reach of Kyiv"),
        ((50.75, 30.40), PETRIVTSI, "the nearest centre outside every city"),
        ((89.0, -150.0), PETRIVTSI, "over the pole the northernmost centre is the nearest"),
    ],
)
def test_nearest_settlement(position: tuple[float, float], found: Place, why: str) -> None:
    assert GAZETTEER.nearest(*position) is found, why


def test_nearest_raises_without_settlements() -> None:
    with pytest.raises(LookupError, match=r"places\.countries"):
        Gazetteer([UKRAINE]).nearest(50, 30)


def test_largest_comes_in_order_and_by_country() -> None:
    assert GAZETTEER.largest(n=2) == (KYIV, VYSHNEVE)
    assert GAZETTEER.largest("ua", n=1) == (KYIV,)
    assert GAZETTEER.largest("PL") == ()


@pytest.mark.parametrize(
    ("circle", "inside", "why"),
    [
        ((50.45, 30.52, 5.0), {KYIV}, "the centre"),
        ((50.45, 30.52, 16.0), {KYIV, VYSHHOROD, VYSHNEVE}, "centres within 16 km"),
        ((50.455, 30.52, 0.0), {KYIV}, "radius 0 marks the settlement at the point"),
        ((50.50, 30.52, 0.0), set(), "radius 0 away from any centre"),
    ],
)
def test_inside_a_circle(circle: tuple[float, float, float], inside: set[Place], why: str) -> None:
    assert GAZETTEER.inside([], [circle]) == {one.id for one in inside}, why


def test_inside_unites_polygons_and_circles() -> None:
    ring = [(50.55, 30.3), (50.55, 30.6), (50.7, 30.6), (50.7, 30.3), (50.55, 30.3)]
    found = GAZETTEER.inside([ring, []], [(50.45, 30.52, 1.0)])
    assert found == {KYIV.id, VYSHHOROD.id, PETRIVTSI.id}


def test_label_tells_namesakes_apart() -> None:
    raion = place("R2", "Other Raion", "Інший район", OBLAST, "UA", level=Level.RAION)
    namesake = place("2", "Vyshhorod", "Вишгород", "R2", OBLAST, "UA")
    both = Gazetteer([*GAZETTEER.places.values(), raion, namesake])
    assert GAZETTEER.label(VYSHHOROD, "uk") == "Вишгород, Київська область"
    assert GAZETTEER.label(KYIV, "uk") == "Київ"
    assert GAZETTEER.label(VYSHHOROD_RAION, "en") == "Vyshhorodskyi Raion, Kyiv Oblast"
    assert both.label(VYSHHOROD, "uk") == "Вишгород, Вишгородський район, Київська область"
    assert both.label(namesake, "uk") == "Вишгород, Інший район, Київська область"


def test_label_names_the_country_where_several_are_loaded() -> None:
    poland = place("PL", "Poland", "Польща", level=Level.COUNTRY)
    assert Gazetteer([UKRAINE, poland, KYIV]).label(KYIV, "uk") == "Київ, Україна"


def test_label_falls_back_on_the_position() -> None:
    twins = [place(id, "Bar", "Бар", "UA", at=(49.0 + int(id), 27.0)) for id in "12"]
    labels = {Gazetteer([UKRAINE, *twins]).label(twin, "uk") for twin in twins}
    assert labels == {"Бар, 50.00°, 27.00°", "Бар, 51.00°, 27.00°"}


@pytest.mark.parametrize(
    ("places", "fault"),
    [
        ([UKRAINE, UKRAINE], "two places have the id UA"),
        ([KYIV], "unknown parent UA"),
        ([UKRAINE, place("3", "A", "А", "UA", at=None)], "no position"),
    ],
)
def test_gazetteer_refuses_a_broken_table(places: list[Place], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Gazetteer(places)

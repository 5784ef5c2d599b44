"""An advisory's areas resolve to settlements, or are kept with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gazetteer import Gazetteer
from bot.domain.geometry import Circle, Point
from bot.domain.place import Level, Place
from bot.domain.resolution import Reason, Resolution, resolve


@dataclass(frozen=True)
class Area:
    area_desc: str = ""
    polygons: Sequence[Sequence[Point]] = ()
    circles: Sequence[Circle] = ()
    geocodes: Sequence[tuple[str, str]] = ()


def region(id: str, uk: str, en: str, level: Level, *parents: str, **codes: str) -> Place:
    schemes = {scheme.replace("_", "-"): (value,) for scheme, value in codes.items()}
    names = {"en": en, "uk": uk}
    return Place(id, level, names, (), "UA", parents, schemes, None, None, 0, "Europe/Kyiv")


def city(
    id: str, uk: str, en: str, at: Point, population: int, *parents: str, **codes: str
) -> Place:
    schemes = {scheme.replace("_", "-"): (value,) for scheme, value in codes.items()}
    names = {"en": en, "uk": uk}
    lat, lon = at
    return Place(
        id, Level.CITY, names, (), "UA", parents, schemes, lat, lon, population, "Europe/Kyiv"
    )


GAZETTEER = Gazetteer(
    [
        region("UA", "Україна", "Ukraine", Level.COUNTRY, ISO3166_1="UA"),
        region("UA-32", "Київська область", "Kyiv Oblast", Level.OBLAST, "UA", UA_ALERTS_UID="14"),
        region("UA-48", "Миколаївська область", "Mykolaiv Oblast", Level.OBLAST, "UA"),
        region("R", "Вишгородський район", "Vyshhorod Raion", Level.RAION, "UA-32", "UA"),
        region("H", "Порожня громада", "Empty", Level.HROMADA, "UA-32", "UA", KATOTTG="UA1"),
        city("1", "Київ", "Kyiv", (50.45, 30.52), 2_952_301, "UA", UA_ALERTS_UID="31"),
        city("2", "Київ", "Kyiv", (47.2, 31.9), 1_200, "UA-48", "UA"),
        city("3", "Вишгород", "Vyshhorod", (50.58, 30.49), 28_080, "R", "UA-32", "UA"),
        city("4", "Димер", "Dymer", (50.78, 30.31), 5_817, "R", "UA-32", "UA"),
        city("5", "Ірпінь", "Irpin", (50.52, 30.25), 65_167, "UA-32", "UA"),
        city("6", "Вербівка", "Verbivka", (49.9, 30.0), 150_000, "UA-32", "UA"),
        city("7", "Вербівка", "Verbivka", (47.0, 31.0), 149_000, "UA-48", "UA"),
    ]
)
OBLAST = {"3", "4", "5", "6"}
RAION_RING = [(50.55, 30.2), (50.55, 30.6), (50.8, 30.6), (50.8, 30.2), (50.55, 30.2)]
DISTRICT_RING = [(50.47, 30.5), (50.47, 30.51), (50.48, 30.51), (50.48, 30.5), (50.47, 30.5)]


def by_codes(*geocodes: tuple[str, str], area_desc: str = "somewhere") -> Area:
    return Area(area_desc, geocodes=geocodes)


@pytest.mark.parametrize(
    ("area", "places", "named", "why"),
    [
        (by_codes(("UA-ALERTS-UID", "31")), {"1"}, ("1",), "Kyiv by its UID"),
        (by_codes(("UA-ALERTS-UID", "14")), OBLAST, ("UA-32",), "the oblast without Kyiv"),
        (
            by_codes(("ISO 3166-1", "ua")),
            {"1", "2", "7"} | OBLAST,
            ("UA",),
            "the country, by a spelling of the scheme",
        ),
        (
            by_codes(("UA-ALERTS-UID", "31"), ("GeoNames", "3")),
            {"1", "3"},
            ("1", "3"),
            "two geocodes are a union",
        ),
        (
            by_codes(("UA-ALERTS-UID", "14"), ("GeoNames", "3")),
            OBLAST,
            ("UA-32",),
            "a town in a named oblast is not named again",
        ),
        (
            by_codes(("SAME", "012345"), area_desc="Київ"),
            {"1"},
            ("1",),
            "an unknown scheme is passed over for the name",
        ),
        (
            Area("Вишгород", [RAION_RING], geocodes=[("UA-ALERTS-UID", "31")]),
            {"1"},
            ("1",),
            "a geocode beats a polygon",
        ),
        (Area("Ірпінь", [RAION_RING]), {"3", "4"}, ("R",), "a polygon beats the name"),
        (
            Area("x", circles=[(50.45, 30.52, 5)]),
            {"1"},
            ("1",),
            "a circle round a centre",
        ),
        (
            Area("x", [RAION_RING], [(50.45, 30.52, 0)]),
            {"1", "3", "4"},
            ("1", "R"),
            "polygon and circle are a union",
        ),
        (Area("Kyiv"), {"1"}, ("1",), "the capital outweighs the village of its name"),
        (Area("Київ"), {"1"}, ("1",), "and in Ukrainian"),
        (Area("Київська область"), OBLAST, ("UA-32",), "an oblast by name"),
        (Area("Kyiv; Kyiv Oblast"), {"1"} | OBLAST, ("1", "UA-32"), "a list"),
        (Area("Київ, Київська обл."), {"1"} | OBLAST, ("1", "UA-32"), "Kyiv is not in its oblast"),
        (Area("Вишгород, Київська область"), {"3"}, ("3",), "an address, narrow to wide"),
        (Area("Київська обл., Вишгородський р-н, м. Димер"), {"4"}, ("4",), "wide to narrow"),
        (Area("Вербівка, Миколаївська область"), {"7"}, ("7",), "the oblast tells namesakes apart"),
        (Area("Вишгород, Ірпінь"), {"3", "5"}, ("3", "5"), "a list of towns"),
    ],
)
def test_resolve_reaches(area: Area, places: set[str], named: tuple[str, ...], why: str) -> None:
    assert resolve([area], GAZETTEER) == Resolution(frozenset(places), named, ()), why


@pytest.mark.parametrize(
    ("area", "reason", "words", "why"),
    [
        (
            by_codes(("KATOTTG", "UA99"), area_desc=""),
            Reason.UNKNOWN_CODE,
            ("area.geocode", "KATOTTG=UA99", "places.countries"),
            "a code that is in no table",
        ),
        (by_codes(("KATOTTG", "UA1")), Reason.NO_SETTLEMENT, ("KATOTTG=UA1",), "an empty hromada"),
        (Area("Kyiv", [DISTRICT_RING]), Reason.NO_SETTLEMENT, ("polygon",), "a district only"),
        (Area("Kyiv", circles=[(0, 0, 10)]), Reason.NO_SETTLEMENT, ("circle",), "at sea"),
        (Area("Вербівка"), Reason.AMBIGUOUS, ("2 places", "Миколаївська"), "two alike towns"),
        (Area("Нарнія"), Reason.UNKNOWN_NAME, ("area.areaDesc", "Нарнія"), "no such name"),
        (Area("Kyi"), Reason.UNKNOWN_NAME, ("Kyi",), "a beginning is not the name"),
        (Area("  "), Reason.EMPTY, ("area.areaDesc",), "nothing at all"),
        (Area(" ; , "), Reason.EMPTY, ("area.areaDesc",), "nothing but marks"),
    ],
)
def test_resolve_keeps_what_reaches_nobody(
    area: Area, reason: Reason, words: tuple[str, ...], why: str
) -> None:
    resolution = resolve([area], GAZETTEER)
    assert not resolution.places, why
    assert not resolution.named, why
    assert resolution.unresolved[0].reason is reason, why
    assert resolution.unresolved[0].area_desc == area.area_desc
    assert all(word in resolution.unresolved[0].detail for word in words), why


def test_resolve_reports_an_unknown_code_beside_known_ones() -> None:
    area = by_codes(("UA-ALERTS-UID", "31"), ("UA-ALERTS-UID", "9999"))
    resolution = resolve([area], GAZETTEER)
    assert resolution.places == {"1"}
    assert [one.reason for one in resolution.unresolved] == [Reason.UNKNOWN_CODE]


def test_resolve_goes_on_to_the_name_and_still_reports_the_code() -> None:
    resolution = resolve([by_codes(("KATOTTG", "UA99"), area_desc="Ірпінь")], GAZETTEER)
    assert resolution.places == {"5"}
    assert [one.reason for one in resolution.unresolved] == [Reason.UNKNOWN_CODE]


def test_resolve_keeps_the_unknown_part_of_a_list() -> None:
    resolution = resolve([Area("Київ; Нарнія, Ірпінь")], GAZETTEER)
    assert resolution.places == {"1", "5"}
    assert [one.reason for one in resolution.unresolved] == [Reason.UNKNOWN_NAME]


def test_resolve_unites_areas_and_accounts_for_each() -> None:
    areas = [Area("Київ"), Area("Нарнія"), by_codes(("UA-ALERTS-UID", "14"))]
    resolution = resolve(areas, GAZETTEER)
    assert resolution.places == {"1"} | OBLAST
    assert resolution.named == ("1", "UA-32")
    assert [one.area_desc for one in resolution.unresolved] == ["Нарнія"]
    assert resolve([], GAZETTEER) == Resolution(frozenset(), (), ())


@given(
    st.builds(
        Area,
        area_desc=st.text(alphabet="Київ ;,.-\nобл", max_size=20) | st.text(max_size=20),
        circles=st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 900))),
        geocodes=st.lists(
            st.tuples(
                st.sampled_from(["KATOTTG", "UA-ALERTS-UID", "SAME", ""]),
                st.sampled_from(["31", "14", "UA1", "9", " "]),
            )
        ),
    )
)
def test_resolve_never_drops_an_area_silently(area: Area) -> None:
    resolution = resolve([area], GAZETTEER)
    assert resolution.places or resolution.unresolved
    assert bool(resolution.places) == bool(resolution.named)

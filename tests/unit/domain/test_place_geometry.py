"""Points in polygons and circles, anywhere on the globe."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.geometry import (
    KM_PER_DEGREE,
    Point,
    distance_km,
    point_in_circle,
    point_in_polygon,
)

LATS = st.floats(-89, 89)
LONS = st.floats(-180, 180)
SQUARE: list[Point] = [(49, 30), (49, 32), (51, 32), (51, 30), (49, 30)]
FIJI: list[Point] = [(-20, 177), (-20, -178), (-15, -178), (-15, 177), (-20, 177)]
ARCTIC: list[Point] = [(70, -180), (70, -90), (70, 0), (70, 90), (70, -180)]


@pytest.mark.parametrize(
    ("point", "ring", "inside", "why"),
    [
        ((50, 31), SQUARE, True, "the middle"),
        ((50, 33), SQUARE, False, "east of it"),
        ((52, 31), SQUARE, False, "north of it"),
        ((49, 31), SQUARE, True, "on an edge"),
        ((51, 32), SQUARE, True, "on a corner"),
        ((50, 31), SQUARE[:-1], True, "a ring that is not closed"),
        ((50, 31), list(reversed(SQUARE)), True, "a ring the other way round"),
        ((50, 31 - 360), SQUARE, True, "a longitude a turn away"),
        ((50, 31), [], False, "no ring"),
        ((49, 30), SQUARE[:2], False, "a line holds nothing"),
        ((-17, 179), FIJI, True, "west of the antimeridian"),
        ((-17, -179), FIJI, True, "east of the antimeridian"),
        ((-17, 0), FIJI, False, "the far side of the globe"),
        ((85, 45), ARCTIC, True, "inside a ring round the pole"),
        ((90, 0), ARCTIC, True, "the pole itself"),
        ((60, 45), ARCTIC, False, "south of a ring round the pole"),
        ((-85, 45), [(-lat, lon) for lat, lon in ARCTIC], True, "the other pole"),
    ],
)
def test_point_in_polygon_holds(point: Point, ring: list[Point], inside: bool, why: str) -> None:
    assert point_in_polygon(*point, ring) is inside, why


@given(LATS, LONS, st.floats(0.01, 0.9), st.integers(3, 12), st.floats(0, 0.95))
def test_point_in_polygon_agrees_with_a_regular_polygon(
    lat: float, lon: float, radius: float, corners: int, share: float
) -> None:
    ring = _regular(lat, lon, radius, corners)
    inner = radius * math.cos(math.pi / corners)
    assert point_in_polygon(lat + share * inner, lon, ring)
    assert not point_in_polygon(lat + radius * 1.05, lon, ring)
    assert not point_in_polygon(lat, lon + radius * 1.05, ring)


@given(LATS, LONS, st.integers(3, 12), st.integers(-3, 3), st.integers(0, 11))
def test_point_in_polygon_does_not_mind_turns_order_and_start(
    lat: float, lon: float, corners: int, turns: int, start: int
) -> None:
    ring = [(at, (x + 180) % 360 - 180) for at, x in _regular(lat, lon, 0.5, corners)]
    turned = ring[start % corners :] + ring[: start % corners]
    for probe in (lon + 0.1, lon + 0.7):
        first = point_in_polygon(lat, probe, ring)
        assert point_in_polygon(lat, probe + 360 * turns, ring) is first
        assert point_in_polygon(lat, probe, turned[::-1]) is first


@given(LATS, LONS, LATS, LONS, LATS, LONS)
def test_distance_is_a_metric(
    lat_a: float, lon_a: float, lat_b: float, lon_b: float, lat_c: float, lon_c: float
) -> None:
    ab = distance_km(lat_a, lon_a, lat_b, lon_b)
    assert ab >= 0
    assert ab == pytest.approx(distance_km(lat_b, lon_b, lat_a, lon_a))
    assert ab == pytest.approx(distance_km(lat_a, lon_a + 360, lat_b, lon_b), abs=1e-3)
    through = distance_km(lat_a, lon_a, lat_c, lon_c) + distance_km(lat_c, lon_c, lat_b, lon_b)
    assert ab <= through + 1e-6


@given(LATS, LONS, st.floats(0.1, 5000))
def test_point_in_circle_ends_at_its_radius(lat: float, lon: float, radius_km: float) -> None:
    south = radius_km / KM_PER_DEGREE
    towards = -1 if lat > 0 else 1
    assert point_in_circle(lat + towards * south * 0.999, lon, (lat, lon), radius_km)
    assert not point_in_circle(lat + towards * south * 1.001, lon, (lat, lon), radius_km)


def test_point_in_circle_crosses_antimeridian_and_pole() -> None:
    assert point_in_circle(-17, -179.9, (-17, 179.9), 30)
    assert point_in_circle(89.9, 180, (89.9, 0), 30)
    assert not point_in_circle(89.9, 180, (89.9, 0), 20)


def test_distance_between_two_cities_is_known() -> None:
    kyiv_to_lviv_km = distance_km(50.45466, 30.5238, 49.83826, 24.02324)
    assert kyiv_to_lviv_km == pytest.approx(468, abs=2)


def _regular(lat: float, lon: float, radius: float, corners: int) -> list[Point]:
    angles = (math.tau * index / corners for index in range(corners))
    return [(lat + radius * math.cos(turn), lon + radius * math.sin(turn)) for turn in angles]

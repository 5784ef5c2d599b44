"""Points, polygons and circles on the globe: CAP 1.2 section 3.2.4 geometry, latitude first."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

Point = tuple[float, float]  #: latitude, longitude in degrees, WGS 84
Circle = tuple[float, float, float]  #: latitude, longitude, radius in kilometres

EARTH_RADIUS_KM: Final = 6371.0088
KM_PER_DEGREE: Final = math.radians(1) * EARTH_RADIUS_KM

#: How near to an edge, in degrees, still counts as on it (a tenth of a millimetre).
_EDGE_DEGREES: Final = 1e-9


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great-circle distance by the haversine formula; any longitudes will do."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_lat = math.sin((phi_b - phi_a) / 2)
    half_lon = math.sin(math.radians(lon_b - lon_a) / 2)
    chord = half_lat * half_lat + math.cos(phi_a) * math.cos(phi_b) * half_lon * half_lon
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def point_in_circle(lat: float, lon: float, centre: Point, radius_km: float) -> bool:
    """Tell whether a point lies in a circle or on its edge."""
    return distance_km(lat, lon, *centre) <= radius_km


def point_in_polygon(lat: float, lon: float, ring: Sequence[Point]) -> bool:
    """Tell whether a point lies in a polygon or on its edge.

    Each edge goes the short way round in longitude, so a ring may cross the antimeridian. A ring
    that goes once round the globe holds the pole of the hemisphere most of it lies in. A ring
    that crosses itself holds what an odd number of its loops holds. Closing the ring (first
    point repeated at the end) is optional; fewer than three different points hold nothing.
    """
    if len(set(ring)) < 3:
        return False
    edges = unwrap(ring)
    west = min(x for _, x in edges)
    x = west + (lon - west) % 360
    # A point on the western edge may fall one rounding error short of a full turn further east.
    return any(_holds(edges, lat, turned) for turned in (x, x - 360))


def unwrap(ring: Sequence[Point]) -> list[Point]:
    """Return a closed ring with longitudes that run on without a jump at the antimeridian.

    Longitudes may leave -180..180. A ring round a pole is closed over that pole.
    """
    closed = [*ring, ring[0]] if ring[0] != ring[-1] else list(ring)
    points = [closed[0]]
    for lat, lon in closed[1:]:
        before = points[-1][1]
        points.append((lat, before + (lon - before + 180) % 360 - 180))
    if abs(points[-1][1] - points[0][1]) > 180:
        pole = math.copysign(90.0, sum(lat for lat, _ in points))
        points += [(pole, points[-1][1]), (pole, points[0][1]), points[0]]
    return points


def _holds(edges: Sequence[Point], lat: float, x: float) -> bool:
    inside = False
    for (lat_a, x_a), (lat_b, x_b) in pairwise(edges):
        if _on_edge(lat, x, (lat_a, x_a), (lat_b, x_b)):
            return True
        if (lat_a > lat) != (lat_b > lat):
            crossing = x_a + (lat - lat_a) / (lat_b - lat_a) * (x_b - x_a)
            inside ^= x < crossing
    return inside


def _on_edge(lat: float, x: float, start: Point, end: Point) -> bool:
    (lat_a, x_a), (lat_b, x_b) = start, end
    d_lat, d_x = lat_b - lat_a, x_b - x_a
    length = math.hypot(d_lat, d_x)
    if length == 0:
        return math.hypot(lat - lat_a, x - x_a) <= _EDGE_DEGREES
    along = ((lat - lat_a) * d_lat + (x - x_a) * d_x) / length
    across = abs((lat - lat_a) * d_x - (x - x_a) * d_lat) / length
    return across <= _EDGE_DEGREES and -_EDGE_DEGREES <= along <= length + _EDGE_DEGREES

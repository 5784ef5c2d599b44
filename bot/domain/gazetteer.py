"""Every place the bot knows, found by id, code, name and position."""

import heapq
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Final

from bot.domain.geometry import (
    KM_PER_DEGREE,
    Circle,
    Point,
    distance_km,
    point_in_circle,
    point_in_polygon,
    unwrap,
)
from bot.domain.place import (
    BREADTH,
    SCHEMES,
    Level,
    Place,
    bare_name_key,
    code_key,
    name_key,
    scheme_key,
)

#: People per square kilometre of a Ukrainian city (Kyiv 3,500, Kharkiv 4,100, Dnipro 2,400): how
#: far from its centre a city of known population is taken to reach, for a shared location.
FOOTPRINT_DENSITY: Final = 3500

#: A circle of radius 0 marks a point: a settlement whose centre is this near is meant. Two
#: decimals of a degree, the coarsest that producers write, are up to 0.8 km from what they round.
POINT_KM: Final = 1.0

#: Latitudes are compared with this much to spare before the exact test, for rounding.
_SLACK_DEGREES: Final = 1e-6


def extent_km(place: Place) -> float:
    """Return how far from its centre a settlement of its population is taken to reach."""
    return math.sqrt(max(place.population, 1) / FOOTPRINT_DENSITY / math.pi)


class Gazetteer:
    """Places with their indices; never changes once built.

    Raises ValueError when two places share an id, a parent is missing or a settlement has no
    position.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: dict[str, Place] = {}
        for place in places:
            if place.id in self._places:
                raise ValueError(f"two places have the id {place.id}")
            self._places[place.id] = place
        points: list[tuple[float, float, Place]] = []
        below: defaultdict[str, set[str]] = defaultdict(set)
        for place in self._places.values():
            for parent in place.parents:
                if parent not in self._places:
                    raise ValueError(f"place {place.id} has an unknown parent {parent}")
            if place.level is Level.CITY:
                if place.lat is None or place.lon is None:
                    raise ValueError(f"settlement {place.id} has no position")
                points.append((place.lat, place.lon, place))
                for container in place.parents:
                    below[container].add(place.id)
        points.sort(key=lambda point: point[0])
        self._points = points
        self._lats = [lat for lat, _, _ in points]
        self._below = {key: frozenset(ids) for key, ids in below.items()}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def places(self) -> Mapping[str, Place]:
        """Every place by its id."""
        return MappingProxyType(self._places)

    @cached_property
    def settlements(self) -> tuple[Place, ...]:
        """Every settlement, the largest first."""
        cities = (place for _, _, place in self._points)
        return tuple(sorted(cities, key=lambda place: (-place.population, place.id)))

    def get(self, id: str) -> Place | None:
        """Return the place with this id, or None."""
        return self._places.get(id)

    def settlements_in(self, id: str) -> frozenset[str]:
        """Return the ids of the settlements a place holds; a settlement holds itself."""
        place = self._places.get(id)
        if place is not None and place.level is Level.CITY:
            return frozenset((id,))
        return self._below.get(id, frozenset())

    def by_code(self, value_name: str, value: str) -> tuple[Place, ...]:
        """Return the places a geocode means, the widest first; empty if it is not known."""
        found: dict[str, Place] = {}
        for scheme in SCHEMES.get(scheme_key(value_name), ()):
            for place in self._codes.get((scheme, code_key(value)), ()):
                found[place.id] = place
        return tuple(found.values())

    def by_name(self, text: str) -> tuple[Place, ...]:
        """Return the places that bear exactly this name in any language, the largest first.

        An official name outranks another place's alias, and the text as written outranks the
        text without "м." or "city".
        """
        keys = dict.fromkeys((name_key(text), bare_name_key(text)))
        for index in (self._official, self._aliases):
            for key in keys:
                if key in index:
                    return index[key]
        return ()

    def nearest(self, lat: float, lon: float) -> Place:
        """Return the settlement a position belongs to.

        Where the position lies within a city's likely extent (its population at the density of
        a city), the city whose extent it lies deepest in, so that a suburb inside Kyiv is not
        given to a small town next to it; elsewhere the nearest centre by great circle. Raises
        LookupError if there is no settlement at all.
        """
        if not self._points:
            raise LookupError("there are no settlements: see places.countries")
        best_km, best = math.inf, self._points[0][2]
        deepest, city = 1.0, None
        for at_lat, at_lon, place in self._outwards(lat):
            if abs(at_lat - lat) * KM_PER_DEGREE > max(best_km, self._widest_km):
                break
            km = distance_km(lat, lon, at_lat, at_lon)
            if km < best_km:
                best_km, best = km, place
            depth = km / extent_km(place)
            if depth < deepest:
                deepest, city = depth, place
        return city or best

    def largest(self, country: str | None = None, n: int = 8) -> tuple[Place, ...]:
        """Return the n settlements with most people, of one country or of all."""
        code = country.upper() if country else None
        matching = (place for place in self.settlements if code in (None, place.country))
        return tuple(place for _, place in zip(range(n), matching, strict=False))

    def inside(
        self, polygons: Sequence[Sequence[Point]], circles: Sequence[Circle]
    ) -> frozenset[str]:
        """Return the ids of the settlements whose centre lies in any of the shapes.

        A centre on an edge is inside. A circle of radius 0 holds what is within POINT_KM.
        """
        found: set[str] = set()
        for ring in polygons:
            if not ring:
                continue
            lats = [lat for lat, _ in unwrap(ring)]
            for lat, lon, place in self._between(min(lats), max(lats)):
                if point_in_polygon(lat, lon, ring):
                    found.add(place.id)
        for centre_lat, centre_lon, stated_km in circles:
            radius_km = stated_km or POINT_KM
            reach = radius_km / KM_PER_DEGREE
            for lat, lon, place in self._between(centre_lat - reach, centre_lat + reach):
                if point_in_circle(lat, lon, (centre_lat, centre_lon), radius_km):
                    found.add(place.id)
        return frozenset(found)

    def label(self, place: Place, language: str) -> str:
        """Return a name that tells a place from its namesakes: "Вишгород, Київська область".

        The oblast follows the name, or else the country where several are loaded. With a
        namesake in the same oblast the raion comes between, then the hromada too; where even
        that is not enough, the position in degrees follows.
        """
        name = place.name(language)
        above = [self._places[parent] for parent in place.parents]
        wide = [up for up in above if up.level is Level.OBLAST]
        if not wide and self._is_mixed:
            wide = [up for up in above if up.level is Level.COUNTRY]
        for levels in ((), (Level.RAION,), (Level.HROMADA, Level.RAION)):
            qualifiers = [*(up for up in above if up.level in levels), *wide]
            if self._tells_apart(place, qualifiers):
                return ", ".join([name, *(up.name(language) for up in qualifiers)])
        position = () if place.lat is None else (f"{place.lat:.2f}°", f"{place.lon:.2f}°")
        return ", ".join([name, *(up.name(language) for up in qualifiers), *position])

    def _tells_apart(self, place: Place, qualifiers: Sequence[Place]) -> bool:
        wanted = {up.id for up in qualifiers}
        namesakes = self._official.get(name_key(place.names.get("uk", place.names["en"])), ())
        return not any(wanted <= set(other.parents) for other in namesakes if other.id != place.id)

    def _between(self, south: float, north: float) -> Iterable[tuple[float, float, Place]]:
        first = bisect_left(self._lats, south - _SLACK_DEGREES)
        return self._points[first : bisect_right(self._lats, north + _SLACK_DEGREES)]

    def _outwards(self, lat: float) -> Iterable[tuple[float, float, Place]]:
        middle = bisect_left(self._lats, lat)
        southwards = reversed(self._points[:middle])
        return heapq.merge(southwards, self._points[middle:], key=lambda at: abs(at[0] - lat))

    @cached_property
    def _widest_km(self) -> float:
        return extent_km(self.settlements[0])

    @cached_property
    def _is_mixed(self) -> bool:
        return sum(place.level is Level.COUNTRY for place in self._places.values()) > 1

    @cached_property
    def search_keys(self) -> tuple[list[str], list[Place]]:
        """The key of every name and alias of every settlement, and whose it is, side by side."""
        pairs = [
            (key, place)
            for place in self.settlements
            for key in dict.fromkeys(chain(*self._keys[place.id]))
        ]
        return [key for key, _ in pairs], [place for _, place in pairs]

    @cached_property
    def _codes(self) -> dict[tuple[str, str], tuple[Place, ...]]:
        index: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
        for place in sorted(self._places.values(), key=lambda place: BREADTH[place.level]):
            for scheme, values in place.codes.items():
                for value in values:
                    index[scheme, code_key(value)].append(place)
            if place.level is Level.CITY:
                index["GEONAMES", place.id].append(place)
        return {key: tuple(places) for key, places in index.items()}

    @cached_property
    def _keys(self) -> dict[str, tuple[list[str], list[str]]]:
        """The keys of the official names and of the aliases, by id."""
        return {
            place.id: (
                list(map(name_key, place.names.values())),
                list(map(name_key, place.aliases)),
            )
            for place in self._places.values()
        }

    @cached_property
    def _official(self) -> dict[str, tuple[Place, ...]]:
        return self._index((place, self._keys[place.id][0]) for place in self._largest_first)

    @cached_property
    def _aliases(self) -> dict[str, tuple[Place, ...]]:
        return self._index((place, self._keys[place.id][1]) for place in self._largest_first)

    @cached_property
    def _largest_first(self) -> list[Place]:
        return sorted(self._places.values(), key=lambda place: (-place.population, place.id))

    @staticmethod
    def _index(keyed: Iterable[tuple[Place, list[str]]]) -> dict[str, tuple[Place, ...]]:
        index: dict[str, tuple[Place, ...]] = {}
        for place, keys in keyed:
            for key in dict.fromkeys(keys):
                index[key] = (*index.get(key, ()), place)
        return index

"""Which settlements the areas of an advisory reach, and what could not be found and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from bot.domain.gazetteer import Gazetteer
from bot.domain.geometry import Circle, Point
from bot.domain.place import SCHEMES, Level, Place, name_key, scheme_key

#: A city resolves by a name it shares when it has this many people and this many times more than
#: each namesake: "Kyiv" is the capital, although villages bear the name.
DOMINANT_POPULATION: Final = 100_000
DOMINANT_RATIO: Final = 50


class Reason(StrEnum):
    """Why an area, or a part of one, reaches nobody."""

    UNKNOWN_CODE = "unknown_code"
    NO_SETTLEMENT = "no_settlement"
    UNKNOWN_NAME = "unknown_name"
    AMBIGUOUS = "ambiguous"
    EMPTY = "empty"


class Area(Protocol):
    """What is read of CAP's `area`. A circle is latitude, longitude and radius in kilometres."""

    @property
    def area_desc(self) -> str: ...

    @property
    def polygons(self) -> Sequence[Sequence[Point]]: ...

    @property
    def circles(self) -> Sequence[Circle]: ...

    @property
    def geocodes(self) -> Sequence[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A part of an area that reaches nobody, for an operator. `detail` says what would cure it."""

    area_desc: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where an advisory goes.

    `places` are the settlements reached. `named` are the widest places they were named by, for
    display, none inside another; for a polygon or circle the fewest that make up what it holds.
    """

    places: frozenset[str]
    named: tuple[str, ...]
    unresolved: tuple[Unresolved, ...]


def resolve(areas: Sequence[Area], gazetteer: Gazetteer) -> Resolution:
    """Resolve each area by geocode, else by polygon and circle, else by exact name.

    Geocodes of unknown schemes are passed over. An unknown value of a known scheme is always
    reported, and what else the area says still counts. A shape that holds no settlement's
    centre, say one district of a city, reaches nobody: widening it would be a guess.
    """
    found: dict[str, Place] = {}
    unresolved: list[Unresolved] = []
    for area in areas:
        places, problems = _resolve_area(area, gazetteer)
        found.update((place.id, place) for place in places)
        unresolved += (Unresolved(area.area_desc, *problem) for problem in problems)
    reached = frozenset[str]().union(*map(gazetteer.settlements_in, found))
    named = tuple(id for id, place in found.items() if not found.keys() & set(place.parents))
    return Resolution(reached, named, tuple(unresolved))


_Problem = tuple[Reason, str]
_Found = tuple[list[Place], list[_Problem]]


def _resolve_area(area: Area, gazetteer: Gazetteer) -> _Found:
    places, problems = _by_geocodes(area, gazetteer)
    if not places:
        step = _by_shapes if area.polygons or area.circles else _by_names
        places, more = step(area, gazetteer)
        problems = [*problems, *more]
    return places, problems


def _by_geocodes(area: Area, gazetteer: Gazetteer) -> _Found:
    places: list[Place] = []
    problems: list[_Problem] = []
    for value_name, value in area.geocodes:
        if scheme_key(value_name) not in SCHEMES or not value.strip():
            continue
        matches = gazetteer.by_code(value_name, value)
        inhabited = [place for place in matches if gazetteer.settlements_in(place.id)]
        places += inhabited
        if not matches:
            problems.append((Reason.UNKNOWN_CODE, _unknown_code(value_name, value)))
        elif not inhabited:
            problems.append((Reason.NO_SETTLEMENT, _uninhabited(value_name, value, matches)))
    return places, problems


def _by_shapes(area: Area, gazetteer: Gazetteer) -> _Found:
    inside = gazetteer.inside(area.polygons, area.circles)
    if not inside:
        return [], [
            (
                Reason.NO_SETTLEMENT,
                "area.polygon and area.circle hold the centre of no known settlement; add a "
                "geocode KATOTTG or UA-ALERTS-UID of the settlement that is meant",
            )
        ]
    return _roll_up(inside, gazetteer), []


def _roll_up(inside: frozenset[str], gazetteer: Gazetteer) -> list[Place]:
    """Return the widest places that the settlements make up entirely, the largest first."""
    widest: dict[str, Place] = {}
    for id in inside:
        place = gazetteer.places[id]
        for parent in map(gazetteer.places.__getitem__, place.parents):
            held = gazetteer.settlements_in(parent.id)
            if parent.level is not Level.HROMADA and len(held) > 1 and held <= inside:
                place = parent
        widest[place.id] = place
    return sorted(widest.values(), key=lambda place: (-place.population, place.id))


def _by_names(area: Area, gazetteer: Gazetteer) -> _Found:
    readings = _readings(area.area_desc, gazetteer)
    if not readings:
        return [], [(Reason.EMPTY, "area.areaDesc is empty and nothing else says where; name it")]
    places: list[Place] = []
    problems: list[_Problem] = []
    for wording, candidates in readings:
        place = _only(candidates)
        if place is not None:
            places.append(place)
        elif candidates:
            problems.append((Reason.AMBIGUOUS, _ambiguous(wording, candidates, gazetteer)))
        else:
            problems.append((Reason.UNKNOWN_NAME, _unknown_name(wording)))
    return places, problems


def _readings(text: str, gazetteer: Gazetteer) -> list[tuple[str, tuple[Place, ...]]]:
    """Return each place that a text names, as worded, with everything that bears the name.

    The text may be one name, or names with ";" or "," between. A place next to one that holds
    it is read as an address, in either order: "Вишгород, Київська область" is the town alone.
    """
    whole = gazetteer.by_name(text)
    if whole:
        return [(text, whole)]
    readings: list[tuple[str, tuple[Place, ...]]] = []
    for part in text.replace("\n", ";").split(";"):
        address: list[tuple[str, tuple[Place, ...]]] = []
        for word in filter(name_key, map(str.strip, part.split(","))):
            candidates = gazetteer.by_name(word)
            before, earlier = address[-1] if address else ("", ())
            if narrowed := _within(earlier, candidates) or _within(candidates, earlier):
                address[-1] = (f"{before}, {word}", narrowed)
            else:
                address.append((word, candidates))
        readings += address
    return readings


def _within(places: Sequence[Place], holders: Sequence[Place]) -> tuple[Place, ...]:
    holder_ids = {place.id for place in holders}
    return tuple(place for place in places if holder_ids & set(place.parents))


def _only(candidates: Sequence[Place]) -> Place | None:
    if len(candidates) == 1:
        return candidates[0]
    if not candidates or candidates[0].level is not Level.CITY:
        return None
    first, second = candidates[:2]
    dominates = first.population >= max(DOMINANT_POPULATION, second.population * DOMINANT_RATIO)
    return first if dominates else None


def _unknown_code(value_name: str, value: str) -> str:
    return (
        f"area.geocode {value_name}={value.strip()} is not in the table of places; correct the "
        "code, give the code of its hromada, or add its country to places.countries"
    )


def _uninhabited(value_name: str, value: str, places: Sequence[Place]) -> str:
    names = " and ".join(place.name("uk") for place in places)
    return (
        f"area.geocode {value_name}={value.strip()} is {names}, which holds no settlement in the "
        "table of places; give the code of the raion or oblast, or add its country to "
        "places.countries"
    )


def _ambiguous(wording: str, candidates: Sequence[Place], gazetteer: Gazetteer) -> str:
    choices = "; ".join(gazetteer.label(place, "uk") for place in candidates[:5])
    more = f"; and {len(candidates) - 5} more" if len(candidates) > 5 else ""
    return (
        f'area.areaDesc "{wording}" is the name of {len(candidates)} places ({choices}{more}); '
        "write the oblast after it or add a geocode KATOTTG"
    )


def _unknown_name(wording: str) -> str:
    return (
        f'area.areaDesc "{wording}" is not the name of a known place; write its official name '
        "or add a geocode KATOTTG, UA-ALERTS-UID or ISO3166-2"
    )

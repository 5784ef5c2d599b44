"""Which populated place of GeoNames is which settlement of the codifier.

Names alone do not tell: two fifths of the names repeat inside an oblast, and GeoNames lists the
districts of cities among the towns. So a pair must agree in name and oblast, and the place must
lie among the other settlements of the hromada that the codifier puts it in.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.content.places.sources import Spot, Unit
from bot.content.places.transliteration import transliterate
from bot.domain.geometry import distance_km
from bot.domain.place import name_key

SETTLEMENT: Final = frozenset("KMXC")

#: A place further than this from every sure settlement of its raion is another of that name.
FAR_KM: Final = 40.0
#: Of two candidates, the nearer one must be this many times nearer.
CLEARLY: Final = 1.7
#: From this many people on, a place that shares its name with villages is the city of the name.
CITY_POPULATION: Final = 9_000
#: A settlement of a category with more people than this is a district of a city by that name.
LARGEST: Final[Mapping[str, int]] = {"C": 9_000, "X": 26_000}


@dataclass
class Join:
    """What was joined, by the settlement's code, and what was not, with the reason."""

    pairs: dict[str, Spot] = field(default_factory=dict)
    failed: list[tuple[Spot, str]] = field(default_factory=list)


def join(
    units: Sequence[Unit],
    spots: Sequence[Spot],
    oblast_of: Mapping[str, str],
    by_hand: Mapping[str, str],
) -> Join:
    """Pair spots with units. `oblast_of` maps admin1 to the two digits of the oblast's code;
    `by_hand` maps a spot's id to a code, or to "-" to leave the spot out.
    """
    index: defaultdict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.category in SETTLEMENT:
            index[unit.code[2:4], name_key(unit.name)].append(unit)
            index[unit.code[2:4], loose(transliterate(unit.name))].append(unit)
    by_code = {unit.code: unit for unit in units}
    result = Join()
    open_spots: list[tuple[Spot, list[Unit]]] = []
    for spot in sorted(spots, key=lambda spot: (-spot.population, int(spot.id))):
        if spot.id in by_hand:
            if by_hand[spot.id] != "-":
                open_spots.append((spot, [by_code[by_hand[spot.id]]]))
            continue
        candidates = _candidates(spot, index, oblast_of.get(spot.admin1, ""))
        if candidates:
            open_spots.append((spot, candidates))
        else:
            result.failed.append((spot, "no settlement of the oblast and size bears the name"))
    anchors = _Anchors((found[0], spot) for spot, found in open_spots if len(found) == 1)
    for spot, candidates in open_spots:
        _settle(spot, candidates, anchors, result, sure=spot.id in by_hand)
    return result


def _candidates(spot: Spot, index: Mapping[tuple[str, str], list[Unit]], oblast: str) -> list[Unit]:
    keys = dict.fromkeys([*map(name_key, (spot.name, *spot.names)), loose(spot.name)])
    found = {unit.code: unit for key in keys for unit in index.get((oblast, key), ())}
    spelling = loose(spot.name)
    current = [unit for unit in found.values() if loose(transliterate(unit.name)) == spelling]
    best = current or list(found.values())
    fits = [unit for unit in best if spot.population <= LARGEST.get(unit.category, spot.population)]
    cities = [unit for unit in fits if unit.category in "KM"]
    return cities if cities and spot.population >= CITY_POPULATION else fits


def loose(latin: str) -> str:
    """Return a Latin spelling without what the systems of romanisation differ in."""
    letters = re.sub(r"[^a-z]", "", latin.lower())
    return re.sub("i+", "i", re.sub("[yj]", "i", letters))


class _Anchors:
    """Where the settlements lie that have one candidate only, by hromada and by raion."""

    def __init__(self, pairs: Iterable[tuple[Unit, Spot]]) -> None:
        self._spots: defaultdict[str, list[Spot]] = defaultdict(list)
        for unit, spot in pairs:
            for code in unit.path[1:]:
                self._spots[code].append(spot)

    def distance_km(self, unit: Unit, spot: Spot) -> float | None:
        """Return how far a spot is from the rest of the hromada, else of the raion, if known."""
        for code in reversed(unit.path[1:]):
            others = [other for other in self._spots[code] if other.id != spot.id]
            if others:
                return min(distance_km(spot.lat, spot.lon, at.lat, at.lon) for at in others)
        return None


def _settle(
    spot: Spot, candidates: Sequence[Unit], anchors: _Anchors, result: Join, *, sure: bool
) -> None:
    away = {unit.code: anchors.distance_km(unit, spot) or 0.0 for unit in candidates}
    unit = min(candidates, key=lambda unit: (away[unit.code], unit.code))
    reason = ""
    if not sure and unit.category != "K":
        rivals = [one for one in candidates if away[one.code] < max(away[unit.code], 1) * CLEARLY]
        first, *others = sorted(rivals, key=_rank)
        if away[unit.code] > FAR_KM:
            reason = f"{unit.name} ({unit.code}) lies {away[unit.code]:.0f} km from there"
        elif others and _rank(first) == _rank(others[0]):
            reason = "lies between " + ", ".join(rival.code for rival in rivals[:3])
        unit = first
    if not reason and unit.code in result.pairs:
        reason = f"{unit.code} is taken by {result.pairs[unit.code].id}"
    if reason:
        result.failed.append((spot, reason))
    else:
        result.pairs[unit.code] = spot


def _rank(unit: Unit) -> tuple[int, bool]:
    """Order the settlements of one name in one neighbourhood, the likeliest to be large first:
    cities, settlements, villages, and the centre of a hromada (its first settlement) of these.
    """
    return "KMXC".index(unit.category), unit.code[9:12] != "001"

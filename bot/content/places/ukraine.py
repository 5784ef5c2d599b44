"""Ukraine's places out of the codifier, GeoNames and the alert service's table."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.content.places.joining import Join, join
from bot.content.places.naming import distinct_aliases, seat_of
from bot.content.places.sources import (
    Spot,
    Unit,
    read_alert_uids,
    read_codifier,
    read_spots,
    read_tsv,
)
from bot.content.places.transliteration import transliterate
from bot.domain.place import Level, Place, name_key

COUNTRY: Final = "UA"
#: Settlements with fewer people are kept only if they are cities, or all that a hromada has.
SMALLEST: Final = 1000
_KIND: Final = {"K": ("міська", "urban"), "M": ("міська", "urban")} | {
    "X": ("селищна", "settlement"),
    "C": ("сільська", "rural"),
}
#: The alert service gives two cities a UID of their own, which stands for their hromada.
_CITY_PREFIX: Final = "м. "


@dataclass(frozen=True)
class Ukraine:
    """What the places are made from: codifier and joins by code, regions by two digits."""

    units: Mapping[str, Unit]
    kept: Mapping[str, Spot]
    regions: Mapping[str, Sequence[str]]
    uids: Mapping[str, str]
    aliases: Mapping[str, Sequence[str]]
    people: Mapping[str, int]
    districts: Mapping[str, Sequence[str]]
    centres: Mapping[str, Unit]
    by_hand: frozenset[str]
    joined: Join

    @classmethod
    def read(cls) -> "Ukraine":
        """Read and join the sources."""
        units = {unit.code: unit for unit in read_codifier()}
        regions = {row[0]: row for row in read_tsv("regions.tsv")}
        corrections = read_tsv("corrections.tsv")
        spots = [spot for spot in read_spots("cities500") if spot.country == COUNTRY]
        joined = join(
            tuple(units.values()),
            spots,
            {row[3]: digits for digits, row in regions.items()},
            {row[1]: row[2] for row in corrections if row[0] == "join"},
        )
        kept = _large_enough(joined, units)
        people: Counter[str] = Counter()
        for code, spot in kept.items():
            for above in units[code].path:
                people[above] += spot.population
        districts: defaultdict[str, list[str]] = defaultdict(list)
        centres: dict[str, Unit] = {}
        for unit in sorted(units.values(), key=lambda unit: unit.code):
            if unit.category == "B":
                districts[unit.path[-1]].append(unit.code)
            elif len(unit.path) == 3:
                centres.setdefault(unit.path[-1], unit)
        return cls(
            units=units,
            kept=kept,
            regions=regions,
            uids=read_alert_uids(),
            aliases={row[1]: row[2].split("|") for row in corrections if row[0] == "alias"},
            people=people,
            districts=districts,
            centres=centres,
            by_hand=frozenset(row[1] for row in corrections if row[2] != "-"),
            joined=joined,
        )

    def places(self) -> Iterator[Place]:
        """Yield every region and kept settlement, in the codifier's order."""
        for unit in self.units.values():
            if unit.category == "O":
                yield self._oblast(unit)
            elif unit.category in "PH":
                yield self._region(unit)
            elif unit.code in self.kept:
                yield self._settlement(unit)

    def uid_of(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the alert UID of a region by its name, as codes of a place."""
        uid = self.uids.get(name.replace("’", "'"))
        return {"UA-ALERTS-UID": (uid,)} if uid else {}

    def _oblast(self, unit: Unit) -> Place:
        _, iso, uid, _, uk, en, aliases = self.regions[unit.code[2:4]]
        spellings = [name for name in aliases.split("|") if name]
        if en.endswith(" Oblast"):
            short = en.removesuffix(" Oblast")
            spellings += [f"{short} Region", f"{short} Province", f"{transliterate(uk)}"]
        codes = {"KATOTTG": (unit.code,), "ISO3166-2": (iso,), "UA-ALERTS-UID": (uid,)}
        return self._above(iso, Level.OBLAST, (uk, en), spellings, (COUNTRY,), codes, unit)

    def _region(self, unit: Unit) -> Place:
        adjective = transliterate(unit.name)
        if unit.category == "P":
            level, uk, en = Level.RAION, f"{unit.name} район", f"{adjective} Raion"
            others = [f"{adjective} District"]
            uids = self.uid_of(uk)
            if seat := seat_of(unit.name, self._towns(unit)):
                others += [f"{transliterate(seat)} {kind}" for kind in ("Raion", "District")]
        else:
            centre = self.centres[unit.code]
            kind, kind_en = _KIND[centre.category]
            level, uk = Level.HROMADA, f"{unit.name} {kind} громада"
            en = f"{adjective} {kind_en} hromada"
            others = [f"{unit.name} {kind} територіальна громада", f"{unit.name} громада"]
            others += [f"{unit.name} територіальна громада", f"{adjective} hromada"]
            uids = self.uid_of(_CITY_PREFIX + centre.name) if centre.category == "M" else {}
        parents = (*(self._id(code) for code in reversed(unit.path)), COUNTRY)
        codes = {"KATOTTG": (unit.code,)} | uids
        return self._above(unit.code, level, (uk, en), others, parents, codes, unit)

    def _above(
        self,
        id: str,
        level: Level,
        names: tuple[str, str],
        others: Sequence[str],
        parents: tuple[str, ...],
        codes: Mapping[str, tuple[str, ...]],
        unit: Unit,
    ) -> Place:
        uk, en = names
        crimea = unit.code.startswith(("UA01", "UA85"))
        return Place(
            id=id,
            level=level,
            names={"en": en, "uk": uk},
            aliases=distinct_aliases(names, [*others, *self.aliases.get(id, ())]),
            country=COUNTRY,
            parents=parents,
            codes=codes,
            lat=None,
            lon=None,
            population=self.people[unit.code],
            timezone="Europe/Simferopol" if crimea else "Europe/Kyiv",
        )

    def _settlement(self, unit: Unit) -> Place:
        spot = self.kept[unit.code]
        names = {"en": transliterate(unit.name), "uk": unit.name}
        codes = {"KATOTTG": (unit.code, *self.districts[unit.code])}
        if unit.category == "K":
            _, iso, uid, *_ = self.regions[unit.code[2:4]]
            codes |= {"ISO3166-2": (iso,), "UA-ALERTS-UID": (uid,)}
        elif unit.category == "M":
            codes |= self.uid_of(_CITY_PREFIX + unit.name)
        others = (spot.name, *spot.names, *self.aliases.get(spot.id, ()))
        return Place(
            id=spot.id,
            level=Level.CITY,
            names=names,
            aliases=distinct_aliases(names.values(), others),
            country=COUNTRY,
            parents=(*(self._id(code) for code in reversed(unit.path)), COUNTRY),
            codes=codes,
            lat=spot.lat,
            lon=spot.lon,
            population=spot.population,
            timezone=spot.timezone,
        )

    def _id(self, code: str) -> str:
        unit = self.units[code]
        return self.regions[code[2:4]][1] if unit.category == "O" else unit.code

    def _towns(self, raion: Unit) -> list[str]:
        inside = [code for code in self.kept if raion.code in self.units[code].path]
        towns = [code for code in inside if self.units[code].category in "MX"]
        towns.sort(key=lambda code: (-self.kept[code].population, code))
        return [self.units[code].name for code in towns]


def _large_enough(joined: Join, units: Mapping[str, Unit]) -> dict[str, Spot]:
    largest: dict[str, str] = {}
    for code, spot in joined.pairs.items():
        for hromada in units[code].path[2:3]:
            best = largest.get(hromada)
            if best is None or spot.population > joined.pairs[best].population:
                largest[hromada] = code
    only = set(largest.values())
    return {
        code: spot
        for code, spot in joined.pairs.items()
        if spot.population >= SMALLEST or units[code].category in "KM" or code in only
    }


def faults(places: Sequence[Place], ukraine: Ukraine) -> Iterator[str]:
    """Yield a sentence for each thing a table of Ukraine must have and does not."""
    values = Counter(
        (scheme, value)
        for place in places
        for scheme, codes in place.codes.items()
        for value in codes
        if place.level is not Level.CITY or place.parents == (COUNTRY,)
    )
    for uid in set(ukraine.uids.values()):
        if not values["UA-ALERTS-UID", uid]:
            yield f"no place has the alert UID {uid}"
    for row in ukraine.regions.values():
        if not values["ISO3166-2", row[1]]:
            yield f"no place has the ISO 3166-2 code {row[1]}"
    yield from (f"{key} is on {n} regions" for key, n in values.items() if n > 1)
    ids = {place.id for place in places}
    yield from (f"corrections.tsv names {id}, which is no place" for id in ukraine.by_hand - ids)
    for code, unit in ukraine.units.items():
        if unit.category == "M" and code not in ukraine.kept and name_key(unit.name) != "припять":
            yield f"the city {unit.name} ({code}) has no position"

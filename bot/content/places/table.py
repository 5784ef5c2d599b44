"""One line of a places table: tab-separated text that reads without any library."""

from collections.abc import Iterable, Iterator
from sys import intern
from typing import Final

from bot.domain.place import Level, Place

COLUMNS: Final = (
    "country",
    "level",
    "id",
    "parents",
    "lat",
    "lon",
    "population",
    "timezone",
    "codes",
    "en",
    "uk",
    "aliases",
)
_LETTER_OF: Final = {
    Level.COUNTRY: "C",
    Level.OBLAST: "O",
    Level.RAION: "R",
    Level.HROMADA: "H",
    Level.CITY: "S",
}
_LEVEL_OF: Final = {letter: level for level, letter in _LETTER_OF.items()}


def write_line(place: Place) -> str:
    """Return a place as a line without its end. Raises ValueError on a reserved character."""
    fields = (
        place.country,
        _LETTER_OF[place.level],
        place.id,
        " ".join(place.parents),
        "" if place.lat is None else f"{place.lat:.5f}",
        "" if place.lon is None else f"{place.lon:.5f}",
        str(place.population),
        place.timezone,
        " ".join(f"{scheme}={','.join(values)}" for scheme, values in place.codes.items()),
        place.names["en"],
        place.names.get("uk", ""),
        "|".join(place.aliases),
    )
    if any(mark in field for field in fields for mark in "\t\n") or any(
        "|" in name for name in place.aliases
    ):
        raise ValueError(f"place {place.id} has a tab, a line end or a bar in its text")
    return "\t".join(fields)


def read_lines(lines: Iterable[str], countries: frozenset[str]) -> Iterator[Place]:
    """Yield the places of these countries (ISO 3166-1 alpha-2), of every country if empty."""
    for line in lines:
        if not countries or line[:2] in countries:
            yield _read_line(line)


def _read_line(line: str) -> Place:
    (country, level, id, parents, lat, lon, population, timezone, codes, en, uk, aliases) = (
        line.rstrip("\n").split("\t")
    )
    return Place(
        id=id,
        level=_LEVEL_OF[level],
        names={"en": en, "uk": uk} if uk else {"en": en},
        aliases=tuple(aliases.split("|")) if aliases else (),
        country=intern(country),
        parents=tuple(map(intern, parents.split())),
        codes=_read_codes(codes),
        lat=float(lat) if lat else None,
        lon=float(lon) if lon else None,
        population=int(population),
        timezone=intern(timezone),
    )


def _read_codes(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (pair.partition("=") for pair in text.split())
    return {intern(scheme): tuple(values.split(",")) for scheme, _, values in pairs}

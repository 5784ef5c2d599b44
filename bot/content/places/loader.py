"""Reads the places tables into a gazetteer."""

import gzip
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Final

from bot.content.places.table import read_lines
from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Level, Place

EVERYWHERE: Final = "*"
_UKRAINE: Final = "UA"


def load(countries: Sequence[str]) -> Gazetteer:
    """Return the places of these countries, ISO 3166-1 alpha-2 in any case; "*" is all of them.

    Raises ValueError, with the field's name and the cure, if there is none or one is not known.
    """
    wanted = frozenset(country.strip().upper() for country in countries)
    if not wanted:
        raise ValueError('places.countries is empty; name a country, for example ["UA"], or ["*"]')
    everywhere = EVERYWHERE in wanted
    places: list[Place] = []
    if everywhere or _UKRAINE in wanted:
        places += _read("ukraine", frozenset())
    if everywhere or wanted - {_UKRAINE}:
        places += _read("world", frozenset() if everywhere else wanted)
    found = {place.id for place in places if place.level is Level.COUNTRY}
    for unknown in sorted(wanted - found - {EVERYWHERE}):
        raise ValueError(
            f'places.countries has "{unknown}", which is no country; write its two-letter '
            'ISO 3166-1 code, for example "UA", or "*" for all countries'
        )
    return Gazetteer(places)


def _read(name: str, countries: frozenset[str]) -> Iterator[Place]:
    # Line by line: the whole text in memory would stay with the process as holes in its heap.
    with (
        files(__package__).joinpath(f"{name}.tsv.gz").open("rb") as packed,
        gzip.open(packed, "rt", encoding="utf-8", newline="\n") as lines,
    ):
        yield from read_lines(lines, countries)

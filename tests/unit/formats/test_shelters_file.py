"""A list of shelters: every line is a shelter or a fault that names its cure."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.shelter import PublicShelter
from bot.formats.shelters import read_shelters

HEADER = "name,address,latitude,longitude,accessibility,capacity,hours\n"
METRO = 'Золоті ворота,"Володимирська, 42",50.4483,30.5134,ліфт,900,24/7\n'
SHELTER = PublicShelter("Золоті ворота", "Володимирська, 42", 50.4483, 30.5134, "ліфт", 900, "24/7")


def feature(**changes: object) -> dict[str, object]:
    properties = {"name": "Золоті ворота", "address": "Володимирська, 42", "capacity": 900,
                  "accessibility": "ліфт", "hours": "24/7"} | changes  # fmt: skip
    point = {"type": "Point", "coordinates": [30.5134, 50.4483]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param((HEADER + METRO).encode(), id="CSV"),
        pytest.param(b"\xef\xbb\xbf" + (HEADER + METRO).encode(), id="with a byte order mark"),
        pytest.param((HEADER + METRO).replace("\n", "\r\n").encode(), id="with Windows' line ends"),
        pytest.param(
            "Name;Address;Lat;Lon;accessibility;capacity;hours\n"
            "Золоті ворота;Володимирська, 42;50.4483;30.5134;ліфт;900;24/7\n".encode(),
            id="with semicolons and short names",
        ),
        pytest.param(collection(feature()), id="GeoJSON, longitude first"),
    ],
)
def test_shelter_is_read_from(content: bytes) -> None:
    found = read_shelters(content)
    assert (found.shelters, found.faults) == ((SHELTER,), ())


def test_only_name_address_and_point_are_needed() -> None:
    found = read_shelters(b"name,address,lat,lng\nSchool,1 Road,50,30\n")
    assert found.shelters == (PublicShelter("School", "1 Road", 50.0, 30.0),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("50.4483", "95", "line 3: latitude: '95': is no latitude from -85 to 85; write degrees"),
        ("50.4483", "", "line 3: latitude: '': is no latitude"),
        ("50.4483", "nan", "line 3: latitude: 'nan': is no latitude"),
        ("30.5134", "схід", "line 3: longitude: 'схід': is no longitude from -180 to 180"),
        ("900", "many", "line 3: capacity: 'many': is no number of people"),
        ("900", "0", "line 3: capacity: '0': is no number of people from 1 to 1000000"),
        ("900", "2.5", "line 3: capacity: '2.5': is no number of people"),
        ("Золоті ворота", " ", "line 3: name: ' ': is empty; write it"),
        ("24/7", "x" * 101, "has 101 characters; shorten it to 100"),
        ("900", "900", "line 3: name: 'Золоті ворота': is line 2 again; drop one"),
    ],
)
def test_bad_line_is_named_and_the_rest_is_kept(old: str, new: str, said: str) -> None:
    other = "School,1 Road,50,30,,,\n"
    found = read_shelters((HEADER + METRO + METRO.replace(old, new) + other).encode())
    assert [shelter.name for shelter in found.shelters] == ["Золоті ворота", "School"]
    assert len(found.faults) == 1
    assert said in str(found.faults[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"name,lat,lon\na,1,2\n", "header: 'name,lat,lon': has no column address",
                     id="a column that is missing"),
        pytest.param(b"", "header: '': has no column name", id="an empty file"),
        pytest.param(b"name\n\xff\n", "line 2: file: b'\\xff': save it as UTF-8", id="no UTF-8"),
        pytest.param(b"{", "is no JSON; correct it there", id="half a JSON"),
        pytest.param(b"[1]", "write a FeatureCollection", id="JSON of another kind"),
        pytest.param((HEADER + 'a,"b').encode(), "is no CSV", id="a quotation that does not end"),
    ],
)  # fmt: skip
def test_file_that_is_no_list_is_refused_whole(content: bytes, said: str) -> None:
    found = read_shelters(content)
    assert (found.readable, found.shelters) == (False, ())
    assert said in str(found.faults[0])


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (feature(name=None), "feature 2: name: None: is no text"),
        (feature(capacity=True), "feature 2: capacity: True"),
        ({**feature(), "geometry": {"type": "Polygon", "coordinates": []}}, "feature 2: latitude"),
        ("text", "feature 2: name: None"),
    ],
)
def test_bad_feature_is_named_and_the_rest_is_kept(bad: object, said: str) -> None:
    found = read_shelters(collection(feature(), bad))
    assert found.shelters == (SHELTER,)
    assert said in str(found.faults[0])


@given(st.lists(st.lists(st.text(max_size=30), min_size=7, max_size=7), max_size=8))
def test_every_line_is_a_shelter_or_a_fault(rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    found = read_shelters((HEADER + file.getvalue()).encode("utf-8", "replace"))
    if found.readable:
        written = [row for row in rows if any(row)]
        assert len(written) <= len(found.shelters) + len(found.faults) <= len(rows)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found = read_shelters(content)
    assert found.readable or found.faults

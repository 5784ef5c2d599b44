"""The queue's JSON form: CAP's names, arrays or single values, and no second chances."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.advisory import Advisory
from bot.formats import Reason, Refused, parse
from bot.formats.json import DEEPEST
from bot.formats.validate import MOST_ELEMENTS

KYIV = (Path(__file__).parents[2] / "samples" / "cap" / "kyiv.json").read_text("utf-8")


def message(at: str = "", value: object = None) -> bytes:
    """The sample with the value at a path such as `info.0.area.0.circle` set."""
    data: Any = json.loads(KYIV)
    part: Any = data
    *way, last = at.split(".")
    for step in way:
        part = part[int(step) if step.isdigit() else step]
    if last:
        part[last] = value
    return json.dumps(data).encode()


def read(payload: bytes) -> Advisory:
    parsed = parse(payload)
    assert not parsed.refusals, parsed.refusals
    (advisory,) = parsed.advisories
    return advisory.model_copy(update={"raw": b""})


def refused(payload: bytes) -> Refused:
    parsed = parse(payload)
    assert not parsed.advisories
    (refusal,) = parsed.refusals
    assert refusal.detail.isprintable()
    assert refusal.raw == payload
    return refusal


KYIV_RING = "50.3,30.2 50.3,30.8 50.6,30.8 50.6,30.2 50.3,30.2"
HARMLESS = {
    "a single polygon instead of an array": ("info.0.area.0.polygon", KYIV_RING),
    "a single circle": ("info.0.area.0.circle", "50.45,30.52 25"),
    "a single geocode": ("info.0.area.0.geocode", {"valueName": "UA-ALERTS-UID", "value": "31"}),
    "a single parameter": ("info.0.parameter", {"valueName": "embassyPosture", "value": "closed"}),
    "a single info": ("info", json.loads(KYIV)["info"][0]),
    "null for an optional element": ("note", None),
    "an empty text for an optional element": ("note", "  "),
    "an empty array": ("references", []),
    "null for a repeated element": ("code", None),
}


@pytest.mark.parametrize(("at", "value"), HARMLESS.values(), ids=HARMLESS.keys())
def test_harmless_difference_is_read_as_the_same(at: str, value: object) -> None:
    assert read(message(at, value)) == read(message())


def test_byte_order_mark_and_white_space_are_harmless() -> None:
    assert read(b"\xef\xbb\xbf" + message()) == read(b" \n" + message()) == read(message())


def test_lists_in_one_text_and_in_an_array_are_the_same() -> None:
    in_text = read(message("incidents", 'alpha "bravo two"'))
    assert in_text == read(message("incidents", ["alpha", "bravo two"]))
    reference = "s,i,2024-11-18T10:00:00Z"
    assert read(message("references", f"{reference} {reference}")) == read(
        message("references", [reference, reference])
    )


STRICT = {
    "an unknown key": (
        "expire",
        "x",
        "schema",
        "expire: is no element of CAP here; write 'expires'",
    ),
    "our name instead of CAP's": (
        "info.0.event_code",
        [],
        "schema",
        "info[0].event_code: is no element of CAP here; write 'eventCode'",
    ),
    "the name of our own field": ("raw", "x", "schema", "raw: is no element of CAP"),
    "a key that cannot be printed": ("a\n\u202e", 1, "schema", "'a\\n\\u202e': is no element"),
    "a number for text": (
        "identifier",
        5,
        "schema",
        "identifier: 5 is no text; write it in quotes",
    ),
    "a number for a code": (
        "info.0.parameter",
        {"valueName": "a", "value": 31},
        "schema",
        "info[0].parameter[0].value: 31 is no text",
    ),
    "a number for a time": ("sent", 1732048200, "time", "sent: 1732048200 is no text"),
    "null for a required element": ("sender", None, "schema", "sender: is empty"),
    "an array for a single element": (
        "note",
        ["a"],
        "schema",
        "note: is a list of 1; CAP allows it once",
    ),
    "an object for a text": ("note", {}, "schema", "note: {} is no text"),
    "a text for an object": ("info", "x", "schema", "info[0]: 'x' has no elements"),
    "an array in an array": ("info", [[]], "schema", "info[0]: [] has no elements"),
    "a number for an enumeration": ("status", 1, "enumeration", "status: 1 is not one of Actual"),
    "GeoJSON's arrays": (
        "info.0.area.0.polygon",
        [[[50, 30], [51, 30]]],
        "geometry",
        "info[0].area[0].polygon[0]: [[50, 30], [51, 30]] is no text; write 'lat,lon",
    ),
    "a truth value for a number": (
        "info.0.area.0.altitude",
        True,
        "schema",
        "info[0].area[0].altitude: True is no number",
    ),
    "a number beyond floats": (
        "info.0.area.0.altitude",
        "1e999",
        "schema",
        "info[0].area[0].altitude: ",
    ),
    "a control character": ("note", "a\0", "encoding", "note: holds the character U+0000"),
    "half of a surrogate pair": (
        "info.0.event",
        "\ud800",
        "encoding",
        "info[0].event: holds the character U+D800",
    ),
    "half of a surrogate pair in an array": (
        "code",
        ["\udfff"],
        "encoding",
        "code[0]: holds the character U+DFFF",
    ),
}


@pytest.mark.parametrize(("at", "value", "reason", "start"), STRICT.values(), ids=STRICT.keys())
def test_harmful_value_is_refused(at: str, value: object, reason: str, start: str) -> None:
    refusal = refused(message(at, value))
    assert (refusal.reason.value, refusal.detail[: len(start)]) == (reason, start)


BROKEN = {
    "nothing": (b"", "not_cap", "the payload is empty"),
    "a text": (b'"alert"', "not_cap", "the payload is neither XML nor JSON"),
    "an array of alerts": (b"[]", "not_cap", "the payload is a JSON array"),
    "JSON cut short": (b'{"info":', "not_json", "line 1, column 9: Expecting value"),
    "NaN": (b'{"info": NaN}', "not_json", "the payload holds NaN"),
    "Infinity": (b'{"info": -Infinity}', "not_json", "the payload holds -Infinity"),
    "a key twice": (
        b'{"info": [{"urgency": "Past", "urgency": "Future"}]}',
        "schema",
        "info[0].urgency: the key occurs twice",
    ),
    "not UTF-8": (b'{"note": "\xff"}', "encoding", "byte 10 is 0xff, which is not UTF-8"),
    "deep nesting": (b'{"a":' * (DEEPEST + 1), "not_json", "the payload nests deeper than 16"),
    "very deep nesting": (b"[" * 100_000, "not_json", "the payload nests deeper than 16"),
    "a number of 5,000 digits": (
        b'{"a":' + b"1" * 5000 + b"}",
        "not_json",
        "the payload holds a number",
    ),
    "more elements than anyone sends": (
        b'{"code":[' + b"1," * MOST_ELEMENTS + b"1]}",
        "too_large",
        "alert: holds more than 20000 elements",
    ),
}


@pytest.mark.parametrize(("payload", "reason", "start"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_json_is_refused(payload: bytes, reason: str, start: str) -> None:
    refusal = refused(payload)
    assert (refusal.reason.value, refusal.detail[: len(start)]) == (reason, start)


def test_brackets_inside_text_are_not_nesting() -> None:
    assert read(message("note", '["\\"' * 50)).note == '["\\"' * 50


def test_reason_has_a_counter_label_for_every_refusal() -> None:
    assert all(reason.value.isidentifier() for reason in Reason)

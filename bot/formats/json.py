"""The queue's JSON form -> a dict with CAP's names."""

import json
import re
from typing import NoReturn

from bot.domain.advisory import Advisory
from bot.domain.cap import Reason
from bot.formats import validate
from bot.formats.refusal import Refused

DEEPEST = 16
"""CAP nests five deep in JSON; far more is an attack on the parser."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


class _Repeated(str):
    """Stands for the value of a key that came twice, so that its path can be told."""


def read(payload: bytes) -> Advisory:
    """The advisory in one JSON object in UTF-8 (a BOM is accepted). Raises `Refused`."""
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            Reason.ENCODING,
            f"byte {error.start} is 0x{payload[error.start]:02x}, which is not UTF-8; "
            "write JSON in UTF-8",
        ) from None
    _check_depth(text)
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Refused(
            Reason.NOT_JSON, f"line {error.lineno}, column {error.colno}: {error.msg}; correct it"
        ) from None
    except ValueError as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            Reason.NOT_JSON, "the payload holds a number too long to read; shorten it"
        ) from None
    if not isinstance(data, dict):
        raise Refused(
            Reason.NOT_CAP, "the payload is a JSON array; write one object for each advisory"
        )
    _check_repeats(data, ())
    return validate.advisory(data, payload)


def _check_depth(text: str) -> None:
    depth = 0
    for found in _TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > DEEPEST:
            raise Refused(
                Reason.NOT_JSON, f"the payload nests deeper than {DEEPEST} levels; write it flatter"
            )


def _no_constant(name: str) -> NoReturn:
    raise Refused(
        Reason.NOT_JSON, f"the payload holds {name}, which JSON does not have; write a number"
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                found[name] = _Repeated()
            seen.add(name)
    return found


def _check_repeats(value: object, where: tuple[str | int, ...]) -> None:
    if isinstance(value, _Repeated):
        raise Refused(
            Reason.SCHEMA,
            f"{validate.path(where)}: the key occurs twice in one object; write an array",
        )
    if isinstance(value, dict):
        for name, item in value.items():
            _check_repeats(item, (*where, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_repeats(item, (*where, index))

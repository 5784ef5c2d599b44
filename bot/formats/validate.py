"""CAP's names and values in a plain dict -> `Advisory`: the one way in for every format."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.domain.advisory import Advisory, Area, Info, NamedValue, Resource
from bot.domain.cap import Reason
from bot.domain.cap_text import shown
from bot.formats.refusal import Refused

Step = str | int

MOST_ELEMENTS = 20_000
"""More than a megabyte of geocodes has; far more only costs time to refuse one by one."""

_ELEMENTS = sorted(
    {
        field.alias or name
        for model in (Advisory, Info, Area, Resource, NamedValue)
        for name, field in model.model_fields.items()
        if name != "raw"
    }
)
_REASONS = {reason.value: reason for reason in Reason}


def advisory(data: dict[str, object], raw: bytes, within: str = "") -> Advisory:
    """The advisory that `data` describes, with `raw` as its message.

    Names are CAP's, values are text, numbers, dicts and lists of them. `within` is put before
    every path, such as `alert[1]`. Raises `Refused` with the first error in the order of `data`
    and the number of the others.
    """
    if _is_crowded(data):
        raise Refused(
            Reason.TOO_LARGE,
            f"{within or 'alert'}: holds more than {MOST_ELEMENTS} elements; send less at once",
            raw,
        )
    try:
        found = Advisory.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        order = _Order(data)
        first = min(error.errors(include_url=False), key=lambda one: order.of(_where(one)))
        reason, sentence = _explained(first)
        others = error.error_count() - 1
        more = f" ({others} more wrong)" if others else ""
        raise Refused(reason, f"{path(_where(first), within)}: {sentence}{more}", raw) from None
    return found.model_copy(update={"raw": raw})


def path(steps: Iterable[Step], within: str = "") -> str:
    """`info[0].area[1].polygon[0]`; a name that CAP would never use is quoted."""
    text = within
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if re.fullmatch(r"\w{1,40}", step, re.ASCII) else shown(step, 40)
            text += f".{name}" if text else name
    return text or "alert"


def _is_crowded(data: object) -> bool:
    waiting, count = [data], 0
    while waiting and count <= MOST_ELEMENTS:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting.extend(value.values() if isinstance(value, dict) else value)
            count += len(value) if isinstance(value, list) else 1
    return count > MOST_ELEMENTS


class _Order:
    """Where a path stands in the document; what is missing stands at the end of its parent."""

    def __init__(self, data: object) -> None:
        self._data = data
        self._positions: dict[int, dict[str, int]] = {}

    def of(self, steps: tuple[Step, ...]) -> tuple[int, ...]:
        value, places = self._data, []
        for step in steps:
            if isinstance(step, int):
                places.append(step)
                value = value[step] if isinstance(value, list) and step < len(value) else value
            elif isinstance(value, dict):
                if id(value) not in self._positions:
                    self._positions[id(value)] = {name: i for i, name in enumerate(value)}
                places.append(self._positions[id(value)].get(step, len(value)))
                value = value.get(step)
        return tuple(places)


def _where(error: ErrorDetails) -> tuple[Step, ...]:
    return *error["loc"], *error.get("ctx", {}).get("at", ())


def _explained(error: ErrorDetails) -> tuple[Reason, str]:
    kind, value = error["type"], error["input"]
    if kind in _REASONS:
        return _REASONS[kind], error["ctx"]["sentence"]
    if kind == "enum":
        return _enumeration(value, error["ctx"]["expected"])
    return Reason.SCHEMA, _misfit(kind, value, error)


def _misfit(kind: str, value: object, error: ErrorDetails) -> str:
    if kind == "missing":
        return "is missing; CAP requires it"
    if kind == "extra_forbidden":
        return _unknown(str(error["loc"][-1]))
    if value is None or kind == "too_short":
        return "is empty; CAP requires it, write a value"
    if kind == "string_type":
        return f"{shown(value)} is no text; write it in quotes"
    if kind in ("model_type", "tuple_type"):
        return f"{shown(value)} has no elements of its own; write them"
    return f"{shown(value)} cannot be used: {error['msg']}"


def _enumeration(value: object, expected: str) -> tuple[Reason, str]:
    allowed = re.findall(r"'(\w+)'", expected)
    if value is None:
        return Reason.SCHEMA, f"is empty; write one of {', '.join(allowed)}"
    meant = [name for name in allowed if name.casefold() == str(value).casefold()]
    cure = f"write '{meant[0]}'" if meant else "write one of these"
    return Reason.ENUMERATION, f"{shown(value)} is not one of {', '.join(allowed)}; {cure}"


def _unknown(name: str) -> str:
    meant = get_close_matches(name[:40], _ELEMENTS, n=1)
    cure = f"write '{meant[0]}'" if meant else "leave it out"
    return f"is no element of CAP here; {cure}, or put it into a parameter"

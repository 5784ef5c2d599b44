"""A method's parameters, read with the types the Bot API gives them."""

import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox.errors import bad_request

_TRUE = {"true", "yes", "1"}
_FALSE = {"false", "no", "0", ""}


class Upload:
    """A file that came with a multipart body."""

    __slots__ = ("content", "content_type", "name")

    def __init__(self, name: str, content: bytes, content_type: str) -> None:
        self.name = name
        self.content = content
        self.content_type = content_type


class Params:
    """Values as they came: strings from a query or a form, anything from a JSON body."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")

    def raw(self, name: str) -> Any:
        return self._values.get(name)

    def as_dict(self) -> dict[str, Any]:
        """Return every value that was given, for checks against a model of the method."""
        return dict(self._values)

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return json.dumps(value)
        raise bad_request(f'field "{name}" must be of type String')

    def integer(self, name: str, default: int = 0) -> int:
        value = self._values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise bad_request(f'field "{name}" must be of type Number')
        try:
            return int(value)
        except ValueError:
            raise bad_request(f'field "{name}" must be of type Number') from None

    def number(self, name: str) -> float | None:
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            raise bad_request(f'field "{name}" must be of type Number') from None

    def boolean(self, name: str) -> bool:
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise bad_request(f'field "{name}" must be of type Boolean')

    def object(self, name: str) -> dict[str, Any] | None:
        value = self._json(name, "object")
        if value is None or isinstance(value, dict):
            return value
        raise bad_request(f"object expected as {name.replace('_', ' ')}")

    def array(self, name: str) -> list[Any] | None:
        value = self._json(name, "array")
        if value is None or isinstance(value, list):
            return value
        raise bad_request(f"array expected as {name.replace('_', ' ')}")

    def _json(self, name: str, kind: str) -> Any:
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON {kind}") from None

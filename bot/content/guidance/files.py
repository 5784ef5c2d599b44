"""Reading the guidance files: YAML whose keys stand once, and models that say what is wrong."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class GuidanceError(Exception):
    """The guidance cannot be used; the text names file, key, value and cure."""


class _UniqueKeys(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"{key!r} stands twice, again in line {line}")
            seen.add(key)
        return super().construct_mapping(node, deep)


def read(path: Path, label: str) -> dict[str, Any]:
    """The mapping in a file. Raises :class:`GuidanceError` if it is missing or something else.

    ``label`` is what the error calls the file.
    """
    try:
        with path.open(encoding="utf-8") as file:
            data = yaml.load(file, _UniqueKeys)  # noqa: S506  # a SafeLoader
    except OSError as error:
        raise GuidanceError(f"{label}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        text = " ".join(str(error).split())
        raise GuidanceError(f"{label}: is no proper YAML: {text}; correct it there") from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise GuidanceError(f"{label}: must hold words as keys, with a value each")
    return data


def build(model: type[Model], data: object, file: str, key: str) -> Model:
    """``data`` as a model. Raises :class:`GuidanceError` with the first thing that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(filter(None, [key, *(str(part) for part in fault["loc"])]))
        said = fault["msg"].removeprefix("Value error, ")
        value = "" if fault["type"] == "missing" else f" {fault['input']!r}:"
        raise GuidanceError(f"{file}: {where}:{value} {said}; correct it") from None

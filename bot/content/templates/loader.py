"""Reads the prepared advisories and refuses what could not be published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from bot.domain.template import Template

FOLDER: Final = Path(__file__).parent


class TemplatesError(Exception):
    """A template cannot be used; the text names the file, the field and the cure."""


def load_templates(
    languages: Collection[str], hazards: Collection[str], folder: Path = FOLDER
) -> Mapping[str, Template]:
    """Every template by key, in the order of the file names.

    Each must have its texts in all of ``languages`` and speak of one of ``hazards``.
    """
    found: dict[str, Template] = {}
    for path in sorted(folder.glob("*.yaml")):
        template = _read(path)
        if template.hazard not in hazards:
            raise TemplatesError(
                f"{path.name}: hazard: {template.hazard!r} is not in guidance/hazards.yaml; "
                "correct it"
            )
        for language in languages:
            if language not in template.texts:
                raise TemplatesError(f"{path.name}: texts: {language} is missing; write it")
        for language in template.texts:
            if language not in languages:
                raise TemplatesError(
                    f"{path.name}: texts: {language!r} is no language of operators; take it out"
                )
        found[template.key] = template
    return found


def _read(path: Path) -> Template:
    # The file's name is the key, with a number in front that says where its button stands.
    key = path.stem.partition("-")[2]
    try:
        data: Any = yaml.safe_load(path.read_text("utf-8"))
        return Template.model_validate({"key": key, **data})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
        text = " ".join(str(error).split())
        raise TemplatesError(f"{path.name}: cannot be read: {text}; correct it") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        field = ".".join(map(str, fault["loc"]))
        raise TemplatesError(f"{path.name}: {field}: {fault['msg']}; correct it") from None

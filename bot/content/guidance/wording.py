"""The words of the guidance, a file for each language, and what they must keep to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.content.guidance.checks import check_text
from bot.content.guidance.files import GuidanceError, build, read
from bot.domain.guidance import HazardText

TEXTS: Final = "texts"
"""The folder of the language files, ``<tag>.yaml`` each."""


class Wording(BaseModel):
    """Every text of one language, by the keys of the files that hold the structure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reviewed_by_native: bool
    hazards: Mapping[str, HazardText]
    steps: Mapping[str, str]
    sources: Mapping[str, str]
    profiles: Mapping[str, str]
    items: Mapping[str, str]


Wordings = Mapping[str, Wording]
"""Wordings by language tag."""


@dataclass(frozen=True, slots=True)
class Section:
    """The section ``name`` of every language, and the ``field`` of a model that it fills."""

    wordings: Wordings
    name: str
    field: str

    def of(self, keys: Collection[str], file: str) -> dict[str, dict[str, Any]]:
        """The texts by key and language, for exactly the ``keys`` of ``file``."""
        found: dict[str, dict[str, Any]] = {key: {} for key in keys}
        for tag, wording in self.wordings.items():
            texts = getattr(wording, self.name)
            for key in found:
                if key not in texts:
                    raise GuidanceError(
                        f"{_label(tag)}: {self.name}.{key}: is missing; write the text"
                    )
                found[key][tag] = texts[key]
            for key in texts:
                if key not in found:
                    raise GuidanceError(
                        f"{_label(tag)}: {self.name}.{key}: is not in {file}; "
                        "correct the key or take it out"
                    )
        return found

    def into(self, value: object, texts: Mapping[str, Any]) -> object:
        """The data of a key with its texts; what is no mapping is left to its model to refuse."""
        return {**value, self.field: texts} if isinstance(value, dict) else value


def read_wordings(folder: Path, languages: Sequence[str]) -> dict[str, Wording]:
    """The words of every language in ``folder``, each text fit for its place.

    Raises :class:`GuidanceError` for a language that has no file, and for a file of a language
    that is not one of ``languages``: nobody would read it.
    """
    for path in sorted((folder / TEXTS).glob("*")):
        if path.suffix == ".yaml" and path.stem not in languages:
            raise GuidanceError(
                f"{TEXTS}/{path.name}: is no language of the interface ({', '.join(languages)}); "
                f"translate that too, in locales/{path.stem}, or take the file out"
            )
    return {tag: _read(folder, tag) for tag in languages}


def _read(folder: Path, tag: str) -> Wording:
    label = _label(tag)
    wording = build(Wording, read(folder / TEXTS / f"{tag}.yaml", label), label, "")
    for key, hazard in wording.hazards.items():
        for form, text in hazard:
            check_text(text, "hazard", label, f"hazards.{key}.{form}")
    for section, slot in _SLOTS.items():
        for key, text in getattr(wording, section).items():
            check_text(text, slot, label, f"{section}.{key}")
    return wording


_SLOTS: Final[Mapping[str, str]] = {
    "steps": "step",
    "sources": "source",
    "profiles": "profile",
    "items": "item",
}


def _label(tag: str) -> str:
    return f"{TEXTS}/{tag}.yaml"

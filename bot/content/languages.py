"""Which languages there are and what each must cover: ``locales/languages.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FILE: Final = "languages.yaml"
SOURCE: Final = "en"
"""The language that the others are compared with, and the one for readers of any other."""


class LanguagesError(Exception):
    """The list of languages cannot be used; the text names file, key and cure."""


class Language(BaseModel):
    """One language: whether operators' texts are in it too, and whether people are offered it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operators: bool
    offered: bool


class Languages(BaseModel):
    """The languages by tag, and the domains (file names without suffix) by who reads them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    everyone: tuple[str, ...]
    operators: tuple[str, ...]
    languages: Mapping[str, Language]

    @property
    def offered(self) -> tuple[str, ...]:
        """The tags that people are offered, in alphabetical order."""
        return tuple(sorted(tag for tag, one in self.languages.items() if one.offered))

    def domains(self, tag: str) -> tuple[str, ...]:
        """The domains that a language covers."""
        return (*self.everyone, *(self.operators if self.languages[tag].operators else ()))


def load_languages(folder: Path) -> Languages:
    """Read the list in ``folder``; raises :class:`LanguagesError` where it and the files differ."""
    try:
        found = Languages.model_validate(yaml.safe_load((folder / FILE).read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise LanguagesError(f"{FILE}: cannot be read: {error}") from None
    source = found.languages.get(SOURCE)
    if source is None or not (source.offered and source.operators):
        raise LanguagesError(f"{FILE}: {SOURCE}: the others fall back to it; offer it whole")
    for path in sorted(folder.glob("*/*.po")):
        tag, domain = path.parent.name, path.stem
        if tag not in found.languages:
            raise LanguagesError(f"{FILE}: {tag}: is a folder and not named here; name it")
        if domain not in found.domains(tag):
            raise LanguagesError(f"{tag}/{path.name}: {FILE} names no such domain; drop the file")
    for tag in found.offered:
        for domain in found.domains(tag):
            if not (folder / tag / f"{domain}.po").is_file():
                raise LanguagesError(f"{tag}/{domain}.po: is missing; write it, or do not offer it")
    return found

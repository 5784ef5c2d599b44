"""Whom to call: emergency numbers by country, each with where they were read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE: Final = Path(__file__).parent / "emergency.yaml"


class EmergencyError(Exception):
    """The numbers cannot be used; the text names the file, the country and the cure."""


class Service(StrEnum):
    """Who answers a number."""

    EMERGENCY = "emergency"
    FIRE = "fire"
    POLICE = "police"
    AMBULANCE = "ambulance"
    GAS = "gas"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(_Data):
    """A number as it is dialled within the country."""

    kind: Service
    number: Annotated[str, Field(pattern=r"^\d{2,6}$")]


class Origin(_Data):
    """Where numbers were read; ``confirmed`` once a person compared them with the page."""

    name: str
    url: Annotated[str, Field(pattern=r"^https://")]
    confirmed: bool


class Country(_Data):
    """The numbers of a country and the key of their source."""

    source: str
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]


class Emergency(_Data):
    """All numbers. Build it with :func:`load_emergency`."""

    sources: Mapping[str, Origin]
    countries: Mapping[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Country]


def load_emergency(path: Path = FILE) -> Emergency:
    """Read the numbers; raises :class:`EmergencyError` for what cannot be trusted."""
    try:
        found = Emergency.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise EmergencyError(f"{path.name}: cannot be read: {error}") from None
    for code, country in found.countries.items():
        if country.source not in found.sources:
            raise EmergencyError(
                f"{path.name}: {code}: {country.source!r} is no source; add it to sources"
            )
    for key in found.sources:
        if all(country.source != key for country in found.countries.values()):
            raise EmergencyError(f"{path.name}: {key}: is used nowhere; take it out")
    return found

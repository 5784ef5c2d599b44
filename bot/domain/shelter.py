"""Shelters: the one that a person wrote down, and those that an operator made known."""

from __future__ import annotations

from dataclasses import dataclass

MAX_NOTE = 200
"""Characters of a shelter of one's own: an address and which door, not a story."""

MAX_MINUTES = 120


@dataclass(frozen=True, slots=True)
class ShelterNote:
    """A person's own words for their shelter, and the minutes it takes them to reach it."""

    text: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class PublicShelter:
    """A shelter from an operator's list; degrees in WGS 84, everything else as the list says."""

    name: str
    address: str
    lat: float
    lon: float
    accessibility: str = ""
    capacity: int | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True)
class NearShelter:
    """A public shelter and how far it is, in metres as the crow flies."""

    shelter: PublicShelter
    metres: float

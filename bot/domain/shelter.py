"""Shelters: the one that a person wrote down, and those that an operator made known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

MAX_NOTE = 200
"""Characters of a shelter of one's own: an address and which door, not a story."""

TIME_PARAMETER = "timeToShelter"
"""CAP parameter by which a source says how long people of a place have to reach shelter."""

_LONGEST = timedelta(days=1)
_DURATION = re.compile(r"PT(?=\d)(?:(\d{1,2})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?")


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


def time_to_shelter(value: str) -> timedelta | None:
    """Whole seconds ("90"), or an ISO 8601 duration in hours, minutes and seconds ("PT1M30S").

    None for anything else, for nothing, and for more than a day: a wrong figure at the top of a
    warning is worse than none.
    """
    text = value.strip()
    if re.fullmatch(r"\d{1,5}", text, re.ASCII):
        time = timedelta(seconds=int(text))
    elif (found := _DURATION.fullmatch(text)) and text.isascii():
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    else:
        return None
    return time if timedelta() < time <= _LONGEST else None

"""What an advisory becomes: places, an end, a code, and the ids of its broadcasts; without I/O."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain import advisory as cap
from bot.domain.advisory import Advisory
from bot.domain.change import Policy, is_warning
from bot.domain.gazetteer import Gazetteer
from bot.domain.geometry import Circle, Point
from bot.domain.resolution import Resolution, resolve

CORRECTION_LASTS = timedelta(hours=24)
"""How long those who were told are sought for a withdrawal or an all-clear."""


@dataclass(frozen=True, slots=True)
class _Area:
    area_desc: str
    polygons: Sequence[Sequence[Point]]
    circles: Sequence[Circle]
    geocodes: Sequence[tuple[str, str]]


def locate(advisory: Advisory, gazetteer: Gazetteer) -> Resolution:
    """The settlements an advisory reaches; the areas of its translations count once."""
    areas = dict.fromkeys(map(_area, advisory.areas))
    return resolve(tuple(areas), gazetteer)


def _area(area: cap.Area) -> _Area:
    codes = tuple((code.value_name, code.value) for code in area.geocode)
    return _Area(area.area_desc, area.polygon, area.circle, codes)


def expiry(advisory: Advisory, received: datetime, policy: Policy) -> datetime:
    """When nothing of it may be sent any more."""
    if not is_warning(advisory):
        return received + CORRECTION_LASTS
    return policy.ends(advisory)


def short_code(advisory_id: str, place_name: str) -> str:
    """The code people compare by eye or voice, such as `KYI-7Q2F`; no I, L, O or U, as Crockford.

    Three letters of the place's English name and 20 bits of the id: short enough to read out,
    while the id behind it stays the key.
    """
    letters = "".join(
        letter for letter in place_name.upper() if letter.isascii() and letter.isalpha()
    )
    digest = b32encode(sha256(advisory_id.encode()).digest()).decode()
    plain = digest.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CROCKFORD))
    return f"{letters[:3] or 'ALL'}-{plain[:4]}"


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def broadcast_id(advisory_id: str, name: str = "") -> str:
    """The id of an advisory's broadcast; every follow-up has a name, the advisory itself none."""
    return f"{advisory_id}-{name}" if name else advisory_id


def advisory_id(broadcast: str) -> str:
    """The id of the advisory a broadcast carries."""
    return broadcast.partition("-")[0]


def name_of(broadcast: str) -> str:
    """The name of a follow-up; empty for the advisory itself."""
    return broadcast.partition("-")[2]

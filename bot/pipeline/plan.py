"""From an advisory to broadcasts: whom it concerns, and what it ends; decided without I/O."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain import advisory as cap
from bot.domain.advisory import DEFAULT_LASTS, Advisory, MsgType
from bot.domain.broadcast import Plan
from bot.domain.delivery import Lane
from bot.domain.gazetteer import Gazetteer
from bot.domain.geometry import Circle, Point
from bot.domain.guidance import lane_of
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.resolution import Resolution, resolve
from bot.domain.trust import Reason

CORRECTION_LASTS = timedelta(hours=24)
"""How long those who were told a mistake are sought for the correction."""


@dataclass(frozen=True, slots=True)
class Original:
    """An earlier advisory that an Update or Cancel names."""

    record: AdvisoryRecord
    advisory: Advisory


@dataclass(frozen=True, slots=True)
class Proceeding:
    """What publishing an advisory means: `end` these first, then `start` those."""

    end: tuple[tuple[str, AdvisoryState], ...] = ()
    start: tuple[Plan, ...] = ()


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


def expiry(advisory: Advisory, received: datetime) -> datetime:
    """When nothing of it may be sent any more: the last `expires`, else a day from its start."""
    if advisory.msg_type is MsgType.CANCEL:
        return received + CORRECTION_LASTS
    start, expires = advisory.window
    return expires or max(start, advisory.sent) + DEFAULT_LASTS


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


def check_references(advisory: Advisory, originals: Sequence[Original]) -> tuple[Reason, ...]:
    """Why a person must look at an Update or Cancel before it goes out; empty if none must."""
    if advisory.msg_type not in (MsgType.UPDATE, MsgType.CANCEL):
        return ()
    same = [one for one in originals if one.advisory.status is advisory.status]
    if advisory.msg_type is MsgType.CANCEL and not same:
        return (Reason.REFERENCE_UNKNOWN,)
    if any(one.advisory.sender != advisory.sender for one in same):
        return (Reason.NOT_ITS_OWN,)
    return ()


def proceed(
    advisory: Advisory, record: AdvisoryRecord, originals: Sequence[Original], now: datetime
) -> Proceeding:
    """What publishing `advisory` ends and starts.

    A Cancel ends what it names and goes to exactly those who were told; an Update supersedes
    what it names and goes to its own places, or to those told where it has none. A drill never
    ends the real thing, nor the real thing a drill.
    """
    same = [one for one in originals if one.advisory.status is advisory.status]
    # What this very advisory ended before a crash is taken up again, not forgotten.
    live = [
        one
        for one in same
        if one.record.state is AdvisoryState.PUBLISHED or one.record.ended_by == record.id
    ]
    if advisory.msg_type is MsgType.CANCEL:
        # One withdrawn while it waited for approval was told to nobody.
        waiting = [one for one in same if one.record.state is AdvisoryState.PENDING]
        ended = tuple((one.record.id, AdvisoryState.CANCELLED) for one in (*live, *waiting))
        return Proceeding(ended, _corrections(record, live, now))
    ended = tuple((one.record.id, AdvisoryState.SUPERSEDED) for one in live)
    if not record.places and live:
        return Proceeding(ended, _corrections(record, live, now))
    lane = lane_of(advisory, now)
    return Proceeding(ended, (Plan(record.id, lane, record.expires, places=record.places),))


def _corrections(
    record: AdvisoryRecord, live: Sequence[Original], now: datetime
) -> tuple[Plan, ...]:
    return tuple(
        Plan(
            broadcast_id(record.id, index),
            _correction_lane(lane_of(one.advisory, now)),
            record.expires,
            told_by=one.record.id,
        )
        for index, one in enumerate(live)
    )


def _correction_lane(original: Lane) -> Lane:
    # A mistake must be put right as fast as it was spread, and never slower than a warning.
    return original if original is Lane.DRILL else min(original, Lane.PREPARE)


def broadcast_id(advisory_id: str, index: int) -> str:
    """The id of an advisory's broadcast; a Cancel of several originals has one for each."""
    return advisory_id if index == 0 else f"{advisory_id}-{index}"


def advisory_id(broadcast: str) -> str:
    """The id of the advisory a broadcast carries."""
    return broadcast.partition("-")[0]

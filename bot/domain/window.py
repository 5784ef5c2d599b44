"""A window of time as operators choose it: by a button, or typed in one of a few strict forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=14)
"""A longer window is a slip of the finger: nothing is expected for a month by the hour."""

_NIGHT, _MORNING = time(20), time(8)
_CLOCK = r"(\d{1,2}):(\d{2})"
_DAY = r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?"
_ISO = r"(\d{4})-(\d{2})-(\d{2})"
_DASH = r"\s*[-‐‑–—]\s*"
_TIMES = re.compile(rf"{_CLOCK}{_DASH}{_CLOCK}")
_DAYS = re.compile(rf"{_DAY}\s+{_CLOCK}{_DASH}{_DAY}\s+{_CLOCK}")
_ISO_DAYS = re.compile(rf"{_ISO}[ T]{_CLOCK}{_DASH}{_ISO}[ T]{_CLOCK}")


@dataclass(frozen=True, slots=True)
class Window:
    """``starts`` is None for one that begins when it is published; both are aware."""

    starts: datetime | None
    ends: datetime


class Quick(StrEnum):
    """A window by a button."""

    NOW = "now"
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"


class Slip(StrEnum):
    """Why a typed window cannot be taken."""

    FORM = "form"
    NO_SUCH_TIME = "no_such_time"
    ENDS_FIRST = "ends_first"
    OVER = "over"
    TOO_LONG = "too_long"


def quick(which: Quick, now: datetime, zone: ZoneInfo, lasts: timedelta) -> Window:
    """The window of a button; a night is from 20:00 to 08:00, the one that has begun or comes."""
    local = now.astimezone(zone)
    today = local.date()
    if which is Quick.NOW:
        return Window(None, (now + lasts).replace(second=0, microsecond=0))
    if which is Quick.TOMORROW:
        first = today + timedelta(days=1)
        last = first + timedelta(days=1)
        return Window(datetime.combine(first, time(), zone), datetime.combine(last, time(), zone))
    if local.time() < _MORNING:
        return Window(None, datetime.combine(today, _MORNING, zone))
    start = datetime.combine(today, _NIGHT, zone)
    end = datetime.combine(today + timedelta(days=1), _MORNING, zone)
    return Window(start if now < start else None, end)


def read_window(text: str, now: datetime, zone: ZoneInfo) -> Window | Slip:
    """A typed window: `18:00-23:00`, `20.11 18:00 - 21.11 06:00`, `2024-11-20 18:00 - 2024-…`.

    Times are the zone's. Clock times alone are today's, over midnight where the second is not
    later; a day without a year is the next such day. What has begun starts at once.
    """
    typed = " ".join(text.split())
    local = now.astimezone(zone)
    try:
        if found := _TIMES.fullmatch(typed):
            a, b, c, d = map(int, found.groups())
            start = datetime.combine(local.date(), time(a, b), zone)
            end = datetime.combine(local.date(), time(c, d), zone)
            end = end if end > start else end + timedelta(days=1)
        elif found := _ISO_DAYS.fullmatch(typed):
            numbers = [int(one) for one in found.groups()]
            start = datetime(*numbers[:5], tzinfo=zone)  # type: ignore[arg-type,misc]
            end = datetime(*numbers[5:], tzinfo=zone)  # type: ignore[arg-type,misc]
        elif found := _DAYS.fullmatch(typed):
            parts = found.groups()
            start = _next(parts[:5], local)
            end = _next(parts[5:], local)
        else:
            return Slip.FORM
    except ValueError:
        return Slip.NO_SUCH_TIME
    return _checked(start, end, now)


def _next(parts: tuple[str, ...], local: datetime) -> datetime:
    """The day and time of `day, month, year or None, hour, minute`, not months ago."""
    day, month, hour, minute = (int(parts[i]) for i in (0, 1, 3, 4))
    if parts[2]:
        return datetime(int(parts[2]), month, day, hour, minute, tzinfo=local.tzinfo)
    found = datetime(local.year, month, day, hour, minute, tzinfo=local.tzinfo)
    if local - found > timedelta(days=180):
        return found.replace(year=local.year + 1)
    return found


def _checked(start: datetime, end: datetime, now: datetime) -> Window | Slip:
    if end <= start:
        return Slip.ENDS_FIRST
    if end <= now:
        return Slip.OVER
    if end - max(start, now) > LONGEST or start - now > LONGEST:
        return Slip.TOO_LONG
    return Window(start if start > now else None, end)

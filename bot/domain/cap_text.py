"""CAP 1.2's values between text and Python: words, times, numbers, geometry and languages.

Every parser takes the text of a CAP element, or the Python value that it stands for, and raises
`PydanticCustomError` whose type is a `Reason`. The caller adds the path of the element.
"""

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import NoReturn

from pydantic_core import PydanticCustomError

from bot.domain.cap import Reason

Point = tuple[float, float]
Ring = tuple[Point, ...]
Circle = tuple[float, float, float]

FARTHEST_KM = 20_038.0
"""Half of the Earth's circumference: a larger radius was meant in metres."""


def refuse(reason: Reason, sentence: str, at: tuple[str | int, ...] = ()) -> NoReturn:
    """Raise the validation error that carries `reason`; `sentence` names the value and the cure.

    `at` is the way from the model that is being validated to the element that is wrong.
    """
    raise PydanticCustomError(reason.value, "{sentence}", {"sentence": sentence, "at": at})


def shown(value: object, limit: int = 60) -> str:
    """`value` as one line for a sentence: quoted, unprintable characters escaped, shortened."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= limit else text[:limit] + "…"
    return repr(cut) if isinstance(value, str) else cut


_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def one(value: object) -> object:
    """An element that may occur once: text stripped, empty as None, anything else unchanged."""
    if isinstance(value, list):
        refuse(Reason.SCHEMA, f"is a list of {len(value)}; CAP allows it once, write one value")
    if not isinstance(value, str):
        return value
    if wrong := _NOT_IN_XML.search(value):
        refuse(
            Reason.ENCODING,
            f"holds the character U+{ord(wrong[0]):04X}, which XML cannot carry; leave it out",
        )
    return value.strip() or None


def many(value: object) -> object:
    """An element that may repeat: a list, a tuple, one value or None, as a tuple without blanks."""
    items = value if isinstance(value, list | tuple) else (value,)
    return tuple(i for i in items if i is not None and not (isinstance(i, str) and not i.strip()))


_WORD = re.compile(r'"([^"]*)"|(\S+)')


def words(value: object) -> object:
    """A list in one text (CAP addresses, incidents): at white space, quoted where it holds some.

    The items of an array are taken as they are.
    """
    if not isinstance(value, str):
        return many(value)
    one(value)
    return many(tuple(quoted or bare for quoted, bare in _WORD.findall(value)))


def token(text: str) -> str:
    """An identifier or sender: CAP 1.2, 3.2.1 forbids white space, comma, `<` and `&` in it."""
    if re.search(r"[\s,<&]", text):
        refuse(
            Reason.SCHEMA, f"{shown(text)} holds a space, comma, '<' or '&'; write it without them"
        )
    return text


_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,18})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def time(value: object) -> object:
    """An aware datetime to the second with a fixed offset, from CAP's text or a datetime.

    Accepts `Z`, a fraction (dropped) and 24:00:00 (the next midnight). CAP 1.2, 3.3.2 DateTime.
    """
    if isinstance(value, datetime):
        return _fixed(value)
    if value is None:
        return None
    if not isinstance(value, str):
        refuse(Reason.TIME, f"{shown(value)} is no text; write it as 2024-11-20T00:00:00+02:00")
    found = _TIME.fullmatch(value)
    if found is None:
        refuse(Reason.TIME, f"{shown(value)} is no CAP time; write it as 2024-11-20T00:00:00+02:00")
    day, clock, zone = found.groups()
    if zone is None:
        refuse(Reason.TIME, f"{shown(value)} has no UTC offset; write it as {day}T{clock}+02:00")
    next_day = clock == "24:00:00"
    try:
        when = datetime.fromisoformat(f"{day}T{'00:00:00' if next_day else clock}")
        when = when.replace(tzinfo=_zone(zone)) + timedelta(days=next_day)
    except (ValueError, OverflowError):
        refuse(Reason.TIME, f"{shown(value)} does not exist; write a real date, time and offset")
    return _fixed(when)


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    if offset > timedelta(hours=14) or text[4] > "5":
        raise ValueError(text)
    return timezone(-offset if text[0] == "-" else offset)


def _fixed(when: datetime) -> datetime:
    """The same instant on a fixed offset: two times in one zone would compare by the wall clock."""
    offset = when.utcoffset()
    if offset is None:
        refuse(Reason.TIME, f"{when} has no UTC offset; give it one")
    if not 1900 <= when.year <= 9998:
        refuse(Reason.TIME, f"year {when.year} is out of range; write one from 1900 to 9998")
    zone = UTC if offset % timedelta(minutes=1) else timezone(offset)
    return when.astimezone(zone).replace(microsecond=0)


def time_text(when: datetime) -> str:
    """CAP's pattern `YYYY-MM-DDThh:mm:ss±hh:mm` for an aware datetime; UTC is `-00:00`."""
    text = when.isoformat(timespec="seconds")
    return text[:-6] + "-00:00" if text.endswith("+00:00") else text


_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def language(text: str) -> str:
    """A language tag in the usual case (RFC 5646, 2.1.1): `EN-us` becomes `en-US`."""
    if not _LANGUAGE.fullmatch(text):
        refuse(Reason.SCHEMA, f"{shown(text)} is no language tag; write one such as 'uk-UA'")
    primary, *rest = text.lower().split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([primary, *(cased.get(len(part), str)(part) for part in rest)])


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def number(value: object) -> object:
    """A decimal as text or number, never a truth value, NaN or infinite."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value if value is None else refuse(Reason.SCHEMA, f"{shown(value)} is no number")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        refuse(Reason.SCHEMA, f"{shown(value)} is no number; write digits, such as 120.5")
    return value


def polygon(value: object) -> object:
    """A closed ring of at least four WGS 84 points (lat, lon), from `lat,lon lat,lon …`.

    CAP 1.2, 3.2.4 polygon. Swapped pairs are noticed where a latitude is beyond 90 degrees.
    """
    if isinstance(value, tuple):
        ring = tuple(_point(item) for item in value)
    else:
        ring = tuple(_pair(item) for item in _groups(value))
    if len(ring) < 4:
        refuse(Reason.GEOMETRY, f"has {len(ring)} points; write at least 4, the last as the first")
    if ring[0] != ring[-1]:
        refuse(
            Reason.GEOMETRY,
            f"is not closed: it starts at {point_text(ring[0])} and ends at "
            f"{point_text(ring[-1])}; write the first point again at the end",
        )
    return ring


def circle(value: object) -> object:
    """(lat, lon, radius in km), from `lat,lon radius`. CAP 1.2, 3.2.4 circle; 0 is allowed."""
    if isinstance(value, tuple):
        if len(value) != 3:
            refuse(Reason.GEOMETRY, f"{shown(value)} is not (lat, lon, km)")
        (lat, lon), radius_km = _point(value[:2]), _finite(value[2])
    else:
        groups = _groups(value)
        if len(groups) != 2:
            refuse(Reason.GEOMETRY, f"{shown(value)} is no circle; write '50.45,30.52 25'")
        (lat, lon), radius_km = _pair(groups[0]), _finite(groups[1])
    if not 0 <= radius_km <= FARTHEST_KM:
        refuse(Reason.GEOMETRY, f"radius {radius_km:g} is not between 0 and {FARTHEST_KM:g} km")
    return lat, lon, radius_km


def _groups(value: object) -> list[str]:
    if not isinstance(value, str):
        refuse(Reason.GEOMETRY, f"{shown(value)} is no text; write 'lat,lon lat,lon …'")
    return " ".join(value.split()).replace(" ,", ",").replace(", ", ",").split()


def _pair(text: str) -> Point:
    parts = text.split(",")
    if len(parts) != 2:
        refuse(Reason.GEOMETRY, f"{shown(text)} is no point; write 'lat,lon', such as 50.45,30.52")
    return _point(tuple(parts))


def _point(value: object) -> Point:
    if not isinstance(value, tuple) or len(value) != 2:
        refuse(Reason.GEOMETRY, f"{shown(value)} is no point (lat, lon)")
    lat, lon = _finite(value[0]), _finite(value[1])
    if abs(lat) > 90 and abs(lon) <= 90:
        refuse(
            Reason.GEOMETRY,
            f"{point_text((lat, lon))} looks swapped: latitude goes to 90 only; write lat,lon",
        )
    if abs(lat) > 90 or abs(lon) > 180:
        refuse(Reason.GEOMETRY, f"{point_text((lat, lon))} is not on Earth; write lat,lon")
    return lat, lon


def _finite(value: object) -> float:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        refuse(Reason.GEOMETRY, f"{shown(value)} is no number; write degrees such as 50.45")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        refuse(Reason.GEOMETRY, f"{shown(value)} is no number")
    result = float(value)
    if not math.isfinite(result):
        refuse(Reason.GEOMETRY, f"{shown(value)} is not finite")
    return result


def _decimal_text(value: float) -> str:
    return format(Decimal(repr(value)), "f")


def point_text(point: Point) -> str:
    """`lat,lon` without loss."""
    return ",".join(map(_decimal_text, point))


def polygon_text(ring: Ring) -> str:
    """CAP's `lat,lon lat,lon …` without loss."""
    return " ".join(map(point_text, ring))


def circle_text(value: Circle) -> str:
    """CAP's `lat,lon radius` without loss."""
    return f"{point_text(value[:2])} {_decimal_text(value[2])}"

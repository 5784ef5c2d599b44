"""Places people subscribe to, the regions above them, and how their names and codes compare."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How wide a place is. OBLAST is any first-level region, CITY any settlement."""

    COUNTRY = "country"
    OBLAST = "oblast"
    RAION = "raion"
    HROMADA = "hromada"
    CITY = "city"


#: Whether one level is wider than another, widest first.
BREADTH: Final = {level: order for order, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Place:
    """A settlement or a region.

    `id` is stable and fits a deep link (`[A-Za-z0-9_-]{1,32}`): the GeoNames id of a settlement,
    ISO 3166-1 of a country, ISO 3166-2 of an oblast, KATOTTG of a raion or a hromada.
    `names` maps a language tag to the official name and always has "en"; `aliases` are old,
    Russian and transliterated names, for search only. `parents` are ids, nearest first.
    `codes` maps a scheme ("KATOTTG", "UA-ALERTS-UID", "ISO3166-1", "ISO3166-2") to its values.
    Latitude and longitude are degrees in WGS 84 and are None for a region.
    """

    id: str
    level: Level
    names: Mapping[str, str] = field(hash=False)
    aliases: tuple[str, ...]
    country: str
    parents: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]] = field(hash=False)
    lat: float | None
    lon: float | None
    population: int
    timezone: str

    def name(self, language: str) -> str:
        """Return the name for a language tag: exact, else its primary subtag, else English."""
        primary = language.replace("_", "-").partition("-")[0].lower()
        return self.names.get(language) or self.names.get(primary) or self.names["en"]


_MARKS: Final = str.maketrans("-‐‑‒–—―_", " " * 8, "'`´‘’‛′ʹʻʼʽ\"«»“”„")
_ABBREVIATIONS: Final = (
    ("обл", re.compile(r"\bобл(?:\.|(?=\s|$))"), "область"),
    ("р н", re.compile(r"\bр н(?:\.|\b)"), "район"),
)
_PREFIX: Final = re.compile(
    r"^(?:(?:м|с|г|смт|сел|city of|the city of)\.|"
    r"(?:м|г|смт|місто|город|село|селище|селище міського типу|city of|the city of|city)(?=\s)"
    r")\s*"
)
_SUFFIX: Final = re.compile(r"\s(?:city|місто)$")


def name_key(text: str) -> str:
    """Return what two spellings of one name have in common.

    NFKC, case folded, apostrophes and quotation marks dropped, hyphens and runs of space made
    one space, "обл." and "р-н" written out.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    for hint, pattern, word in _ABBREVIATIONS:
        if hint in folded:
            folded = pattern.sub(word, folded)
    return " ".join(folded.split()).strip(" .,;:")


def bare_name_key(text: str) -> str:
    """Return `name_key` without a leading "м.", "місто", "city of" or a trailing "city"."""
    key = name_key(text)
    return _SUFFIX.sub("", _PREFIX.sub("", key)).strip() or key


#: Geocode schemes an advisory may use, by `scheme_key`, with the schemes of `Place.codes` each
#: means. "ISO 3166" alone may be a country or its subdivision: the values cannot be confused.
SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "katottg": ("KATOTTG",),
    "uaalertsuid": ("UA-ALERTS-UID",),
    "iso3166": ("ISO3166-1", "ISO3166-2"),
    "iso31661": ("ISO3166-1",),
    "iso31661alpha2": ("ISO3166-1",),
    "iso31661alpha3": ("ISO3166-1",),
    "iso31662": ("ISO3166-2",),
    "geonames": ("GEONAMES",),
    "geonameid": ("GEONAMES",),
}


def scheme_key(value_name: str) -> str:
    """Return a geocode's valueName as letters and digits only: "ISO 3166-2" is "iso31662"."""
    return re.sub(r"[\W_]", "", value_name.casefold())


def code_key(value: str) -> str:
    """Return a geocode's value without white space, in capitals."""
    return "".join(value.split()).upper()


def is_name_of(typed: str, place: Place) -> bool:
    """Whether a text is exactly the place's name, in any language and case."""
    keys = {name_key(typed), bare_name_key(typed)}
    return any(keys & {name_key(name), bare_name_key(name)} for name in place.names.values())

"""The world's countries and cities, out of GeoNames and Unicode CLDR."""

from collections.abc import Iterator
from typing import Final

from babel import Locale

from bot.content.places.naming import distinct_aliases
from bot.content.places.sources import read_geonames, read_spots
from bot.domain.place import Level, Place

#: Languages whose names of countries can be typed or stand in an advisory.
LANGUAGES: Final = (
    *("uk", "ru", "en", "de", "fr", "es", "it", "pl", "ro", "cs"),
    *("sk", "hu", "lt", "lv", "et", "pt", "nl", "tr", "bg", "el"),
)


def countries() -> dict[str, Place]:
    """Return every country that CLDR knows, by its ISO 3166-1 alpha-2 code."""
    locales = [Locale.parse(tag) for tag in LANGUAGES]
    found = {}
    for code, raw in sorted(read_geonames("countries").items()):
        if code not in locales[0].territories:
            continue
        names = {"en": raw["name"], "uk": str(locales[0].territories[code])}
        others = [str(one.territories[code]) for one in locales if code in one.territories]
        number = f"{raw['isonumeric']:03d}" if raw["isonumeric"] else ""
        found[code] = Place(
            id=code,
            level=Level.COUNTRY,
            names=names,
            aliases=distinct_aliases(names.values(), others),
            country=code,
            parents=(),
            codes={"ISO3166-1": tuple(filter(None, (code, raw["iso3"], number)))},
            lat=None,
            lon=None,
            population=raw["population"],
            timezone="",
        )
    return found


def cities(known: dict[str, Place], but: str) -> Iterator[Place]:
    """Yield the regions and cities of the known countries but one, by country and size."""
    states = read_geonames("us_states")
    for code in sorted(states):
        yield _state(code, states[code]["name"])
    ukrainian = _exemplar_cities("uk")
    spots = sorted(read_spots("cities15000"), key=lambda s: (s.country, -s.population, int(s.id)))
    for spot in spots:
        if spot.country not in known or spot.country == but:
            continue
        state = spot.country == "US" and spot.admin1 in states
        # A time zone names one city; the largest of its name in the zone comes first.
        uk = ukrainian.pop((spot.timezone, spot.name), "")
        names = {"en": spot.name} | ({"uk": uk} if uk else {})
        yield Place(
            id=spot.id,
            level=Level.CITY,
            names=names,
            aliases=distinct_aliases(names.values(), spot.names),
            country=spot.country,
            parents=(f"US-{spot.admin1}", "US") if state else (spot.country,),
            codes={},
            lat=spot.lat,
            lon=spot.lon,
            population=spot.population,
            timezone=spot.timezone,
        )


def _state(code: str, name: str) -> Place:
    return Place(
        id=f"US-{code}",
        level=Level.OBLAST,
        names={"en": name},
        aliases=(f"State of {name}",),
        country="US",
        parents=("US",),
        codes={"ISO3166-2": (f"US-{code}",)},
        lat=None,
        lon=None,
        population=0,
        timezone="",
    )


def _exemplar_cities(language: str) -> dict[tuple[str, str], str]:
    """Return CLDR's name of each time zone's city, by the zone and the city's English name."""
    english, other = (Locale.parse(tag).time_zones for tag in ("en", language))
    return {
        (zone, str(english.get(zone, {}).get("city", zone.rpartition("/")[2].replace("_", " ")))): (
            str(names["city"])
        )
        for zone, names in other.items()
        if "city" in names
    }

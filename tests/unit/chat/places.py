"""A small country: one large city, namesakes, a region, a name with an old alias."""

from __future__ import annotations

from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Level, Place


def place(
    id: str,
    en: str,
    uk: str,
    *parents: str,
    level: Level = Level.CITY,
    population: int = 1000,
    aliases: tuple[str, ...] = (),
) -> Place:
    is_city = level is Level.CITY
    return Place(
        id=id,
        level=level,
        names={"en": en, "uk": uk},
        aliases=aliases,
        country="UA",
        parents=parents,
        codes={},
        lat=50.0 if is_city else None,
        lon=30.0 if is_city else None,
        population=population,
        timezone="Europe/Kyiv",
    )


UKRAINE = place("UA", "Ukraine", "Україна", level=Level.COUNTRY)
KYIV_OBLAST = place("UA-32", "Kyiv Oblast", "Київська область", "UA", level=Level.OBLAST)
LVIV_OBLAST = place("UA-46", "Lviv Oblast", "Львівська область", "UA", level=Level.OBLAST)
KYIV = place("703448", "Kyiv", "Київ", "UA", population=2_952_301, aliases=("Киев", "Kiev"))
BROVARY = place("711635", "Brovary", "Бровари", "UA-32", "UA", population=109_000)
LVIV = place("702550", "Lviv", "Львів", "UA-46", "UA", population=717_273)
HORODOK_WEST = place("707282", "Horodok", "Городок", "UA-46", "UA", population=16_046)
HORODOK_EAST = place("707283", "Horodok", "Городок", "UA-32", "UA", population=1_086)

GAZETTEER = Gazetteer(
    [
        UKRAINE,
        KYIV_OBLAST,
        LVIV_OBLAST,
        KYIV,
        BROVARY,
        LVIV,
        HORODOK_WEST,
        HORODOK_EAST,
    ]
)

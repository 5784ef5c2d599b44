"""Suggestions for a typed name: another language, a slip, the wrong keyboard layout.

A suggestion is never taken for the person; `Gazetteer.by_name` answers what is exact.
"""

import math
from collections.abc import Iterator
from typing import Final

from rapidfuzz import fuzz, process

from bot.content.places.transliteration import transliterate
from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Place, bare_name_key, name_key

SHORTEST: Final = 2
LONGEST: Final = 64
LEAST_SCORE: Final = 70
#: What the beginning of a name scores, however long the rest, from this many letters on.
_BEGINNING_SCORE: Final = 85
_BEGINNING_LETTERS: Final = 3
#: A reading of the text that the person did not type counts this much less.
_READING_COST: Final = 3
#: Points for ten times the people: "lvov" is one letter from a village and two from Lviv.
_POINTS_PER_TENFOLD: Final = 4
_EXACT_POINTS: Final = 50
#: What is this much less likely than the likeliest is left out.
_SPREAD_POINTS: Final = 30

_LATIN_KEYS: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.\\"
_CYRILLIC_KEYS: Final = "'йцукенгшщзхїфівапролджєячсмитьбюґ"
_TO_CYRILLIC: Final = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)
_TO_LATIN: Final = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)


def suggest(gazetteer: Gazetteer, text: str, language: str, limit: int = 5) -> list[Place]:
    """Return the settlements a typed name may mean, the likeliest first.

    Exact names come first, the largest place before its namesakes; then the alike, where a
    large city outweighs a slightly better match with a village. `language` decides a tie.
    """
    if not SHORTEST <= len(text.strip()) <= LONGEST:
        return []
    keys, places = gazetteer.search_keys
    exact = {place.id for place in gazetteer.by_name(text)}
    points: dict[str, float] = {}
    for key, cost in _readings(text):
        for index, score in _matches(keys, key):
            place = places[index]
            total = score - cost + _POINTS_PER_TENFOLD * math.log10(max(place.population, 1))
            total += _EXACT_POINTS * (place.id in exact)
            total += keys[index] == name_key(place.name(language))
            points[place.id] = max(total, points.get(place.id, total))
    least = max(points.values(), default=0) - _SPREAD_POINTS
    likely = [id for id, total in points.items() if total >= least]
    likely.sort(key=lambda id: (-points[id], id))
    return [gazetteer.places[id] for id in likely[:limit]]


def _readings(text: str) -> list[tuple[str, int]]:
    """Return what the text may stand for, as keys, with the cost of each."""
    lower = text.lower()
    others = (lower.translate(_TO_CYRILLIC), lower.translate(_TO_LATIN), transliterate(text))
    readings = {bare_name_key(other): _READING_COST for other in others}
    readings[bare_name_key(text)] = 0
    return [(key, cost) for key, cost in readings.items() if len(key) >= SHORTEST]


def _matches(keys: list[str], wanted: str) -> Iterator[tuple[int, float]]:
    for _, score, index in process.extract(
        wanted, keys, scorer=fuzz.ratio, score_cutoff=LEAST_SCORE, limit=None
    ):
        yield index, score
    if len(wanted) >= _BEGINNING_LETTERS:
        for index, key in enumerate(keys):
            if key.startswith(wanted):
                yield index, _BEGINNING_SCORE

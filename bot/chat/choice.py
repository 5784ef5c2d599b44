"""What people mean by what they type or press, decided without any I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.gazetteer import Gazetteer
from bot.domain.place import Level, Place, bare_name_key, name_key
from bot.domain.subscriber import MAX_PLACES, Chat, State
from bot.rendering.buttons import ADVISORY, OWN_LIST

LONGEST_NAME = 60
"""A longer text is no city: the longest official name the bot knows has about forty letters."""

OFFERED = 8
"""As many buttons as a phone shows above its keyboard."""

Suggest = Callable[[Gazetteer, str, str], Sequence[Place]]
"""Settlements whose names are like a text in a language, the likeliest first."""


class Match(StrEnum):
    """How a typed name compares with the places the bot knows."""

    EXACT = "exact"  # one settlement bears it: no question is needed
    NAMESAKES = "namesakes"  # several settlements bear it
    REGION = "region"  # a region bears it: its settlements are offered
    SIMILAR = "similar"  # none bears it, some are near
    NONE = "none"
    NO_NAME = "no_name"  # this cannot be a city's name at all


@dataclass(frozen=True, slots=True)
class Choice:
    """A match with its settlements, the likeliest first; exactly one where it is exact."""

    match: Match
    places: tuple[Place, ...] = ()


def read_city(text: str, language: str, gazetteer: Gazetteer, suggest: Suggest) -> Choice:
    """What a typed city name means: never a guess, only what is exact and unique is taken.

    "Name, region" tells namesakes apart, as the buttons and `Gazetteer.label` write it.
    """
    name = " ".join(text.split())
    if not any(map(str.isalpha, name)) or len(name) > LONGEST_NAME or "\n" in text.strip():
        return Choice(Match.NO_NAME)
    named = gazetteer.by_name(name) or _qualified(name, gazetteer)
    cities = tuple(place for place in named if is_city(place))
    if len(cities) == 1:
        return Choice(Match.EXACT, cities)
    if cities:
        return Choice(Match.NAMESAKES, cities[:OFFERED])
    if named:
        return Choice(Match.REGION, largest_in(named[0], gazetteer))
    near = suggest(gazetteer, name, language)
    similar = tuple(place for place in near if is_city(place))
    return Choice(Match.SIMILAR if similar else Match.NONE, similar[:OFFERED])


def is_city(place: Place) -> bool:
    """Whether a place can be followed: advisories reach settlements, whatever they name."""
    return place.level is Level.CITY


def largest_in(region: Place, gazetteer: Gazetteer) -> tuple[Place, ...]:
    """The settlements of a region that most people live in."""
    inside = gazetteer.settlements_in(region.id)
    found = (place for place in gazetteer.settlements if place.id in inside)
    return tuple(place for _, place in zip(range(OFFERED), found, strict=False))


def _qualified(name: str, gazetteer: Gazetteer) -> tuple[Place, ...]:
    first, *qualifiers = (part.strip() for part in name.split(","))
    if not qualifiers:
        return ()
    wanted = [{place.id for place in gazetteer.by_name(part)} for part in qualifiers if part]
    return tuple(
        place
        for place in gazetteer.by_name(first)
        if all(ids & set(place.parents) for ids in wanted)
    )


def language_written(text: str, place: Place, languages: Sequence[str]) -> str | None:
    """The language in which `text` is the place's name; None if several or none of them.

    A channel's post names nobody whose language could be asked for.
    """
    keys = {name_key(text.partition(",")[0]), bare_name_key(text.partition(",")[0])}
    found = [tag for tag in languages if tag in place.names and name_key(place.names[tag]) in keys]
    return found[0] if len(found) == 1 else None


class Follow(StrEnum):
    """What became of a wish to follow a place."""

    NEW = "new"
    ALREADY = "already"
    FULL = "full"


def follow(chat: Chat, place: Place) -> tuple[Chat, Follow]:
    """The chat with the place, awake again if it was stopped; unchanged where it is full."""
    if place.id in chat.places:
        return replace(chat, state=State.ACTIVE), Follow.ALREADY
    if len(chat.places) >= MAX_PLACES:
        return chat, Follow.FULL
    return replace(chat.following(place.id), state=State.ACTIVE), Follow.NEW


class Link(StrEnum):
    """What a deep link leads to; the value is how its payload begins."""

    CITY = "c_"
    ADVISORY = ADVISORY
    LIST = "k_"
    OWN_LIST = OWN_LIST
    ROLL_CALL = "r_"
    INVITATION = "o_"
    WAITING = "w_"


_PAYLOAD = re.compile(rf"(c_|a_|k_|r_|o_|w_)([A-Za-z0-9_-]{{1,62}})|({OWN_LIST})")


def read_payload(text: str) -> tuple[Link, str] | None:
    """The link and the id behind `/start`, such as `c_703448`; None for what no link says."""
    found = _PAYLOAD.fullmatch(text.strip())
    if found is None:
        return None
    return (Link(found[1]), found[2]) if found[1] else (Link(found[3]), "")


_CODE = re.compile(r"([A-Z]{1,3})-?([0-9A-HJKMNP-TV-Z]{4})")
_LOOK_ALIKE = str.maketrans("АВЕІКМНОРСТУХ", "ABEIKMHOPCTYX")
_CROCKFORD = str.maketrans("OIL", "011")


def read_code(text: str) -> str | None:
    """An advisory's code as `KYI-7Q2F`, however it was typed; None if it cannot be one.

    Cyrillic letters that look like Latin ones are taken for them, and, behind the place's
    letters, O for 0 and I or L for 1, as Crockford's base 32 does.
    """
    typed = unicodedata.normalize("NFKC", text).upper().translate(_LOOK_ALIKE)
    typed = re.sub(r"[\s‐‑‒–—−]+", "-", typed.strip(" .,:;#«»\"'")).replace("--", "-")
    head, tail = typed[:-4].rstrip("-"), typed[-4:].translate(_CROCKFORD)
    found = _CODE.fullmatch(f"{head}-{tail}")
    return f"{found[1]}-{found[2]}" if found else None


_CODE_INSIDE = re.compile(r"(?<![\w-])[A-ZАВЕІКМНОРСТУХ]{1,3}[-‐‑‒–—−][0-9A-Z]{4}(?![\w-])")


def find_code(text: str) -> str | None:
    """The code that a text is, or else the first that it carries."""
    if code := read_code(text):
        return code
    written = _CODE_INSIDE.findall(unicodedata.normalize("NFKC", text))
    return next(filter(None, map(read_code, written)), None)

"""Preferences as one word: a field of their chat, which a claim carries too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from bot.domain.advisory import Severity
from bot.domain.preferences import EVERYTHING, Follow, Preferences, Quiet


def wishes_field(chosen: Preferences, places: Iterable[str]) -> str:
    """The field; empty where nothing was chosen.

    It names every followed place, in order, for a claim carries nothing else of the chat.
    """
    parts = []
    if chosen.quiet is not None:
        parts.append(f"q{chosen.quiet.starts}-{chosen.quiet.ends}")
    if chosen.paused_until is not None:
        parts.append(f"p{int(chosen.paused_until.timestamp())}")
    if chosen.daily:
        parts.append("d")
    if chosen.drills:
        parts.append("x")  # claim.lua looks for it
    follows = [(place, chosen.of(place)) for place in places]
    if not parts and all(follow == EVERYTHING for _, follow in follows):
        return ""
    return ";".join((*parts, *(_place(place, follow) for place, follow in follows)))


@lru_cache(maxsize=4096)
def read_wishes(field: str) -> Preferences | None:
    """Read back what :func:`wishes_field` wrote; None for a field that is not there."""
    if not field:
        return None
    quiet = paused = None
    daily = drills = False
    places: dict[str, Follow] = {}
    for part in field.split(";"):
        kind, said = part[0], part[1:]
        if kind == "q":
            starts, _, ends = said.partition("-")
            quiet = Quiet(int(starts), int(ends))
        elif kind == "p":
            paused = datetime.fromtimestamp(int(said), UTC)
        elif kind == "d":
            daily = True
        elif kind == "x":
            drills = True
        else:
            place, least, secondary, without = said.split(":")
            places[place] = Follow(
                Severity(least) if least else None,
                frozenset(without.split("|")) if without else frozenset(),
                bool(secondary),
            )
    return Preferences(quiet, paused, daily, places, drills)


def _place(place: str, follow: Follow) -> str:
    least = follow.least.value if follow.least else ""
    without = "|".join(sorted(follow.without))
    return f"@{place}:{least}:{'s' if follow.secondary else ''}:{without}"

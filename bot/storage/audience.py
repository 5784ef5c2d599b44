"""How many subscribers places have: an estimate, for someone in two places counts twice."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.subscriber import REACH_FIRST, Kind
from bot.storage.keys import Keys
from bot.storage.server import Server


async def estimate(server: Server, keys: Keys, place_ids: Iterable[str]) -> dict[Kind, int]:
    """Subscribers of the places by kind; places without any cost nothing."""
    wanted = set(place_ids)
    if not wanted:
        return dict.fromkeys(REACH_FIRST, 0)
    inhabited = await server.pipe(*(("SMEMBERS", keys.places(kind)) for kind in REACH_FIRST))
    asked = [
        (kind, keys.place(place, kind))
        for kind, members in zip(REACH_FIRST, inhabited, strict=True)
        for place in sorted({member.decode() for member in members} & wanted)
    ]
    sizes = await server.pipe(*(("ZCARD", key) for _, key in asked))
    totals = dict.fromkeys(REACH_FIRST, 0)
    for (kind, _), size in zip(asked, sizes, strict=True):
        totals[kind] += size
    return totals

"""The same danger from a second source: told once, and told again once the first one falls silent.

Pure: what `bot/domain/accord.py` decides becomes plans here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.accord import Voice, echoes
from bot.domain.broadcast import Manner, Plan
from bot.domain.delivery import Lane
from bot.domain.guidance import lane_of
from bot.domain.life import STILL
from bot.pipeline.known import Known
from bot.pipeline.plan import broadcast_id


def told_before(new: Known, others: Iterable[Known]) -> Known | None:
    """The advisory of another source that came first and says what `new` says; None if none does.

    Of two that say the same it is always the earlier one, whichever is asked about.
    """
    before = [one for one in others if _order(one) < _order(new) and _echoes(new, one)]
    return min(before, key=_order, default=None)


def for_the_rest(plan: Plan, told: Known) -> Plan:
    """`plan` for those only whom nobody has told: nobody waits for it, so it takes its time."""
    lane = max(plan.lane, Lane.ROUTINE)
    return replace(plan, lane=lane, manner=Manner.UNTOLD, answers=told.chain)


def released(
    ended: Known, successor: Known | None, others: Iterable[Known], now: datetime
) -> Iterator[Plan]:
    """What others still say once `ended` does not say it any more, for those told by `ended`.

    Where a `successor` says it too, they hear it from that one; who has heard it from the other
    one already, hears it once.
    """
    for one in others:
        is_said = successor is not None and _echoes(one, successor)
        if _echoes(one, ended) and not is_said:
            yield Plan(
                broadcast_id(one.record.id, STILL),
                lane_of(one.advisory, now),
                one.record.expires,
                told_by=ended.chain,
                answers=one.chain,
                manner=Manner.UNTOLD,
                stands=one.record.id,
            )


def _order(known: Known) -> tuple[datetime, str]:
    return known.record.received, known.record.id


def _echoes(new: Known, told: Known) -> bool:
    return echoes(_voice(new), _voice(told))


def _voice(known: Known) -> Voice:
    places = frozenset(known.record.places)
    return Voice(known.record.id, known.version, "", places, known.advisory.sender)

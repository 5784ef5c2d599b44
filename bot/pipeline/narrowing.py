"""An update that leaves places out: who followed them hears that it holds there no more.

Pure: where a warning holds over its versions is a value of `bot/domain/reach.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.advisory import Advisory, MsgType
from bot.domain.change import is_warning
from bot.domain.reach import Reach
from bot.domain.record import AdvisoryState
from bot.pipeline.known import Known


def reach_of(known: Known, originals: Sequence[Known]) -> Reach:
    """Where a message holds; what names no place, such as most cancels, where its original does."""
    told, advisory = _places(originals), known.advisory
    ever = frozenset[str]().union(*(one.ever for one in originals))
    left = frozenset[str]().union(*(one.left for one in originals))
    if not known.record.places:
        return Reach(told, ever=ever, left=left)
    is_update = advisory.msg_type is MsgType.UPDATE and is_warning(advisory)
    before = told if is_update else frozenset()
    return Reach(frozenset(known.record.places), before, ever, left)


def clears_a_part(reached: frozenset[str], originals: Sequence[Known]) -> bool:
    """Whether what ends a warning names places, and not all of those where the warning holds."""
    return bool(reached) and not _places(originals) <= reached


def inherited(
    advisory: Advisory, originals: Sequence[Known]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The places, and those named, of an update that names none itself: those of what it updates.

    What ends a warning needs none: it is for whoever was told.
    """
    if advisory.msg_type is not MsgType.UPDATE or not is_warning(advisory):
        return (), ()
    live = [
        one
        for one in originals
        if one.record.state is AdvisoryState.PUBLISHED and one.advisory.status is advisory.status
    ]
    named = dict.fromkeys(id for one in live for id in one.record.named)
    return tuple(sorted(_places(live))), tuple(named)


def _places(originals: Sequence[Known]) -> frozenset[str]:
    return frozenset[str]().union(*(one.record.places for one in originals))

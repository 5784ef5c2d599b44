"""Dead letters, as operators hear of them: the first of each reason, and then sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

KNOWN_FOR = timedelta(hours=24)
"""After so long without one, the next of a reason is a first one again."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Dead letters of one reason that came since the last look; the first one in words."""

    reason: str
    count: int
    detail: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known: `read` is how far the stream was read, `seen` when each reason came last,
    `waiting` what is not told yet, and `told` when operators were told of any.
    """

    read: str = "0-0"
    seen: Mapping[str, datetime] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be told now: `firsts`, and by reason how many `more` there were."""

    firsts: tuple[Heap, ...] = ()
    more: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.firsts or self.more)


def take(
    tally: Tally, heaps: Sequence[Heap], read: str, now: datetime, every: timedelta
) -> tuple[Tally, Said]:
    """The tally after some more letters, and what is to be told of them.

    Of a flood that begins, the first is told at once and all others with the next sum.
    """
    seen = {reason: at for reason, at in tally.seen.items() if now - at < KNOWN_FOR}
    waiting = dict(tally.waiting)
    firsts = []
    for heap in heaps:
        is_first = heap.reason not in seen
        if is_first:
            firsts.append(heap)
        seen[heap.reason] = now
        if more := heap.count - is_first:
            waiting[heap.reason] = waiting.get(heap.reason, 0) + more
    is_due = bool(waiting) and tally.told is not None and now - tally.told >= every
    said = Said(tuple(firsts), waiting if is_due else {})
    told = tally.told if said.is_nothing else now
    return Tally(read, seen, {} if is_due else waiting, told), said

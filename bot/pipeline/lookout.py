"""What may need a person, looked at: broadcasts, sources, the way to Telegram, and the Stars."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.course import Course, Limits, Sample, Seen, advance, pace, troubles, window
from bot.domain.memory import Memory
from bot.domain.paid import Terms
from bot.domain.record import AdvisoryRecord, Contact
from bot.domain.subscriber import Kind as ChatKind
from bot.domain.trust import Source
from bot.domain.watch import Concern, Kind, few_stars, on_the_line, silences
from bot.pipeline.plan import advisory_id, name_of
from bot.pipeline.ports import Line, Stars

MOST_ACTIVE = 200
"""Of more broadcasts at a time than that only the first are looked at."""

_UNDER_WAY = (BroadcastState.SENDING, BroadcastState.HALTED)


class Broadcasts(Protocol):
    """Deliveries under way, to be looked at."""

    async def all_active(self) -> tuple[str, ...]: ...
    async def get(self, broadcast_id: str) -> Broadcast | None: ...
    async def reason(self, broadcast_id: str) -> str | None: ...


class Advisories(Protocol):
    """Where the code and the places of a broadcast stand."""

    async def get(self, advisory_id: str) -> AdvisoryRecord | None: ...


class Crowd(Protocol):
    """About how many chats follow places."""

    async def count(self, place_ids: Iterable[str]) -> Mapping[ChatKind, int]: ...


class Contacts(Protocol):
    """When each source was heard of."""

    async def of(self, sources: Iterable[str]) -> Mapping[str, Contact]: ...


@dataclass(frozen=True, slots=True)
class Pulse:
    """How sending goes: who holds the role, chats `done` by this process since it began, messages
    a second that are `allowed` now, and for how many seconds everything rests.
    """

    holder: Callable[[], Awaitable[str | None]]
    done: Callable[[], int]
    allowed: Callable[[], float]
    paused_s: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Found:
    """What one look brings: what is wrong, how broadcasts go on, and when Stars were counted."""

    concerns: tuple[Concern, ...]
    courses: Mapping[str, Course]
    weighed: datetime | None


class Lookout:
    """Looks and judges; tells nobody. What a rate is measured from it keeps in memory: only the
    process that sends knows it.
    """

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        advisories: Advisories,
        crowd: Crowd,
        contacts: Contacts,
        sources: Mapping[str, Source],
        pulse: Pulse,
        line: Line,
        stars: Stars,
        terms: Terms,
        limits: Limits,
        weighs: timedelta,
    ) -> None:
        self._broadcasts = broadcasts
        self._advisories = advisories
        self._crowd = crowd
        self._contacts = contacts
        self._sources = sources
        self._pulse = pulse
        self._line = line
        self._stars = stars
        self._terms = terms
        self._limits = limits
        self._weighs = weighs
        self._samples: tuple[Sample, ...] = ()
        self._expected: dict[str, int] = {}

    async def look(self, memory: Memory, now: datetime) -> Found:
        """Everything that is wrong now."""
        seen = await self._see()
        courses = advance(seen, memory.courses, memory.looked, now, self._limits)
        contacts = await self._contacts.of(self._sources)
        concerns = [
            *troubles(seen, courses, now, self._limits, await self._cause()),
            *silences(self._sources, contacts, memory.begun, now),
            *filter(None, (on_the_line(self._line.trouble, self._limits.still, now),)),
            *filter(None, (self._pace(seen, now),)),
        ]
        stars, weighed = await self._weigh(memory, now)
        return Found((*concerns, *stars), courses, weighed)

    async def _see(self) -> list[Seen]:
        found = []
        for id in (await self._broadcasts.all_active())[:MOST_ACTIVE]:
            broadcast = await self._broadcasts.get(id)
            if broadcast is None or broadcast.ended or broadcast.state not in _UNDER_WAY:
                continue
            record = await self._advisories.get(advisory_id(id))
            reason = await self._broadcasts.reason(id) or ""
            expected = max(broadcast.audience, await self._size(id, record))
            found.append(Seen(broadcast, record.code if record else id, expected, reason))
        self._expected = {one.broadcast.id: self._expected[one.broadcast.id] for one in found}
        return found

    async def _size(self, id: str, record: AdvisoryRecord | None) -> int:
        """About how many a broadcast is for, asked once; what follows a warning says it itself."""
        if id not in self._expected:
            is_first = record is not None and not name_of(id)
            count = await self._crowd.count(record.places) if record and is_first else {}
            self._expected[id] = sum(count.values())
        return self._expected[id]

    async def _cause(self) -> str:
        """What explains that a broadcast does not go on."""
        trouble = self._line.trouble
        if await self._pulse.holder() is None:
            return "nobody"
        if trouble is not None and trouble.kind in (Kind.TOKEN, Kind.AWAY):
            return trouble.kind.value
        return "paused" if self._pulse.paused_s() else "unknown"

    def _pace(self, seen: Iterable[Seen], now: datetime) -> Concern | None:
        left = sum(one.left for one in seen if one.broadcast.state is BroadcastState.SENDING)
        allowed = self._pulse.allowed()
        self._samples = window(
            (
                *self._samples,
                Sample(
                    now, self._pulse.done(), allowed, self._pulse.paused_s() > 0, left > allowed
                ),
            ),
            self._limits,
        )
        return pace(self._samples, self._limits)

    async def _weigh(
        self, memory: Memory, now: datetime
    ) -> tuple[tuple[Concern, ...], datetime | None]:
        """Whether Stars are few, asked rarely; in between, and unknown, it is as it was."""
        if not self._terms.enabled:
            return (), None
        known = tuple(
            one for one in memory.concerns if one.kind is Kind.STARS and one.seen == memory.looked
        )
        if memory.weighed is not None and now - memory.weighed < self._weighs:
            return known, memory.weighed
        balance = await self._stars.balance()
        if balance is None:
            return known, now
        few = few_stars(balance, self._terms, now)
        return (few,) if few else (), now

"""Whether one message rings in one chat, waits, or is not for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.checklist import Progress, TickList
from bot.domain.delivery import Lane
from bot.domain.gazetteer import Gazetteer
from bot.domain.life import Purpose
from bot.domain.preferences import Fate, Occasion, Tact, tact
from bot.domain.reach import Reach
from bot.domain.subscriber import Chat, Kind
from bot.pipeline.job import Job
from bot.pipeline.notices import Notices
from bot.pipeline.plan import advisory_id, name_of
from bot.pipeline.ports import Advisories
from bot.rendering.ticklist import ListView, TickLists

KEPT_BROADCASTS = 64

NEWS = frozenset({Purpose.ALERT, Purpose.UPDATE, Purpose.EXTENDED, Purpose.CORRECTION})
"""What also reaches chats that were not told before."""

_LOUD = Tact(Fate.LOUD)


class Lists(Protocol):
    """`bot.storage.checklists.Checklists`."""

    async def open(self, chat_id: int) -> TickList: ...


class Households(Protocol):
    """`bot.storage.chats.Chats`."""

    async def get(self, chat_id: int) -> Chat | None: ...


@dataclass(frozen=True, slots=True)
class _Told:
    occasion: Occasion
    purpose: Purpose
    reach: Reach | None  # only where some of those who were told are concerned no more


class Discretion:
    """Asks for each job whether it is time; most chats never chose anything, and cost nothing."""

    def __init__(
        self,
        *,
        advisories: Advisories,
        notices: Notices,
        gazetteer: Gazetteer,
        lists: Lists,
        tick_lists: TickLists,
        households: Households,
        clock: Callable[[], datetime],
    ) -> None:
        self._advisories = advisories
        self._notices = notices
        self._gazetteer = gazetteer
        self._lists = lists
        self._tick_lists = tick_lists
        self._households = households
        self._clock = clock
        self._told: OrderedDict[str, _Told] = OrderedDict()

    async def of(self, job: Job) -> Tact:
        """What becomes of this job; raises LookupError when its advisory is gone."""
        told = await self._gather(job.broadcast_id)
        if told.reach is not None and not await self._is_concerned(job, told):
            return Tact(Fate.DROPPED)
        if job.lane is Lane.SHELTER_NOW:
            return _LOUD
        if told.purpose is Purpose.REMINDER and not await self._lacks_something(job):
            return Tact(Fate.DROPPED)
        chosen = job.chat.chosen
        if chosen is None:
            return _LOUD
        # What ends or opens the gravest goes in its lane, whatever it is by itself.
        occasion = replace(told.occasion, lane=job.lane)
        was_told = job.chat.answers is not None
        return tact(chosen, occasion, self._clock(), self.zone, told=was_told)

    def zone(self, place_id: str) -> tzinfo:
        """The zone of a place; UTC for one that is unknown."""
        place = self._gazetteer.get(place_id)
        return ZoneInfo(place.timezone if place and place.timezone else "UTC")

    async def _gather(self, broadcast_id: str) -> _Told:
        told = self._told.get(broadcast_id)
        if told is None:
            told = self._told[broadcast_id] = await self._read(broadcast_id)
            if len(self._told) > KEPT_BROADCASTS:
                self._told.popitem(last=False)
        return told

    async def _read(self, broadcast_id: str) -> _Told:
        record = await self._advisories.get(advisory_id(broadcast_id))
        if record is None:
            raise LookupError(f"the advisory of broadcast {broadcast_id} is not stored any more")
        notice = await self._notices.of(record, name_of(broadcast_id))
        occasion = Occasion(
            notice.lane,
            notice.purpose in NEWS and notice.mark is None,
            notice.hazard,
            notice.advisory.max_severity,
            notice.reach.now,
            notice.opens or notice.advisory.window[0],
        )
        # Whose message is marked, their receipts say.
        is_for_some = notice.reach.is_narrower and notice.mark is None
        reach = notice.reach if is_for_some else None
        return _Told(occasion, notice.purpose, reach)

    async def _is_concerned(self, job: Job, told: _Told) -> bool:
        chat = await self._households.get(job.recipient.chat_id)
        return chat is None or told.reach is None or told.reach.concerns(told.purpose, chat.places)

    async def _lacks_something(self, job: Job) -> bool:
        """Whether the list that the chat uses is unfinished. A person always has one; a group has
        one when somebody ticked something.
        """
        who = job.recipient
        ticks = await self._lists.open(who.chat_id)
        if not ticks.ticked:
            return who.kind is Kind.PRIVATE
        owner = await self._households.get(ticks.owner_id)
        owner = owner or Chat(ticks.owner_id, who.kind, job.chat.language)
        # As it is shown: the national guidance of the owner's city decides what is on it.
        entries = self._tick_lists.entries(ListView(ticks, owner, who.kind))
        progress = Progress.of(entries, ticks.ticked)
        return progress.done < progress.total

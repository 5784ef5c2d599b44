"""What is active now for a place, for those who ask and for those who have just subscribed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.advisory import Advisory
from bot.domain.change import is_warning, window_of
from bot.domain.drill import audience_of
from bot.domain.life import STILL
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import Chat, Recipient
from bot.pipeline.lineage import read_back
from bot.pipeline.plan import broadcast_id
from bot.pipeline.ports import Advisories, Broadcasts


@dataclass(frozen=True, slots=True)
class Active:
    """A published advisory that has not ended."""

    record: AdvisoryRecord
    advisory: Advisory

    @property
    def begins(self) -> datetime:
        """When what it warns of begins."""
        return window_of(self.advisory, self.record.received, self.record.expires).starts


class Live:
    """Answers from storage, so that any replica can give them."""

    def __init__(
        self,
        *,
        advisories: Advisories,
        broadcasts: Broadcasts,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._advisories = advisories
        self._broadcasts = broadcasts
        self._clock = clock
        self._wake = wake

    async def active(self, places: Collection[str]) -> tuple[Active, ...]:
        """What is active for any of the settlements, the newest first."""
        wanted = set(places)
        found = [
            Active(record, read_back(record))
            for record in await self._advisories.current(self._clock())
            if wanted & set(record.places)
        ]
        # An all-clear is for those who were warned, and for nobody who comes later. So is a drill
        # for some: whoever follows the place knows nothing of it.
        alerts = [
            one
            for one in found
            if is_warning(one.advisory) and audience_of(one.record, one.advisory) is None
        ]
        return tuple(sorted(alerts, key=lambda one: one.advisory.sent, reverse=True))

    async def join(self, chat: Chat, formerly: Recipient | None = None) -> int:
        """Have the dispatcher tell `chat` what is active for its places; how many that are.

        What met it under the address it had `formerly` is left to find it there.

        The subscription must be stored before: whoever subscribes while a broadcast starts is
        then either met by its cursor or joined here, and its receipt keeps both from telling
        twice.
        """
        joined = 0
        for one in await self.active(chat.places):
            if formerly and await self._broadcasts.met(one.record.id, formerly):
                continue
            joined += await self._broadcasts.join(one.record.id, chat.recipient)
        if joined:
            self._wake()
        return joined

    async def held(self, chat: Chat, before: datetime | None = None) -> tuple[str, ...]:
        """The broadcasts of what is active that were held back while the chat rested; of what
        begins `before` an instant alone, if one is given.
        """
        ids = [
            id
            for one in await self.active(chat.places)
            if before is None or one.begins < before
            for id in (one.record.id, broadcast_id(one.record.id, STILL))
        ]
        return tuple([id for id in ids if await self._broadcasts.holds(id, chat.recipient)])

    async def tell(self, chat: Chat, held: Iterable[str]) -> None:
        """Have the dispatcher tell now what was held."""
        for id in held:
            await self._broadcasts.join(id, chat.recipient)
        self._wake()

    async def summed(self, chat: Chat, held: Iterable[str]) -> None:
        """The chat has read what was held in a summary: it hears how each goes on and ends."""
        for id in held:
            await self._broadcasts.summed(id, chat.recipient)

"""How far each broadcast is, put together from what is stored; the same for whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.audit import Entry
from bot.domain.broadcast import Broadcast
from bot.domain.paid import Terms
from bot.domain.progress import Account, Look, Measures, Progress, deeds, progress
from bot.domain.record import AdvisoryRecord
from bot.pipeline.lineage import read_back
from bot.pipeline.plan import advisory_id

EVERYTHING = "all"
"""The scope of a pause of the whole bot, as the pacer names it."""

DRAFTED_WITHIN = timedelta(days=30)
"""How long before it arrived a draft may have been begun: drafts are kept no longer."""


class Broadcasts(Protocol):
    """`bot.storage.broadcasts.Broadcasts`, as an account of them needs it."""

    async def get(self, broadcast_id: str) -> Broadcast | None: ...
    async def all_active(self) -> tuple[str, ...]: ...


class Notes(Protocol):
    """`bot.storage.progress.ProgressNotes`, as an account needs it."""

    async def measures(self, broadcast_id: str) -> Measures: ...
    async def looks(self, broadcast_id: str) -> tuple[Look, ...]: ...


class Pace(Protocol):
    """Scope -> unix time until which it rests."""

    async def pauses(self) -> Mapping[str, float]: ...


class Advisories(Protocol):
    """What was received."""

    async def get(self, advisory_id: str) -> AdvisoryRecord | None: ...


class Audit(Protocol):
    """What people did."""

    def entries(self, since: datetime | None = None) -> AsyncIterator[Entry]: ...


class Gauge:
    """Reads, and changes nothing: any replica and the command line may ask."""

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        notes: Notes,
        pace: Pace,
        advisories: Advisories,
        audit: Audit,
        terms: Terms,
        clock: Callable[[], datetime],
    ) -> None:
        self._broadcasts = broadcasts
        self._notes = notes
        self._pace = pace
        self._advisories = advisories
        self._audit = audit
        self._terms = terms
        self._clock = clock

    async def under_way(self) -> tuple[str, ...]:
        """Ids of the broadcasts that are not finished, in the order of their lanes."""
        return await self._broadcasts.all_active()

    async def progress(self, broadcast_id: str) -> Progress | None:
        """How far it is now; None where nothing is known of it any more."""
        broadcast = await self._broadcasts.get(broadcast_id)
        if broadcast is None:
            return None
        now = self._clock()
        until = (await self._pace.pauses()).get(EVERYTHING, 0.0)
        return progress(
            broadcast,
            await self._notes.measures(broadcast_id),
            now=now,
            looks=await self._notes.looks(broadcast_id),
            rests_s=max(0.0, until - now.timestamp()),
            terms=self._terms,
        )

    async def account(self, found: Progress) -> Account:
        """With what it carries, and who did what about that."""
        record = await self._advisories.get(advisory_id(found.broadcast.id))
        if record is None:
            return Account(found)
        # What became an advisory bears the id of its draft.
        advisory = read_back(record)
        since = record.received - DRAFTED_WITHIN
        entries = [entry async for entry in self._audit.entries(since)]
        about = {record.id, advisory.identifier}
        return Account(found, record, advisory, deeds(entries, about, record.code))

    async def of(self, broadcast_id: str) -> Account | None:
        """Both at once."""
        found = await self.progress(broadcast_id)
        return None if found is None else await self.account(found)

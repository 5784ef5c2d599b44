"""The dispatcher's role as this replica sees it: held, until when, and whether it still is."""

from __future__ import annotations

import asyncio
import time
import uuid as uuids

import structlog

from bot.domain.fault import StorageUnavailable
from bot.pipeline.ports import Role

log = structlog.get_logger(__name__)

LEASE_S = 3.0
RENEW_S = 1.0
SAFE = 0.7
"""The part of the lease in which a send may start: the rest is for a send that is under way."""


class Tenure:
    """One replica's hold on the role, under a fresh uuid each time it is taken.

    The deadline counts from before the request left, on this machine's monotonic clock: a replica
    that was stalled or cut off finds it passed and starts nothing.
    """

    def __init__(self, role: Role) -> None:
        self._role = role
        self._deadline = 0.0
        self._prolonged = asyncio.Event()
        self.uuid = ""

    @property
    def holds(self) -> bool:
        """Whether a send may be started now."""
        return bool(self.uuid) and time.monotonic() < self._deadline

    async def take(self) -> bool:
        """Try to become the dispatcher."""
        uuid, asked = str(uuids.uuid4()), time.monotonic()
        if not await self._role.acquire(uuid, LEASE_S):
            return False
        self.uuid = uuid
        self._prolong(asked)
        return True

    async def renew(self) -> bool:
        """Prolong the role; False when another replica has it. An outage is sat out."""
        asked = time.monotonic()
        try:
            kept = await self._role.renew(self.uuid)
        except StorageUnavailable:
            return True
        if kept:
            self._prolong(asked)
        return kept

    async def held(self) -> None:
        """Wait until a send may be started."""
        while not self.holds:
            self._prolonged.clear()
            await self._prolonged.wait()

    def _prolong(self, asked: float) -> None:
        self._deadline = asked + LEASE_S * SAFE
        self._prolonged.set()

    async def give_up(self) -> None:
        """Leave the role, so that the next replica need not wait for it to expire."""
        uuid, self.uuid, self._deadline = self.uuid, "", 0.0
        if uuid:
            await self._role.release(uuid)

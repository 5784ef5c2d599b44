"""Tells operators what people report as forged, as often as they can bear."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.forgery import Forgery, Reported, due


class Store(Protocol):
    """`bot.storage.forgeries.Forgeries`."""

    async def waiting(self) -> tuple[Forgery, ...]: ...
    async def told(self, id: str, count: int, now: datetime) -> None: ...


class Crier(Protocol):
    """How operators are told; whether anybody has it now."""

    async def forged(self, reported: Reported) -> bool: ...


class Forgeries:
    """Works within the watchdog's turn, so that one replica tells.

    It tells first and remembers then, as the watchdog does. How many new texts were told lately is
    this process's: a restart gives away a few more.
    """

    def __init__(
        self, *, store: Store, crier: Crier, every: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._crier = crier
        self._every = every
        self._clock = clock
        self._firsts = deque[datetime]()

    async def pass_on(self) -> None:
        """Tell what is due; what cannot be told now is due again at the next look."""
        now = self._clock()
        while self._firsts and now - self._firsts[0] >= self._every:
            self._firsts.popleft()
        reported = due(await self._store.waiting(), now, self._every, len(self._firsts))
        if not reported.all or not await self._crier.forged(reported):
            return
        self._firsts.extend(now for _ in reported.firsts)
        for one in reported.all:
            await self._store.told(one.id, one.count, now)

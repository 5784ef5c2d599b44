"""Errands worked off one after the other, each kind by itself, so that none holds up another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.domain.errand import Errand, Task
from bot.storage.errands import Taken

log = structlog.get_logger(__name__)

Handler = Callable[[Errand], Awaitable[float | None]]
"""Does one errand; seconds until it is to be looked at again, None when it is done.

It may be called twice for the same errand, and must then change nothing the second time.
"""

LOOK_S = 0.25
RETRY_S = 5.0
GAP_S = 0.5
"""Between two errands of a kind: two calls a second leave room for replies."""


class Queue(Protocol):
    """`bot.storage.errands.Errands`, as the worker needs it."""

    async def take(self, task: Task, most: int = 16) -> Sequence[Taken]: ...
    async def done(self, task: Task, taken: Taken, again_s: float | None = None) -> None: ...


class ErrandWorker:
    """Works off one kind of errand. `may` says whether this replica is to do it now."""

    def __init__(
        self,
        queue: Queue,
        task: Task,
        handler: Handler,
        *,
        may: Callable[[], bool] = lambda: True,
        gap_s: float = GAP_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queue = queue
        self._task = task
        self._handler = handler
        self._may = may
        self._gap_s = gap_s
        self._sleep = sleep

    async def run(self) -> None:
        """Work for ever; raises StorageUnavailable, and can be run again then."""
        while True:
            if not (self._may() and await self.work()):
                await self._sleep(LOOK_S)

    async def work(self) -> bool:
        """Do what is due now; whether there was anything."""
        due = await self._queue.take(self._task)
        for taken in due:
            await self._queue.done(self._task, taken, await self._try(taken.errand))
            await self._sleep(self._gap_s)
        return bool(due)

    async def _try(self, errand: Errand) -> float | None:
        try:
            return await self._handler(errand)
        except RetryAfter as error:
            wait: float | timedelta = error.retry_after
            return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        except (BadRequest, Forbidden) as error:
            # Refused for good; what can be mended comes with a new errand.
            log.info("errand refused", task=self._task.value, said=error.message)
        except NetworkError:
            return RETRY_S
        except TelegramError as error:
            log.warning("errand failed", task=self._task.value, error=type(error).__name__)
        return None

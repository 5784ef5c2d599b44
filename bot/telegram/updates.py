"""The intake of updates: bounded, and in order for each chat."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

_log = logging.getLogger(__name__)


class UpdateQueue(asyncio.Queue[object]):
    """python-telegram-bot's queue with room for ``limit`` updates, those being handled included.

    The library takes an update off its queue at once and makes it a task, so the length of the
    queue bounds nothing; what is not yet handled does. ``put`` waits for room, ``put_nowait``
    raises :class:`asyncio.QueueFull`. The library's own signal to stop always finds room.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self._unhandled = 0
        self._handled_one = asyncio.Event()

    @property
    def unhandled(self) -> int:
        """How many updates wait or are being handled."""
        return self._unhandled

    async def put(self, item: object) -> None:
        """Add the update as soon as there is room."""
        while self._is_full_for(item):
            self._handled_one.clear()
            await self._handled_one.wait()
        self.put_nowait(item)

    def put_nowait(self, item: object) -> None:
        """Add the update, if there is room."""
        if self._is_full_for(item):
            raise asyncio.QueueFull
        super().put_nowait(item)
        self._unhandled += 1

    def task_done(self) -> None:
        """Count one update as handled, which makes room."""
        super().task_done()
        self._unhandled -= 1
        self._handled_one.set()

    def _is_full_for(self, item: object) -> bool:
        return isinstance(item, Update) and self._unhandled >= self._limit


class OrderedUpdates(BaseUpdateProcessor):
    """Handles ``concurrency`` updates at once, those of one chat one after the other.

    The base class's own semaphore gets room for ``limit`` tasks, all that an :class:`UpdateQueue`
    of that size lets in. So a chat's queue waits outside the places where updates are handled,
    and somebody who taps twenty times keeps nobody else waiting.
    """

    def __init__(self, concurrency: int, limit: int) -> None:
        super().__init__(max(limit, 2))  # with 1 the library stops handling in tasks
        self._places = asyncio.Semaphore(concurrency)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle one update in its chat's turn."""
        turn = self._turn(update)
        try:
            async with turn, self._places:
                await coroutine
        finally:
            if inspect.iscoroutine(coroutine):
                coroutine.close()  # cancelled before its turn, it was never awaited

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to tidy up."""

    def _turn(self, update: object) -> asyncio.Lock:
        """The lock of the update's chat; it lives as long as an update holds or awaits it."""
        key = _key(update)
        if key is None:
            return asyncio.Lock()
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = asyncio.Lock()
        return turn


def read_update(data: Mapping[str, Any], bot: Bot) -> Update | None:
    """The update, or ``None`` for one that the library cannot read, which is logged by its id.

    Such an update must not be asked for again: it would block all that come after it.
    """
    try:
        return Update.de_json(dict(data), bot)
    except Exception as error:  # whatever a newer Bot API makes the library trip over
        _log.error(
            "update unreadable",
            extra={"update_id": data.get("update_id"), "error": type(error).__name__},
        )
        return None


def _key(update: object) -> int | None:
    if not isinstance(update, Update):
        return None
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else None

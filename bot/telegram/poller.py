"""Our own getUpdates loop: it waits for room, tells what is wrong, and stops at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram.error import TelegramError
from telegram.ext import Application

from bot.domain.delivery import Outcome, Verdict
from bot.telegram.application import QuietBot
from bot.telegram.classify import outcome_of
from bot.telegram.updates import read_update

LONG_POLL_S = 25
"""How long Telegram holds an empty answer back."""

_BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_HOPELESS_S = 30.0  # 401 and 409 do not mend themselves, a person has to
_CONFIRM_S = 2.0
_log = logging.getLogger(__name__)


class Poller:
    """Feeds an application's queue from getUpdates until its task is cancelled.

    ``on_trouble`` hears of every failed poll as an outcome: ``CONFLICT`` means that another
    instance polls or a webhook is set, ``TOKEN`` that the token is wrong; both need a person.
    Polling goes on meanwhile, more slowly. Nothing here sets or deletes a webhook.
    """

    def __init__(
        self,
        application: Application[QuietBot, Any, Any, Any, Any, Any],
        allowed_updates: Sequence[str],
        on_trouble: Callable[[Outcome], None],
        *,
        long_poll_s: int = LONG_POLL_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = application.bot
        self._queue = application.update_queue
        self._allowed = list(allowed_updates)
        self._on_trouble = on_trouble
        self._long_poll_s = long_poll_s
        self._sleep = sleep
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled, then confirm what was taken over, within two seconds.

        Stop this before the application: what is in its queue is confirmed and still has to be
        handled.
        """
        failures = 0
        try:
            while True:
                try:
                    await self._poll()
                except TelegramError as error:
                    outcome = outcome_of(error)
                    self._on_trouble(outcome)
                    await self._sleep(_pause_s(outcome, failures))
                    failures += 1
                else:
                    failures = 0
        finally:
            await self._confirm()

    async def _poll(self) -> None:
        updates = await self._bot.fetch_updates(
            offset=self._offset, timeout_s=self._long_poll_s, allowed_updates=self._allowed
        )
        for data in updates:
            update = read_update(data, self._bot)
            if update is not None:
                await self._queue.put(update)
            # After the wait for room: what a cancelled wait leaves behind is asked for again.
            self._offset = int(data["update_id"]) + 1

    async def _confirm(self) -> None:
        """Tell Telegram what was taken over, or the next start would handle it a second time."""
        if self._offset is None:
            return
        try:
            async with asyncio.timeout(_CONFIRM_S):
                await self._bot.fetch_updates(
                    offset=self._offset, timeout_s=0, allowed_updates=self._allowed
                )
        except (TelegramError, TimeoutError) as error:
            _log.warning("updates not confirmed", extra={"error": type(error).__name__})


def _pause_s(outcome: Outcome, failures: int) -> float:
    if outcome.verdict is Verdict.FLOOD:
        return float(outcome.retry_after_s)
    if outcome.verdict in (Verdict.TOKEN, Verdict.CONFLICT):
        return _HOPELESS_S
    return _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]

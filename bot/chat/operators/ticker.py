"""One message for each broadcast, edited every few seconds, that becomes a report at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.reply import redraw, write_to
from bot.chat.services import Chats
from bot.domain.fault import StorageUnavailable
from bot.domain.operators import Operator
from bot.domain.progress import Account, Look, concerned, is_due
from bot.pipeline.plan import name_of
from bot.pipeline.progress import EVERYTHING, Gauge, Pace
from bot.rendering.progress import ProgressTexts

log = structlog.get_logger(__name__)

LOOK_S = 0.5
GAP_S = 0.5
"""Between two messages: two a second leave room for replies, whatever number of operators."""

PATIENCE_S = 15.0
"""How long a bot that only delivers what is due stays for its reports."""


class Notes(Protocol):
    """`bot.storage.progress.ProgressNotes`, as the ticker needs it."""

    async def owed(self) -> tuple[str, ...]: ...
    async def settle(self, broadcast_id: str) -> None: ...
    async def looks(self, broadcast_id: str) -> tuple[Look, ...]: ...
    async def keep_looks(self, broadcast_id: str, looks: Sequence[Look]) -> None: ...
    async def messages(self, broadcast_id: str) -> Mapping[int, int]: ...
    async def begin(self, broadcast_id: str, operator_id: int) -> bool: ...
    async def keep(self, broadcast_id: str, operator_id: int, message_id: int) -> None: ...


class People(Protocol):
    """Who the operators are; `bot.pipeline.roster.Roster`."""

    async def all(self) -> tuple[Operator, ...]: ...


class Ticker:
    """Run by the replica that dispatches, apart from what it dispatches; `leads` says whether.

    It holds nothing that a restart would miss: which broadcasts owe a report, who is shown them in
    which message and when that was last are in Redis.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        people: People,
        chats: Chats,
        notes: Notes,
        pace: Pace,
        gauge: Gauge,
        words: ProgressTexts,
        every: timedelta,
        leads: Callable[[], bool],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._people = people
        self._chats = chats
        self._notes = notes
        self._pace = pace
        self._gauge = gauge
        self._words = words
        self._every = every
        self._leads = leads
        self._sleep = sleep
        self._said: dict[tuple[str, int], str] = {}

    async def run(self) -> None:
        """Look for ever; raises StorageUnavailable, and can be run again then."""
        while True:
            if self._leads():
                await self.look()
            await self._sleep(LOOK_S)

    async def look(self) -> None:
        """Show whatever is due to be shown anew."""
        for broadcast_id in await self._notes.owed():
            # What is edited in a pause would only prolong it.
            if not self._leads() or EVERYTHING in await self._pace.pauses():
                return
            try:
                await self._attend(broadcast_id)
            except StorageUnavailable:
                raise
            except Exception:
                # A fault of ours in a report must not end what sends warnings.
                log.exception("progress failed", broadcast=broadcast_id)

    async def catch_up(self) -> None:
        """Wait, not for ever, until :meth:`run` has reported on all that has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    if not await self._owes():
                        return
                    await asyncio.sleep(LOOK_S)

    async def _owes(self) -> bool:
        found = [await self._gauge.progress(one) for one in await self._notes.owed()]
        return any(one is None or one.is_over for one in found)

    async def _attend(self, broadcast_id: str) -> None:
        found = await self._gauge.progress(broadcast_id)
        if found is None:
            await self._settle(broadcast_id)
            return
        looks = await self._notes.looks(broadcast_id)
        if not is_due(found, looks[-1] if looks else None, self._every):
            return
        # Before anything is said: a message that fails waits its turn like one that arrives.
        now = Look(found.at, found.done)
        await self._notes.keep_looks(broadcast_id, (*looks, now)[-2:])
        account = await self._gauge.account(found)
        # A follow-up of something that reached nobody is no news.
        readers: tuple[Operator, ...] = ()
        if found.total or not name_of(broadcast_id):
            readers = concerned(await self._people.all(), account.doers)
        shown = await self._notes.messages(broadcast_id)
        is_done = found.is_over
        for one in readers:
            is_done &= await self._tell(account, one.id, shown.get(one.id))
            await self._sleep(GAP_S)
        if is_done:
            await self._settle(broadcast_id)

    async def _settle(self, broadcast_id: str) -> None:
        await self._notes.settle(broadcast_id)
        self._said = {about: text for about, text in self._said.items() if about[0] != broadcast_id}

    async def _tell(self, account: Account, operator_id: int, message_id: int | None) -> bool:
        """Whether somebody sees it now, or never will."""
        chat = await self._chats.get(operator_id)
        language = self._words.texts.closest(chat.language if chat else None)
        is_over = account.progress.is_over
        show = self._words.report if is_over else self._words.live
        message = show(language, account)
        about = (account.id, operator_id)
        if self._said.get(about) == message.html:
            return True
        if f"chat:{operator_id}" in await self._pace.pauses():
            return False
        try:
            if message_id is not None:
                await redraw(self._bot, operator_id, message_id, message)
            elif await self._notes.begin(account.id, operator_id):
                sent = await write_to(self._bot, operator_id, message)
                await self._notes.keep(account.id, operator_id, sent.message_id)
            else:
                return False
        except (BadRequest, Forbidden) as error:
            # They deleted it, or the bot; /progress has it.
            log.info("progress not shown", operator=operator_id, said=error.message)
        except TelegramError as error:
            log.info("progress not shown yet", operator=operator_id, said=error.message)
            return False
        self._said[about] = message.html
        return True

"""A warning is pinned in a group while it holds, where the bot may; other pins are left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.chat.services import Advisories, Pins
from bot.domain.advisory import Status
from bot.domain.change import is_warning
from bot.domain.delivery import Verdict
from bot.domain.errand import Errand
from bot.domain.record import AdvisoryRecord
from bot.pipeline.lineage import read_back
from bot.pipeline.plan import advisory_id
from bot.rendering.dialogue import Word, stands
from bot.telegram.classify import outcome_of

log = structlog.get_logger(__name__)

_HOLDS = (Word.ACTIVE, Word.SCHEDULED)


class Pinning:
    """Makes the pins of a group agree with what holds now; asks for no right."""

    def __init__(
        self, bot: Bot, pins: Pins, advisories: Advisories, clock: Callable[[], datetime]
    ) -> None:
        self._bot = bot
        self._pins = pins
        self._advisories = advisories
        self._clock = clock

    async def settle(self, errand: Errand) -> float | None:
        """Pin the message an errand speaks of while its advisory holds, and unpin what ended.

        The same message may come to speak of another advisory, when it was edited: then it stays.
        """
        try:
            return await self._settle(errand)
        except (Forbidden, ChatMigrated):
            # Not there any more, or under another id with other messages: nothing is ours there.
            await self._pins.forget(errand.chat_id)
            return None

    async def _settle(self, errand: Errand) -> float | None:
        chat_id, about = errand.chat_id, advisory_id(errand.about)
        record = await self._advisories.get(about)
        lasts_s = self._lasts_s(record)
        held = await self._pins.held(chat_id)
        if abs(held.get(about, 0)) > errand.message_id:
            return None  # a newer message of the same advisory has taken its place
        for other, message_id in held.items():
            if other == about and lasts_s and abs(message_id) == errand.message_id:
                continue
            if other != about and self._lasts_s(await self._advisories.get(other)):
                continue
            if not (lasts_s and abs(message_id) == errand.message_id):
                await self._unpin(chat_id, message_id)
            await self._pins.drop(chat_id, other)
        if not lasts_s:
            return None
        # A message that was changed hangs there already, or was taken down by hand.
        is_pinned = errand.message_id in held.values()
        if held.get(about) != errand.message_id and (
            is_pinned or await self._pin(chat_id, about, errand)
        ):
            await self._pins.keep(chat_id, about, errand.message_id)
        # An hour at most: what a cancel ended is taken down even where the cancel did not arrive.
        return min(lasts_s, 3600.0)

    def _lasts_s(self, record: AdvisoryRecord | None) -> float:
        """Seconds for which a real warning still holds; 0 for drills and for what is no warning."""
        if record is None:
            return 0.0
        advisory, now = read_back(record), self._clock()
        if advisory.status is not Status.ACTUAL or not is_warning(advisory):
            return 0.0
        if stands(record, advisory, now) not in _HOLDS:
            return 0.0
        return max(0.0, (record.expires - now).total_seconds()) + 1

    async def _pin(self, chat_id: int, about: str, errand: Errand) -> bool:
        """Pin a message; noted before as not yet certain, so that a crash leaves no pin unknown."""
        await self._pins.keep(chat_id, about, -errand.message_id)
        if not await self._pins.allowed(chat_id):
            return False  # nobody is asked for the right; whoever gives it has this pinned
        try:
            await self._bot.pin_chat_message(chat_id, errand.message_id, disable_notification=True)
        except BadRequest as error:
            await self._pins.drop(chat_id, about)
            if outcome_of(error).verdict is Verdict.NO_RIGHTS:
                await self._pins.allow(chat_id, may=False)
            log.info("not pinned", said=error.message)
            return False
        return True

    async def _unpin(self, chat_id: int, message_id: int) -> None:
        if message_id < 0 and not await self._pins.allowed(chat_id):
            return
        try:
            await self._bot.unpin_chat_message(chat_id, message_id=abs(message_id))
        except BadRequest as error:
            log.info("not unpinned", said=error.message)  # somebody did it, or took the right

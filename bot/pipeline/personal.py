"""Letters for one reader each: a warning with the shelter that this person wrote down."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.message import Prepared
from bot.domain.subscriber import Kind, Recipient
from bot.pipeline.job import Job
from bot.pipeline.notices import Notices
from bot.pipeline.ports import Sender
from bot.rendering.advisory import Renderer
from bot.rendering.notice import Notice

KEPT_BROADCASTS = 64


@dataclass(slots=True)
class _Told:
    notice: Notice
    refused: set[Recipient] = field(default_factory=set)


class PersonalLetters:
    """What is told is gathered once for a broadcast; a letter is rendered for its reader, then
    forgotten. Everybody else gets the bytes that all share.
    """

    def __init__(
        self,
        notices: Notices,
        renderer: Renderer,
        sender: Sender,
        clock: Callable[[], datetime],
    ) -> None:
        self._notices = notices
        self._renderer = renderer
        self._sender = sender
        self._clock = clock
        self._told: OrderedDict[str, _Told] = OrderedDict()
        self._gathering = asyncio.Lock()

    def wants(self, job: Job) -> bool:
        """Whether this chat gets a letter of its own: it has a note, and none was refused."""
        if job.chat.shelter is None or job.recipient.kind is not Kind.PRIVATE:
            return False
        told = self._told.get(job.broadcast_id)
        return told is None or job.recipient not in told.refused

    async def letter(self, job: Job) -> Prepared:
        """The body for this person. Raises LookupError if its advisory is gone from storage."""
        told = await self._gather(job.broadcast_id)
        message = self._renderer.render(
            told.notice, job.chat.language, job.layout, job.chat.shelter
        )
        message = replace(message, silent=message.silent or job.hushed)
        return self._sender.prepare(message, paid=job.paid)

    async def give_up(self, job: Job) -> None:
        """Telegram cannot read it: this person gets the letter of all, and no broadcast halts."""
        (await self._gather(job.broadcast_id)).refused.add(job.recipient)

    async def _gather(self, broadcast_id: str) -> _Told:
        if (told := self._told.get(broadcast_id)) is not None and self._holds(told.notice):
            return told
        async with self._gathering:
            told = self._told.get(broadcast_id)
            if told is None or not self._holds(told.notice):
                notice = await self._notices.for_broadcast(broadcast_id)
                # Once the window is open nobody is told to prepare for it.
                told = _Told(notice, told.refused if told else set())
                self._told[broadcast_id] = told
                if len(self._told) > KEPT_BROADCASTS:
                    self._told.popitem(last=False)
            return told

    def _holds(self, notice: Notice) -> bool:
        return notice.changes_at is None or self._clock() < notice.changes_at

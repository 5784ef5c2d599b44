"""The texts of broadcasts, rendered once for each language and layout and encoded once.

Only who wrote down a shelter gets a letter of their own; see `bot/pipeline/personal.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.fault import StorageUnavailable
from bot.domain.message import Layout, Prepared
from bot.pipeline.job import Job
from bot.pipeline.notices import Notices
from bot.pipeline.personal import PersonalLetters
from bot.pipeline.ports import Sender
from bot.rendering.advisory import Renderer, plain

KEPT_BROADCASTS = 64
"""Texts of so many broadcasts stay; older ones are rendered again when they are needed."""


@dataclass(frozen=True, slots=True)
class _Letter:
    prepared: Prepared
    is_plain: bool
    until: datetime | None = None


_Version = tuple[str, Layout, bool, bool]


class Letters:
    """One prepared body for each broadcast, language and layout; more if it is paid, or hushed.

    What is kept is the task that writes it: hundreds of sends that start together wait for one
    rendering instead of doing it each.
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
        self._personal = PersonalLetters(notices, renderer, sender, clock)
        self._kept: dict[str, dict[_Version, asyncio.Task[_Letter]]] = {}

    async def letter(self, job: Job) -> Prepared:
        """The body for this chat. Raises LookupError if its advisory is gone from storage."""
        if self._personal.wants(job):
            return await self._personal.letter(job)
        written = self._kept.get(job.broadcast_id, {}).get(_version(job))
        if written is not None and written.done() and not written.exception():
            letter = written.result()
            if letter.until is None or self._clock() < letter.until:
                return letter.prepared
            # Who joins once the window is open is not told to prepare for it.
            self._keep(job).pop(_version(job), None)
        return (await self._write(job)).prepared

    async def write_ahead(self, jobs: Iterable[Job]) -> None:
        """Write what these jobs need before they get their slots.

        Slots that wait for a text are used all at once when it is there: more than Telegram takes
        in a second. A fault here is met again at the send, and told there.
        """
        # A letter for one reader alone would leave the one that all share unwritten.
        shared = (job for job in jobs if not self._personal.wants(job))
        for job in {_version(job): job for job in shared}.values():
            with suppress(LookupError, StorageUnavailable):
                await self.letter(job)

    async def simplify(self, job: Job, refused: Prepared) -> bool:
        """Fall back to plain text after Telegram refused `refused`; False if that was plain.

        Of many sends that are refused together the first one changes the text, and the others
        find it changed.
        """
        if self._personal.wants(job):
            await self._personal.give_up(job)
            return True
        written = self._kept.get(job.broadcast_id, {}).get(_version(job))
        if written is not None:
            letter = await asyncio.shield(written)
            if letter.prepared is not refused:
                return True
            if letter.is_plain:
                return False
        self._keep(job).pop(_version(job), None)
        await self._write(job, as_plain=True)
        return True

    async def _write(self, job: Job, *, as_plain: bool = False) -> _Letter:
        versions = self._keep(job)
        written = versions.get(_version(job))
        if written is None:
            written = asyncio.create_task(self._render(job, as_plain=as_plain))
            versions[_version(job)] = written
        try:
            return await asyncio.shield(written)
        except Exception:
            # An outage is no reason never to write it.
            if versions.get(_version(job)) is written:
                del versions[_version(job)]
            raise

    async def _render(self, job: Job, *, as_plain: bool) -> _Letter:
        notice = await self._notices.for_broadcast(job.broadcast_id)
        message = self._renderer.render(notice, job.chat.language, job.layout)
        message = plain(message) if as_plain else message
        message = replace(message, silent=message.silent or job.hushed)
        prepared = self._sender.prepare(message, paid=job.paid)
        return _Letter(prepared, as_plain, notice.changes_at)

    def _keep(self, job: Job) -> dict[_Version, asyncio.Task[_Letter]]:
        if job.broadcast_id not in self._kept:
            while len(self._kept) >= KEPT_BROADCASTS:
                del self._kept[next(iter(self._kept))]
        return self._kept.setdefault(job.broadcast_id, {})


def _version(job: Job) -> _Version:
    return job.chat.language, job.layout, job.paid, job.hushed

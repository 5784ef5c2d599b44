"""The texts of broadcasts, rendered once for each language and layout and encoded once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.message import Layout, Prepared
from bot.pipeline.job import Job
from bot.pipeline.notices import Notices
from bot.pipeline.ports import Sender
from bot.rendering.advisory import Renderer, plain

KEPT_BROADCASTS = 64
"""Texts of so many broadcasts stay; older ones are rendered again when they are needed."""


@dataclass(slots=True)
class _Letter:
    prepared: Prepared
    is_plain: bool = False


class Letters:
    """One prepared body for each broadcast, language and layout."""

    def __init__(self, notices: Notices, renderer: Renderer, sender: Sender) -> None:
        self._notices = notices
        self._renderer = renderer
        self._sender = sender
        self._kept: dict[str, dict[tuple[str, Layout], _Letter]] = {}

    async def letter(self, job: Job) -> Prepared:
        """The body for this chat. Raises LookupError if its advisory is gone from storage."""
        kept = self._kept.get(job.broadcast_id)
        letter = kept.get((job.chat.language, job.layout)) if kept is not None else None
        return (letter or await self._write(job)).prepared

    async def simplify(self, job: Job) -> bool:
        """Fall back to plain text after Telegram refused the entities; False if it is plain."""
        letters = self._kept.get(job.broadcast_id, {})
        letter = letters.get((job.chat.language, job.layout))
        if letter is not None and letter.is_plain:
            return False
        await self._write(job, as_plain=True)
        return True

    async def _write(self, job: Job, *, as_plain: bool = False) -> _Letter:
        notice = await self._notices.for_broadcast(job.broadcast_id)
        message = self._renderer.render(notice, job.chat.language, job.layout)
        if as_plain:
            message = plain(message)
        letter = _Letter(self._sender.prepare(message), as_plain)
        if job.broadcast_id not in self._kept:
            while len(self._kept) >= KEPT_BROADCASTS:
                del self._kept[next(iter(self._kept))]
        self._kept.setdefault(job.broadcast_id, {})[job.chat.language, job.layout] = letter
        return letter

"""A channel with several languages gets a post for each, behind the first one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.broadcast import Broadcast, Claimed, Manner
from bot.domain.delivery import End
from bot.domain.errand import Errand
from bot.domain.subscriber import Chat
from bot.pipeline.courier import Courier
from bot.pipeline.job import Job
from bot.pipeline.ports import Pacer
from bot.pipeline.register import Register


class Posts(Protocol):
    """Language -> message for a broadcast in a channel; `bot.storage.channels.Channels`."""

    async def posted(self, broadcast_id: str, chat_id: int) -> Mapping[str, int]: ...
    async def keep(
        self, broadcast_id: str, chat_id: int, language: str, message_id: int
    ) -> None: ...


class Further:
    """Posts what is missing and changes what has changed.

    A crash between a post and its note repeats that one post.
    """

    def __init__(
        self,
        *,
        courier: Courier,
        register: Register,
        posts: Posts,
        pacer: Pacer,
        clock: Callable[[], datetime],
    ) -> None:
        self._courier = courier
        self._register = register
        self._posts = posts
        self._pacer = pacer
        self._clock = clock

    async def post(self, chat: Chat, errand: Errand) -> float | None:
        """Post the further languages of a broadcast; seconds until it is to be tried again."""
        try:
            return await self._post(chat, errand)
        finally:
            self._register.forget(errand.about)

    async def _post(self, chat: Chat, errand: Errand) -> float | None:
        broadcast = await self._register.learn(errand.about)
        posted = await self._posts.posted(errand.about, chat.id)
        if broadcast is None or errand.message_id in posted.values():
            return None  # over long ago, or the errand that one of these posts left itself
        answers = await self._before(broadcast, chat.id)
        for language in chat.also:
            is_there = language in answers or broadcast.manner is not Manner.EDIT
            if language in posted or not is_there:
                continue
            await self._pacer.slots(broadcast.lane, 1)
            if not self._pacer.admit(chat.kind, chat.id):
                self._pacer.give_back(1)
                return max(1.0, self._pacer.due(chat.kind, chat.id))
            to = Claimed(chat.recipient, language, answers=answers.get(language))
            job = Job(broadcast.id, broadcast.lane, broadcast.expires, to, manner=broadcast.manner)
            entry = await self._courier.deliver(job)
            if entry.end is End.SENT and entry.message_id is not None:
                await self._posts.keep(broadcast.id, chat.id, language, entry.message_id)
            elif entry.due is not None:
                return max(1.0, (entry.due - self._clock()).total_seconds())
        return None

    async def _before(self, broadcast: Broadcast, chat_id: int) -> Mapping[str, int]:
        """The newest posts in each language of what is answered or changed."""
        found: dict[str, int] = {}
        for earlier in broadcast.answers:
            found = {**await self._posts.posted(earlier, chat_id), **found}
        return found

"""The queue of updates towards the bot: long polls, offsets, and which kinds it asked for."""

import asyncio
from collections import deque
from typing import Any

from bot.sandbox.errors import conflict

#: Left out unless asked for by name.
OFF_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_FIRST_UPDATE_ID = 700_000_001
_LONGEST_POLL_S = 50


class Updates:
    """Updates wait here until a later offset, or the webhook, confirms them."""

    def __init__(self) -> None:
        self.allowed: list[str] | None = None
        self._queue: deque[dict[str, Any]] = deque()
        self._next_id = _FIRST_UPDATE_ID
        self._poll: asyncio.Future[None] | None = None
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def polls_waiting(self) -> int:
        return 0 if self._poll is None or self._poll.done() else 1

    def push(self, kind: str, body: dict[str, Any]) -> None:
        """Queue an update of a kind the bot wants; others never existed for it."""
        if self.allowed is None:
            if kind in OFF_BY_DEFAULT:
                return
        elif kind not in self.allowed:
            return
        self._queue.append({"update_id": self._next_id, kind: body})
        self._next_id += 1
        self._arrived.set()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the kinds asked for; an empty list is the default set again."""
        self.allowed = list(kinds) if kinds else None

    async def poll(self, offset: int, limit: int, timeout_s: int) -> list[dict[str, Any]]:
        """Confirm what is below the offset, and wait until there is something to give.

        Raises:
            ApiError: 409, when another poll or a webhook takes this one's place.
        """
        self.end_poll(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        self._confirm(offset)
        if not self._queue and timeout_s > 0:
            await self._wait(min(timeout_s, _LONGEST_POLL_S))
        return [self._queue[index] for index in range(min(limit, len(self._queue)))]

    def end_poll(self, reason: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(reason))
        self._poll = None

    def release(self) -> None:
        """Let a waiting poll answer with nothing, because the server stops."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def drop(self) -> None:
        self._queue.clear()
        self._arrived.clear()

    async def first(self) -> dict[str, Any]:
        """Wait for the oldest update and return it without confirming it."""
        while not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        return self._queue[0]

    def confirm_first(self, update: dict[str, Any]) -> None:
        if self._queue and self._queue[0] is update:
            self._queue.popleft()

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            while self._queue and self._queue[0]["update_id"] < offset:
                self._queue.popleft()
        elif offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()

    async def _wait(self, timeout_s: float) -> None:
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            await asyncio.wait_for(poll, timeout_s)
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None

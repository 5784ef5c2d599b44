"""Errands that wait, by kind; a timer is an errand that is due later."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from bot.domain.errand import Errand, Task
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server

LEASE_S = 60.0
"""How long one that was taken stays with its taker; behind that it is anybody's again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An errand in the caller's hands; `lease` tells whether it was added anew meanwhile."""

    errand: Errand
    lease: str


class Errands:
    """Queues in Redis, worked off by whichever replica looks first."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def add(self, task: Task, errand: Errand, delay_s: float = 0) -> None:
        """Have it done in `delay_s` seconds; one that waits already is only brought forward."""
        await self._run(task, "add", errand.key, int(delay_s * 1000))

    async def take(self, task: Task, most: int = 16) -> tuple[Taken, ...]:
        """What is due now, the longest due first."""
        reply: list[bytes] = await self._run(task, "take", most, int(LEASE_S * 1000))
        lease, *members = (part.decode() for part in reply)
        return tuple(Taken(Errand.from_key(member), lease) for member in members)

    async def done(self, task: Task, taken: Taken, again_s: float | None = None) -> None:
        """It is done, or to be looked at again in `again_s` seconds."""
        again = "" if again_s is None else int(again_s * 1000)
        await self._run(task, "done", taken.errand.key, taken.lease, again)

    async def _run(self, task: Task, what: str, *args: str | int) -> list[bytes]:
        key = self._keys.errands(task.value)
        reply: list[bytes] = await self._server.run(
            "errand", [key], [self._server.now_arg, what, *args]
        )
        return reply

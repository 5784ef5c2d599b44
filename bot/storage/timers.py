"""Timers: what the clock will bring to an advisory, each once, by Redis TIME."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from redis.asyncio import Redis

from bot.domain.record import DueTimer
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, Value, from_ms, to_ms

KEPT_MS = 90 * 24 * 3600 * 1000
"""How long it is known how a timer was met, counted from the last of its advisory."""

WAITS = "waits"


class Timers:
    """A timer is an advisory's id and a name. Setting or settling one twice changes nothing."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys | None = None,
        clock: Clock | None = None,
        *,
        of_drills: bool = False,
    ) -> None:
        """`of_drills`: what drills do by themselves, which is met by other rules."""
        self._server = Server(redis, clock)
        keys = keys or Keys()
        self._all = keys.drills if of_drills else keys.timers
        self._of = keys.drill_steps if of_drills else keys.timers_of

    async def set(self, advisory_id: str, timers: Sequence[tuple[str, datetime]]) -> None:
        """Set timers by name and due time; one that is known, met or not, stays as it is."""
        if not timers:
            return
        args: list[Value] = [self._server.now_arg, advisory_id, KEPT_MS]
        for name, due in timers:
            args += (name, to_ms(due))
        await self._server.run("timers_set", self._two(advisory_id), args)

    async def due(self, most: int = 64) -> tuple[DueTimer, ...]:
        """What is due now, the longest overdue first."""
        time, first = await self._server.pipe(
            ("TIME",), ("ZRANGE", self._all, 0, most - 1, "WITHSCORES")
        )
        now = self._server.now_ms(time)
        return tuple(_timer(member, due) for member, due in first if due <= now)

    async def settle(self, timer: DueTimer, how: str) -> bool:
        """Take a timer away and keep how it was met; False if somebody did before."""
        args = [timer.advisory_id, timer.name, how]
        return bool(await self._server.run("timers_settle", self._two(timer.advisory_id), args))

    async def met(self, advisory_id: str) -> dict[str, str]:
        """How the timers of an advisory were met, by name; `waits` for those that lie ahead."""
        found = await self._server.call("HGETALL", self._of(advisory_id))
        return {name.decode(): how.decode() for name, how in found.items()}

    def _two(self, advisory_id: str) -> list[str]:
        return [self._all, self._of(advisory_id)]


def _timer(member: bytes, due: float) -> DueTimer:
    advisory_id, _, name = member.decode().partition(" ")
    return DueTimer(advisory_id, name, from_ms(due))

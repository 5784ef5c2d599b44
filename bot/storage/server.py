"""How this room talks to Redis: commands, pipelines and Lua files, all behind one border."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from bot.storage.connection import border

log = structlog.get_logger(__name__)

REPLICA_WAIT_MS = 1000
"""A warning that is late is worse than one that a failover may lose: it is said again then."""

Value = str | bytes | int | float
Clock = Callable[[], datetime]


class Server:
    """Redis as this room uses it.

    Python's clock is never asked: time is Redis TIME, or what `clock` says in tests.
    """

    def __init__(self, redis: Redis, clock: Clock | None = None) -> None:
        self.redis = redis
        self._clock = clock

    @property
    def now_arg(self) -> Value:
        """What a script gets as `now`: empty, for Redis TIME, unless a test sets the clock."""
        return to_ms(self._clock()) if self._clock else ""

    def now_ms(self, reply: tuple[int, int]) -> int:
        """Milliseconds from a TIME reply, or from the test's clock."""
        if self._clock:
            return to_ms(self._clock())
        return reply[0] * 1000 + reply[1] // 1000

    async def call(self, *command: Value) -> Any:
        """One command; its reply as redis-py parses it."""
        with _obeying(), border():
            return await cast(Any, self.redis).execute_command(*command)

    async def pipe(self, *commands: Sequence[Value]) -> list[Any]:
        """Several commands in one round trip, without a transaction."""
        if not commands:
            return []
        with _obeying(), border():
            async with cast(Any, self.redis).pipeline(transaction=False) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                return cast(list[Any], await pipe.execute())

    async def run(self, script: str, keys: Sequence[Value], args: Sequence[Value]) -> Any:
        """Run `scripts/<script>.lua`; a server that forgot it (a restart) is told again."""
        text, sha = _load(script)
        client = cast(Any, self.redis)
        with _obeying(), border():
            try:
                return await client.evalsha(sha, len(keys), *keys, *args)
            except NoScriptError:
                return await client.eval(text, len(keys), *keys, *args)

    async def replicated(self, mark: str) -> None:
        """Wait up to REPLICA_WAIT_MS until one replica has what was written, where there is one.

        WAIT looks at the writes of its own connection, so a mark is written on that connection
        first: replication is ordered, what came before the mark has arrived with it.
        """
        role = await self.call("ROLE")
        if role[0] == b"master" and role[2]:
            _, confirmed = await self.pipe(("SET", mark, 1), ("WAIT", 1, REPLICA_WAIT_MS))
            if not confirmed:
                log.warning("replica does not confirm", waited_ms=REPLICA_WAIT_MS)


@contextmanager
def _obeying() -> Iterator[None]:
    """Let a cancellation through that came while a command was answered.

    redis-py sends through `asyncio.wait_for`, which before Python 3.12 loses a cancellation that
    comes when what it waits for is done (python/cpython#86296); a loop would go on for ever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    yield
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, exactly: a float of seconds would round a deadline."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: float | str | bytes) -> datetime:
    """The moment of so many milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=int(value))


def text_or_none(value: bytes | None) -> str | None:
    """A field that may be absent, as text."""
    return None if value is None else value.decode()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _load(script: str) -> tuple[str, str]:
    folder = resources.files("bot.storage") / "scripts"
    text = "\n".join((folder / f"{name}.lua").read_text("utf-8") for name in ("prelude", script))
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

"""Clients for Redis, and the one border where its faults become `StorageUnavailable`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hiredis
from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from bot.domain.fault import StorageUnavailable

__all__ = ["StorageUnavailable", "border", "connect", "connect_blocking"]

COMMAND_TIMEOUT_S = 2.0
RETRIES = 3
CONNECTIONS = 32
POOL_TIMEOUT_S = 5.0


def connect(url: str) -> Redis:
    """A client for commands.

    It repeats a command whose reply was lost, so whatever goes through it must be safe to run
    twice: every write of this room is.
    """
    return _client(
        url, COMMAND_TIMEOUT_S, Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), RETRIES)
    )


def connect_blocking(url: str, block_s: float) -> Redis:
    """A client for reads that wait up to `block_s` seconds.

    It never repeats by itself: an entry lost with its reply is found again in the pending list.
    """
    return _client(url, block_s + 5, Retry(NoBackoff(), 0))


def _client(url: str, timeout_s: float, retry: Retry) -> Redis:
    # A crowd that answers at once waits for a connection; the default pool refuses the 101st.
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=POOL_TIMEOUT_S,
        socket_timeout=timeout_s,
        socket_connect_timeout=COMMAND_TIMEOUT_S,
        retry=retry,
        health_check_interval=15,
        decode_responses=False,
        legacy_responses=False,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    pool.connection_class = _packing(pool.connection_class)
    return Redis.from_pool(pool)


def _packing(base: type[Any]) -> type[Any]:
    """A connection that packs commands with hiredis, as redis-py itself does only without asyncio.

    A claim or record has a thousand arguments; packing them in Python was a tenth of a send.
    """

    def pack_command(_self: object, *args: object) -> list[bytes]:
        first, *rest = args
        words = first.split() if isinstance(first, str | bytes) else [first]
        return [hiredis.pack_command((*words, *rest))]

    return type(f"Packing{base.__name__}", (base,), {"pack_command": pack_command})


@contextmanager
def border() -> Iterator[None]:
    """Turn what redis-py raises for a server that cannot serve into `StorageUnavailable`.

    What is left (a wrong type, a faulty script) is a bug and passes.
    """
    try:
        yield
    except (exceptions.RedisError, OSError) as error:
        cure = _cure(error)
        if cure is None:
            raise
        detail = str(error).rstrip(".") or type(error).__name__
        raise StorageUnavailable(f"Redis: {detail}. {cure}") from error


def _cure(error: Exception) -> str | None:
    for kinds, cure in _CURES:
        if isinstance(error, kinds):
            return cure
    word = str(error).split(" ", 1)[0].lstrip("-")
    return _CURE_BY_WORD.get(word) if isinstance(error, exceptions.ResponseError) else None


_CURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (exceptions.BusyLoadingError, "It is loading its data; wait until it has finished."),
    (
        (exceptions.AuthenticationError, exceptions.NoPermissionError),
        "Check the user and password in BOT_REDIS__URL and what this user may do.",
    ),
    (exceptions.ReadOnlyError, "This is a replica; let BOT_REDIS__URL name the primary."),
    (exceptions.OutOfMemoryError, "Its memory is full; raise maxmemory, and keep noeviction."),
    (exceptions.ClusterDownError, "Wait until its cluster has elected a primary."),
    (
        (exceptions.ConnectionError, exceptions.TimeoutError, OSError),
        "Check that it runs and that BOT_REDIS__URL is right.",
    ),
)
_CURE_BY_WORD = {
    "MISCONF": "It cannot write to its disk; make room and look at its log.",
    "NOREPLICAS": "Too few replicas answer; bring one back or lower min-replicas-to-write.",
    "MASTERDOWN": "Its primary is away; wait for the failover or bring it back.",
    "BUSY": "A script runs too long; look at its log, then SCRIPT KILL.",
}

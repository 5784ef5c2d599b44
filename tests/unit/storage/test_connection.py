"""The border: faults of Redis carry a cure, bugs pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from redis import exceptions

from bot.domain.fault import StorageUnavailable
from bot.storage.connection import border, connect, connect_blocking
from bot.storage.server import from_ms, to_ms


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        (exceptions.ConnectionError("Error 111"), "BOT_REDIS__URL is right"),
        (exceptions.TimeoutError("Timeout reading"), "BOT_REDIS__URL is right"),
        (ConnectionResetError("reset by peer"), "BOT_REDIS__URL is right"),
        (exceptions.BusyLoadingError("loading"), "loading its data"),
        (exceptions.AuthenticationError("WRONGPASS"), "user and password"),
        (exceptions.NoPermissionError("no permission"), "user and password"),
        (exceptions.ReadOnlyError("read only replica"), "name the primary"),
        (exceptions.OutOfMemoryError("over maxmemory"), "raise maxmemory"),
        (exceptions.ResponseError("MISCONF Errors writing to the AOF"), "its disk"),
        (exceptions.ResponseError("NOREPLICAS Not enough good replicas"), "replicas"),
    ],
)
def test_border_turns_an_outage_into_its_cure(fault: Exception, cure: str) -> None:
    with pytest.raises(StorageUnavailable, match=cure) as caught, border():
        raise fault
    assert caught.value.__cause__ is fault


@pytest.mark.parametrize(
    "bug", [exceptions.ResponseError("WRONGTYPE"), exceptions.DataError("x"), ValueError("x")]
)
def test_border_lets_a_bug_pass(bug: Exception) -> None:
    with pytest.raises(type(bug)) as caught, border():
        raise bug
    assert caught.value is bug


def test_connect_repeats_and_the_blocking_reader_never_does() -> None:
    commands = connect("redis://localhost:1/3").connection_pool.connection_kwargs
    reader = connect_blocking("rediss://localhost:1", 5).connection_pool.connection_kwargs
    assert commands["retry"].get_retries() == 3
    assert commands["socket_timeout"] == 2
    assert commands["health_check_interval"] == 15
    assert reader["retry"].get_retries() == 0
    assert reader["socket_timeout"] == 10


def test_moments_keep_their_milliseconds() -> None:
    moment = datetime(2024, 11, 20, 0, 0, 0, 123000, tzinfo=timezone(timedelta(hours=2)))
    assert to_ms(moment) == 1732053600123
    assert from_ms(to_ms(moment)) == moment
    assert from_ms(b"1732053600123").tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        to_ms(moment.replace(tzinfo=None))

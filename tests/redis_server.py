"""A real server for the tests: one for the session, flushed for each test."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis as sync_redis
from redis.asyncio import Redis

from bot.storage.connection import connect
from bot.storage.embedded import find_binary


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server without disk on a unix socket."""
    with tempfile.TemporaryDirectory(prefix="fw-") as folder:
        socket = Path(folder) / "redis.sock"
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        process = subprocess.Popen(
            [str(find_binary()), *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            _await_answer(socket, process)
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the flushed server."""
    client = connect(redis_url)
    async with client:
        await client.flushall()
        yield client


def _await_answer(socket: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    client = sync_redis.Redis(unix_socket_path=str(socket))
    try:
        while True:
            try:
                client.ping()
                return
            except (sync_redis.RedisError, OSError):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
    finally:
        client.close()

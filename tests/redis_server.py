"""Real servers for the tests: one for the session, flushed for each test, and some to be killed."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis as sync_redis
from redis.asyncio import Redis

from bot.storage.connection import connect
from bot.storage.embedded import find_binary

START_S = 20.0

DURABLE = {"appendonly": "yes", "appendfsync": "always"}
"""Everything is on disk before it is answered, as in production."""


class RedisServer:
    """A server that a test kills and starts again at the same address with the same data.

    It listens on a unix socket in its folder, or on a `port` of this machine. `options` are those
    of redis-server.
    """

    def __init__(self, folder: Path, port: int = 0, **options: str) -> None:
        self.folder = folder
        self.port = port
        self._socket = folder / "redis.sock"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self._socket}"

    def start(self) -> None:
        """Start it and wait until it has read its data and answers."""
        where = {"bind": "127.0.0.1"} if self.port else {"unixsocket": str(self._socket)}
        options = {"port": str(self.port), "save": "", "dir": str(self.folder)}
        given = (options | where | self._options).items()
        arguments = [part for name, value in given for part in (f"--{name}", *value.split(" "))]
        self._process = subprocess.Popen(
            [str(find_binary()), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        self._await_answer(self._process)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """SIGSTOP: its connections stand, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_S
        with closing(sync_redis.Redis.from_url(self.url)) as client:
            while True:
                try:
                    client.ping()
                    return
                except (sync_redis.RedisError, OSError):
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise
                    time.sleep(0.005)


@contextmanager
def running_redis(**options: str) -> Iterator[RedisServer]:
    """A server of a test's own, until the context ends or it is killed."""
    with tempfile.TemporaryDirectory(prefix="fw-") as folder:
        server = RedisServer(Path(folder), 0, **options)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server without disk on a unix socket."""
    with running_redis() as server:
        yield server.url


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the flushed server."""
    client = connect(redis_url)
    async with client:
        await client.flushall()
        yield client

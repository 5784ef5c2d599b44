"""A Redis that a test kills and starts again on the same socket with the same data."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import redis as sync_redis

from bot.storage.embedded import find_binary

START_S = 10.0


class RedisProcess:
    """A server that writes every command to disk before it answers, as in production."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "dir": str(self._folder),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [str(find_binary()), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        self._await_answer(self._process)

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_S
        client = sync_redis.Redis(unix_socket_path=str(self._socket))
        with closing(client):
            while True:
                try:
                    client.ping()
                    return
                except (sync_redis.RedisError, OSError):
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise
                    time.sleep(0.005)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def redis_process() -> Iterator[RedisProcess]:
    """A server that runs until the context ends, or until it is killed."""
    with tempfile.TemporaryDirectory(prefix="fw-") as folder:
        server = RedisProcess(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()

"""A Redis that storms kill, start again, and roll back to what it held a while ago."""

from __future__ import annotations

import subprocess
import time
from contextlib import closing
from pathlib import Path

import redis as sync_redis

from bot.storage.embedded import find_binary

START_S = 20.0


class RedisServer:
    """A server with everything on disk before it answers, on a port and in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._written: list[tuple[float, int]] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def _log(self) -> Path:
        return self._folder / "appendonlydir" / "appendonly.aof.1.incr.aof"

    def start(self) -> None:
        """Start it and wait until it has read its log and answers."""
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "appendonly": "yes",
            "appendfsync": "always",
            # One log for the whole storm, which can be cut at any instant of it.
            "auto-aof-rewrite-percentage": "0",
            "save": "",
            "dir": str(self._folder),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [str(find_binary()), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        self._await_answer(self._process)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def note(self) -> None:
        """Note how long the log is now; a cut can go back to the notes only."""
        self._written.append((time.monotonic(), self._log.stat().st_size))

    def cut_back(self, seconds: float) -> int:
        """Of a killed server: forget what it wrote in the last seconds; how many bytes that was."""
        since = time.monotonic() - seconds
        length = max((size for at, size in self._written if at <= since), default=0)
        return self._cut(length)

    def cut_behind(self, words: bytes) -> int:
        """Of a killed server: forget everything behind the first command with these words."""
        log = self._log.read_bytes()
        # Commands stand in the log as arrays: the next one begins with a star on a new line.
        return self._cut(log.index(b"\r\n*", log.index(words)) + 2)

    def _cut(self, length: int) -> int:
        lost = self._log.stat().st_size - length
        with self._log.open("r+b") as log:
            log.truncate(length)
        self._written.clear()
        return lost

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_S
        with closing(sync_redis.Redis(port=self.port)) as client:
            while True:
                try:
                    client.ping()
                    return
                except (sync_redis.RedisError, OSError):
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise
                    time.sleep(0.005)

"""A Redis that storms roll back to what it held a while ago."""

from __future__ import annotations

import time
from pathlib import Path

from tests.redis_server import DURABLE, RedisServer


class RollbackRedis(RedisServer):
    """A durable server with one log for the whole storm, which can be cut at any instant of it."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port, **DURABLE, **{"auto-aof-rewrite-percentage": "0"})
        self._written: list[tuple[float, int]] = []

    @property
    def _log(self) -> Path:
        return self.folder / "appendonlydir" / "appendonly.aof.1.incr.aof"

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

"""The real bot in processes that start fast: forked from one that has imported everything.

`python -m bot run` takes 1.6 s to its first send, most of it imports, so that a kill each second
would let nothing happen at all. What is forked here runs the same `bot.app.run` with the same
settings from the environment, and is up in a quarter of that.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import multiprocessing
import os
import signal
import sys
import time
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import uvloop

from bot import app, config, log

START_S = 20.0
STOP_S = 20.0
ROOT = Path(__file__).parent.parent.parent

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload([__name__])


def live(environment: dict[str, str], output: str, clock_off: timedelta) -> None:
    """What `forewarn run` does, with its output in a file, on a host whose clock is off."""
    with Path(output).open("ab") as file:
        file.write(b"\n")  # the last process may have been killed within a line
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(environment)
    if clock_off:
        _put_clock_off(clock_off)
    settings = config.load()
    log.configure(level="info", form="json", secrets=settings.secrets)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(app.run(settings))


_REAL = datetime.datetime


def _put_clock_off(by: timedelta) -> None:
    """Let every module of the bot read a clock that is so much off; only monotonic ones are right.

    In place of a library that needs a preload: nothing but Python asks for the time here.
    """
    asked = time.time

    class Kind(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, _REAL)

    class Off(_REAL, metaclass=Kind):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return _REAL.now(tz) + by

    time.time = lambda: asked() + by.total_seconds()
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "bot" and getattr(module, "datetime", None) is _REAL:
            setattr(module, "datetime", Off)  # noqa: B010  (mypy knows no such attribute)


class Bot:
    """One process after the other, of one replica; what they logged is in one file."""

    def __init__(
        self, environment: dict[str, str], output: Path, clock_off: timedelta = timedelta()
    ) -> None:
        self._environment = environment
        self._clock_off = clock_off
        self._output = output
        self._process: ForkServerProcess | None = None

    @property
    def running(self) -> bool:
        """Whether a process of it is alive."""
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        """Start a process; it is not awaited."""
        given = (self._environment, str(self._output), self._clock_off)
        process = _nursery.Process(target=live, args=given)
        process.start()
        self._process = process

    async def start_and_wait(self) -> None:
        """Start a process and wait until it says that it has."""
        seen = len(self.lines("started"))
        self.start()
        async with asyncio.timeout(START_S):
            while len(self.lines("started")) == seen:
                assert self.running, self.output
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.join(STOP_S)
            self._process.close()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal such as SIGSTOP."""
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    @property
    def output(self) -> str:
        """Everything it wrote."""
        return self._output.read_text("utf-8", "replace") if self._output.exists() else ""

    def lines(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """Log lines of an event with these fields; a line cut short by a kill is none."""
        return [
            line
            for line in self._log()
            if line.get("event") == event and fields.items() <= line.items()
        ]

    @property
    def complaints(self) -> list[str]:
        """What it logged as an error, or wrote beside the log: a traceback, say."""
        return [json.dumps(line) for line in self._log() if line.get("level") in _GRAVE]

    def _log(self) -> list[dict[str, Any]]:
        found = []
        for line in self.output.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                if line and not line.startswith("{"):
                    found.append({"level": "error", "event": line})
        return found


_GRAVE = ("error", "critical")

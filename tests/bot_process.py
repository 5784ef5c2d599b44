"""The real bot in a process of its own, against a sandbox in this one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
START_S = 20.0
STOP_S = 15.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class BotProcess:
    """`python -m bot run`, ready when the context opens, stopped by SIGTERM when it closes.

    `log` gathers the structured lines it wrote.
    """

    def __init__(self, sandbox: Sandbox, redis_url: str, **settings: str) -> None:
        self.port = free_port()
        self.log: list[dict[str, Any]] = []
        self.output: list[str] = []
        self._environment = {
            "BOT_TELEGRAM__TOKEN": sandbox.token,
            "BOT_TELEGRAM__API_URL": sandbox.url,
            "BOT_REDIS__URL": redis_url,
            "BOT_HTTP__PORT": str(self.port),
            "BOT_CONFIG": str(ROOT / "config.yaml"),
            **settings,
        }
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def process(self) -> Process:
        """The running process."""
        assert self._process is not None
        return self._process

    async def start(self, *, ready: bool = True) -> None:
        """Start it; with `ready`, wait until it says that it is."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())
        if ready:
            await self.wait_ready()

    async def wait_ready(self) -> None:
        """Wait until `/readyz` answers 200."""
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            while await self._status(session) != 200:
                if self.process.returncode is not None:
                    raise AssertionError("the bot ended: " + "\n".join(self.output[-20:]))
                await asyncio.sleep(0.05)

    async def _status(self, session: aiohttp.ClientSession) -> int:
        try:
            async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def metrics(self) -> str:
        """The metrics page."""
        address = f"http://127.0.0.1:{self.port}/metrics"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return await answer.text()

    async def wait_log(self, event: str) -> dict[str, Any]:
        """Wait until the bot has logged an event."""
        async with asyncio.timeout(START_S):
            while True:
                for line in self.log:
                    if line.get("event") == event:
                        return line
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self.process.kill()

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(STOP_S):
            code = await self.process.wait()
        if self._reader is not None:
            await self._reader
        return code

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode().rstrip()
            self.output.append(line)
            if line.startswith("{"):
                self.log.append(json.loads(line))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self.process.returncode is None:
            try:
                await self.stop()
            except TimeoutError:
                self.kill()
                await self.process.wait()
                raise

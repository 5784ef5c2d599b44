"""The real bot in a process of its own, against a sandbox in this one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp

from bot.sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
START_S = 20.0
STOP_S = 20.0
LOG_S = 12.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Ended(NamedTuple):
    """A command that ran to its end; `output` is what it wrote to either stream."""

    code: int
    output: str


async def forewarn(
    *arguments: str, environment: Mapping[str, str] | None = None, given: bytes = b""
) -> Ended:
    """Run `python -m bot …` to its end; `given` is its standard input."""
    process = await _spawn(arguments, environment or {}, stdin=PIPE)
    try:
        async with asyncio.timeout(START_S):
            output, _ = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, output.decode())


async def _spawn(
    arguments: tuple[str, ...], environment: Mapping[str, str], stdin: int | None = None
) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=ROOT,
        env={**os.environ, "BOT_CONFIG": str(ROOT / "config.yaml"), **environment},
        stdin=stdin,
        stdout=PIPE,
        stderr=STDOUT,
    )


class BotProcess:
    """`python -m bot run`, ready when the context opens, stopped by SIGTERM when it closes.

    `log` gathers the structured lines it wrote, `output` every line.
    """

    def __init__(self, sandbox: Sandbox, redis_url: str, *arguments: str, **settings: str) -> None:
        self.port = int(settings.get("BOT_HTTP__PORT") or free_port())
        self.log: list[dict[str, Any]] = []
        self.output: list[str] = []
        self._past: set[str] = set()
        self._arguments = ("run", *arguments)
        self._environment = {
            "BOT_TELEGRAM__TOKEN": sandbox.token,
            "BOT_TELEGRAM__API_URL": sandbox.url,
            "BOT_REDIS__URL": redis_url,
            "BOT_HTTP__PORT": str(self.port),
            **settings,
        }
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def process(self) -> Process:
        """The running process."""
        assert self._process is not None
        return self._process

    @property
    def address(self) -> str:
        """Where it answers over HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def lines(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """Log lines of an event, with these fields."""
        return [
            line
            for line in self.log
            if line["event"] == event
            and fields.items() <= line.items()
            and line.get("broadcast") not in self._past
        ]

    def forget(self) -> None:
        """Begin a new chapter: earlier lines, and later ones about earlier broadcasts, are gone."""
        self._past.update(line["broadcast"] for line in self.log if "broadcast" in line)
        self.log.clear()
        self.output.clear()

    @property
    def complaints(self) -> list[str]:
        """What it wrote at the level of errors, or outside the log: a traceback, say."""
        return [
            line
            for line in self.output
            if not line.startswith("{") or json.loads(line)["level"] in ("error", "critical")
        ]

    async def start(self, *, ready: bool = True) -> None:
        """Start it; with `ready`, wait until it says that it is."""
        self._process = await _spawn(self._arguments, self._environment)
        self._reader = asyncio.create_task(self._read())
        if ready:
            await self.wait_ready()

    async def wait_ready(self, status: int = 200) -> None:
        """Wait until `/readyz` answers with a status."""
        async with aiohttp.ClientSession() as session:
            found = 0
            try:
                async with asyncio.timeout(START_S):
                    while (found := await self._status(session)) != status:
                        if self.process.returncode is not None:
                            raise AssertionError("the bot ended: " + "\n".join(self.output[-20:]))
                        await asyncio.sleep(0.02)
            except TimeoutError:
                raise AssertionError(f"/readyz answers {found}, not {status}") from None

    async def _status(self, session: aiohttp.ClientSession) -> int:
        try:
            async with session.get(f"{self.address}/readyz") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def metrics(self) -> str:
        """The metrics page."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.address}/metrics") as answer,
        ):
            return await answer.text()

    async def wait_log(self, event: str, count: int = 1, **fields: object) -> dict[str, Any]:
        """Wait until the bot has logged an event, with these fields, so often; the last line."""
        try:
            async with asyncio.timeout(LOG_S):
                while len(found := self.lines(event, **fields)) < count:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            last = "\n".join(self.output[-20:])
            raise AssertionError(f"never logged {event!r} {fields}:\n{last}") from None
        return found[-1]

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self.process.kill()

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.wait()

    async def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        try:
            async with asyncio.timeout(STOP_S):
                code = await self.process.wait()
        except TimeoutError:
            self.kill()
            await self.process.wait()
            last = "\n".join(self.output[-20:])
            raise AssertionError(f"it did not end within {STOP_S} s:\n{last}") from None
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
        try:
            await self.start()
        except BaseException:
            if self._process is not None and self._process.returncode is None:
                self.kill()
                await self._process.wait()
            raise
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()

"""The real bot in a process of its own, against a sandbox in this one."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp

from bot.sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
CONFIG = {"BOT_CONFIG": str(ROOT / "config.yaml")}
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
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    given: bytes = b"",
    within_s: float = START_S,
) -> Ended:
    """Run `python -m bot …` to its end; `given` is its standard input."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=ROOT,
        env={**os.environ, **CONFIG, **(environment or {})},
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        async with asyncio.timeout(within_s):
            output, _ = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, output.decode())


class _Warm:
    """An interpreter that has imported the bot and waits for its arguments and environment.

    Importing takes longer than most tests. One is always in reserve, and gets ready while
    another test runs.
    """

    _MAIN = """
import json, os, sys
from bot.cli import main
given = json.loads(sys.stdin.buffer.readline() or "null")
if given:
    sys.argv[1:] = given["arguments"]
    os.environ.clear()
    os.environ.update(given["environment"])
    main()
"""
    _reserve: _Warm | None = None

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", self._MAIN],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        atexit.register(self.end)

    @classmethod
    def take(cls) -> _Warm:
        """The one in reserve; a new one takes its place."""
        taken, cls._reserve = cls._reserve or cls(), cls()
        return taken

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Be `python -m bot <arguments>`."""
        given = {"arguments": arguments, "environment": {**os.environ, **environment}}
        assert self.process.stdin is not None
        with self.process.stdin as stdin:
            stdin.write(json.dumps(given).encode() + b"\n")

    async def lines(self) -> AsyncIterator[str]:
        """What it writes, until it ends."""
        stream = asyncio.StreamReader(limit=1 << 20)
        protocol = asyncio.StreamReaderProtocol(stream)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: protocol, self.process.stdout)
        with closing(transport):
            async for line in stream:
                yield line.decode().rstrip()

    def end(self) -> None:
        """Kill it if it still runs."""
        atexit.unregister(self.end)
        with self.process:
            self.process.kill()


class BotProcess:
    """What `python -m bot run` is, ready when the context opens, stopped by SIGTERM at its end.

    `log` gathers the structured lines it wrote, `output` every line.
    """

    def __init__(self, sandbox: Sandbox, redis_url: str, *arguments: str, **settings: str) -> None:
        self.port = int(settings.get("BOT_HTTP__PORT") or free_port())
        self.log: list[dict[str, Any]] = []
        self.output: list[str] = []
        self._past: set[str] = set()
        self._arguments = ("run", *arguments)
        self._environment = {
            **CONFIG,
            "BOT_TELEGRAM__TOKEN": sandbox.token,
            "BOT_TELEGRAM__API_URL": sandbox.url,
            "BOT_REDIS__URL": redis_url,
            "BOT_HTTP__PORT": str(self.port),
            **settings,
        }
        self._warm: _Warm | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process."""
        assert self._warm is not None
        return self._warm.process

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
        self._warm = _Warm.take()
        self._warm.run(self._arguments, self._environment)
        self._reader = asyncio.create_task(self._read(self._warm))
        if ready:
            await self.wait_ready()

    async def wait_ready(self, status: int = 200) -> None:
        """Wait until `/readyz` answers with a status."""
        async with aiohttp.ClientSession() as session:
            found = 0
            try:
                async with asyncio.timeout(START_S):
                    while (found := await self._status(session)) != status:
                        if self.process.poll() is not None:
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
        if self.process.poll() is None:
            self.process.send_signal(number)
        return await self.wait()

    async def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        assert self._warm is not None
        assert self._reader is not None
        try:
            async with asyncio.timeout(STOP_S):
                await asyncio.shield(self._reader)
        except TimeoutError:
            last = "\n".join(self.output[-20:])
            raise AssertionError(f"it did not end within {STOP_S} s:\n{last}") from None
        finally:
            if not self._reader.done():
                self.kill()
            await self._reader
            code = self.process.wait()
            self._warm.end()
        return code

    async def _read(self, warm: _Warm) -> None:
        async for line in warm.lines():
            self.output.append(line)
            if line.startswith("{"):
                self.log.append(json.loads(line))

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            if self._warm is not None:
                self._warm.end()
            raise
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()

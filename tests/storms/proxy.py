"""A wire between the bot and Redis that can be cut at any script, go silent, or be slow."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from types import TracebackType
from typing import Self

from bot.storage.server import _load

CHUNK = 65536
SCRIPTS = (
    *("advisory_add", "advisory_decide", "publish", "steer"),
    *("role", "claim", "record", "recover"),
)


class Proxy:
    """Passes bytes to a Redis on this machine; `dropped` counts replies lost, by script."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self.dropped: Counter[str] = Counter()
        self.is_silent = False
        self.delay_s = 0.0
        self.port = 0
        self._target = port
        self._chance = chance
        self._shares: dict[str, float] = {}
        self._counts: Counter[str] = Counter()
        self._names = {_load(script)[1].encode(): script for script in SCRIPTS}
        self._wires: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Redis behind the wire."""
        return f"redis://127.0.0.1:{self.port}/0"

    def point_to(self, port: int) -> None:
        """Lead new connections to another Redis, and cut those that stand."""
        self._target = port
        for wire in tuple(self._wires):
            wire.cancel()

    def drop(self, script: str, *, share: float = 1.0, count: int = 1_000_000) -> None:
        """Lose that share of the replies to a script, `count` of them at most."""
        self._shares[script] = share
        self._counts[script] = count

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._wires.add(task)
        task.add_done_callback(self._wires.discard)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        wire = _Wire()
        ways = (
            asyncio.create_task(self._ask(wire, reader, far_writer)),
            asyncio.create_task(self._answer(wire, far_reader, writer)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the proxy ends; a cancelled connection would be reported as a fault
        finally:
            for way in ways:
                way.cancel()
            writer.close()
            far_writer.close()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _ask(
        self, wire: _Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(CHUNK):
            await self._hold()
            wire.doomed = wire.doomed or self._strikes(data)
            writer.write(data)
            await writer.drain()

    async def _answer(
        self, wire: _Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(CHUNK):
            await self._hold()
            if wire.doomed is not None:
                self.dropped[wire.doomed] += 1
                return
            writer.write(data)
            await writer.drain()

    async def _hold(self) -> None:
        while self.is_silent:
            await asyncio.sleep(0.01)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)

    def _strikes(self, data: bytes) -> str | None:
        """The script whose reply is to be lost, if this asks for one; its name is in the head."""
        script = next((name for sha, name in self._names.items() if sha in data[:200]), None)
        if script is None or self._counts[script] < 1:
            return None
        if self._chance.random() >= self._shares[script]:
            return None
        self._counts[script] -= 1
        return script

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for wire in tuple(self._wires):
            wire.cancel()
        await asyncio.gather(*self._wires, return_exceptions=True)


class _Wire:
    """One connection; once `doomed` it ends instead of answering."""

    doomed: str | None = None

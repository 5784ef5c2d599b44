"""A stub of the Bot API in a process of its own: it accepts everything and counts.

It exists to be faster than whoever is measured. The sandbox is the strict one.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, cast
from urllib.request import Request, urlopen

import uvloop

TOKEN = "123456:BENCH-this-token-opens-only-a-stub"  # noqa: S105

_ME = {"id": 123456, "is_bot": True, "first_name": "Forewarn", "username": "forewarn_bot"}
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_SENT = (
    b'{"ok":true,"result":{"message_id":%d,"date":1700000000,'
    b'"chat":{"id":1,"type":"private","first_name":"A"},"text":"ok"}}'
)


class _Counts:
    """When the first and the last message came, in nanoseconds of the machine's steady clock."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.first_ns = self.last_ns = self.messages = 0

    def note(self) -> int:
        self.last_ns = time.monotonic_ns()
        if not self.messages:
            self.first_ns = self.last_ns
        self.messages += 1
        return self.messages

    def page(self) -> bytes:
        return json.dumps(vars(self)).encode()


class _Answer(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as little of it as clients need."""

    def __init__(self, counts: _Counts) -> None:
        self._counts = counts
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._transport is not None:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._received[:end]
            whole = end + 4 + _length(head)
            if len(self._received) < whole:
                return
            self._received = self._received[whole:]
            body = self._answer(head.split(b" ", 2)[1])
            self._transport.write(_HEAD % (len(body), body))

    def _answer(self, path: bytes) -> bytes:
        method = path.rpartition(b"/")[2].lower()
        if method == b"sendmessage":
            return _SENT % self._counts.note()
        if method == b"counts":
            return self._counts.page()
        if method == b"reset":
            self._counts.reset()
            return b"{}"
        result: Any = _ME if method == b"getme" else True
        return json.dumps({"ok": True, "result": result}).encode()


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at < 0:
        return 0
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0])


class Stub:
    """The stub as seen from outside its process."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        """Forget what was counted."""
        self._get("reset")

    def counts(self) -> dict[str, int]:
        """`first_ns`, `last_ns` and `messages` since the last reset."""
        counts: dict[str, int] = self._get("counts")
        return counts

    def _get(self, path: str) -> Any:
        with urlopen(Request(f"{self.url}/{path}"), timeout=5) as answer:  # noqa: S310
            return json.loads(answer.read())


@contextmanager
def running_stub(core: int | None) -> Iterator[Stub]:
    """Run the stub on a free loopback port, on one core where the system can pin."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, core), daemon=True)
    process.start()
    try:
        yield Stub(f"http://127.0.0.1:{ours.recv()}")
    finally:
        process.terminate()
        process.join()


def pin(core: int | None) -> None:
    """Keep this process on one core, so that a run measures one core."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def _serve(pipe: Connection, core: int | None) -> None:
    pin(core)
    uvloop.run(_listen(pipe))


async def _listen(pipe: Connection) -> None:
    counts = _Counts()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Answer(counts), "127.0.0.1", 0, backlog=1024
    )
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()

"""Two servers to talk to: one that misbehaves byte by byte, and one that speaks the Bot API."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "123456:AAHsecretsecretsecretsecretsecret"

Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(connection: Connection) -> AsyncIterator[str]:
    """A server that treats every connection as ``connection`` does; its address."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await connection(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One whole request's body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


def answer(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An answer as it goes over the wire; ``length`` may promise more than comes."""
    head = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


SENT = b'{"ok":true,"result":{"message_id":7741,"chat":{"id":5}}}'


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


Result = web.Response | dict[str, Any] | list[Any] | bool
Answer = Callable[[dict[str, Any]], Result | Coroutine[Any, Any, Result]]

ME = {"id": 123456, "is_bot": True, "first_name": "Forewarn", "username": "forewarn_bot"}


class BotApi:
    """A Bot API that answers each method as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {"getMe": lambda _: ME}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        data: dict[str, Any]
        if request.content_type == "application/json":
            data = json.loads(await request.read() or b"{}")
        else:
            data = {
                name: (value.filename, value.file.read())
                if isinstance(value, web.FileField)
                else value
                for name, value in (await request.post()).items()
            }
        method = request.match_info["method"]
        self.asked.append((method, data))
        result = self.answers[method](data)
        if inspect.iscoroutine(result):
            result = await result
        if isinstance(result, web.Response):
            return result
        return web.json_response({"ok": True, "result": result})


@asynccontextmanager
async def bot_api() -> AsyncIterator[BotApi]:
    """A running :class:`BotApi`."""
    api = BotApi()
    application = web.Application()
    application.router.add_route("*", "/bot{token}/{method}", api.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()


def refusal(status: int, description: str, **parameters: int) -> web.Response:
    """Telegram's refusal of a call."""
    form: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        form["parameters"] = parameters
    return web.json_response(form, status=status)

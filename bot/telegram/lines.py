"""Kept connections for the broadcast: a request is written whole, and aiohttp reads the answer.

Connecting, TLS, proxies and the parsing of HTTP are aiohttp's. What is left out is the session's
work for each request (headers, cookies, redirects, a task that writes the body): it took five
times the processor time of everything below.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from aiohttp import ClientError, ClientRequest, ClientSession, ClientTimeout
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bot.telegram.session import KEEPALIVE_S, proxy_for

_CONNECT_S = 5.0
_FAULTS = (ClientError, OSError, HttpProcessingError)


class Answer(NamedTuple):
    """What came back; ``content`` is None where the status came and the rest of it did not."""

    status: int
    retry_after: str | None
    content: bytes | None


class Unanswered(Exception):
    """No status came. ``left`` stays false exactly while the server cannot have the request.

    After that the fate of the request is unknown: a kept connection that the server closes just
    before our bytes arrive looks the same as one that it closes after reading them.
    """

    def __init__(self, cause: str, *, left: bool) -> None:
        super().__init__(cause)
        self.left = left


class Lines:
    """Connections of ``session`` to one Bot API server, one request at a time on each.

    ``timeout_s`` limits a request from the wait for a connection to the last byte of the answer.
    Close it before the session.
    """

    def __init__(self, session: ClientSession, base: str, timeout_s: float) -> None:
        connector = session.connector
        if connector is None:
            raise RuntimeError("the session is closed")
        url, proxy = URL(base, encoded=True), proxy_for(base)
        self._connector = connector
        self._timeout_s = timeout_s
        self._connect = ClientTimeout(sock_connect=min(_CONNECT_S, timeout_s))
        # What all requests have in common; aiohttp writes the proxy's credentials into its headers.
        self._common = ClientRequest(
            "POST",
            url,
            headers=session.headers,
            skip_auto_headers=("Accept-Encoding", "Content-Type"),
            loop=asyncio.get_running_loop(),
            session=session,
            proxy=URL(proxy) if proxy else None,
        )
        self._slots = asyncio.Semaphore(connector.limit or 1_000_000)
        self._idle: list[tuple[Connection, float]] = []
        self._heads: dict[str, bytes] = {}

    def close(self) -> None:
        """Give the connections back to the session."""
        for connection, _ in self._idle:
            connection.release()
        self._idle.clear()

    async def post(self, path: str, content: bytes) -> Answer:
        """Post JSON to ``path`` below the base; raises :class:`Unanswered`."""
        now = asyncio.get_running_loop().time()
        due = now + self._timeout_s
        await self._slot(due)
        try:
            connection = self._waiting(now) or await self._open(due)
            try:
                answer = await self._exchange(connection, path, content, due)
            except BaseException:
                connection.close()
                raise
            if _is_clean(connection):
                self._idle.append((connection, now))
            else:
                connection.close()
            return answer
        finally:
            self._slots.release()

    async def _slot(self, due: float) -> None:
        if not self._slots.locked():  # nearly always: a timer for it would cost more than the rest
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout_at(due):
                await self._slots.acquire()
        except TimeoutError as error:
            raise Unanswered(type(error).__name__, left=False) from None
        if asyncio.get_running_loop().time() >= due:  # it came in the same instant as the end
            self._slots.release()
            raise Unanswered(TimeoutError.__name__, left=False)

    async def _exchange(
        self, connection: Connection, path: str, content: bytes, due: float
    ) -> Answer:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None or transport.is_closing():
            raise Unanswered("ConnectionError", left=False)
        loop = asyncio.get_running_loop()
        head = self._heads.get(path) or self._head(path)
        expiry = loop.call_at(due, transport.abort)
        message = None
        try:
            transport.write(b"%b%d\r\n\r\n%b" % (head, len(content), content))
            message, payload = await protocol.read()
            while message.code < 200:
                message, payload = await protocol.read()
            read = payload.read_nowait() if payload.is_eof() else await payload.read()
        except _FAULTS as error:
            if message is None:
                late = loop.time() >= due
                raise Unanswered(
                    TimeoutError.__name__ if late else type(error).__name__, left=True
                ) from None
            return Answer(message.code, _retry_after(message), None)
        finally:
            expiry.cancel()
        return Answer(message.code, _retry_after(message), read)

    def _head(self, path: str) -> bytes:
        """Everything before the length of the body, the same for each request to ``path``."""
        common = self._common
        url = common.url / path
        # A proxy is told the whole address, unless it only tunnels.
        target = str(url) if common.proxy and not common.is_ssl() else url.raw_path_qs
        lines = [f"POST {target} HTTP/1.1"]
        lines += [f"{k}: {v}" for k, v in common.headers.items() if k != "Content-Length"]
        lines += ["Content-Type: application/json", "Content-Length: "]
        self._heads[path] = head = "\r\n".join(lines).encode("latin-1")
        return head

    def _waiting(self, now: float) -> Connection | None:
        """The connection used last, if it is still there."""
        while self._idle:
            connection, used = self._idle.pop()
            if now - used < KEEPALIVE_S and not connection.closed and _is_clean(connection):
                return connection
            connection.close()
        return None

    async def _open(self, due: float) -> Connection:
        try:
            async with asyncio.timeout_at(due):
                connection = await self._connector.connect(self._common, [], self._connect)
        except (ClientError, OSError) as error:
            # The error's own text may hold the address, and with it the token.
            raise Unanswered(type(error).__name__, left=False) from None
        if connection.protocol is not None:
            connection.protocol.set_response_params(read_until_eof=True)
        return connection


def _is_clean(connection: Connection) -> bool:
    """Whether nothing is left or came unasked: the next answer is to the next request."""
    protocol = connection.protocol
    return protocol is not None and not protocol.should_close


def _retry_after(message: RawResponseMessage) -> str | None:
    return message.headers.get("Retry-After") if message.code == 429 else None

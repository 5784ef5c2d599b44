"""The sender against servers that refuse, fall silent, break off and talk nonsense."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.delivery import Outcome, Verdict
from bot.domain.message import Message
from bot.telegram.sender import Sender, addressed
from bot.telegram.session import open_session

from .servers import SENT, TOKEN, Connection, answer, closed_port, raw_server, read_request

MESSAGE = Sender.prepare(Message("Prepare"))


@asynccontextmanager
async def sender_to(
    url: str, *, timeout_s: float = 5.0, pool_size: int = 100
) -> AsyncIterator[Sender]:
    async with open_session(url, pool_size=pool_size) as session:
        with closing(Sender(session, url, TOKEN, timeout_s=timeout_s)) as sender:
            yield sender


async def outcome_from(connection: Connection, *, timeout_s: float = 5.0) -> Outcome:
    async with raw_server(connection) as url, sender_to(url, timeout_s=timeout_s) as sender:
        outcome = await sender.send(MESSAGE, 5)
    assert TOKEN not in repr(outcome)
    return outcome


def says(raw: bytes) -> Connection:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(raw)
            await writer.drain()
            if b"Content-Length: 9999" in raw:
                return

    return connection


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


ANSWERS: tuple[tuple[str, bytes, Outcome], ...] = (
    ("a sent message has an id", answer(SENT), Outcome(Verdict.ACCEPTED, message_id=7741)),
    (
        "a gateway's page is a server's fault",
        answer(b"<html>Bad Gateway</html>", "502 Bad Gateway"),
        Outcome(Verdict.SERVER, detail="HTTP 502 without a Bot API answer"),
    ),
    (
        "a proxy's 404 is no wrong token",
        answer(b"<html>Not Found</html>", "404 Not Found"),
        Outcome(Verdict.SERVER, detail="HTTP 404 without a Bot API answer"),
    ),
    (
        "a redirect is not followed",
        answer(b"", "307 Temporary Redirect", "Location: /elsewhere"),
        Outcome(Verdict.SERVER, detail="HTTP 307 without a Bot API answer"),
    ),
    (
        "a success that breaks off leaves the fate unknown",
        answer(SENT, length=9999),
        Outcome(Verdict.AMBIGUOUS, detail="HTTP 200 without a Bot API answer"),
    ),
    (
        "a refusal that breaks off is tried again",
        answer(b'{"ok":fal', "400 Bad Request", length=9999),
        Outcome(Verdict.SERVER, detail="HTTP 400 without a Bot API answer"),
    ),
    (
        "a flood that breaks off is obeyed by its header",
        answer(b'{"ok":fal', "429 Too Many Requests", "Retry-After: 17", length=9999),
        Outcome(Verdict.FLOOD, retry_after_s=17, detail="HTTP 429 without a Bot API answer"),
    ),
)


@pytest.mark.parametrize(("sentence", "raw", "outcome"), ANSWERS, ids=[row[0] for row in ANSWERS])
async def test_sender_classifies_what_comes_back(
    sentence: str, raw: bytes, outcome: Outcome
) -> None:
    assert await outcome_from(says(raw)) == outcome, sentence


async def test_sender_refused_connection_was_not_sent() -> None:
    async with sender_to(f"http://127.0.0.1:{closed_port()}") as sender:
        outcome = await sender.send(MESSAGE, 5)
    assert outcome.verdict is Verdict.NOT_SENT


async def test_sender_unknown_host_was_not_sent() -> None:
    async with sender_to("http://telegram.invalid") as sender:
        assert (await sender.send(MESSAGE, 5)).verdict is Verdict.NOT_SENT


async def test_sender_closed_after_the_first_byte_is_ambiguous() -> None:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)

    assert (await outcome_from(connection)).verdict is Verdict.AMBIGUOUS


async def test_sender_reset_after_the_first_byte_is_ambiguous() -> None:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.transport.abort()

    assert (await outcome_from(connection)).verdict is Verdict.AMBIGUOUS


async def test_sender_closed_after_the_request_is_ambiguous_and_not_repeated() -> None:
    requests: list[bytes] = []

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))

    assert (await outcome_from(connection)).verdict is Verdict.AMBIGUOUS
    assert requests == [addressed(MESSAGE, 5)]


async def test_sender_without_an_answer_in_time_is_ambiguous() -> None:
    assert (await outcome_from(hangs, timeout_s=0.1)).verdict is Verdict.AMBIGUOUS


async def test_sender_without_a_connection_in_time_was_not_sent() -> None:
    async with raw_server(hangs) as url, sender_to(url, timeout_s=0.5, pool_size=1) as sender:
        first, second = await asyncio.gather(sender.send(MESSAGE, 5), sender.send(MESSAGE, 6))
    assert first.verdict is Verdict.AMBIGUOUS, "it held the only connection"
    assert second.verdict is Verdict.NOT_SENT, "it waited for it in vain"


async def test_sender_uses_a_connection_again() -> None:
    connections = 0

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await says(answer(SENT))(reader, writer)

    async with raw_server(connection) as url, sender_to(url) as sender:
        outcomes = [await sender.send(MESSAGE, chat_id) for chat_id in range(1, 20)]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert connections == 1


async def test_sender_replaces_a_connection_that_it_saw_closing() -> None:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(SENT))

    async with raw_server(connection) as url, sender_to(url) as sender:
        for chat_id in (5, 6, 7):
            assert (await sender.send(MESSAGE, chat_id)).verdict is Verdict.ACCEPTED
            await settle()


async def test_sender_kept_connection_closing_under_a_request_is_ambiguous() -> None:
    requests = 0

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await read_request(reader)
        requests += 1
        writer.write(answer(SENT))
        await reader.readexactly(1)  # the next request begins, and the server goes away
        requests += 1

    async with raw_server(connection) as url, sender_to(url) as sender:
        assert (await sender.send(MESSAGE, 5)).verdict is Verdict.ACCEPTED
        assert (await sender.send(MESSAGE, 6)).verdict is Verdict.AMBIGUOUS
    assert requests == 2, "nobody repeated it behind our back"


async def test_sender_takes_no_unasked_answer_for_its_own() -> None:
    opened: list[int] = []
    told, spoke = asyncio.Event(), asyncio.Event()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        await read_request(reader)
        writer.write(answer(SENT))
        if len(opened) == 1:
            await told.wait()
            writer.write(answer(b"", "408 Request Timeout"))
            await writer.drain()
            spoke.set()
        await read_request(reader)

    async with raw_server(connection) as url, sender_to(url) as sender:
        assert (await sender.send(MESSAGE, 5)).verdict is Verdict.ACCEPTED
        told.set()
        await spoke.wait()
        await settle()
        assert (await sender.send(MESSAGE, 6)).verdict is Verdict.ACCEPTED
    assert len(opened) == 2


async def test_sender_waits_for_the_answer_behind_an_interim_one() -> None:
    interim = says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(SENT))
    assert (await outcome_from(interim)).verdict is Verdict.ACCEPTED


async def test_sender_trickling_answer_is_ambiguous_in_time() -> None:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(b"", length=9999))
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert (await outcome_from(connection, timeout_s=0.3)).verdict is Verdict.AMBIGUOUS


async def test_sender_cancelled_send_is_cancelled() -> None:
    arrived = asyncio.Event()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        arrived.set()
        await hangs(reader, writer)

    async with raw_server(connection) as url, sender_to(url) as sender:
        task = asyncio.create_task(sender.send(MESSAGE, 5))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_sender_edits_under_its_own_method() -> None:
    seen: list[bytes] = []

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readline())
        await read_request(reader)
        writer.write(answer(SENT))

    async with raw_server(connection) as url, sender_to(url) as sender:
        assert (await sender.edit(MESSAGE, 5, 9)).verdict is Verdict.ACCEPTED
    assert seen == [f"POST /bot{TOKEN}/editMessageText HTTP/1.1\r\n".encode()]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "loopback.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@asynccontextmanager
async def https_server(certificate: Path) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(SENT, "200 OK", "Connection: close"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_sender_tells_nothing_to_a_server_it_cannot_trust(certificate: Path) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # the server's own view of the refusal
    async with https_server(certificate) as url, sender_to(url) as sender:
        outcome = await sender.send(MESSAGE, 5)
    assert outcome.verdict is Verdict.NOT_SENT
    assert TOKEN not in outcome.detail


async def test_sender_speaks_https_to_a_server_it_trusts(certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    async with (
        https_server(certificate) as url,
        ClientSession(connector=TCPConnector(ssl=context)) as session,
    ):
        with closing(Sender(session, url, TOKEN)) as sender:
            outcome = await sender.send(MESSAGE, 5)
    assert outcome == Outcome(Verdict.ACCEPTED, message_id=7741)


async def test_sender_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readline())
        await read_request(reader)
        writer.write(answer(SENT))

    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with raw_server(proxy) as url:
        monkeypatch.setenv("http_proxy", url)
        async with sender_to("http://telegram.invalid") as sender:
            assert (await sender.send(MESSAGE, 5)).verdict is Verdict.ACCEPTED
    assert seen == [f"POST http://telegram.invalid/bot{TOKEN}/sendMessage HTTP/1.1\r\n".encode()]

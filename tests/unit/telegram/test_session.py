"""Which proxy is asked, and whether a body has left."""

from __future__ import annotations

from typing import cast

import pytest
from aiohttp import ClientConnectionResetError
from aiohttp.abc import AbstractStreamWriter

from bot.telegram.session import Body, open_session, proxy_for


class Writer:
    """aiohttp's writer, on a connection that may be gone."""

    def __init__(self, *, gone: bool) -> None:
        self.gone = gone
        self.written = b""

    async def write(self, chunk: bytes) -> None:
        if self.gone:
            raise ClientConnectionResetError("Cannot write to closing transport")
        self.written += chunk


async def test_body_handed_to_the_connection_has_left() -> None:
    body, writer = Body(b"{}"), Writer(gone=False)
    assert not body.left
    await body.write_with_length(cast(AbstractStreamWriter, writer), 2)
    assert body.left
    assert writer.written == b"{}"


async def test_body_refused_by_a_closed_connection_has_not_left() -> None:
    body, writer = Body(b"{}"), Writer(gone=True)
    with pytest.raises(ClientConnectionResetError):
        await body.write_with_length(cast(AbstractStreamWriter, writer), 2)
    assert not body.left


PROXIES: tuple[tuple[str, str, str | None], ...] = (
    ("Telegram is reached through the proxy", "https://api.telegram.org", "http://proxy:3128"),
    ("this machine is reached directly", "http://127.0.0.1:8081", None),
    ("this machine by its IPv6 address too", "http://[::1]:8081", None),
    ("and by its name", "https://localhost:8081", None),
    ("an exception is an exception", "https://telegram.example", None),
)


@pytest.mark.parametrize(("sentence", "url", "proxy"), PROXIES, ids=[row[0] for row in PROXIES])
def test_proxy_for_follows_the_environment(
    sentence: str, url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "telegram.example")
    assert proxy_for(url) == proxy, sentence


async def test_open_session_needs_no_environment_at_each_request() -> None:
    async with open_session("https://api.telegram.org") as session:
        assert not session.trust_env
        assert session.connector is not None
        assert session.connector.limit == 100

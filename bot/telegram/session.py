"""aiohttp as Forewarn uses it: sized pools, no cookies, no redirects, and what has left."""

from __future__ import annotations

import ipaddress
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from yarl import URL

POOL_SIZE = 100
KEEPALIVE_S = 15.0  # shorter than servers keep theirs, so that reuse seldom meets a closed end
_DNS_TTL_S = 300


def open_session(api_url: str, *, pool_size: int = POOL_SIZE) -> ClientSession:
    """A session for one Bot API server; the caller closes it. Needs a running loop.

    The proxy is the environment's (``HTTPS_PROXY``, ``HTTP_PROXY``, ``NO_PROXY``), asked once:
    aiohttp's ``trust_env`` would ask in a thread before every request.
    """
    return ClientSession(
        connector=TCPConnector(
            limit=pool_size,
            ttl_dns_cache=_DNS_TTL_S,
            keepalive_timeout=KEEPALIVE_S,
        ),
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": "Forewarn"},
        skip_auto_headers=("Accept-Encoding",),
        proxy=proxy_for(api_url),
    )


def proxy_for(url: str) -> str | None:
    """The environment's proxy for ``url``; this machine itself is always reached directly."""
    target = URL(url)
    host = target.host or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(target.scheme) or proxies.get("all")


class Body(BytesPayload):
    """A request's body that knows whether it was handed to the connection.

    ``left`` stays false exactly while Telegram cannot have the whole request, and a request that
    is not whole is not acted upon. After that the fate of an unanswered request is unknown: a
    kept-alive connection that the server closes just before our bytes arrive looks the same as
    one that it closes after reading them.
    """

    left = False

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Hand the body over; what aiohttp refuses to write (the connection is gone) never left."""
        self.left = True
        try:
            await super().write_with_length(writer, content_length)
        except ConnectionError:
            self.left = False
            raise


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

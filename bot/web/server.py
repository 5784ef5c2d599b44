"""The aiohttp application and its life: listen, answer, close."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.web.metrics import Metrics

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
MAX_UPDATE_BYTES = 1 << 20

Check = Callable[[], Awaitable[str | None]]
"""One readiness check: None when all is well, else a sentence that says what is not."""

Feed = Callable[[dict[str, Any]], Awaitable[bool]]
"""Takes one update; False when there is no room for it now."""


class Webhook:
    """Where Telegram delivers updates. `secret` is compared in constant time."""

    def __init__(self, secret: str, feed: Feed) -> None:
        self._secret = secret.encode()
        self._feed = feed

    async def take(self, request: web.Request) -> web.Response:
        """200 when taken; 403 for a wrong secret; 503 makes Telegram try again."""
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403, text="wrong secret token\n")
        try:
            update = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400, text="not JSON\n")
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return web.Response(status=400, text="not an update\n")
        if not await self._feed(update):
            return web.Response(status=503, headers={"Retry-After": "1"}, text="busy\n")
        return web.Response()


def build_web(
    *, checks: Mapping[str, Check], metrics: Metrics, webhook: Webhook | None = None
) -> web.Application:
    """The application with `/healthz`, `/readyz`, `/metrics` and, given a webhook, `/telegram`."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        faults = {name: await check() for name, check in checks.items()}
        ready = not any(faults.values())
        body = {
            "status": "ready" if ready else "not ready",
            "checks": {name: fault or "ok" for name, fault in faults.items()},
        }
        return web.json_response(body, status=200 if ready else 503)

    async def page(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.page(), headers={"Content-Type": metrics.content_type})

    app = web.Application(client_max_size=MAX_UPDATE_BYTES)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", page)
    if webhook is not None:
        app.router.add_post("/telegram", webhook.take)
    return app


class Listener:
    """Listens while the context is open; `port` is the real one when 0 was asked for."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        self._host, self._port = host, port

    async def __aenter__(self) -> Listener:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that listens now."""
        port: int = self._runner.addresses[0][1]
        return port

"""Health, metrics and the webhook over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.web.metrics import Metrics
from bot.web.server import SECRET_HEADER, Listener, Webhook, build_web

SECRET = "s3cret-s3cret"
UPDATE = {"update_id": 1, "message": {}}


class Fed:
    """What the webhook handed on, and whether there was room."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.has_room = True

    async def __call__(self, update: dict[str, Any]) -> bool:
        if self.has_room:
            self.updates.append(update)
        return self.has_room


@asynccontextmanager
async def server(
    fault: str | None = None, fed: Fed | None = None
) -> AsyncIterator[aiohttp.ClientSession]:
    async def redis() -> str | None:
        return fault

    async def telegram() -> str | None:
        return None

    metrics = Metrics()
    metrics.count("dead_letters", reason="doctype")
    app = build_web(
        checks={"redis": redis, "telegram": telegram},
        metrics=metrics,
        webhook=Webhook(SECRET, fed) if fed else None,
    )
    async with (
        Listener(app, "127.0.0.1", 0) as listener,
        aiohttp.ClientSession(f"http://127.0.0.1:{listener.port}") as session,
    ):
        yield session


async def test_healthz_answers_whatever_is_wrong() -> None:
    async with server("Redis is away") as session, session.get("/healthz") as answer:
        assert answer.status == 200


async def test_readyz_says_what_is_not_ready() -> None:
    async with server("Redis is away") as session, session.get("/readyz") as answer:
        assert answer.status == 503
        body = await answer.json()
        assert body["checks"] == {"redis": "Redis is away", "telegram": "ok"}


async def test_readyz_is_200_when_all_is_well() -> None:
    async with server() as session, session.get("/readyz") as answer:
        assert answer.status == 200


async def test_metrics_page_is_what_prometheus_reads() -> None:
    async with server() as session, session.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert 'forewarn_dead_letters_total{reason="doctype"} 1.0' in await answer.text()


async def test_webhook_hands_an_update_on() -> None:
    fed = Fed()
    async with (
        server(fed=fed) as session,
        session.post("/telegram", json=UPDATE, headers={SECRET_HEADER: SECRET}) as answer,
    ):
        assert answer.status == 200
    assert fed.updates == [UPDATE]


REFUSED: list[tuple[str, dict[str, str], bytes, int]] = [
    ("no secret", {}, b'{"update_id": 1}', 403),
    ("a wrong secret", {SECRET_HEADER: "guess"}, b'{"update_id": 1}', 403),
    ("a secret outside ASCII", {SECRET_HEADER: "ключ"}, b'{"update_id": 1}', 403),
    ("no JSON", {SECRET_HEADER: SECRET}, b"{", 400),
    ("JSON that is no update", {SECRET_HEADER: SECRET}, b"[1]", 400),
    ("an update without an id", {SECRET_HEADER: SECRET}, b"{}", 400),
]


@pytest.mark.parametrize(
    ("headers", "body", "status"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_webhook_refuses(headers: dict[str, str], body: bytes, status: int) -> None:
    fed = Fed()
    async with (
        server(fed=fed) as session,
        session.post("/telegram", data=body, headers=headers) as answer,
    ):
        assert answer.status == status
    assert fed.updates == []


async def test_webhook_asks_telegram_to_wait_when_there_is_no_room() -> None:
    fed = Fed()
    fed.has_room = False
    async with (
        server(fed=fed) as session,
        session.post("/telegram", json=UPDATE, headers={SECRET_HEADER: SECRET}) as answer,
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


async def test_webhook_does_not_exist_while_polling() -> None:
    async with server() as session, session.post("/telegram", json=UPDATE) as answer:
        assert answer.status == 404


def test_metrics_refuse_a_name_nobody_declared() -> None:
    with pytest.raises(KeyError):
        Metrics().count("surprises")

"""A running sandbox, a caller over HTTP, and an oracle of aiogram's generated models."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox
from tests.oracle import Oracle


class Caller:
    """Calls methods over HTTP as a bot does."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self.session = session
        self.sandbox = sandbox

    def address(self, method: str) -> str:
        return f"{self.sandbox.url}/bot{self.sandbox.token}/{method}"

    async def body(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the whole answer, whose code must be the HTTP status."""
        async with self.session.post(self.address(method), json=parameters) as response:
            body: dict[str, Any] = await response.json()
            assert response.status == (200 if body["ok"] else body["error_code"])
            return body

    async def ok(self, method: str, **parameters: Any) -> Any:
        body = await self.body(method, **parameters)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        body = await self.body(method, **parameters)
        assert not body["ok"], body
        return f"{body['error_code']} {body['description']}"

    async def updates(self) -> list[dict[str, Any]]:
        """Return what waits, and confirm it."""
        updates: list[dict[str, Any]] = await self.ok("getUpdates")
        if updates:
            await self.ok("getUpdates", offset=updates[-1]["update_id"] + 1)
        return updates


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
async def sandbox(oracle: Oracle) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock.manual(), limits=Limits.off()) as running:
        running.observe(oracle)
        yield running


@pytest.fixture
async def call(sandbox: Sandbox) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(session, sandbox)

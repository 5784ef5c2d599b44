"""A running sandbox, a caller over HTTP, and an oracle of aiogram's generated models."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiogram
import aiogram.methods
import aiohttp
import pytest
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, TypeAdapter

from bot.sandbox.clock import Clock
from bot.sandbox.limits import Limits
from bot.sandbox.params import Upload
from bot.sandbox.server import Sandbox

_MODELS: dict[str, type[TelegramMethod[Any]]] = {
    name.lower(): getattr(aiogram.methods, name) for name in aiogram.methods.__all__
}


class Oracle:
    """Checks every accepted request and every result against aiogram's models."""

    def __init__(self) -> None:
        self.checked: list[str] = []

    def __call__(self, name: str, values: dict[str, Any], body: dict[str, Any]) -> None:
        if not body["ok"]:
            assert body["error_code"] >= 400
            assert body["description"]
            return
        model = _MODELS[name.lower()]
        request = model.model_validate({key: _decoded(value) for key, value in values.items()})
        assert not _unknown(request), f"{name} does not know {_unknown(request)}"
        context = {"bot": aiogram.Bot("1:a")}
        result: Any = TypeAdapter(model.__returning__).validate_python(
            body["result"], context=context
        )
        assert not _unknown(result), f"the result of {name} does not know {_unknown(result)}"
        self.checked.append(name)


def _decoded(value: Any) -> Any:
    if isinstance(value, Upload):
        return "attach://file"
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value


def _unknown(value: Any) -> set[str]:
    """Collect the fields that no model knows, at any depth."""
    if isinstance(value, list):
        return {name for item in value for name in _unknown(item)}
    if not isinstance(value, BaseModel):
        return set()
    found = set(value.model_extra or {})
    for name in type(value).model_fields:
        found |= _unknown(getattr(value, name))
    return found


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

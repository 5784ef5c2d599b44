"""One local Telegram, one real bot and one browser for all tests of the page."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from redis.asyncio import Redis

from bot.demo.stage import tonight
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox
from bot.storage.connection import connect
from tests.bot_process import BotProcess
from tests.page import browser


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands behind the page."""

    sandbox: Sandbox
    redis: Redis

    async def publish(self, city: str) -> None:
        """Do what any producer does: add the demonstration's warning, for a city, to the queue."""
        advisory = tonight(datetime.now(UTC))
        infos = advisory["info"]
        assert isinstance(infos, list)
        advisory |= {
            "identifier": f"page-{secrets.token_hex(4)}",
            "status": "Actual",
            "info": [info | {"area": {"areaDesc": city}} for info in infos],
        }
        await self.redis.xadd("advisories", {"payload": json.dumps(advisory)})


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """The system's browser; without one a test fails in CI and is skipped elsewhere."""
    found = browser.find()
    if found is not None:
        return found
    if browser.is_required():
        pytest.fail(f"{browser.MISSING}; in CI nothing is skipped")
    pytest.skip(browser.MISSING)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def stage(browser_path: Path, redis_url: str) -> AsyncIterator[Stage]:
    """A sandbox, and the real bot in a process of its own."""
    redis = connect(redis_url)
    async with redis, Sandbox(limits=Limits.off()) as sandbox:
        await redis.flushall()
        async with BotProcess(sandbox, redis_url):
            yield Stage(sandbox, redis)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def chrome(browser_path: Path) -> AsyncIterator[Browser]:
    """The browser."""
    async with browser.launch(browser_path) as launched:
        yield launched

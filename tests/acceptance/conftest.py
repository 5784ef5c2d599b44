"""What every acceptance test starts from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle
from typing import NamedTuple

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.sandbox.limits import Limits
from tests.acceptance.town import Town, open_town
from tests.bot_process import BotProcess

# Kharkiv, Odesa, Dnipro, Vinnytsia, Chernihiv, Poltava, Cherkasy, Zhytomyr, Sumy
CITIES = cycle(
    ("706483", "698740", "709930", "689558", "710735", "696643", "710791", "686967", "692194")
)


class Shared(NamedTuple):
    """A bot that the tests of a module share, and a city of it for one test."""

    town: Town
    bot: BotProcess


@pytest.fixture
async def town(redis: Redis, redis_url: str) -> AsyncIterator[Town]:
    """A town whose Telegram has no limits, so that a test may be quick."""
    async with open_town(redis_url, Limits.off()) as town:
        yield town


@pytest.fixture
async def strict_town(redis: Redis, redis_url: str) -> AsyncIterator[Town]:
    """A town whose Telegram enforces the limits that bots meet."""
    async with open_town(redis_url, Limits.telegram()) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(redis_url: str) -> AsyncIterator[Shared]:
    """A start costs more than most tests: where nothing is killed, one bot serves a module."""
    async with open_town(redis_url, Limits.off()) as town:
        await town.command("FLUSHALL")
        async with town.bot() as bot:
            yield Shared(town, bot)


@pytest_asyncio.fixture(loop_scope="module")
async def shared(running: Shared) -> AsyncIterator[Shared]:
    """The bot of the module, with a city, a ledger and a log of this test's own."""
    town, bot = running
    bot.forget()
    await town.command("DEL", "advisories:dead", "advisories:dead:ids")
    yield Shared(replace(town, place=next(CITIES), since=len(town.sandbox.ledger)), bot)
    town.sandbox.faults.clear()
    assert not bot.complaints

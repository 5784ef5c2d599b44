"""The whole bot in this process, between a sandbox and a real Redis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot import app
from bot.app import Running
from bot.config import load
from bot.domain.subscriber import Chat
from bot.sandbox.chats import User
from bot.sandbox.limits import Limits
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from bot.storage.opening import Storage
from tests.oracle import overseen

KYIV, LVIV, BROVARY = "703448", "702550", "711390"
STOP_S = 0.3
OPERATOR_ID, SECOND_ID = 777_000_001, 777_000_002


@dataclass(frozen=True, slots=True)
class Stage:
    """A running bot with what is around it."""

    sandbox: Sandbox
    redis: Redis
    storage: Storage

    @property
    def world(self) -> World:
        return self.sandbox.world

    async def publish(
        self, headline: str = "Potential air attack", uid: str = "31", **changes: Any
    ) -> str:
        """Add an advisory for a place of alerts.in.ua's numbers; returns its identifier."""
        now = datetime.now(UTC).replace(microsecond=0)
        number = await self.redis.incr("test:advisory")
        alert = {
            "identifier": f"advisory-{number}",
            "sender": "acs@embassy.example",
            "sent": now.isoformat(),
            "status": "Actual",
            "msgType": "Alert",
            "scope": "Public",
            "info": [
                {
                    "language": "en-US",
                    "category": ["Security"],
                    "event": "Air attack",
                    "responseType": ["Prepare"],
                    "urgency": "Expected",
                    "severity": "Severe",
                    "certainty": "Possible",
                    "onset": (now + timedelta(hours=1)).isoformat(),
                    "expires": (now + timedelta(hours=12)).isoformat(),
                    "senderName": "Example Embassy",
                    "headline": headline,
                    "description": "Details <of> it.",
                    "area": [
                        {
                            "areaDesc": "Somewhere",
                            "geocode": [{"valueName": "UA-ALERTS-UID", "value": uid}],
                        }
                    ],
                }
            ],
        } | changes
        await self.redis.xadd("advisories", {"payload": json.dumps(alert)})
        return str(alert["identifier"])

    async def chat(self, chat_id: int) -> Chat | None:
        return await self.storage.chats.get(chat_id)

    async def press(self, user: User, message: Message, data: str) -> dict[str, Any]:
        """Press a button and wait for the bot's answer to it, which must come."""
        callback = self.world.press(user, message.chat.id, message.id, data=data)
        return await self.world.wait_answer(callback)

    async def follow(self, user: User, place_id: str = KYIV) -> Message:
        """Subscribe by a deep link; returns the confirmation."""
        self.world.start(user, f"c_{place_id}")
        return await self.world.wait_for("Done", chat_id=user.id)


@pytest.fixture
async def stage(redis: Redis, redis_url: str) -> AsyncIterator[Stage]:
    """A bot that publishes what is not signed."""
    async for running in run_bot(redis, redis_url, unsigned="publish"):
        yield running


@pytest.fixture
async def review_stage(redis: Redis, redis_url: str) -> AsyncIterator[Stage]:
    """A bot whose operators approve what is not signed."""
    async for running in run_bot(redis, redis_url, unsigned="review"):
        yield running


@pytest.fixture
async def watched_stage(redis: Redis, redis_url: str) -> AsyncIterator[Stage]:
    """A bot that tells its operators quickly what needs them."""
    async for running in run_bot(redis, redis_url, unsigned="publish", look_s=0.1):
        yield running


async def run_bot(
    redis: Redis, redis_url: str, *, unsigned: str, look_s: float = 5.0
) -> AsyncIterator[Stage]:
    async with Sandbox(limits=Limits.off()) as sandbox:
        settings = load(
            telegram={"token": sandbox.token, "api_url": sandbox.url},
            redis={"url": redis_url},
            http={"port": 0},
            trust={"unsigned": unsigned},
            admins=(OPERATOR_ID, SECOND_ID),
            log={"level": "warning"},
            watch={"look_seconds": look_s},
        )
        ready: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        bot = asyncio.create_task(app.run(settings, started=ready.set_result, stop=stop))
        bot.add_done_callback(lambda ended: ready.done() or ready.cancel(str(ended.exception())))
        await ready
        try:
            with overseen(sandbox):
                yield Stage(sandbox, redis, ready.result().storage)
        finally:
            stop.set()
            done, _ = await asyncio.wait({bot}, timeout=STOP_S)
            if not done:
                # On Python 3.11 `asyncio.wait_for`, which redis-py uses at every write, can lose
                # a cancellation; how the bot stops is not the subject here.
                bot.cancel()
            with suppress(asyncio.CancelledError):
                await bot

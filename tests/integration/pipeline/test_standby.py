"""A replica that stands by asks for the role at its own pace, whatever wakes it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.assembly.delivery import build_dispatcher
from bot.pipeline import dispatch
from bot.pipeline.discretion import Discretion
from bot.pipeline.letters import Letters
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Sender
from bot.storage.opening import open_storage
from bot.storage.role import Role
from bot.telegram.pacer import Pacer
from bot.telegram.sender import Sender as RealSender
from bot.web.metrics import Metrics

PACE_S = 0.05


class CountedRole(Role):
    """The real role, which remembers when it was asked for."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.asked: asyncio.Queue[float] = asyncio.Queue()

    async def acquire(self, uuid: str, lease_s: float = 3) -> bool:
        self.asked.put_nowait(asyncio.get_running_loop().time())
        return await super().acquire(uuid, lease_s)


async def test_woken_standby_does_not_hammer_redis(
    redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "STANDBY_S", PACE_S)
    role = CountedRole(redis)
    assert await role.acquire("the dispatcher", 60)
    async with open_storage(redis_url, Path("unused")) as storage:
        dispatcher = build_dispatcher(
            replace(storage, role=role),
            cast(Letters, None),
            cast(RealSender, cast(Sender, None)),
            discretion=cast(Discretion, None),
            paying=cast(Paying, None),
            pacer=Pacer(),
            metrics=Metrics(),
            rate_per_s=28,
        )
        running = asyncio.create_task(dispatcher.run())
        async with asyncio.timeout(5):
            await role.asked.get()
            # Its own intake publishes, or somebody subscribes with it.
            dispatcher.wake()
            times = [await role.asked.get() for _ in range(6)]
            dispatcher.stop()
            await running
    assert times[-1] - times[1] >= 3.5 * PACE_S

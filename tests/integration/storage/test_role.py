"""The dispatcher's role, and pauses."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.pace import Pace
from bot.storage.role import Role
from tests.integration.storage.conftest import Clock


async def test_role_has_one_holder(redis: Redis) -> None:
    role = Role(redis)
    assert await role.holder() is None
    taken = await asyncio.gather(*(role.acquire(f"u{i}") for i in range(5)))
    assert sorted(taken) == [False] * 4 + [True]
    holder = f"u{taken.index(True)}"
    assert await role.holder() == holder
    assert await role.acquire(holder)


async def test_role_is_renewed_and_released_by_its_holder_only(redis: Redis) -> None:
    role = Role(redis)
    await role.acquire("mine", 5)
    assert not await role.renew("theirs")
    await role.release("theirs")
    assert await role.holder() == "mine"
    await redis.pexpire(Keys().dispatcher, 100)
    assert await role.renew("mine")
    assert await redis.pttl(Keys().dispatcher) > 4000
    await role.release("mine")
    assert not await role.renew("mine")
    assert await role.acquire("theirs", 5)


async def test_role_expires_by_itself(redis: Redis) -> None:
    role = Role(redis)
    await role.acquire("mine", 5)
    assert 0 < await redis.pttl(Keys().dispatcher) <= 5000


async def test_later_deadline_of_a_pause_holds(redis: Redis) -> None:
    clock = Clock()
    pace, now = Pace(redis, clock=clock), clock.now.timestamp()
    await pace.pause_until("all", now + 30)
    await pace.pause_until("all", now + 10)
    await pace.pause_until("chat:5", now + 5)
    assert await pace.pauses() == {"all": now + 30, "chat:5": now + 5}
    clock.pass_s(6)
    assert await pace.pauses() == {"all": now + 30}
    await pace.pause_until("all", now + 40)
    assert await redis.hlen(Keys().pace) == 1

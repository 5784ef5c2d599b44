"""What every storage test starts from: a flushed server, a clock and a dispatcher."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from bot.domain.broadcast import Entry, Plan
from bot.domain.delivery import End, Lane
from bot.domain.subscriber import Chat, Kind, Recipient
from bot.storage.broadcasts import Broadcasts
from bot.storage.chats import Chats
from bot.storage.role import Role

ROLE = "the-dispatcher"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class World:
    """The storage as the dispatcher and the subscribers use it."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.clock = Clock()
        self.chats = Chats(redis)
        self.broadcasts = Broadcasts(redis, clock=self.clock)
        self.role = Role(redis)

    async def subscribe(self, chat_id: int, *places: str, kind: Kind = Kind.PRIVATE) -> Chat:
        chat = Chat(chat_id, kind, "uk", places or ("kyiv",))
        await self.chats.save(chat)
        return chat

    def plan(
        self,
        broadcast_id: str = "b",
        *places: str,
        lane: Lane = Lane.PREPARE,
        told_by: str | None = None,
        life_s: float = 3600,
    ) -> Plan:
        expires = self.clock.now + timedelta(seconds=life_s)
        where = places or (() if told_by else ("kyiv",))
        told = (told_by,) if told_by else ()
        return Plan(broadcast_id, lane, expires, where, told, closes=bool(told))

    async def publish(self, broadcast_id: str = "b", *places: str, **options: object) -> None:
        assert await self.broadcasts.publish(
            self.plan(broadcast_id, *places, **options)  # type: ignore[arg-type]
        )

    async def deliver(self, broadcast_id: str = "b", n: int = 10) -> list[Recipient]:
        """Claim and record as sent until the broadcast is finished; who was told, in order."""
        told: list[Recipient] = []
        for _ in range(200):
            claim = await self.broadcasts.claim(ROLE, broadcast_id, n)
            told += [c.recipient for c in claim.chats]
            await self.broadcasts.record(ROLE, broadcast_id, [sent(r) for r in told])
            if claim.finished or not (claim.chats or claim.due_at is None):
                return told
        raise AssertionError(f"{broadcast_id} does not finish")

    async def counts(self, broadcast_id: str = "b") -> dict[End, int]:
        broadcast = await self.broadcasts.get(broadcast_id)
        assert broadcast is not None
        return dict(broadcast.counts)


def private(chat_id: int) -> Recipient:
    return Recipient(Kind.PRIVATE, chat_id)


def sent(recipient: Recipient, message_id: int | None = None) -> Entry:
    return Entry(recipient, End.SENT, message_id or 5000 + abs(recipient.chat_id) % 1000)


@pytest.fixture
async def world(redis: Redis) -> World:
    """The dispatcher's role is held by ROLE."""
    world = World(redis)
    assert await world.role.acquire(ROLE, 60)
    return world

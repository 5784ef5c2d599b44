"""Between the queue and the broadcast: a crash or a rollback there loses no advisory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.config import Settings
from bot.content.places import load as load_places
from bot.domain.advisory import Advisory, Severity
from bot.domain.broadcast import BroadcastState, Plan
from bot.domain.change import Policy
from bot.domain.fault import StorageUnavailable
from bot.domain.record import AdvisoryState
from bot.domain.subscriber import Chat, Kind
from bot.domain.trust import Unsigned
from bot.formats import parse
from bot.loading import load_content
from bot.pipeline.intake import Intake
from bot.pipeline.lineage import Lineage
from bot.pipeline.ports import Desk
from bot.pipeline.review import Review, Rules
from bot.pipeline.roster import Roster
from bot.sections.operators import OperatorSettings
from bot.storage.broadcasts import Broadcasts
from bot.storage.keys import Keys
from bot.storage.opening import Storage, open_storage
from bot.web.metrics import Metrics
from tests.acceptance.advisories import KYIV, Alert, alert, cancel, payload


class CrashingBroadcasts(Broadcasts):
    """The real ones; Redis goes away before the first publication reaches it."""

    crashes = 1

    async def publish(self, plan: Plan) -> bool:
        if self.crashes:
            self.crashes -= 1
            raise StorageUnavailable("away")
        return await super().publish(plan)


@pytest.fixture
async def storage(redis: Redis, redis_url: str) -> AsyncIterator[Storage]:
    """With one person who follows Kyiv."""
    async with open_storage(redis_url, Path("unused")) as storage:
        await storage.chats.save(Chat(7, Kind.PRIVATE, "uk", (KYIV,)))
        yield storage


def review_of(storage: Storage, broadcasts: Broadcasts | None = None) -> Review:
    gazetteer = load_places(("UA",))
    guidance = load_content(Settings()).guidance
    return Review(
        advisories=storage.advisories,
        broadcasts=broadcasts or storage.broadcasts,
        timers=storage.timers,
        lineage=Lineage(storage.advisories, guidance, Policy(), storage.clock),
        policy=Policy(),
        gazetteer=gazetteer,
        sources={},
        unsigned=Unsigned.PUBLISH,
        roster=Roster(storage.operators, (), gazetteer),
        authors=storage.drafts,
        rules=Rules(Severity.EXTREME, OperatorSettings().patience),
        desk=cast(Desk, None),
        clock=storage.clock,
        wake=lambda: None,
    )


def intake_of(storage: Storage, review: Review) -> Intake:
    return Intake(
        queue=storage.queue,
        review=review,
        policy=Policy(),
        sources={},
        meter=Metrics(),
        contacts=storage.source_contacts,
    )


def read(written: Alert) -> Advisory:
    return parse(payload(written)).advisories[0]


async def take_all(storage: Storage, intake: Intake) -> int:
    entries = await storage.queue.read(0.01)
    for entry in entries:
        await intake.take(entry)
    return len(entries)


async def test_advisory_whose_intake_died_is_published_by_the_next_reading(
    storage: Storage, redis: Redis
) -> None:
    """It died with the advisory stored and not yet published: the entry is not acknowledged."""
    written = alert("interrupted")
    await storage.queue.add(payload(written))
    intake = intake_of(storage, review_of(storage, CrashingBroadcasts(redis)))
    with pytest.raises(StorageUnavailable):
        await take_all(storage, intake)
    assert await storage.broadcasts.get(read(written).id) is None

    assert await take_all(storage, intake) == 1
    broadcast = await storage.broadcasts.get(read(written).id)
    assert broadcast is not None
    await storage.queue.caught_up()
    assert await take_all(storage, intake) == 0


async def test_advisory_read_twice_is_published_once(storage: Storage) -> None:
    """The intake died behind the publication: its entry comes again, or a producer repeats."""
    written = alert("twice")
    intake = intake_of(storage, review_of(storage))
    for _ in range(2):
        await storage.queue.add(payload(written))
        assert await take_all(storage, intake) == 1
        assert await storage.broadcasts.all_active() == (read(written).id,)
        assert await storage.role.acquire("dispatcher", 60)
        await storage.broadcasts.claim("dispatcher", read(written).id, 5)
    broadcast = await storage.broadcasts.get(read(written).id)
    assert broadcast is not None
    assert (broadcast.audience, broadcast.in_flight) == (1, 1)


async def forget_broadcasts(redis: Redis) -> None:
    async for key in redis.scan_iter(match="*broadcast*"):
        await redis.delete(key)


async def test_publication_that_redis_forgot_is_asserted_again(
    storage: Storage, redis: Redis
) -> None:
    written = alert("forgotten")
    review = review_of(storage)
    await storage.queue.add(payload(written))
    await take_all(storage, intake_of(storage, review))
    await forget_broadcasts(redis)

    await review.reassert()

    assert await storage.broadcasts.all_active() == (read(written).id,)


async def test_cancel_that_redis_forgot_is_asserted_again(storage: Storage, redis: Redis) -> None:
    """The rollback forgot that the broadcast was cancelled, but not the Cancel itself."""
    mistake = alert("mistake")
    review = review_of(storage)
    intake = intake_of(storage, review)
    for one in (mistake, cancel(mistake, "sorry")):
        await storage.queue.add(payload(one))
        await take_all(storage, intake)
    broadcast_id = read(mistake).id
    record = await storage.advisories.get(broadcast_id)
    assert record is not None
    assert record.state is AdvisoryState.CANCELLED
    await redis.hset(Keys().broadcast(broadcast_id), "state", "sending")

    await review.reassert()

    broadcast = await storage.broadcasts.get(broadcast_id)
    assert broadcast is not None
    assert broadcast.state is BroadcastState.CANCELLED

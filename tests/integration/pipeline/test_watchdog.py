"""The watchdog with a real Redis: once for all replicas, nothing lost when nobody can be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.domain.forgery import FIRSTS, Reported, fingerprint
from bot.domain.memory import Memory, Word
from bot.domain.record import AdvisoryRecord
from bot.domain.watch import Calm, Concern, Kind, Report, Trouble
from bot.pipeline.forgeries import Forgeries
from bot.pipeline.lookout import Found, Lookout
from bot.pipeline.watchdog import Rounds, Watchdog
from bot.storage.keys import Keys
from bot.storage.opening import Storage, open_storage
from bot.storage.watch import Watch
from tests.integration.storage.conftest import Clock

QUARTER = timedelta(minutes=15)


@dataclass
class Scene:
    """Two replicas over one Redis; what they are told is wrong, and what operators heard."""

    redis: Redis
    storage: Storage
    clock: Clock
    wrong: list[Concern] = field(default_factory=list)
    heard: list[Report] = field(default_factory=list)
    passed_on: list[str] = field(default_factory=list)
    forgeries: list[Reported] = field(default_factory=list)
    trouble: Trouble | None = None
    is_deaf: bool = False
    probes: int = 0

    async def look(self, _memory: Memory, _now: datetime) -> Found:
        return Found(tuple(self.wrong), {}, None)

    async def probe(self) -> None:
        self.probes += 1

    async def report(self, report: Report) -> bool:
        if not self.is_deaf:
            self.heard.append(report)
        return not self.is_deaf

    async def forged(self, reported: Reported) -> bool:
        if not self.is_deaf:
            self.forgeries.append(reported)
        return not self.is_deaf

    async def tell(self, text_key: str, **values: object) -> None:
        self.passed_on.append(f"{text_key} {values}")

    async def close(self, record: AdvisoryRecord, *, by: str | None) -> None:
        self.passed_on.append(f"closed {record.id} by {by}")

    async def mine(self) -> bool:
        return True

    def replica(self) -> Watchdog:
        return Watchdog(
            watch=Watch(self.redis),
            lookout=cast(Lookout, self),
            advisories=self.storage.advisories,
            line=self,
            herald=self,
            forgeries=Forgeries(
                store=self.storage.forgeries, crier=self, every=QUARTER, clock=self.clock
            ),
            rounds=Rounds(5, Calm(timedelta(seconds=20)), QUARTER),
            is_mine=self.mine,
            clock=self.clock,
        )

    async def bury(self, reason: str, count: int = 1) -> None:
        for _ in range(count):
            await self.redis.xadd("advisories:dead", {"reason": reason, "detail": "bad"})


@pytest.fixture
async def scene(redis: Redis, redis_url: str) -> AsyncIterator[Scene]:
    clock = Clock()
    async with open_storage(redis_url, Path("unused"), story=clock) as storage:
        yield Scene(redis, storage, clock)


def concern(scene: Scene) -> Concern:
    return Concern(Kind.SILENT, "embassy", scene.clock.now, {"source": "Embassy"})


async def test_concern_is_told_once_by_two_replicas_and_after_a_restart(scene: Scene) -> None:
    scene.wrong = [concern(scene)]
    first, second = scene.replica(), scene.replica()
    for one in (first, second, first):
        await one.look()
    assert len(scene.heard) == 1
    await scene.redis.delete("{forewarn}:watch:by")  # its lease has run out
    await second.look()
    assert len(scene.heard) == 1


async def test_flood_of_ten_thousand_dead_letters_is_two_messages(scene: Scene) -> None:
    await scene.bury("trust", 10_000)
    watchdog = scene.replica()
    for _ in range(20):
        await watchdog.look()
        scene.clock.pass_s(60)
    first, later = scene.heard
    assert [heap.reason for heap in first.letters.firsts] == ["trust"]
    assert later.letters.more == {"trust": 9_999}


async def test_what_nobody_could_be_told_is_told_when_somebody_can(scene: Scene) -> None:
    scene.wrong, scene.is_deaf = [concern(scene)], True
    await scene.bury("trust")
    watchdog = scene.replica()
    await watchdog.look()
    await watchdog.look()
    scene.is_deaf = False
    await watchdog.look()
    await watchdog.look()
    (report,) = scene.heard
    assert report.changes.new
    assert report.letters.firsts


async def test_while_the_token_is_refused_nobody_is_written_to(scene: Scene) -> None:
    scene.trouble = Trouble(Kind.TOKEN, 5)
    scene.wrong = [Concern(Kind.TOKEN, "", scene.clock.now)]
    await scene.storage.watch.leave(Word.HALTED_BY, "b", {"code": "KYI-7Q2F", "name": "Iryna"})
    watchdog = scene.replica()
    await watchdog.look()
    assert not scene.heard
    assert not scene.passed_on
    scene.trouble, scene.wrong = None, []
    scene.clock.pass_s(20)
    await watchdog.look()
    (report,) = scene.heard
    assert [one.kind for one in report.changes.over] == [Kind.TOKEN]
    assert scene.passed_on == ["halted_by {'code': 'KYI-7Q2F', 'name': 'Iryna'}"]
    assert await scene.storage.watch.events() == ()


async def test_mismatch_is_told_once_and_stands_for_a_day(scene: Scene) -> None:
    await scene.storage.watch.leave(Word.MISMATCH, "b", {"audience": 4, "counted": 3})
    watchdog = scene.replica()
    for _ in range(3):
        await watchdog.look()
        scene.clock.pass_s(3600)
    (report,) = scene.heard
    assert report.changes.new[0].facts == {"audience": 4, "code": "b", "counted": 3}
    memory = await scene.storage.watch.memory()
    assert memory is not None
    assert [one.kind for one in memory.concerns] == [Kind.MISMATCH]


async def test_telegram_is_asked_at_every_sixth_look(scene: Scene) -> None:
    watchdog = scene.replica()
    for _ in range(12):
        await watchdog.look()
    assert scene.probes == 2


async def report_forgery(scene: Scene, text: str, times: int = 1) -> None:
    for _ in range(times):
        assert await scene.storage.forgeries.add(fingerprint(text), text, "", scene.clock.now)


async def test_forgery_is_told_once_and_then_counted_over_replicas(scene: Scene) -> None:
    await report_forgery(scene, "Leave the city")
    await scene.replica().look()
    await report_forgery(scene, "leave the  CITY", 5)
    other = scene.replica()
    await scene.storage.watch.end_turn()
    await scene.redis.delete(Keys().watcher)
    await other.look()
    assert [one.text for said in scene.forgeries for one in said.firsts] == ["Leave the city"]
    assert not any(said.more for said in scene.forgeries)
    scene.clock.now += QUARTER
    await other.look()
    await other.look()
    (again,) = scene.forgeries[-1].more
    assert (again.count - again.told, again.text) == (5, "")
    assert len(scene.forgeries) == 2


async def test_forgery_waits_while_nobody_can_be_told(scene: Scene) -> None:
    scene.is_deaf = True
    dog = scene.replica()
    await report_forgery(scene, "Leave the city", 2)
    await dog.look()
    scene.is_deaf, scene.trouble = False, Trouble(Kind.TOKEN, 60)
    await dog.look()
    assert not scene.forgeries
    scene.trouble = None
    await dog.look()
    (said,) = scene.forgeries
    assert [(one.text, one.count) for one in said.firsts] == [("Leave the city", 2)]


async def test_flood_of_new_forgeries_is_told_a_few_at_a_time(scene: Scene) -> None:
    dog = scene.replica()
    for number in range(FIRSTS + 2):
        await report_forgery(scene, f"Copy {number}")
    for _ in range(3):
        await dog.look()
    assert [len(said.firsts) for said in scene.forgeries] == [FIRSTS]
    scene.clock.now += QUARTER
    await dog.look()
    assert [len(said.firsts) for said in scene.forgeries] == [FIRSTS, 2]

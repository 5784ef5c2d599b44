"""The dispatcher in this process, between a real Redis and the sandbox; its text is made up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from bot.assembly.delivery import build_dispatcher
from bot.bench.measure import NobodyAtTheDesk
from bot.domain.broadcast import Broadcast, Plan
from bot.domain.delivery import Lane
from bot.domain.message import Message, Prepared
from bot.domain.paid import Terms
from bot.domain.preferences import Fate, Tact
from bot.domain.subscriber import Chat, Kind
from bot.pipeline import dispatch
from bot.pipeline.discretion import Discretion
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.ending import end
from bot.pipeline.job import Job
from bot.pipeline.letters import Letters
from bot.pipeline.paying import Paying
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox
from bot.storage.opening import Storage, open_storage
from bot.telegram.pacer import Pacer
from bot.telegram.sender import Sender
from bot.telegram.session import open_session
from bot.web.metrics import Metrics
from tests.acceptance.town import until
from tests.integration.storage.conftest import Clock

LOOK_S = 0.02
"""What the dispatcher does on its own it does soon: no test waits for a quarter of a second."""

SETTLE_S = 1.0

Act = Callable[[], Awaitable[None]]


class Frank:
    """Every chat is told everything at once."""

    async def of(self, _job: Job) -> Tact:
        return Tact(Fate.LOUD)


class OneText:
    """Letters without advisories: the text is the broadcast's id."""

    async def letter(self, job: Job) -> Prepared:
        return Sender.prepare(Message(f"about {job.broadcast_id}"))

    async def write_ahead(self, _jobs: Iterable[Job]) -> None:
        """Nothing is to be written."""

    async def simplify(self, _job: Job, _refused: Prepared) -> bool:
        return False


class SteeredPacer(Pacer):
    """The real pacer; `before_slot` happens once, between a claim and the first slot."""

    before_slot: Act | None = None

    async def slots(self, lane: Lane, wanted: int) -> int:
        if self.before_slot is not None:
            act, self.before_slot = self.before_slot, None
            await act()
        return await super().slots(lane, wanted)


@dataclass
class Workshop:
    """What a test acts through. The clock stands still unless a test moves it."""

    redis: Redis
    sandbox: Sandbox
    storage: Storage
    sender: Sender
    clock: Clock
    metrics: Metrics = field(default_factory=Metrics)
    pacer: SteeredPacer = field(default_factory=lambda: SteeredPacer(rate_per_s=0))
    running: dict[Dispatcher, asyncio.Task[None]] = field(default_factory=dict)

    async def crowd(self, count: int, place: str = "kyiv") -> range:
        """People who follow a place."""
        ids = self.sandbox.world.crowd(count)
        for chat_id in ids:
            await self.storage.chats.save(Chat(chat_id, Kind.PRIVATE, "uk", (place,)))
        return ids

    async def publish(
        self, name: str, *, lane: Lane = Lane.PREPARE, life_s: float = 60, place: str = "kyiv"
    ) -> None:
        """Start a broadcast."""
        expires = self.clock.now + timedelta(seconds=life_s)
        assert await self.storage.broadcasts.publish(Plan(name, lane, expires, (place,)))

    def dispatch(self, *, rate_per_s: float = 1000, **records: Any) -> Dispatcher:
        """Start a dispatcher; `records` take the place of the storage's own."""
        nobody = NobodyAtTheDesk()
        dispatcher = build_dispatcher(
            replace(self.storage, **records),
            cast(Letters, OneText()),
            self.sender,
            discretion=cast(Discretion, Frank()),
            paying=Paying(
                Terms(),
                broadcasts=self.storage.broadcasts,
                advisories=self.storage.advisories,
                stars=nobody,
                desk=nobody,
                meter=self.metrics,
            ),
            pacer=self.pacer,
            metrics=self.metrics,
            rate_per_s=rate_per_s,
        )
        self.running[dispatcher] = asyncio.create_task(dispatcher.run())
        return dispatcher

    @asynccontextmanager
    async def clock_running(self) -> AsyncIterator[None]:
        """Let the clock run meanwhile, ten times as fast as the host's."""

        async def run() -> None:
            while True:
                await asyncio.sleep(0.02)
                self.clock.pass_s(0.2)

        running = asyncio.create_task(run())
        try:
            yield
        finally:
            await end(running)

    async def stop(self) -> None:
        """Stop every dispatcher, as SIGTERM does."""
        for dispatcher, task in self.running.items():
            dispatcher.stop()
            await task
        self.running.clear()

    async def ended(self, name: str) -> Broadcast:
        """Wait until a broadcast has ended and the dispatcher knows it."""
        found: list[Broadcast] = []
        async with asyncio.timeout(5):
            while not (found and found[0].ended):
                found = [one] if (one := await self.storage.broadcasts.get(name)) else []
                await asyncio.sleep(0.005)
        return found[0]

    def told(self, name: str) -> Counter[int]:
        """How often each chat was sent a broadcast."""
        entries = self.sandbox.ledger.entries(method="sendMessage")
        return Counter(one.chat_id for one in entries if one.text == f"about {name}")

    async def until_told(self, name: str, count: int) -> None:
        """Wait until so many chats were told."""
        await until(lambda: len(self.told(name)) >= count, timeout_s=5)


@pytest.fixture
async def workshop(
    redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Workshop]:
    """A Telegram without limits, and a pace without one."""
    for name in ("LOOK_S", "STANDBY_S", "RECOVER_S"):
        monkeypatch.setattr(dispatch, name, LOOK_S)
    monkeypatch.setattr(dispatch, "SETTLE_S", SETTLE_S)
    clock = Clock()
    async with (
        Sandbox(limits=Limits.off()) as sandbox,
        open_storage(redis_url, Path("unused"), story=clock) as storage,
        open_session(sandbox.url) as session,
    ):
        with closing(Sender(session, sandbox.url, sandbox.token)) as sender:
            workshop = Workshop(redis, sandbox, storage, sender, clock)
            try:
                yield workshop
            finally:
                await end(*workshop.running.values())

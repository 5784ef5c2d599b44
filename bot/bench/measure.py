"""One measured run: seed, publish, deliver with the real pipeline, and read the meters."""

from __future__ import annotations

import asyncio
import cProfile
import os
import resource
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bot.assembly.delivery import build_discretion, build_dispatcher
from bot.bench.sample import advisory
from bot.bench.steps import Step, stepped
from bot.bench.stub import TOKEN, Stub
from bot.bench.watching import watched
from bot.config import ConfigurationError
from bot.domain.advisory import Severity
from bot.domain.change import Policy
from bot.domain.delivery import End
from bot.domain.message import Layout, Message
from bot.domain.operators import Urging
from bot.domain.paid import Terms
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import Chat, Household, Kind
from bot.domain.trust import Unsigned
from bot.loading import Content
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.intake import Intake
from bot.pipeline.letters import Letters
from bot.pipeline.lineage import Lineage
from bot.pipeline.notices import Notices
from bot.pipeline.paying import Paying
from bot.pipeline.review import Review, Rules
from bot.pipeline.roster import Roster
from bot.pipeline.sending import MAX_OPEN
from bot.rendering.advisory import Renderer
from bot.rendering.ticklist import TickLists
from bot.sections.operators import OperatorSettings
from bot.storage.opening import Storage, open_storage
from bot.storage.seeding import seed
from bot.telegram.pacer import Pacer
from bot.telegram.sender import Sender
from bot.telegram.session import open_session
from bot.web.metrics import Metrics

ROUNDS = 20
"""Small broadcasts before the large one, each to chats of its own: a chat has a second's limit."""

ROUND_CHATS = 50
STEPPED = 5_000
"""Chats of the broadcast whose steps are measured: being measured slows a step down."""

POLL_S = 0.05
COUNTED = 1_000
"""Chats of the broadcast whose commands are counted: being watched slows Redis down."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run's figures; times in the unit of their name, memory in the unit of its name."""

    subscribers: int
    messages_per_s: float
    cpu_us_per_message: float
    cpu_us_by_step: dict[str, float]
    first_ms: tuple[float, ...]
    last_s: float
    redis_bytes_per_subscriber: float
    redis_commands_per_message: float
    rss_mb: float
    answers_429: int
    audience: int
    sent: int


@dataclass(frozen=True, slots=True)
class _Run:
    broadcast_id: str
    at_ns: int
    first_ns: int
    last_ns: int
    messages: int

    @property
    def first_ms(self) -> float:
        """From XADD to the first message at the stub."""
        return (self.first_ns - self.at_ns) / 1e6


class NobodyAtTheDesk:
    """No operator takes part in a benchmark."""

    async def ask(self, record: AdvisoryRecord, *, escalated: bool = False) -> bool:
        """Nobody is asked."""
        return False

    async def urge(self, record: AdvisoryRecord, urging: Urging) -> None:
        """Nobody is reminded."""

    async def tell(self, text_key: str, **values: object) -> None:
        """Nobody is told."""

    async def balance(self) -> int | None:
        """Nobody pays."""
        return None


@dataclass(slots=True)
class Bench:
    """The pipeline between an empty Redis and a stub."""

    storage: Storage
    content: Content
    stub: Stub
    sender: Sender
    letters: Letters
    dispatcher: Dispatcher
    intake: Intake
    renderer: Renderer
    notices: Notices
    metrics: Metrics

    async def measure(self, subscribers: int, profile: cProfile.Profile | None = None) -> Measured:
        """Seed, deliver to the small places, then to the large one, then count commands.

        `profile` watches the large delivery alone, and slows it down.
        """
        main, counted, steps, *small = (
            place.id for place in self.content.gazetteer.largest("UA", ROUNDS + 3)
        )
        before = await self._memory()
        await seed(self.storage.server, _chats(main, subscribers, 5_000_000_000))
        bytes_each = (await self._memory() - before) / subscribers
        for number, place in enumerate(small):
            await seed(self.storage.server, _chats(place, ROUND_CHATS, 10_000 * (number + 1)))
        await seed(self.storage.server, _chats(counted, COUNTED, 1_000_000))
        await seed(self.storage.server, _chats(steps, STEPPED, 2_000_000))
        first = [(await self._deliver(place)).first_ms for place in small]
        cpu = time.process_time()
        with profile or nullcontext():
            run = await self._deliver(main)
        cpu = time.process_time() - cpu
        span_s = (run.last_ns - run.first_ns) / 1e9
        broadcast = await self.storage.broadcasts.get(run.broadcast_id)
        assert broadcast is not None
        rss_mb = _rss_mb()
        async with watched(self.storage.address) as commands:
            await self._deliver(counted)
        return Measured(
            subscribers=subscribers,
            messages_per_s=run.messages / span_s if span_s else 0.0,
            cpu_us_per_message=cpu / run.messages * 1e6,
            cpu_us_by_step=await self._by_step(steps),
            first_ms=(*first, run.first_ms),
            last_s=(run.last_ns - run.at_ns) / 1e9,
            redis_bytes_per_subscriber=bytes_each,
            redis_commands_per_message=commands.seen / COUNTED,
            rss_mb=rss_mb,
            answers_429=self.metrics.value("outcomes", verdict="flood"),
            audience=broadcast.audience,
            sent=broadcast.counts.get(End.SENT, 0),
        )

    async def _by_step(self, place: str) -> dict[str, float]:
        """Microseconds a message by step; `rest` is the loop, the sockets' reading, the pacing."""
        steps: tuple[Step, ...] = (
            ("claim", self.storage.broadcasts, "claim"),
            ("write", self.letters, "letter"),
            ("send", self.sender, "send"),
            ("record", self.storage.broadcasts, "record"),
        )
        cpu = time.process_time_ns()
        with stepped(steps) as spent:
            await self._deliver(place)
        cpu = time.process_time_ns() - cpu
        spent["rest"] = cpu - spent.total()
        return {step: ns / 1e3 / STEPPED for step, ns in spent.items()}

    async def sample(self) -> Message:
        """The message that everybody gets, for the peers to send."""
        record = (await self.storage.advisories.current(self.storage.clock()))[-1]
        return self.renderer.render(await self.notices.of(record), "uk", Layout.PRIVATE)

    async def _deliver(self, place: str) -> _Run:
        """Publish for a place as a producer does, and wait for the end of its broadcast."""
        self.stub.reset()
        at_ns = time.monotonic_ns()
        payload, advisory_id = advisory(place, f"bench-{at_ns}", self.storage.clock())
        await self.storage.queue.add(payload)
        while True:
            broadcast = await self.storage.broadcasts.get(advisory_id)
            if broadcast is not None and broadcast.ended is not None:
                break
            await asyncio.sleep(POLL_S)
        return _Run(broadcast_id=advisory_id, at_ns=at_ns, **self.stub.counts())

    async def _memory(self) -> int:
        info = await self.storage.server.call("INFO", "memory")
        return int(info["used_memory"])


@asynccontextmanager
async def open_bench(
    content: Content, stub: Stub, *, api_url: str | None, url: str | None, folder: Path, rate: float
) -> AsyncIterator[Bench]:
    """Everything that runs, running; refuses a Redis that holds anything."""
    api = api_url or stub.url
    async with open_storage(url, folder) as storage:
        await _refuse_unless_empty(storage)
        async with open_session(api, pool_size=MAX_OPEN) as session:
            sender = Sender(session, api, TOKEN)
            bench = _build(content, storage, stub, sender, rate)
            tasks = [
                asyncio.create_task(bench.dispatcher.run()),
                asyncio.create_task(bench.intake.run()),
            ]
            try:
                yield bench
            finally:
                tasks[1].cancel()
                bench.dispatcher.stop()
                await asyncio.wait(tasks)
                sender.close()


def _build(content: Content, storage: Storage, stub: Stub, sender: Sender, rate: float) -> Bench:
    metrics, pacer = Metrics(), Pacer(rate_per_s=rate)
    renderer = Renderer(content.texts, content.guidance, "forewarn_bot")
    policy = Policy()
    lineage = Lineage(storage.advisories, content.guidance, policy, storage.clock)
    notices = Notices(
        advisories=storage.advisories,
        lineage=lineage,
        policy=policy,
        gazetteer=content.gazetteer,
        guidance=content.guidance,
        sources={},
        days=3,
        profile=None,
        clock=storage.clock,
    )
    lists = TickLists(content.texts, content.guidance, content.gazetteer, days=3, profile=None)
    nobody = NobodyAtTheDesk()
    letters = Letters(notices, renderer, sender, storage.clock)
    dispatcher = build_dispatcher(
        storage,
        letters,
        sender,
        discretion=build_discretion(storage, notices, content.gazetteer, lists),
        paying=Paying(
            Terms(),
            broadcasts=storage.broadcasts,
            advisories=storage.advisories,
            stars=nobody,
            desk=nobody,
            meter=metrics,
        ),
        pacer=pacer,
        metrics=metrics,
        rate_per_s=rate or 1000,
    )
    review = Review(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        timers=storage.timers,
        lineage=lineage,
        policy=policy,
        gazetteer=content.gazetteer,
        sources={},
        unsigned=Unsigned.PUBLISH,
        roster=Roster(storage.operators, (), content.gazetteer),
        authors=storage.drafts,
        rules=Rules(Severity.EXTREME, OperatorSettings().patience),
        desk=nobody,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    intake = Intake(
        queue=storage.queue,
        review=review,
        policy=policy,
        sources={},
        meter=metrics,
        contacts=storage.source_contacts,
    )
    return Bench(
        storage, content, stub, sender, letters, dispatcher, intake, renderer, notices, metrics
    )


async def _refuse_unless_empty(storage: Storage) -> None:
    held = await storage.server.call("DBSIZE")
    if held:
        raise ConfigurationError(
            f"redis.url: the database holds {held} keys and a benchmark would overwrite them; "
            "set BOT_REDIS__URL to an empty one, or unset it"
        )


def _chats(place: str, count: int, first_id: int) -> Iterator[Chat]:
    """Private chats in two languages, each with a household."""
    home = Household(adults=2, children=1)
    for number in range(count):
        language = "en" if number % 10 == 0 else "uk"
        yield Chat(first_id + number, Kind.PRIVATE, language, (place,), household=home)


def _rss_mb() -> float:
    """What this process holds now; its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

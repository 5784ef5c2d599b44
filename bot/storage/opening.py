"""All record kinds over one connection, opened together and closed together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.storage.advisories import Advisories
from bot.storage.asked import Asked
from bot.storage.audit import Audit
from bot.storage.awaited import Questions
from bot.storage.broadcasts import Broadcasts
from bot.storage.channels import Channels
from bot.storage.chats import Chats
from bot.storage.checklists import Checklists
from bot.storage.connection import connect, connect_blocking
from bot.storage.contacts import Contacts
from bot.storage.drafts import Drafts
from bot.storage.drill_plans import DrillPlans
from bot.storage.embedded import EmbeddedRedis
from bot.storage.errands import Errands
from bot.storage.forgeries import Forgeries
from bot.storage.keys import Keys
from bot.storage.operators import Operators
from bot.storage.pace import Pace
from bot.storage.pins import Pins
from bot.storage.progress import ProgressNotes
from bot.storage.queue import AdvisoryQueue
from bot.storage.role import Role
from bot.storage.rollcalls import RollCalls
from bot.storage.server import Clock, Server, from_ms
from bot.storage.shelters import Shelters
from bot.storage.source_contacts import SourceContacts
from bot.storage.timers import Timers
from bot.storage.watch import Watch

BLOCK_S = 5.0


class RedisClock:
    """Redis TIME without a round trip: read once in a while, carried on by a monotonic clock.

    Hosts whose own clocks differ agree by it on what has expired.
    """

    def __init__(self, server: Server, story: Clock | None = None) -> None:
        self._server = server
        self._story = story
        self._at: datetime | None = None
        self._read = 0.0

    async def sync(self) -> None:
        """Read Redis TIME; half the round trip is taken for the way back."""
        asked = time.monotonic()
        reply = await self._server.call("TIME")
        answered = time.monotonic()
        self._at = from_ms(self._server.now_ms(reply)) + timedelta(seconds=(answered - asked) / 2)
        self._read = answered

    def __call__(self) -> datetime:
        """Now, as Redis counts it; raises RuntimeError before the first :meth:`sync`."""
        if self._story is not None:
            return self._story()
        if self._at is None:
            raise RuntimeError("the clock was asked before it was set")
        return self._at + timedelta(seconds=time.monotonic() - self._read)


@dataclass(frozen=True, slots=True)
class Storage:
    """Every record kind. ``name`` says what server it is and ``address`` where, for people."""

    name: str
    address: str
    server: Server
    clock: RedisClock
    queue: AdvisoryQueue
    advisories: Advisories
    asked: Asked
    broadcasts: Broadcasts
    chats: Chats
    checklists: Checklists
    questions: Questions
    shelters: Shelters
    role: Role
    pace: Pace
    progress: ProgressNotes
    timers: Timers
    drill_steps: Timers
    drill_plans: DrillPlans
    errands: Errands
    pins: Pins
    contacts: Contacts
    rollcalls: RollCalls
    channels: Channels
    operators: Operators
    drafts: Drafts
    audit: Audit
    source_contacts: SourceContacts
    watch: Watch
    forgeries: Forgeries


@asynccontextmanager
async def open_redis(url: str | None, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """The address of Redis and what it is; without `url` an embedded one runs meanwhile."""
    if url is not None:
        yield url, "the Redis of BOT_REDIS__URL"
        return
    embedded = EmbeddedRedis(folder)
    address = await embedded.start()
    try:
        yield address, f"embedded {embedded.name} in {folder}"
    finally:
        await embedded.stop()


@asynccontextmanager
async def open_storage(
    url: str | None,
    folder: Path,
    *,
    prefix: str = "forewarn",
    stream: str = "advisories",
    group: str = "intake",
    audit_kept: timedelta = timedelta(days=730),
    story: Clock | None = None,
) -> AsyncIterator[Storage]:
    """Connect; raises StorageUnavailable when Redis does not answer. `story` replaces its TIME."""
    async with AsyncExitStack() as stack:
        address, name = await stack.enter_async_context(open_redis(url, folder))
        redis, reader = connect(address), connect_blocking(address, BLOCK_S)
        stack.push_async_callback(redis.aclose)
        stack.push_async_callback(reader.aclose)
        server, keys = Server(redis, story), Keys(prefix)
        clock = RedisClock(server, story)
        await clock.sync()
        yield Storage(
            name=name,
            address=address,
            server=server,
            clock=clock,
            queue=AdvisoryQueue(redis, reader, stream=stream, group=group, clock=story),
            advisories=Advisories(redis, keys, story),
            asked=Asked(redis, keys),
            broadcasts=Broadcasts(redis, keys, story),
            chats=Chats(redis, keys),
            checklists=Checklists(redis, keys),
            questions=Questions(redis, keys),
            shelters=Shelters(redis, keys),
            role=Role(redis, keys),
            pace=Pace(redis, keys, story),
            progress=ProgressNotes(redis, keys),
            timers=Timers(redis, keys, story),
            drill_steps=Timers(redis, keys, story, of_drills=True),
            drill_plans=DrillPlans(redis, keys, story),
            errands=Errands(redis, keys, story),
            pins=Pins(redis, keys),
            contacts=Contacts(redis, keys),
            rollcalls=RollCalls(redis, keys, story),
            channels=Channels(redis, keys),
            operators=Operators(redis, keys, story),
            drafts=Drafts(redis, keys, story),
            audit=Audit(redis, keys, story, audit_kept),
            source_contacts=SourceContacts(redis, keys, story),
            watch=Watch(redis, keys, stream),
            forgeries=Forgeries(redis, keys),
        )

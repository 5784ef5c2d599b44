"""A town in which it storms: a Redis of its own, thousands of chats, and the bot in processes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from bot.domain.broadcast import Broadcast
from bot.domain.fault import StorageUnavailable
from bot.domain.subscriber import Chat, Kind
from bot.formats import parse
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox
from bot.storage.keys import Keys
from bot.storage.opening import Storage, open_storage
from bot.storage.seeding import seed
from tests.acceptance.advisories import BROVARY, KYIV, Alert, payload
from tests.bot_process import free_port
from tests.storms.forked import ROOT, Bot
from tests.storms.ledger import Account
from tests.storms.redis_server import RollbackRedis

POLL_S = 0.05


class Town:
    """What a storm acts through. `people` follow Kyiv, every fifth of them Brovary as well."""

    def __init__(
        self, sandbox: Sandbox, server: RollbackRedis, storage: Storage, folder: Path, rate: int
    ) -> None:
        self.sandbox = sandbox
        self.server = server
        self.storage = storage
        self.rate = rate
        self.people: Collection[int] = ()
        self._folder = folder
        self._bots: list[Bot] = []

    def bot(self, redis_url: str | None = None, *, clock_off: timedelta = timedelta()) -> Bot:
        """A replica, not started yet; `redis_url` is a proxy's, say."""
        number = len(self._bots) + 1
        environment = {
            "BOT_CONFIG": str(ROOT / "config.yaml"),
            "BOT_TELEGRAM__TOKEN": self.sandbox.token,
            "BOT_TELEGRAM__API_URL": self.sandbox.url,
            "BOT_REDIS__URL": redis_url or self.server.url,
            "BOT_HTTP__PORT": "0",
            "BOT_TRUST__UNSIGNED": "publish",
            "BOT_DELIVERY__RATE": str(self.rate),
        }
        bot = Bot(environment, self._folder / f"bot-{number}.log", clock_off)
        self._bots.append(bot)
        return bot

    async def settle(self, count: int, *places: str) -> range:
        """So many more people, who follow these places."""
        ids = self.sandbox.world.crowd(count)
        await seed(self.storage.server, _chats(ids, places or (KYIV,)))
        return ids

    async def publish(self, advisory: Alert) -> str:
        """Put an advisory into the stream as a producer does; its id."""
        body = payload(advisory)
        await self.storage.queue.add(body)
        return parse(body).advisories[0].id

    def account(self, words: str) -> Account:
        """The ledger of the messages that hold these words."""
        return Account(self.sandbox, words)

    async def until_sent(self, count: int, *, timeout_s: float = 30.0) -> None:
        """Wait until Telegram has accepted so many messages in all."""
        async with asyncio.timeout(timeout_s):
            while len(self.sandbox.ledger) < count:
                await asyncio.sleep(0.002)

    async def broadcast(self, broadcast_id: str) -> Broadcast | None:
        """The broadcast as it stands; None also while Redis is away."""
        with suppress(StorageUnavailable):
            return await self.storage.broadcasts.get(broadcast_id)
        return None

    async def has_ended(self, broadcast_id: str) -> bool:
        """Whether nothing of the broadcast is left to do."""
        found = await self.broadcast(broadcast_id)
        return found is not None and found.ended is not None

    async def until_ended(self, broadcast_id: str, *, timeout_s: float) -> Broadcast:
        """Wait for the end of a broadcast; its counts must add up."""
        try:
            async with asyncio.timeout(timeout_s):
                while not await self.has_ended(broadcast_id):
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            found = await self.broadcast(broadcast_id)
            last = "\n".join(line for bot in self._bots for line in bot.output.splitlines()[-8:])
            raise AssertionError(f"it does not end: {found}\n{last}") from None
        found = await self.broadcast(broadcast_id)
        assert found is not None
        assert found.adds_up, found
        return found

    async def free_role(self) -> None:
        """Let three seconds pass for the role of a dispatcher that is dead."""
        with suppress(StorageUnavailable):
            await self.storage.server.call("DEL", Keys().dispatcher)

    async def restart_redis(self, away_s: float) -> None:
        """Start a killed Redis after a while, with the sandbox going on meanwhile."""
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self.server.start)

    def end(self) -> None:
        """Leave no process behind."""
        for bot in self._bots:
            bot.kill()

    @property
    def complaints(self) -> list[str]:
        """What the bots logged as errors."""
        return [line for bot in self._bots for line in bot.complaints]


def _chats(ids: range, places: tuple[str, ...]) -> Iterator[Chat]:
    for chat_id in ids:
        follows = (*places, BROVARY) if places == (KYIV,) and chat_id % 5 == 0 else places
        yield Chat(chat_id, Kind.PRIVATE, "en" if chat_id % 10 == 0 else "uk", follows)


@asynccontextmanager
async def open_town(
    folder: Path, chance: random.Random, *, chats: int, rate: int, limits: Limits | None = None
) -> AsyncIterator[Town]:
    """A town of so many people and a Telegram that has no limits, unless some are given."""
    server = RollbackRedis(folder, free_port())
    async with AsyncExitStack() as stack:
        stack.callback(server.kill)
        server.start()
        sandbox = await stack.enter_async_context(
            Sandbox(limits=limits or Limits.off(), seed=chance.getrandbits(32), keep_messages=False)
        )
        storage = await stack.enter_async_context(open_storage(server.url, folder))
        town = Town(sandbox, server, storage, folder, rate)
        stack.callback(town.end)
        town.people = await town.settle(chats)
        yield town

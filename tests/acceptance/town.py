"""A town to warn: a sandbox, a Redis, chats that follow cities, and what they were told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.subscriber import Chat, Kind
from bot.sandbox.chats import Chat as TelegramChat
from bot.sandbox.chats import User
from bot.sandbox.ledger import Entry
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from bot.storage.opening import Storage, open_storage
from tests.acceptance.advisories import KYIV, Alert, alert, payload
from tests.bot_process import BotProcess

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Town:
    """What a test acts through; nothing in here belongs to the bot's process."""

    sandbox: Sandbox
    redis_url: str
    storage: Storage
    place: str = KYIV
    """The city in which a test plays; tests that share a bot have one each."""
    since: int = 0
    """Where the ledger of this test begins."""

    @property
    def world(self) -> World:
        return self.sandbox.world

    def bot(self, *arguments: str, **settings: str) -> BotProcess:
        """A bot that publishes what is not signed and sends as fast as a test likes."""
        usual = {"BOT_TRUST__UNSIGNED": "publish", "BOT_DELIVERY__RATE": "100"}
        return BotProcess(self.sandbox, self.redis_url, *arguments, **usual | settings)

    async def publish(self, advisory: Alert | bytes, **fields: str) -> str:
        """What a producer does with `redis-cli XADD`; the entry's id."""
        body = advisory if isinstance(advisory, bytes) else payload(advisory)
        more = (part for item in fields.items() for part in item)
        entry: bytes = await self.command("XADD", "advisories", "*", "payload", body, *more)
        return entry.decode()

    async def command(self, *parts: str | bytes | int) -> Any:
        """Say something to Redis, as with redis-cli."""
        return await self.storage.server.call(*parts)

    def alert(self, name: str, **changes: Any) -> Alert:
        """An advisory for this city whose headline is `name`."""
        return alert(name, self.place, **changes)

    async def dead_letters(self) -> list[dict[str, str]]:
        """Everything in the stream of dead letters, as text."""
        return [
            {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
            for _, fields in await self.command("XRANGE", "advisories:dead", "-", "+")
        ]

    # Who lives here. What is stored directly spares hundreds of conversations.

    async def crowd(self, count: int, *places: str) -> range:
        """People who have started the bot and follow the places (this city)."""
        ids = self.world.crowd(count)
        await self.settle(Kind.PRIVATE, ids, *places)
        return ids

    async def person(self, name: str, language: str = "uk", place: str | None = None) -> User:
        """One of them, by name."""
        user = self.world.user(name, language)
        self.world.private_chat(user).started = True
        await self.settle(Kind.PRIVATE, [user.id], place or self.place, language=language)
        return user

    async def group(
        self, title: str, place: str | None = None, *, supergroup: bool = True
    ) -> TelegramChat:
        """A group with the bot in it; that it was added is no news any more."""
        owner = self.world.user(f"Owner of {title}")
        group = self.world.group(title, owner, supergroup=supergroup)
        self.world.add_bot(group, owner)
        self.sandbox.updates.drop()
        await self.settle(Kind.GROUP, [group.id], place or self.place)
        return group

    async def channel(self, title: str, place: str | None = None) -> TelegramChat:
        """A channel where the bot may post."""
        owner = self.world.user(f"Owner of {title}")
        channel = self.world.channel(title, owner)
        self.world.add_bot(channel, owner, admin=True)
        self.sandbox.updates.drop()
        await self.settle(Kind.CHANNEL, [channel.id], place or self.place)
        return channel

    async def settle(
        self, kind: Kind, ids: Iterable[int], *places: str, language: str = "uk"
    ) -> None:
        """Store chats that follow the places (this city)."""
        for chat_id in ids:
            await self.storage.chats.save(Chat(chat_id, kind, language, places or (self.place,)))

    async def chat(self, chat_id: int) -> Chat:
        """A chat as stored."""
        chat = await self.storage.chats.get(chat_id)
        assert chat is not None
        return chat

    # What was said

    def sends(self, words: str) -> list[Entry]:
        """Accepted messages that hold these words, in order."""
        entries = self.sandbox.ledger.entries(method="sendMessage", since=self.since)
        return [one for one in entries if words in one.text]

    def told(self, words: str) -> Counter[int]:
        """How often each chat was sent these words."""
        return Counter(one.chat_id for one in self.sends(words))

    def changed(self, words: str) -> Counter[int]:
        """How often a message of each chat was changed into one that holds these words."""
        entries = self.sandbox.ledger.entries(method="editMessageText", since=self.since)
        return Counter(one.chat_id for one in entries if words in one.text)

    async def until_told(self, words: str, count: int, *, timeout_s: float = PATIENCE_S) -> None:
        """Wait until so many chats were sent these words."""
        await until(
            lambda: len(self.told(words)) >= count,
            lambda: f"{len(self.told(words))} of {count} chats were told {words!r}",
            timeout_s=timeout_s,
        )


async def until(
    holds: Callable[[], bool],
    instead: Callable[[], str] = lambda: "waited in vain",
    *,
    timeout_s: float = PATIENCE_S,
) -> None:
    """Wait until something holds; `instead` says what was found when it never did."""
    try:
        async with asyncio.timeout(timeout_s):
            while not holds():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(instead()) from None


@asynccontextmanager
async def open_town(redis_url: str, limits: Limits) -> AsyncIterator[Town]:
    """A town whose Telegram enforces `limits`."""
    async with (
        Sandbox(limits=limits) as sandbox,
        open_storage(redis_url, Path("unused")) as storage,
    ):
        yield Town(sandbox, redis_url, storage)

"""Many chats at once, for an empty database: benchmarks and storms start with a million."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from bot.domain.subscriber import Chat
from bot.storage.chats import fields_of
from bot.storage.keys import Keys
from bot.storage.server import Server, Value

BATCH = 2_000


async def seed(server: Server, chats: Iterable[Chat], keys: Keys | None = None) -> int:
    """Store active chats as `Chats.save` would, without looking for what is there; how many."""
    names, remaining, total = keys or Keys(), iter(chats), 0
    while batch := list(islice(remaining, BATCH)):
        commands: list[tuple[Value, ...]] = []
        for chat in batch:
            flat = [part for item in fields_of(chat).items() for part in item]
            commands.append(("HSET", names.chat(chat.id), *flat))
            for place in chat.places:
                commands.append(("ZADD", names.place(place, chat.kind), chat.id, chat.id))
                commands.append(("SADD", names.places(chat.kind), place))
        await server.pipe(*commands)
        total += len(batch)
    return total

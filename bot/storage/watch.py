"""What the watchdog remembers, which replica watches, and events that were left for it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from pydantic import TypeAdapter
from redis.asyncio import Redis

from bot.domain.letters import Heap
from bot.domain.memory import Event, Memory, Word
from bot.storage.keys import Keys
from bot.storage.server import Server, Value

LEASE_MS = 30_000
"""How long a watcher may take to tell what it found; then another replica looks."""

LETTERS_AT_A_TIME = 1000
EVENTS_KEPT_S = 7 * 24 * 3600

_MEMORY = TypeAdapter(Memory)


class Watch:
    """One replica watches at a time. `stream` is the public one whose dead letters are counted."""

    def __init__(self, redis: Redis, keys: Keys | None = None, stream: str = "advisories") -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()
        self._dead = f"{stream}:dead"
        self._uuid = secrets.token_hex(16)

    async def take_turn(self) -> bool:
        """Whether this replica may look now; asking again prolongs its turn."""
        args: list[Value] = ["acquire", self._uuid, LEASE_MS]
        return bool(await self._server.run("role", [self._keys.watcher], args))

    async def end_turn(self) -> None:
        """Let another replica look at once."""
        await self._server.run("role", [self._keys.watcher], ["release", self._uuid, 0])

    async def memory(self) -> Memory | None:
        """What was remembered last; None before the first look."""
        raw: bytes | None = await self._server.call("GET", self._keys.watch)
        return None if raw is None else _MEMORY.validate_json(raw)

    async def remember(self, memory: Memory) -> bool:
        """Keep it; False where another replica watches by now."""
        keys = [self._keys.watcher, self._keys.watch]
        args: list[Value] = [self._uuid, _MEMORY.dump_json(memory)]
        return bool(await self._server.run("watch_save", keys, args))

    async def dead_letters(self, read: str) -> tuple[str, tuple[Heap, ...]]:
        """By reason what came behind the id `read`, and the id that was read last."""
        args: list[Value] = [read, LETTERS_AT_A_TIME]
        last, *cells = await self._server.run("dead_letters", [self._dead], args)
        rows = (cells[start : start + 4] for start in range(0, len(cells), 4))
        heaps = (Heap(_text(name), int(n), _text(said), _text(who)) for name, n, said, who in rows)
        return last.decode(), tuple(heaps)

    async def leave(self, word: Word, about: str, facts: Mapping[str, str | int]) -> None:
        """Leave an event for whoever watches; the same one twice is told once."""
        raw = json.dumps([word.value, about, dict(facts)], ensure_ascii=False, sort_keys=True)
        key = self._keys.watch_events
        await self._server.pipe(
            ("HSET", key, f"{word}:{about}", raw), ("EXPIRE", key, EVENTS_KEPT_S)
        )

    async def events(self) -> tuple[Event, ...]:
        """Everything that was left and not dropped."""
        fields = await self._server.call("HGETALL", self._keys.watch_events)
        return tuple(_event(raw) for raw in fields.values())

    async def moved_to(self, chat_id: int) -> int | None:
        """The id that an operators' chat has since it became a supergroup."""
        found: bytes | None = await self._server.call("HGET", self._keys.operators_chat, chat_id)
        return None if found is None else int(found)

    async def note_moved(self, chat_id: int, new_id: int) -> None:
        """Keep it: the configuration still names the old one."""
        await self._server.call("HSET", self._keys.operators_chat, chat_id, new_id)

    async def drop(self, event: Event) -> None:
        """It was told."""
        args: list[Value] = [f"{event.word}:{event.about}", event.raw]
        await self._server.run("watch_drop", [self._keys.watch_events], args)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _event(raw: bytes) -> Event:
    word, about, facts = json.loads(raw)
    return Event(Word(word), about, facts, raw)

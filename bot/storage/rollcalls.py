"""Roll-calls: the latest of each group, kept for a week, and where a person answered one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from bot.domain.rollcall import Answer, Reply, RollCall, name_key
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, from_ms, to_ms

KEPT_MS = 7 * 24 * 3600 * 1000
"""Names are somebody's: what was answered is gone a week after the last answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it arrives. `user_id` answers; for somebody else it only notes, by `of`."""

    user_id: int
    answer: Answer
    name: str
    of: str | None = None


class RollCalls:
    """What is asked and answered in groups."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def open(self, call: RollCall) -> bool:
        """Begin one; False while another one of the group is open."""
        fields: list[str | int] = [
            *("by", call.asked_by, "language", call.language),
            *("opened", to_ms(call.opened), "closes", to_ms(call.closes)),
            *("message", call.message_id, "thread", call.thread_id or ""),
        ]
        lasts = to_ms(call.closes) - to_ms(call.opened) + KEPT_MS
        head = (call.id, call.chat_id, lasts)
        if not await self._run(call.chat_id, "open", *head, *fields):
            return False
        if call.asked_by:
            key = self._keys.rollcalls_of(call.asked_by)
            await self._server.pipe(("SADD", key, call.chat_id), ("PEXPIRE", key, lasts))
        return True

    async def shown(self, chat_id: int, message_id: int) -> None:
        """Remember the message with the counter."""
        await self._server.call("HSET", self._keys.rollcall(chat_id), "message", message_id)

    async def get(self, chat_id: int) -> RollCall | None:
        """The latest of a group."""
        raw = await self._server.call("HGETALL", self._keys.rollcall(chat_id))
        fields = {name.decode(): value.decode() for name, value in raw.items()}
        if "id" not in fields:
            return None
        return RollCall(
            id=fields["id"],
            chat_id=chat_id,
            asked_by=int(fields["by"]),
            language=fields["language"],
            opened=from_ms(fields["opened"]),
            closes=from_ms(fields["closes"]),
            message_id=int(fields["message"]),
            thread_id=int(fields["thread"]) if fields["thread"] else None,
            is_open=fields["open"] == "1",
        )

    async def answer(self, chat_id: int, call_id: str, said: Said, at: datetime) -> str:
        """Keep an answer: `new`, `changed`, `same`, or `closed` when it came too late."""
        field = f"u{said.user_id}" if said.of is None else f"n{name_key(said.of)}"
        kept = {"name": said.name, "at": to_ms(at)}
        if said.of is not None:
            kept |= {"name": said.of, "by": said.name, "user": said.user_id}
        value = f"{said.answer} {json.dumps(kept, ensure_ascii=False)}"
        extra = self._keys.rollcalls_of(said.user_id)
        args = (call_id, field, said.answer.value, value, chat_id, KEPT_MS)
        reply: bytes = await self._run(chat_id, "answer", *args, more=(extra,))
        return reply.decode()

    async def counts(self, chat_id: int) -> dict[Answer, int]:
        """How many gave each answer."""
        raw = await self._server.call("HGETALL", self._keys.rollcall(chat_id, "counts"))
        found = {name.decode(): int(value) for name, value in raw.items()}
        return {answer: found.get(answer, 0) for answer in Answer}

    async def replies(self, chat_id: int) -> list[Reply]:
        """Everybody who is accounted for, in no order."""
        raw = await self._server.call("HGETALL", self._keys.rollcall(chat_id, "answers"))
        return [_reply(value.decode()) for value in raw.values()]

    async def end(self, chat_id: int, call_id: str) -> bool:
        """Close it; True for the first who does."""
        return bool(await self._run(chat_id, "end", call_id))

    async def move(self, old_id: int, new_id: int) -> bool:
        """A group has another id; False where there is nothing to move."""
        new = self._of(new_id)
        return bool(await self._run(old_id, "move", "", new_id, more=new))

    async def chats_of(self, user_id: int) -> Sequence[int]:
        """The groups where somebody asked or answered."""
        members = await self._server.call("SMEMBERS", self._keys.rollcalls_of(user_id))
        return sorted(map(int, members))

    async def forget(self, user_id: int) -> None:
        """Delete a person's answers, what they noted for others, and that they asked."""
        for chat_id in await self.chats_of(user_id):
            raw = await self._server.call("HGETALL", self._keys.rollcall(chat_id, "answers"))
            for field, value in raw.items():
                own = field == f"u{user_id}".encode()
                if own or json.loads(value.partition(b" ")[2]).get("user") == user_id:
                    await self._run(chat_id, "forget", "", field.decode())
            call = await self.get(chat_id)
            if call is not None and call.asked_by == user_id:
                await self._server.call("HSET", self._keys.rollcall(chat_id), "by", 0)
        await self._server.call("DEL", self._keys.rollcalls_of(user_id))

    def _of(self, chat_id: int) -> tuple[str, str, str]:
        keys = self._keys
        return (
            keys.rollcall(chat_id),
            keys.rollcall(chat_id, "answers"),
            keys.rollcall(chat_id, "counts"),
        )

    async def _run(
        self, chat_id: int, what: str, *args: str | int, more: Sequence[str] = ()
    ) -> bytes:
        reply: bytes = await self._server.run(
            "rollcall", [*self._of(chat_id), *more], [self._server.now_arg, what, *args]
        )
        return reply


def _reply(value: str) -> Reply:
    answer, _, rest = value.partition(" ")
    kept = json.loads(rest)
    return Reply(kept["name"], Answer(answer), from_ms(kept["at"]), kept.get("by", ""))

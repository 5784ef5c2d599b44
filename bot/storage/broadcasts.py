"""Broadcasts: who is told, by whom and how it ended, safe against a crash at any instruction."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from redis.asyncio import Redis

from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Claim,
    Claimed,
    Entry,
    Plan,
    Standing,
)
from bot.domain.subscriber import REACH_FIRST, Kind, Recipient
from bot.storage.arguments import KeyTable, candidate_words, entry_words
from bot.storage.audience import estimate
from bot.storage.claims import broadcast_of, read_claim, read_row
from bot.storage.keys import Keys
from bot.storage.layout import Buckets, Layout, buckets_for, read_buckets, write_answers
from bot.storage.server import Clock, Server, Value, from_ms, to_ms
from bot.storage.walk import Ahead, Peek, peek

__all__ = [
    "Broadcast",
    "BroadcastState",
    "Broadcasts",
    "Claim",
    "Claimed",
    "Entry",
    "Plan",
    "Standing",
]

ROUNDS = 16
LAYOUTS_KEPT = 8


class Broadcasts:
    """Deliveries under way.

    `role` is the uuid under which the caller holds the dispatcher's role. A claim first reads
    candidates, then a script looks again and takes them; nothing is held between the two.
    """

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()
        self._layouts: OrderedDict[str, Layout] = OrderedDict()
        self._ahead: Ahead | None = None
        self._process = secrets.token_hex(4)
        self._tickets = count(1)

    async def publish(self, plan: Plan) -> bool:
        """Start a broadcast; False when its id is there already. Waits for a replica, if any."""
        keys = self._keys
        followers = await estimate(self._server, keys, plan.places)
        buckets = buckets_for(followers)
        told = await self._buckets(plan.told_by)
        answers = told if plan.answers is None else await self._buckets(plan.answers)
        for kind in REACH_FIRST:
            buckets[kind] = max(buckets[kind], *(one[kind] for one in told.values()), 1)
        created = await self._server.run(
            "publish",
            [
                *self._base(plan.id),
                keys.segments(plan.id),
                *(keys.places(kind) for kind in REACH_FIRST),
                *(keys.advisory(plan.stands or plan.id), keys.owed, keys.recent),
                *(keys.broadcast(told_by) for told_by in plan.told_by),
            ],
            [
                *(self._server.now_arg, plan.id, secrets.token_hex(8)),
                *(int(plan.lane), to_ms(plan.expires), plan.manner.value),
                *("".join(kind.value[0] for kind in plan.kinds), int(plan.closes)),
                *(plan.stands or "", " ".join(plan.told_by)),
                *(write_answers(told), write_answers(answers)),
                " ".join(str(buckets[kind]) for kind in REACH_FIRST),
                "" if plan.share is None else plan.share,
                " ".join(who.key for who in plan.chats),
                _expected(plan, followers),
                *plan.places,
            ],
        )
        await self._server.replicated(keys.replicated)
        return bool(created)

    async def _buckets(self, broadcast_ids: Sequence[str]) -> dict[str, Buckets]:
        """The buckets of those broadcasts that are there, in their order."""
        fields = await self._server.pipe(
            *(("HGET", self._keys.broadcast(one), "buckets") for one in broadcast_ids)
        )
        return {
            one: read_buckets(field)
            for one, field in zip(broadcast_ids, fields, strict=True)
            if field
        }

    async def turn(self) -> str | None:
        """The broadcast to serve: highest lane, then least recently served, with work now."""
        time, active, wake = await self._server.pipe(
            ("TIME",),
            ("ZRANGE", self._keys.active, 0, -1),
            ("ZRANGE", self._keys.wake, 0, -1, "WITHSCORES"),
        )
        now, at = self._server.now_ms(time), {key: due for key, due in wake}
        ready = (key for key in active if key in at and at[key] <= now)
        first: bytes | None = next(ready, None)
        return first.decode() if first else None

    async def next_due(self) -> datetime | None:
        """When a broadcast has something to do; now or earlier when one has."""
        time, first = await self._server.pipe(
            ("TIME",), ("ZRANGE", self._keys.wake, 0, 0, "WITHSCORES")
        )
        return from_ms(max(self._server.now_ms(time), first[0][1])) if first else None

    async def claim(self, role: str, broadcast_id: str, n: int) -> Claim:
        """Put up to `n` chats in flight: postponed ones that are due, then the next ones.

        A cancelled or expired broadcast gives none; each claim counts a stretch of what is left
        of it, until `finished`.
        """
        claim = Claim(Standing.OK)
        for _ in range(ROUNDS):
            layout = await self._layout(broadcast_id)
            # What was read ahead is used once: a claim that goes wrong reads anew.
            ahead, self._ahead = self._ahead, None
            if layout is None:
                seen = Peek()
            elif ahead is None or not ahead.fits(layout, n):
                seen = await peek(self._server, self._keys, layout, n)
            else:
                seen = ahead.next(n)
            verdict, reply = await self._take(role, broadcast_id, layout, seen)
            if verdict == _RESYNC:
                self._layouts.pop(broadcast_id, None)
                continue
            claim = read_claim(verdict, reply)
            if claim.standing is Standing.OK and not claim.is_due:
                self._ahead = seen.ahead
            if claim.finished:
                self._layouts.pop(broadcast_id, None)
            if claim.chats or claim.finished or claim.standing is not Standing.OK or seen.idle:
                break
        return claim

    async def recover(
        self, role: str, broadcast_id: str, held: Collection[Recipient]
    ) -> tuple[Claimed, ...]:
        """What is in flight and not in the caller's hands: after a takeover or a lost reply."""
        flying = await self._server.call("HKEYS", self._keys.in_flight(broadcast_id))
        lost = {Recipient.from_key(key.decode()) for key in flying}.difference(held)
        layout = await self._layout(broadcast_id)
        if layout is None or not lost:
            return ()
        table = KeyTable(self._base(broadcast_id))
        args: list[Value] = [self._server.now_arg, broadcast_id, role]
        for who in sorted(lost, key=lambda r: (REACH_FIRST.index(r.kind), r.chat_id)):
            chat = table.index(self._keys.chat(who.chat_id))
            args += (who.key, who.chat_id, chat, table.indices(layout.told(self._keys, who)))
        return tuple(map(read_row, await self._server.run("recover", table.keys, args)))

    async def record(self, role: str, broadcast_id: str, entries: Sequence[Entry]) -> Standing:
        """Write down how sends ended; an entry counts only if it was in flight: twice is once."""
        for _ in range(ROUNDS):
            layout = await self._layout(broadcast_id)
            table = KeyTable([*self._base(broadcast_id), self._keys.measures(broadcast_id)])
            made = layout.made if layout else ""
            args: list[Value] = [self._server.now_arg, broadcast_id, role, made]
            if layout:
                args += (entry_words(self._keys, layout, table, entry) for entry in entries)
            reply: bytes = await self._server.run("record", table.keys, args)
            if reply.decode() != _RESYNC:
                return Standing(reply.decode())
            self._layouts.pop(broadcast_id, None)
        return Standing.STOP

    async def join(self, broadcast_id: str, recipient: Recipient) -> bool:
        """Tell someone who subscribed while the broadcast is active; also wakes one that is done.

        True when this broadcast will tell the chat, False when it has, or is over.
        """
        return await self._with("join", broadcast_id, recipient, recipient.key, recipient.chat_id)

    async def holds(self, broadcast_id: str, recipient: Recipient) -> bool:
        """Whether it is held for a chat that rested when it went out."""
        return await self._receipt(broadcast_id, recipient) == _HELD

    async def summed(self, broadcast_id: str, recipient: Recipient) -> bool:
        """What was held was told in a summary; False where nothing was held."""
        return await self._with("summed", broadcast_id, recipient, recipient.chat_id)

    async def _with(self, script: str, broadcast_id: str, who: Recipient, *args: Value) -> bool:
        """Run a script that works with the receipts of one chat."""
        for _ in range(ROUNDS):
            layout = await self._layout(broadcast_id)
            if layout is None:
                return False
            reply: bytes = await self._server.run(
                script,
                [
                    *self._base(broadcast_id),
                    *(layout.receipts(self._keys, who), self._keys.measures(broadcast_id)),
                ],
                [self._server.now_arg, broadcast_id, layout.made, *args],
            )
            if reply.decode() != _RESYNC:
                return reply == b"1"
            self._layouts.pop(broadcast_id, None)
        return False

    async def cancel(self, broadcast_id: str) -> bool:
        """Stop what is unsent; True when it is cancelled then. Waits for a replica, if any."""
        cancelled = await self._steer(broadcast_id, "cancel")
        await self._server.replicated(self._keys.replicated)
        return cancelled

    async def halt(self, broadcast_id: str, reason: str) -> None:
        """Stop sending until `resume`: the fault is ours and the same for every chat."""
        await self._steer(broadcast_id, "halt", reason)

    async def resume(self, broadcast_id: str) -> None:
        """Go on with a halted broadcast."""
        await self._steer(broadcast_id, "resume")

    async def pay(self, broadcast_id: str, *, paid: bool) -> bool:
        """Choose to send it for Stars, or free, over the configuration; False if it is over.

        Choosing anew also tries again where paying was given up.
        """
        return await self._steer(broadcast_id, "pay" if paid else "free")

    async def spend(
        self, role: str, broadcast_id: str, spent: int, unpaid: str | None = None
    ) -> Standing:
        """Write down the tenths of a Star spent on it in all, and why it is paid no longer."""
        args = [self._server.now_arg, broadcast_id, role, spent, unpaid or ""]
        reply: bytes = await self._server.run("spend", self._base(broadcast_id), args)
        return Standing(reply.decode())

    async def get(self, broadcast_id: str) -> Broadcast | None:
        """The broadcast with its counts as they stand."""
        fields, in_flight, later = await self._server.pipe(
            ("HGETALL", self._keys.broadcast(broadcast_id)),
            ("HLEN", self._keys.in_flight(broadcast_id)),
            ("ZCARD", self._keys.later(broadcast_id)),
        )
        return broadcast_of(broadcast_id, fields, in_flight, later) if fields else None

    async def reason(self, broadcast_id: str) -> str | None:
        """Why the broadcast was halted, while it is."""
        value: bytes | None = await self._server.call(
            "HGET", self._keys.broadcast(broadcast_id), "reason"
        )
        return value.decode() if value else None

    async def all_active(self) -> tuple[str, ...]:
        """Every broadcast that is not finished, in the order of lanes and turns."""
        members = await self._server.call("ZRANGE", self._keys.active, 0, -1)
        return tuple(member.decode() for member in members)

    async def met(self, broadcast_id: str, recipient: Recipient) -> bool:
        """Whether the broadcast has, had or will have the chat in its hands under this address."""
        layout = await self._layout(broadcast_id)
        if layout is None:
            return False
        found = await self._server.pipe(
            ("HEXISTS", layout.receipts(self._keys, recipient), recipient.chat_id),
            ("HEXISTS", self._keys.in_flight(broadcast_id), recipient.key),
            ("ZSCORE", self._keys.later(broadcast_id), recipient.key),
        )
        return any(found[:2]) or found[2] is not None

    async def told(self, broadcast_id: str, recipient: Recipient) -> int | None:
        """The id of the message that told the chat."""
        value = await self._receipt(broadcast_id, recipient)
        return int(value) if value and value.isdigit() else None

    async def _receipt(self, broadcast_id: str, recipient: Recipient) -> bytes | None:
        layout = await self._layout(broadcast_id)
        if layout is None:
            return None
        key = layout.receipts(self._keys, recipient)
        value: bytes | None = await self._server.call("HGET", key, recipient.chat_id)
        return value

    def _base(self, broadcast_id: str) -> list[str]:
        keys = self._keys
        return [
            *(keys.active, keys.wake, keys.broadcast(broadcast_id)),
            *(keys.in_flight(broadcast_id), keys.later(broadcast_id)),
            *(keys.attempts(broadcast_id), keys.dispatcher),
        ]

    async def _steer(self, broadcast_id: str, what: str, reason: str = "") -> bool:
        args = [self._server.now_arg, broadcast_id, what, reason]
        return bool(await self._server.run("steer", self._base(broadcast_id), args))

    async def _layout(self, broadcast_id: str) -> Layout | None:
        """The layout, read once: scripts refuse one whose `made` is no longer right."""
        if known := self._layouts.get(broadcast_id):
            return known
        fields, segments = await self._server.pipe(
            ("HGETALL", self._keys.broadcast(broadcast_id)),
            ("LRANGE", self._keys.segments(broadcast_id), 0, -1),
        )
        if not fields:
            return None
        self._layouts[broadcast_id] = layout = Layout.parse(broadcast_id, fields, segments)
        if len(self._layouts) > LAYOUTS_KEPT:
            self._layouts.popitem(last=False)
        return layout

    async def _take(
        self, role: str, broadcast_id: str, layout: Layout | None, seen: Peek
    ) -> tuple[str, list[Any]]:
        table = KeyTable([*self._base(broadcast_id), self._keys.served])
        ticket = f"{self._process}-{next(self._tickets)}"
        pause = "" if seen.pause_ms is None else seen.pause_ms
        args: list[Value] = [self._server.now_arg, broadcast_id, role]
        args += (layout.made if layout else "", ticket, seen.seen, seen.after, pause)
        if layout:
            args += (candidate_words(self._keys, layout, table, one) for one in seen.candidates)
        verdict, *reply = await self._server.run("claim", table.keys, args)
        return verdict.decode(), reply


def _expected(plan: Plan, followers: Mapping[Kind, int]) -> int:
    """How many chats its places and names would make, at most; those told before are counted
    where they are known.
    """
    following = sum(followers[kind] for kind in plan.kinds)
    if plan.share is not None:
        following = -(-following * plan.share // 100)
    return following + len(plan.chats)


_RESYNC = "resync"
_HELD = b"h"
"""The receipt of what is held, as prelude.lua has it."""

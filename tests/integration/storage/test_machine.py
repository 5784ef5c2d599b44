"""Any order of publishing, claiming, recording, crashing and subscribing: nobody lost or repeated.

A model of what each broadcast owes runs beside the real server. At the end of every run all is
delivered, and the server's counts are held against the model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.domain.broadcast import BroadcastState, Claimed, Entry, Plan, Standing
from bot.domain.delivery import End, Lane
from bot.domain.subscriber import Chat, Kind, Recipient
from bot.storage.broadcasts import Broadcasts
from bot.storage.chats import Chats
from bot.storage.connection import connect
from bot.storage.keys import Keys
from bot.storage.role import Role
from tests.integration.storage.conftest import Clock

T = TypeVar("T")
PLACES = ("kyiv", "lviv")
CHATS = (
    *(Recipient(Kind.PRIVATE, i) for i in range(1, 7)),
    *(Recipient(Kind.GROUP, -i) for i in range(1, 4)),
    Recipient(Kind.CHANNEL, -1001),
)


@dataclass
class Owed:
    """What one broadcast owes to whom, and what became of it."""

    plan: Plan
    audience: set[Recipient]
    hands: set[Recipient] = field(default_factory=set)
    ends: dict[Recipient, End] = field(default_factory=dict)
    left: set[Recipient] = field(default_factory=set)
    closed: bool = False


class Machine(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.owed: dict[str, Owed] = {}
        self.followed: dict[Recipient, set[str]] = {}
        self.last: tuple[str, list[Entry]] | None = None
        self.before: (
            tuple[dict[bytes, bytes], dict[str, Owed], dict[Recipient, set[str]]] | None
        ) = None
        self.role_key = Keys().dispatcher.encode()
        self.roles = 0

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    @initialize(lane=st.sampled_from(Lane))
    def start(self, lane: Lane) -> None:
        self.redis = self.run(self._connect())
        self.chats, self.role = Chats(self.redis), Role(self.redis)
        self._become_dispatcher()
        # A run that has nobody to tell finds nothing.
        for number, who in enumerate(CHATS):
            self.subscribe(who, PLACES[number % 2])
        self.publish(PLACES, lane, 3600)

    async def _connect(self) -> Any:
        client = connect(self.url)
        await client.flushall()
        return client

    def _become_dispatcher(self) -> None:
        self.broadcasts = Broadcasts(self.redis, clock=self.clock)
        self.roles += 1
        self.uuid = f"role-{self.roles}"
        assert self.run(self.role.acquire(self.uuid, 600))

    def _take(self, broadcast_id: str, claimed: tuple[Claimed, ...]) -> None:
        owed = self.owed[broadcast_id]
        for one in claimed:
            assert one.recipient not in owed.ends, "claimed again after its end"
            assert one.recipient not in owed.hands, "claimed while in hand"
            owed.hands.add(one.recipient)

    @rule(who=st.sampled_from(CHATS), place=st.sampled_from(PLACES))
    def subscribe(self, who: Recipient, place: str) -> None:
        places = self.followed.setdefault(who, set())
        places.add(place)
        chat = Chat(who.chat_id, who.kind, "uk", tuple(sorted(places)))
        self.run(self.chats.save(chat))
        for broadcast_id, owed in self.owed.items():
            if place in owed.plan.places and not owed.closed:
                joined = self.run(self.broadcasts.join(broadcast_id, who))
                if joined:
                    if owed.ends.get(who) is End.UNREACHABLE:
                        # Here again, and told after all; what was recorded is of another try.
                        del owed.ends[who]
                        self.last = None
                    owed.audience.add(who)
                    owed.left.discard(who)
                over = self.clock.now >= owed.plan.expires or (
                    self._state(broadcast_id) is BroadcastState.CANCELLED
                )
                assert joined or who in owed.ends or over or who in owed.left

    @precondition(lambda self: self.followed)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.followed, key=lambda r: r.chat_id)))
        del self.followed[who]
        self.run(self.chats.forget(who.chat_id))
        for owed in self.owed.values():
            owed.left.add(who)

    @precondition(lambda self: len(self.owed) < 5)
    @rule(
        places=st.sampled_from([("kyiv",), ("lviv",), ("lviv", "kyiv")]),
        lane=st.sampled_from(Lane),
        life_s=st.sampled_from([20, 3600]),
    )
    def publish(self, places: tuple[str, ...], lane: Lane, life_s: int) -> None:
        expires = self.clock.now + timedelta(seconds=life_s)
        plan = Plan(f"b{len(self.owed)}", lane, expires, places)
        audience = {who for who, where in self.followed.items() if where & set(places)}
        assert self.run(self.broadcasts.publish(plan))
        assert not self.run(self.broadcasts.publish(plan))
        self.owed[plan.id] = Owed(plan, audience)

    @precondition(lambda self: 0 < len(self.owed) < 5)
    @rule(data=st.data(), lane=st.sampled_from(Lane), cancel=st.booleans())
    def correct(self, data: st.DataObject, lane: Lane, cancel: bool) -> None:
        told_by = data.draw(st.sampled_from(sorted(self.owed)))
        if cancel:
            self.run(self.broadcasts.cancel(told_by))
        expires = self.clock.now + timedelta(hours=2)
        plan = Plan(f"b{len(self.owed)}", lane, expires, told_by=(told_by,), closes=True)
        assert self.run(self.broadcasts.publish(plan))
        self.owed[told_by].closed = True
        self.owed[plan.id] = Owed(plan, set(), left=set(CHATS) - self.followed.keys())

    @rule(n=st.integers(1, 4), lost=st.booleans(), in_turn=st.booleans(), data=st.data())
    def claim(self, n: int, lost: bool, in_turn: bool, data: st.DataObject) -> None:
        broadcast_id = self.run(self.broadcasts.turn())
        if broadcast_id is None:
            return
        if not in_turn:
            # A dispatcher claims for a slice of time; a higher lane may have come meanwhile.
            active = sorted(self.run(self.broadcasts.all_active()))
            broadcast_id = data.draw(st.sampled_from(active))
        claim = self.run(self.broadcasts.claim(self.uuid, broadcast_id, n))
        assert claim.standing is not Standing.FENCED
        assert not in_turn or claim.standing is not Standing.PREEMPT
        if claim.chats:
            assert claim.standing is Standing.OK
            assert self._state(broadcast_id) is BroadcastState.SENDING
            assert self.clock.now < self.owed[broadcast_id].plan.expires
        if lost:
            held = self.owed[broadcast_id].hands
            self._take(broadcast_id, self.run(self._recover(broadcast_id, held)))
        else:
            self._take(broadcast_id, claim.chats)

    async def _recover(self, broadcast_id: str, held: set[Recipient]) -> tuple[Claimed, ...]:
        return await self.broadcasts.recover(self.uuid, broadcast_id, tuple(held))

    @precondition(lambda self: any(o.hands for o in self.owed.values()))
    @rule(data=st.data(), later_s=st.sampled_from([0, 5]), lost=st.booleans())
    def record(self, data: st.DataObject, later_s: int, lost: bool) -> None:
        ids = [i for i, o in self.owed.items() if o.hands]
        broadcast_id = data.draw(st.sampled_from(ids))
        owed = self.owed[broadcast_id]
        hands = sorted(owed.hands, key=lambda r: r.chat_id)
        entries = []
        for who in data.draw(st.lists(st.sampled_from(hands), unique=True, min_size=1)):
            end = data.draw(st.sampled_from([End.SENT, End.SENT, End.UNREACHABLE, None]))
            owed.hands.discard(who)
            if end is None:
                due = self.clock.now + timedelta(seconds=later_s)
                entries.append(Entry(who, None, due=due))
            else:
                owed.ends[who] = end
                entries.append(Entry(who, end, message_id=abs(who.chat_id)))
        for _ in range(1 + lost):
            standing = self.run(self.broadcasts.record(self.uuid, broadcast_id, entries))
            assert standing is not Standing.FENCED
        final = [entry for entry in entries if entry.end is not None]
        self.last = (broadcast_id, final)

    @precondition(lambda self: self.last is not None)
    @rule()
    def record_again(self) -> None:
        assert self.last is not None
        self.run(self.broadcasts.record(self.uuid, *self.last))

    @rule()
    def crash(self) -> None:
        old, broadcasts = self.uuid, self.broadcasts
        self.run(self.role.release(old))
        self._become_dispatcher()
        for broadcast_id in self.run(self.broadcasts.all_active()):
            owed = self.owed[broadcast_id]
            before, owed.hands = owed.hands, set()
            for who in before:
                entry = Entry(who, End.SENT, 1)
                fenced = self.run(broadcasts.record(old, broadcast_id, [entry]))
                assert fenced is Standing.FENCED
            claim = self.run(broadcasts.claim(old, broadcast_id, 2))
            assert (claim.standing, claim.chats) == (Standing.FENCED, ())
            self._take(broadcast_id, self.run(self._recover(broadcast_id, set())))
            assert owed.hands == before, "what was in flight is taken over whole"

    @rule()
    def remember(self) -> None:
        """From here the server may lose its last writes."""
        self.before = (self.run(self._dump()), deepcopy(self.owed), deepcopy(self.followed))

    @precondition(lambda self: self.before is not None)
    @rule()
    def roll_back(self) -> None:
        """The server forgot what came since, and the dispatcher, who lives on, what it held."""
        assert self.before is not None
        (keys, self.owed, self.followed), self.before, self.last = self.before, None, None
        self.run(self._restore(keys))
        for broadcast_id in self.run(self.broadcasts.all_active()):
            owed = self.owed[broadcast_id]
            before, owed.hands = owed.hands, set()
            self._take(broadcast_id, self.run(self._recover(broadcast_id, set())))
            assert owed.hands == before, "what was in flight is in flight again"

    async def _dump(self) -> dict[bytes, bytes]:
        keys = [key async for key in self.redis.scan_iter() if key != self.role_key]
        return {key: await self.redis.dump(key) for key in keys}

    async def _restore(self, keys: dict[bytes, bytes]) -> None:
        async for key in self.redis.scan_iter():
            if key != self.role_key:
                await self.redis.delete(key)
        for key, value in keys.items():
            await self.redis.restore(key, 0, value)

    @precondition(lambda self: self.owed)
    @rule(data=st.data(), what=st.sampled_from(["cancel", "halt", "resume"]))
    def steer(self, data: st.DataObject, what: str) -> None:
        broadcast_id = data.draw(st.sampled_from(sorted(self.owed)))
        if what == "cancel":
            self.run(self.broadcasts.cancel(broadcast_id))
        elif what == "halt":
            self.run(self.broadcasts.halt(broadcast_id, "test"))
        else:
            self.run(self.broadcasts.resume(broadcast_id))

    @rule(seconds=st.sampled_from([1, 6, 21]))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_s(seconds)

    def _state(self, broadcast_id: str) -> BroadcastState:
        broadcast = self.run(self.broadcasts.get(broadcast_id))
        assert broadcast is not None
        return broadcast.state

    @invariant()
    def everyone_is_somewhere(self) -> None:
        for broadcast_id, owed in self.owed.items():
            broadcast = self.run(self.broadcasts.get(broadcast_id))
            assert broadcast is not None
            ended = sum(broadcast.counts.values())
            assert ended + broadcast.in_flight + broadcast.later == broadcast.audience
            assert broadcast.in_flight == len(owed.hands)

    def teardown(self) -> None:
        if not hasattr(self, "redis"):
            self.runner.close()
            return
        try:
            self._finish()
            for broadcast_id, owed in self.owed.items():
                self._check(broadcast_id, owed)
        finally:
            self.run(self.redis.aclose())
            self.runner.close()

    def _finish(self) -> None:
        for broadcast_id in self.owed:
            self.run(self.broadcasts.resume(broadcast_id))
        for _ in range(500):
            for broadcast_id, owed in self.owed.items():
                entries = [Entry(who, End.SENT, abs(who.chat_id)) for who in owed.hands]
                owed.ends.update(dict.fromkeys(owed.hands, End.SENT))
                owed.hands.clear()
                self.run(self.broadcasts.record(self.uuid, broadcast_id, entries))
            if not self.run(self.broadcasts.all_active()):
                return
            turn = self.run(self.broadcasts.turn())
            if turn is None:
                self.clock.pass_s(0.5)
                continue
            self._take(turn, self.run(self.broadcasts.claim(self.uuid, turn, 3)).chats)
        stuck = [self.run(self.broadcasts.get(i)) for i in self.run(self.broadcasts.all_active())]
        raise AssertionError(f"not everything ends: {self.clock.now} {stuck}")

    def _check(self, broadcast_id: str, owed: Owed) -> None:
        broadcast = self.run(self.broadcasts.get(broadcast_id))
        assert broadcast is not None
        assert broadcast.adds_up
        assert broadcast.ended is not None
        assert broadcast.counts.get(End.SENT, 0) == list(owed.ends.values()).count(End.SENT)
        if owed.plan.told_by:
            original = self.owed[owed.plan.told_by[0]]
            owed.audience = {who for who, end in original.ends.items() if end is End.SENT}
            assert owed.ends.keys() <= owed.audience
            assert broadcast.audience <= len(owed.audience)
        if broadcast.state is BroadcastState.DONE:
            assert owed.audience - owed.left <= owed.ends.keys()


def test_machine_loses_and_repeats_nobody(redis_url: str) -> None:
    class Here(Machine):
        url = redis_url

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            # A failing run says enough; shrinking against a server takes minutes.
            phases=(Phase.generate,),
            database=None,
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""What happens between two steps: crashes, lost replies, takeovers and people who subscribe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.broadcast import BroadcastState, Entry, Standing
from bot.domain.delivery import End
from bot.domain.subscriber import Recipient, State
from bot.storage import broadcasts as module
from bot.storage.broadcasts import Broadcasts
from bot.storage.layout import Layout
from bot.storage.server import Server
from bot.storage.walk import Peek, peek
from tests.integration.storage.conftest import ROLE, World, private, sent


class Between:
    """Runs something of the test between the reading of candidates and their claim, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
        self._act = act

        async def peek_then_act(server: Server, keys: Any, layout: Layout, n: int) -> Peek:
            seen = await peek(server, keys, layout, n)
            if self._act is not None:
                self._act, act = None, self._act
                await act()
            return seen

        monkeypatch.setattr(module, "peek", peek_then_act)


class RepliesLost:
    """Runs each script twice and drops the first reply, as a repeating client would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        run = Server.run

        async def twice(server: Server, script: str, keys: Any, args: Any) -> Any:
            await run(server, script, keys, args)
            return await run(server, script, keys, args)

        monkeypatch.setattr(Server, "run", twice)


async def test_every_script_run_twice_is_the_same_as_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    RepliesLost(monkeypatch)
    for chat_id in range(1, 31):
        await world.subscribe(chat_id)
    await world.publish()
    await world.subscribe(31)
    assert await world.broadcasts.join("b", private(31))
    claim = await world.broadcasts.claim(ROLE, "b", 5)
    assert len(claim.chats) == 5
    due = world.clock.now
    retries = [Entry(c.recipient, None, due=due) for c in claim.chats]
    assert await world.broadcasts.record(ROLE, "b", retries) is Standing.OK
    again = await world.broadcasts.claim(ROLE, "b", 5)
    # The retry and the one who joined are due at the same moment, before anybody new.
    assert sorted(c.attempts for c in again.chats) in ([0, 1, 1, 1, 1], [1, 1, 1, 1, 1])
    await world.broadcasts.record(ROLE, "b", [sent(c.recipient) for c in again.chats])
    told = await world.deliver(n=7)
    assert len(told) + 5 == 31
    assert await world.counts() == {End.SENT: 31}
    assert (await world.broadcasts.get("b") or pytest.fail("gone")).adds_up
    await world.publish("c")
    await world.broadcasts.claim(ROLE, "c", 3)
    assert await world.broadcasts.cancel("c")
    assert len(await world.broadcasts.recover(ROLE, "c", ())) == 3


async def test_claim_whose_reply_was_lost_is_recovered(world: World) -> None:
    for chat_id in range(1, 11):
        await world.subscribe(chat_id)
    await world.publish()
    first = await world.broadcasts.claim(ROLE, "b", 3)
    await world.broadcasts.claim(ROLE, "b", 3)  # the reply that nobody saw
    held = [c.recipient for c in first.chats]
    lost = await world.broadcasts.recover(ROLE, "b", held)
    assert [c.recipient.chat_id for c in lost] == [4, 5, 6]
    assert lost[0].language == "uk"
    assert await world.broadcasts.recover(ROLE, "b", [*held, *(c.recipient for c in lost)]) == ()


async def test_successor_finds_what_was_in_flight_and_nobody_is_lost(world: World) -> None:
    for chat_id in range(1, 21):
        await world.subscribe(chat_id)
    await world.publish()
    claim = await world.broadcasts.claim(ROLE, "b", 8)
    done = [c.recipient for c in claim.chats[:5]]
    await world.broadcasts.record(ROLE, "b", [sent(r) for r in done])

    await world.role.release(ROLE)
    assert await world.role.acquire("successor", 60)
    fresh = Broadcasts(world.redis, clock=world.clock)
    taken = [c.recipient for c in await fresh.recover("successor", "b", ())]
    assert [r.chat_id for r in taken] == [6, 7, 8]
    await fresh.record("successor", "b", [sent(r) for r in taken])
    while not (claim := await fresh.claim("successor", "b", 8)).finished:
        taken += [c.recipient for c in claim.chats]
        await fresh.record("successor", "b", [sent(c.recipient) for c in claim.chats])
    assert sorted(r.chat_id for r in (*done, *taken)) == list(range(1, 21))
    assert await world.counts() == {End.SENT: 20}


async def test_former_dispatcher_is_fenced_everywhere(world: World) -> None:
    for chat_id in range(1, 6):
        await world.subscribe(chat_id)
    await world.publish()
    claim = await world.broadcasts.claim(ROLE, "b", 2)
    await world.role.release(ROLE)
    assert await world.role.acquire("successor", 60)

    entries = [sent(c.recipient) for c in claim.chats]
    assert await world.broadcasts.record(ROLE, "b", entries) is Standing.FENCED
    fenced = await world.broadcasts.claim(ROLE, "b", 2)
    assert (fenced.standing, fenced.chats) == (Standing.FENCED, ())
    assert await world.broadcasts.recover(ROLE, "b", ()) == ()
    assert await world.counts() == {}
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert (broadcast.in_flight, broadcast.audience) == (2, 2)


async def test_nobody_claims_without_a_role(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.role.release(ROLE)
    assert (await world.broadcasts.claim(ROLE, "b", 2)).standing is Standing.FENCED


async def test_subscriber_between_peek_and_claim_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.subscribe(10)
    await world.subscribe(20)
    await world.publish()

    async def subscribe() -> None:
        await world.subscribe(15)
        assert await world.broadcasts.join("b", private(15))

    Between(monkeypatch, subscribe)
    claim = await world.broadcasts.claim(ROLE, "b", 2)
    assert [c.recipient.chat_id for c in claim.chats] == [10, 20]
    await world.broadcasts.record(ROLE, "b", [sent(c.recipient) for c in claim.chats])
    assert await world.deliver() == [private(15)]
    assert await world.counts() == {End.SENT: 3}


async def test_candidate_that_joined_between_peek_and_claim_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.subscribe(10)
    await world.publish()

    async def join() -> None:
        assert await world.broadcasts.join("b", private(10))

    Between(monkeypatch, join)
    assert await world.deliver() == [private(10)]
    assert await world.counts() == {End.SENT: 1}


@pytest.mark.parametrize("state", [State.STOPPED, State.UNREACHABLE, State.SUSPENDED])
async def test_candidate_that_left_between_peek_and_claim_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    await world.subscribe(10)
    await world.publish()

    async def leave() -> None:
        await world.chats.set_state(10, state)

    Between(monkeypatch, leave)
    assert await world.deliver() == []
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert (broadcast.state, broadcast.audience) == (BroadcastState.DONE, 0)


async def test_cursor_moved_between_peek_and_claim_repeats_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chat_id in range(1, 7):
        await world.subscribe(chat_id)
    await world.publish()
    other = Broadcasts(world.redis, clock=world.clock)
    taken: list[Recipient] = []

    async def claim_elsewhere() -> None:
        taken.extend(c.recipient for c in (await other.claim(ROLE, "b", 3)).chats)

    Between(monkeypatch, claim_elsewhere)
    claim = await world.broadcasts.claim(ROLE, "b", 3)
    assert [r.chat_id for r in taken] == [1, 2, 3]
    assert [c.recipient.chat_id for c in claim.chats] == [4, 5, 6]


async def test_cancelled_between_peek_and_claim_sends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.subscribe(1)
    await world.publish()

    async def cancel() -> None:
        assert await world.broadcasts.cancel("b")

    Between(monkeypatch, cancel)
    claim = await world.broadcasts.claim(ROLE, "b", 3)
    assert (claim.standing, claim.chats, claim.finished) == (Standing.STOP, (), True)
    assert await world.counts() == {End.CANCELLED: 1}


async def snapshot(redis: Redis) -> dict[bytes, bytes]:
    """Everything about broadcasts, as a server that loses its last writes would have it."""
    keys = [key async for key in redis.scan_iter(match="*broadcast*")]
    return {key: await Server(redis).call("DUMP", key) for key in keys}


async def roll_back(redis: Redis, before: dict[bytes, bytes]) -> None:
    async for key in redis.scan_iter(match="*broadcast*"):
        await redis.delete(key)
    for key, value in before.items():
        await Server(redis).call("RESTORE", key, 0, value)


async def test_rolled_back_cursor_repeats_and_loses_nobody(world: World) -> None:
    for chat_id in range(1, 11):
        await world.subscribe(chat_id)
    await world.publish()
    before = await snapshot(world.redis)
    await world.broadcasts.claim(ROLE, "b", 5)
    await roll_back(world.redis, before)
    assert sorted(r.chat_id for r in await world.deliver()) == list(range(1, 11))
    assert await world.counts() == {End.SENT: 10}


async def test_rollback_between_peek_and_claim_loses_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chat_id in range(1, 11):
        await world.subscribe(chat_id)
    await world.publish()
    before = await snapshot(world.redis)
    await world.broadcasts.claim(ROLE, "b", 5)

    async def lose_last_writes() -> None:
        await roll_back(world.redis, before)

    Between(monkeypatch, lose_last_writes)
    assert sorted(r.chat_id for r in await world.deliver()) == list(range(1, 11))
    assert await world.counts() == {End.SENT: 10}


async def test_layout_of_before_a_flush_is_used_by_no_script(world: World) -> None:
    for chat_id in range(1, 401):
        await world.subscribe(chat_id)
    await world.publish()
    stale = [Broadcasts(world.redis, clock=world.clock) for _ in range(3)]
    for one in stale:
        assert await one.told("b", private(1)) is None
    await world.redis.flushall()
    assert await world.role.acquire(ROLE, 60)
    await world.subscribe(7)
    await world.subscribe(9, "lviv")
    fresh = Broadcasts(world.redis, clock=world.clock)
    assert await fresh.publish(world.plan("b", "kyiv", "lviv"))

    # The new publication has one bucket of receipts where the old one had seven, and a place more.
    claim = await stale[0].claim(ROLE, "b", 5)
    assert [c.recipient for c in claim.chats] == [private(7), private(9)]
    await stale[1].record(ROLE, "b", [sent(private(7))])
    assert await fresh.told("b", private(7)) == 5007
    assert not await stale[2].join("b", private(7))


async def test_join_wakes_a_done_broadcast(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.deliver()
    await world.subscribe(2)
    assert await world.broadcasts.join("b", private(2))
    assert await world.broadcasts.join("b", private(2))
    assert await world.broadcasts.turn() == "b"
    assert await world.deliver() == [private(2)]
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert (broadcast.state, broadcast.audience) == (BroadcastState.DONE, 2)
    assert not await world.broadcasts.join("b", private(2))


async def test_join_of_one_who_could_not_be_reached_tries_again_and_still_adds_up(
    world: World,
) -> None:
    await world.subscribe(1)
    await world.publish()
    (chat,) = (await world.broadcasts.claim(ROLE, "b", 10)).chats
    await world.broadcasts.record(ROLE, "b", [Entry(chat.recipient, End.UNREACHABLE)])
    await world.broadcasts.claim(ROLE, "b", 10)
    assert await world.broadcasts.join("b", private(1))
    assert await world.deliver() == [private(1)]
    await world.broadcasts.claim(ROLE, "b", 10)
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert (broadcast.audience, broadcast.counts) == (1, {End.SENT: 1})


async def test_join_is_refused_after_cancel_and_expiry(world: World) -> None:
    await world.subscribe(1)
    for broadcast_id in ("done", "running", "expired"):
        await world.publish(broadcast_id, life_s=60)
    await world.deliver("done")
    await world.broadcasts.cancel("done")
    await world.broadcasts.cancel("running")
    await world.subscribe(2)
    assert not await world.broadcasts.join("done", private(2))
    assert not await world.broadcasts.join("running", private(2))
    world.clock.pass_s(60)
    assert not await world.broadcasts.join("expired", private(2))
    assert await world.counts("done") == {End.SENT: 1}


async def test_join_of_one_in_flight_adds_nobody(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", 5)
    assert await world.broadcasts.join("b", private(1))
    await world.broadcasts.record(ROLE, "b", [sent(private(1))])
    assert await world.deliver() == []
    assert await world.counts() == {End.SENT: 1}


async def test_first_subscriber_of_a_place_is_met_or_joins(world: World) -> None:
    await world.publish("b", "empty")
    await world.subscribe(1, "empty")
    assert await world.broadcasts.join("b", private(1))
    assert await world.deliver() == [private(1)]


async def test_postponed_at_the_edge_of_expiry_is_counted(world: World) -> None:
    await world.subscribe(1)
    await world.publish(life_s=60)
    await world.broadcasts.claim(ROLE, "b", 5)
    due = world.clock.now + timedelta(seconds=59)
    await world.broadcasts.record(ROLE, "b", [Entry(private(1), None, due=due)])
    assert not (await world.broadcasts.claim(ROLE, "b", 5)).finished
    world.clock.pass_s(60)
    assert await world.broadcasts.turn() == "b"
    assert (await world.broadcasts.claim(ROLE, "b", 5)).finished
    assert await world.counts() == {End.EXPIRED: 1}

"""A broadcast from its publication to its counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.broadcast import BroadcastState, Entry, Standing
from bot.domain.delivery import End, Lane
from bot.domain.subscriber import Kind, Recipient
from tests.integration.storage.conftest import ROLE, World, private, sent


async def test_broadcast_tells_everyone_of_its_places_once(world: World) -> None:
    for chat_id in range(1, 251):
        await world.subscribe(chat_id, "kyiv", *(["lviv"] if chat_id % 2 else []))
    await world.subscribe(900, "odesa")
    await world.publish("b", "kyiv", "lviv", "nowhere")

    told = await world.deliver(n=40)

    assert sorted(r.chat_id for r in told) == list(range(1, 251))
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert broadcast.state is BroadcastState.DONE
    assert broadcast.ended is not None
    assert broadcast.audience == 250
    assert broadcast.counts == {End.SENT: 250}
    assert broadcast.adds_up
    assert await world.broadcasts.all_active() == ()
    assert await world.broadcasts.turn() is None


async def test_broadcast_reaches_channels_then_groups_then_people(world: World) -> None:
    await world.subscribe(7, "kyiv")
    await world.subscribe(-1, "lviv", kind=Kind.GROUP)
    await world.subscribe(-1001234567890123, "lviv", kind=Kind.CHANNEL)
    await world.subscribe(-1000000000000001, "kyiv", kind=Kind.CHANNEL)
    await world.subscribe(4503599627370495, "lviv")
    await world.publish("b", "kyiv", "lviv")

    told = await world.deliver(n=2)

    assert [r.chat_id for r in told] == [
        -1000000000000001,
        -1001234567890123,
        -1,
        7,
        4503599627370495,
    ]


async def test_broadcast_without_subscribers_is_finished_at_once(world: World) -> None:
    await world.publish()
    claim = await world.broadcasts.claim(ROLE, "b", 10)
    assert claim.finished
    assert claim.standing is Standing.OK


async def test_many_empty_places_cost_one_claim(world: World) -> None:
    places = [f"p{i}" for i in range(300)]
    for i, place in enumerate(places):
        await world.subscribe(i + 1, place)
    await world.publish("b", *places)
    for i in range(299):
        await world.chats.forget(i + 1)

    claim = await world.broadcasts.claim(ROLE, "b", 10)

    assert [c.recipient for c in claim.chats] == [private(300)]


async def test_publish_twice_is_once(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.deliver()
    assert not await world.broadcasts.publish(world.plan())
    assert await world.counts() == {End.SENT: 1}


async def test_claim_gives_language_and_topic(world: World) -> None:
    await world.subscribe(-5, kind=Kind.GROUP)
    await world.chats.set_thread(-5, 42)
    await world.publish()
    (chat,) = (await world.broadcasts.claim(ROLE, "b", 5)).chats
    assert (chat.language, chat.thread_id, chat.attempts, chat.answers) == ("uk", 42, 0, None)


async def test_record_twice_counts_once(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", 5)
    for _ in range(3):
        assert await world.broadcasts.record(ROLE, "b", [sent(private(1))]) is Standing.OK
    assert await world.counts() == {End.SENT: 1}


async def test_record_of_what_is_not_in_flight_counts_nothing(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.broadcasts.record(ROLE, "b", [sent(private(1)), sent(private(99))])
    assert await world.counts() == {}
    assert [r.chat_id for r in await world.deliver()] == [1]


async def test_postponed_chat_comes_back_when_due_with_its_tries(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    for tries in range(3):
        (chat,) = (await world.broadcasts.claim(ROLE, "b", 5)).chats
        assert chat.attempts == tries
        due = world.clock.now + timedelta(seconds=10)
        await world.broadcasts.record(ROLE, "b", [Entry(private(1), None, due=due)])
        claim = await world.broadcasts.claim(ROLE, "b", 5)
        assert claim.chats == ()
        assert not claim.finished
        assert claim.due_at == due
        assert await world.broadcasts.turn() is None
        assert await world.broadcasts.next_due() == due
        world.clock.pass_s(10)
        assert await world.broadcasts.turn() == "b"
    assert await world.deliver() == [private(1)]
    assert await world.counts() == {End.SENT: 1}


async def test_broadcast_is_not_done_while_a_chat_is_in_flight(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", 5)
    assert not (await world.broadcasts.claim(ROLE, "b", 5)).finished
    assert await world.broadcasts.turn() is None
    await world.broadcasts.record(ROLE, "b", [sent(private(1))])
    assert await world.broadcasts.turn() == "b"
    assert (await world.broadcasts.claim(ROLE, "b", 5)).finished


async def test_postponed_chat_that_stopped_meanwhile_is_suppressed(world: World) -> None:
    await world.subscribe(1)
    await world.subscribe(2)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", 5)
    now = world.clock.now
    entries = [Entry(private(i), None, due=now) for i in (1, 2)]
    await world.broadcasts.record(ROLE, "b", entries)
    await world.chats.forget(1)
    assert await world.deliver() == [private(2)]
    assert await world.counts() == {End.SENT: 1, End.SUPPRESSED: 1}


async def test_equals_take_turns(world: World) -> None:
    for chat_id in range(1, 21):
        await world.subscribe(chat_id)
    await world.publish("a")
    await world.publish("b")
    served = []
    for _ in range(6):
        turn = await world.broadcasts.turn()
        assert turn is not None
        served.append(turn)
        await world.broadcasts.claim(ROLE, turn, 2)
    assert served[0::2] != served[1::2]
    assert sorted(served) == ["a"] * 3 + ["b"] * 3


async def test_higher_lane_preempts_claim_and_record(world: World) -> None:
    for chat_id in range(1, 11):
        await world.subscribe(chat_id)
    await world.publish("routine", lane=Lane.ROUTINE)
    claim = await world.broadcasts.claim(ROLE, "routine", 2)
    await world.publish("shelter", lane=Lane.SHELTER_NOW)

    entries = [sent(c.recipient) for c in claim.chats]
    assert await world.broadcasts.record(ROLE, "routine", entries) is Standing.PREEMPT
    preempted = await world.broadcasts.claim(ROLE, "routine", 2)
    assert preempted.standing is Standing.PREEMPT
    assert preempted.chats == ()
    assert await world.broadcasts.turn() == "shelter"

    # While the higher lane only waits, it holds nobody up.
    held = await world.broadcasts.claim(ROLE, "shelter", 100)
    assert await world.broadcasts.turn() == "routine"
    assert (await world.broadcasts.claim(ROLE, "routine", 2)).standing is Standing.OK
    due = world.clock.now + timedelta(seconds=5)
    postponed = [Entry(c.recipient, None, due=due) for c in held.chats]
    await world.broadcasts.record(ROLE, "shelter", postponed)
    assert await world.broadcasts.turn() == "routine"
    world.clock.pass_s(5)
    assert await world.broadcasts.turn() == "shelter"
    assert (await world.broadcasts.claim(ROLE, "routine", 2)).standing is Standing.PREEMPT


async def test_preempted_claim_takes_nobody_and_passes_nobody(world: World) -> None:
    for chat_id in range(1, 6):
        await world.subscribe(chat_id)
    await world.publish("routine", lane=Lane.ROUTINE)
    await world.publish("shelter", "empty", lane=Lane.SHELTER_NOW)
    preempted = await world.broadcasts.claim(ROLE, "routine", 2)
    assert (preempted.standing, preempted.chats) == (Standing.PREEMPT, ())
    await world.deliver("shelter")
    assert [r.chat_id for r in await world.deliver("routine", n=2)] == [1, 2, 3, 4, 5]


async def test_cancel_counts_what_is_left_and_sends_none_of_it(world: World) -> None:
    for chat_id in range(1, 1301):
        await world.subscribe(chat_id)
    await world.publish()
    claim = await world.broadcasts.claim(ROLE, "b", 10)
    first, second, *flying = [c.recipient for c in claim.chats]
    due = world.clock.now + timedelta(minutes=1)
    await world.broadcasts.record(ROLE, "b", [sent(first), Entry(second, None, due=due)])

    assert await world.broadcasts.cancel("b")
    assert await world.broadcasts.cancel("b")

    after = await world.broadcasts.claim(ROLE, "b", 10)
    assert (after.standing, after.chats, after.finished) == (Standing.STOP, (), False)
    entries = [Entry(r, End.CANCELLED) for r in flying]
    assert await world.broadcasts.record(ROLE, "b", entries) is Standing.STOP
    assert await world.deliver() == []
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert broadcast.state is BroadcastState.CANCELLED
    assert broadcast.counts == {End.SENT: 1, End.CANCELLED: 1299}
    assert broadcast.adds_up
    assert broadcast.ended is not None


async def test_counting_what_is_left_holds_no_lane_up(world: World) -> None:
    await world.subscribe(1)
    await world.publish("shelter", lane=Lane.SHELTER_NOW)
    await world.publish("drill", lane=Lane.DRILL)
    await world.broadcasts.cancel("shelter")
    assert await world.broadcasts.turn() == "drill"
    stopped = await world.broadcasts.claim(ROLE, "shelter", 5)
    assert (stopped.standing, stopped.finished) == (Standing.STOP, False)
    assert await world.counts("shelter") == {}
    assert await world.deliver("drill") == [private(1)]
    assert await world.broadcasts.turn() == "shelter"
    assert (await world.broadcasts.claim(ROLE, "shelter", 5)).finished


async def test_expiry_ends_a_broadcast_on_its_way(world: World) -> None:
    for chat_id in range(1, 11):
        await world.subscribe(chat_id)
    await world.publish(life_s=60)
    claim = await world.broadcasts.claim(ROLE, "b", 4)
    world.clock.pass_s(60)

    stopped = await world.broadcasts.claim(ROLE, "b", 4)

    assert (stopped.standing, stopped.chats) == (Standing.STOP, ())
    entries = [sent(c.recipient) for c in claim.chats]
    assert await world.broadcasts.record(ROLE, "b", entries) is Standing.STOP
    assert await world.deliver() == []
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    assert broadcast.state is BroadcastState.EXPIRED
    assert broadcast.counts == {End.SENT: 4, End.EXPIRED: 6}
    assert broadcast.adds_up
    assert not await world.broadcasts.cancel("b")


async def test_record_alone_notices_expiry(world: World) -> None:
    await world.subscribe(1)
    await world.publish(life_s=60)
    await world.broadcasts.claim(ROLE, "b", 4)
    world.clock.pass_s(61)
    entries = [Entry(private(1), End.EXPIRED)]
    assert await world.broadcasts.record(ROLE, "b", entries) is Standing.STOP
    assert (await world.broadcasts.claim(ROLE, "b", 4)).finished
    assert await world.counts() == {End.EXPIRED: 1}


async def test_halted_broadcast_waits_for_resume(world: World) -> None:
    await world.subscribe(1)
    await world.subscribe(2)
    await world.publish()
    claim = await world.broadcasts.claim(ROLE, "b", 1)
    await world.broadcasts.halt("b", "malformed")
    assert await world.broadcasts.reason("b") == "malformed"
    entries = [Entry(c.recipient, None, due=world.clock.now) for c in claim.chats]
    assert await world.broadcasts.record(ROLE, "b", entries) is Standing.STOP
    assert (await world.broadcasts.claim(ROLE, "b", 5)).standing is Standing.STOP
    assert await world.broadcasts.turn() is None
    await world.broadcasts.resume("b")
    assert await world.broadcasts.turn() == "b"
    assert sorted(r.chat_id for r in await world.deliver()) == [1, 2]
    assert await world.broadcasts.reason("b") is None


async def test_resume_brings_back_no_cancelled_broadcast(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.broadcasts.halt("b", "malformed")
    assert await world.broadcasts.cancel("b")
    await world.broadcasts.resume("b")
    assert await world.deliver() == []
    assert await world.counts() == {End.CANCELLED: 1}


async def test_halted_broadcast_expires(world: World) -> None:
    await world.subscribe(1)
    await world.publish(life_s=60)
    await world.broadcasts.halt("b", "token")
    world.clock.pass_s(60)
    assert await world.broadcasts.turn() == "b"
    await world.broadcasts.resume("b")
    assert await world.deliver() == []
    assert await world.counts() == {End.EXPIRED: 1}


async def test_unknown_broadcast_is_refused_everywhere(world: World) -> None:
    broadcasts = world.broadcasts
    claim = await broadcasts.claim(ROLE, "none", 5)
    assert (claim.standing, claim.finished) == (Standing.STOP, True)
    assert await broadcasts.record(ROLE, "none", [sent(private(1))]) is Standing.STOP
    assert await broadcasts.recover(ROLE, "none", ()) == ()
    assert not await broadcasts.join("none", private(1))
    assert not await broadcasts.cancel("none")
    assert await broadcasts.get("none") is None
    assert await broadcasts.told("none", private(1)) is None


async def test_everything_under_a_broadcast_has_a_time_to_live(world: World) -> None:
    for chat_id in range(1, 10):
        await world.subscribe(chat_id)
    await world.publish(life_s=60)
    claim = await world.broadcasts.claim(ROLE, "b", 6)
    entries = [sent(c.recipient) for c in claim.chats[:4]]
    entries.append(Entry(claim.chats[4].recipient, None, due=world.clock.now))
    await world.broadcasts.record(ROLE, "b", entries)
    keys = [key async for key in world.redis.scan_iter(match="*broadcast:b*")]
    assert len(keys) == 6
    month_ms = 30 * 24 * 3600 * 1000
    for key in keys:
        assert month_ms < await world.redis.pttl(key) <= month_ms + 60_000


async def test_flushed_and_published_again_is_followed_without_a_restart(world: World) -> None:
    for chat_id in range(1, 400):
        await world.subscribe(chat_id)
    await world.publish()
    claim = await world.broadcasts.claim(ROLE, "b", 5)
    await world.redis.flushall()
    assert await world.role.acquire(ROLE, 60)
    await world.subscribe(1)
    await world.publish()
    entries = [sent(c.recipient) for c in claim.chats]
    assert await world.broadcasts.record(ROLE, "b", entries) is Standing.OK
    assert await world.deliver() == [private(1)]
    assert await world.broadcasts.told("b", private(1)) == 5001


async def test_scripts_forgotten_by_the_server_are_loaded_again(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.redis.script_flush()
    assert await world.deliver() == [private(1)]


@pytest.mark.parametrize("end", [end for end in End if end is not End.SENT])
async def test_every_other_end_is_counted_and_leaves_no_message(world: World, end: End) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", 5)
    await world.broadcasts.record(ROLE, "b", [Entry(private(1), end)])
    assert (await world.broadcasts.claim(ROLE, "b", 5)).finished
    assert await world.counts() == {end: 1}
    assert await world.broadcasts.told("b", private(1)) is None


async def test_told_gives_the_message_of_the_right_kind(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    await world.deliver()
    assert await world.broadcasts.told("b", private(1)) == 5001
    assert await world.broadcasts.told("b", Recipient(Kind.GROUP, 1)) is None


async def test_wait_that_is_no_failure_counts_as_no_try(world: World) -> None:
    await world.subscribe(1)
    await world.publish()
    tries = []
    for failed in (False, True, False):
        (chat,) = (await world.broadcasts.claim(ROLE, "b", 5)).chats
        tries.append(chat.attempts)
        entry = Entry(chat.recipient, None, due=world.clock(), failed=failed)
        await world.broadcasts.record(ROLE, "b", [entry])
    (chat,) = (await world.broadcasts.claim(ROLE, "b", 5)).chats
    assert [*tries, chat.attempts] == [0, 0, 1, 1]

"""A correction or an all-clear goes to exactly those who were told, as an answer to it."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.broadcast import Entry, Standing
from bot.domain.delivery import End
from bot.domain.subscriber import Kind, Recipient, State
from tests.integration.storage.conftest import ROLE, World, private, sent


async def test_correction_reaches_exactly_those_who_were_told(world: World) -> None:
    for chat_id in range(1, 301):
        await world.subscribe(chat_id)
    await world.subscribe(-100, kind=Kind.CHANNEL)
    await world.publish("a")
    claim = await world.broadcasts.claim(ROLE, "a", 200)
    told = [c.recipient for c in claim.chats]
    entries = [sent(r) for r in told[:-3]]
    entries += [Entry(r, End.UNREACHABLE) for r in told[-3:]]
    await world.broadcasts.record(ROLE, "a", entries)
    await world.broadcasts.cancel("a")
    await world.publish("b", told_by="a")
    await world.subscribe(900)

    corrected = await world.deliver("b", 30)

    assert len(corrected) == len(set(corrected)) == 197
    assert set(corrected) == set(told[:-3])
    assert corrected[0].kind is Kind.CHANNEL
    assert await world.counts("b") == {End.SENT: 197}


async def test_correction_answers_the_message_of_the_same_chat(world: World) -> None:
    await world.subscribe(1)
    await world.subscribe(2)
    await world.publish("a")
    await world.broadcasts.claim(ROLE, "a", 5)
    await world.broadcasts.record(ROLE, "a", [sent(private(1), 111), sent(private(2), 222)])
    await world.deliver("a")
    await world.publish("b", told_by="a")
    claim = await world.broadcasts.claim(ROLE, "b", 5)
    assert {c.recipient.chat_id: c.answers for c in claim.chats} == {1: 111, 2: 222}
    recovered = await world.broadcasts.recover(ROLE, "b", ())
    assert [c.answers for c in recovered] == [111, 222]
    due = world.clock.now
    await world.broadcasts.record(ROLE, "b", [Entry(private(1), None, due=due)])
    (again,) = (await world.broadcasts.claim(ROLE, "b", 5)).chats
    assert again.answers == 111


async def test_message_in_flight_when_the_correction_starts_is_corrected_too(
    world: World,
) -> None:
    for chat_id in range(1, 6):
        await world.subscribe(chat_id)
    await world.publish("a")
    claim = await world.broadcasts.claim(ROLE, "a", 5)
    *early, late = [c.recipient for c in claim.chats]
    await world.broadcasts.record(ROLE, "a", [sent(r) for r in early])
    await world.broadcasts.cancel("a")
    await world.publish("b", told_by="a")

    first = [c.recipient for c in (await world.broadcasts.claim(ROLE, "b", 50)).chats]
    assert first == early
    await world.broadcasts.record(ROLE, "b", [sent(r) for r in first])
    waiting = await world.broadcasts.claim(ROLE, "b", 50)
    assert (waiting.standing, waiting.chats, waiting.finished) == (Standing.OK, (), False)
    # It waits half a second at a time and leaves the turn to others meanwhile.
    assert await world.broadcasts.turn() is None
    assert await world.broadcasts.next_due() == world.clock.now + timedelta(seconds=0.5)

    await world.broadcasts.record(ROLE, "a", [sent(late)])
    world.clock.pass_s(0.5)
    assert await world.deliver("b") == [late]
    assert await world.counts("b") == {End.SENT: 5}


async def test_nobody_joins_what_has_been_corrected(world: World) -> None:
    await world.subscribe(1)
    await world.publish("a")
    await world.deliver("a")
    await world.publish("b", told_by="a")
    await world.subscribe(2)
    assert not await world.broadcasts.join("a", private(2))


async def test_correction_spares_those_who_stopped_and_is_fully_counted(world: World) -> None:
    for chat_id in (1, 2, 3):
        await world.subscribe(chat_id)
    await world.publish("a")
    await world.deliver("a")
    await world.chats.set_state(1, State.STOPPED)
    await world.chats.forget(2)
    await world.publish("b", told_by="a")
    assert await world.deliver("b") == [private(3)]
    assert await world.counts("b") == {End.SENT: 1, End.SUPPRESSED: 2}


async def test_correction_of_what_told_nobody_is_finished(world: World) -> None:
    await world.publish("a", "kyiv")
    await world.deliver("a")
    await world.publish("b", told_by="a")
    await world.publish("c", told_by="never-was")
    assert await world.deliver("b") == []
    assert await world.deliver("c") == []


async def test_cancelled_correction_counts_what_is_left(world: World) -> None:
    for chat_id in range(1, 8):
        await world.subscribe(chat_id)
    await world.publish("a")
    await world.deliver("a")
    await world.publish("b", told_by="a")
    claim = await world.broadcasts.claim(ROLE, "b", 2)
    await world.broadcasts.record(ROLE, "b", [sent(c.recipient) for c in claim.chats])
    await world.broadcasts.cancel("b")
    await world.deliver("b")
    assert await world.counts("b") == {End.SENT: 2, End.CANCELLED: 5}


async def test_moved_group_is_corrected_under_its_new_id(world: World) -> None:
    old, new = Recipient(Kind.GROUP, -5), Recipient(Kind.GROUP, -1000000000005)
    await world.subscribe(old.chat_id, kind=Kind.GROUP)
    await world.publish("a")
    await world.broadcasts.claim(ROLE, "a", 5)
    await world.chats.migrate(old.chat_id, new.chat_id)
    await world.broadcasts.record(
        ROLE, "a", [Entry(old, End.SENT, message_id=7, moved_to=new.chat_id)]
    )
    await world.deliver("a")
    assert await world.counts("a") == {End.SENT: 1}
    assert await world.broadcasts.told("a", new) == 7
    await world.publish("b", told_by="a")
    claim = await world.broadcasts.claim(ROLE, "b", 5)
    assert [(c.recipient, c.answers) for c in claim.chats] == [(new, 7)]


async def test_group_that_moved_after_it_was_told_is_still_found(world: World) -> None:
    old = Recipient(Kind.GROUP, -5)
    await world.subscribe(old.chat_id, kind=Kind.GROUP)
    await world.publish("a")
    await world.deliver("a")
    await world.chats.migrate(old.chat_id, -1000000000005)
    await world.publish("b", told_by="a")
    claim = await world.broadcasts.claim(ROLE, "b", 5)
    assert [(c.recipient, c.language) for c in claim.chats] == [(old, "uk")]


async def test_postponed_group_comes_back_under_its_new_id(world: World) -> None:
    old, new = Recipient(Kind.GROUP, -5), Recipient(Kind.GROUP, -1000000000005)
    await world.subscribe(old.chat_id, kind=Kind.GROUP)
    await world.publish("a")
    await world.broadcasts.claim(ROLE, "a", 5)
    await world.chats.migrate(old.chat_id, new.chat_id)
    moved = Entry(old, None, due=world.clock.now, moved_to=new.chat_id)
    await world.broadcasts.record(ROLE, "a", [moved])
    assert await world.deliver("a") == [new]
    assert await world.counts("a") == {End.SENT: 1}


async def test_group_met_under_both_ids_is_told_once_and_counted(world: World) -> None:
    old, new = Recipient(Kind.GROUP, -5), Recipient(Kind.GROUP, -1000000000005)
    for group in (old, new):
        await world.subscribe(group.chat_id, kind=Kind.GROUP)
    await world.publish("a")
    await world.broadcasts.claim(ROLE, "a", 5)
    await world.broadcasts.record(ROLE, "a", [sent(new)])
    moved = Entry(old, None, due=world.clock.now, moved_to=new.chat_id)
    await world.broadcasts.record(ROLE, "a", [moved])
    assert await world.deliver("a") == []
    assert await world.counts("a") == {End.SENT: 1, End.SUPPRESSED: 1}

"""Broadcasts that follow others: several of them, with places, by changing, and for some kinds."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.broadcast import Manner
from bot.domain.record import AdvisoryState
from bot.domain.subscriber import Kind
from bot.storage.advisories import Advisories
from tests.integration.storage.conftest import ROLE, World, private, sent
from tests.integration.storage.test_advisories import record


async def _told(world: World, broadcast_id: str, **messages: int) -> None:
    """Tell what is claimed, each chat by the message id given for it."""
    claim = await world.broadcasts.claim(ROLE, broadcast_id, 50)
    entries = [
        sent(one.recipient, messages[f"c{one.recipient.chat_id}"])
        for one in claim.chats
        if f"c{one.recipient.chat_id}" in messages
    ]
    await world.broadcasts.record(ROLE, broadcast_id, entries)
    await world.broadcasts.cancel(broadcast_id)


async def test_end_reaches_everybody_of_several_versions_once_and_answers_the_newest(
    world: World,
) -> None:
    for chat_id in (1, 2, 3):
        await world.subscribe(chat_id)
    await world.publish("first")
    await _told(world, "first", c1=11, c2=12, c3=13)
    await world.subscribe(4)
    await world.publish("second")
    await _told(world, "second", c1=21, c4=24)
    plan = replace(world.plan("end"), places=(), told_by=("second", "first", "never"), closes=True)
    assert await world.broadcasts.publish(plan)
    claim = await world.broadcasts.claim(ROLE, "end", 50)
    assert {c.recipient.chat_id: c.answers for c in claim.chats} == {1: 21, 2: 12, 3: 13, 4: 24}
    assert len(claim.chats) == 4


async def test_update_of_a_wider_area_reaches_the_told_and_the_newly_concerned_once(
    world: World,
) -> None:
    await world.subscribe(1)
    await world.subscribe(2, "kyiv", "lviv")
    await world.publish("first")
    await _told(world, "first", c1=11, c2=12)
    await world.subscribe(3, "lviv")
    plan = replace(
        world.plan("update", "lviv"), told_by=("first",), manner=Manner.EDIT_OR_SEND, closes=True
    )
    assert await world.broadcasts.publish(plan)
    claim = await world.broadcasts.claim(ROLE, "update", 50)
    assert {c.recipient.chat_id: c.answers for c in claim.chats} == {1: 11, 2: 12, 3: None}
    stored = await world.broadcasts.get("update")
    assert stored is not None
    assert stored.manner is Manner.EDIT_OR_SEND


async def test_mark_finds_the_old_message_of_those_who_have_the_new_one(world: World) -> None:
    for chat_id in (1, 2):
        await world.subscribe(chat_id)
    await world.publish("old")
    await _told(world, "old", c1=11, c2=12)
    await world.publish("new", told_by="old")
    await _told(world, "new", c1=21)
    plan = replace(
        world.plan("mark"), places=(), told_by=("new",), answers=("old",), manner=Manner.EDIT
    )
    assert await world.broadcasts.publish(plan)
    claim = await world.broadcasts.claim(ROLE, "mark", 50)
    assert [(c.recipient, c.answers) for c in claim.chats] == [(private(1), 11)]
    recovered = await world.broadcasts.recover(ROLE, "mark", ())
    assert [c.answers for c in recovered] == [11]


async def test_reminder_is_for_its_kinds_only_and_lets_others_join_the_warning(
    world: World,
) -> None:
    await world.subscribe(1)
    await world.subscribe(-5, kind=Kind.GROUP)
    await world.publish("warning")
    await world.deliver("warning")
    plan = replace(world.plan("remind"), places=(), told_by=("warning",), kinds=(Kind.PRIVATE,))
    assert await world.broadcasts.publish(plan)
    assert await world.deliver("remind") == [private(1)]
    await world.subscribe(2)
    assert await world.broadcasts.join("warning", private(2))


async def test_follow_up_starts_only_while_its_advisory_stands(world: World) -> None:
    advisories = Advisories(world.redis, clock=world.clock)
    kept = replace(record("a"), state=AdvisoryState.PUBLISHED)
    await advisories.add(kept)
    await world.subscribe(1)
    await world.publish("b")
    await world.deliver("b")
    plan = replace(world.plan("opens"), places=(), told_by=("b",), stands=kept.id)
    assert await world.broadcasts.publish(replace(plan, id="reminds"))
    await advisories.set_state(kept.id, AdvisoryState.CANCELLED, expected=AdvisoryState.PUBLISHED)
    assert not await world.broadcasts.publish(plan)
    assert await world.broadcasts.get("opens") is None

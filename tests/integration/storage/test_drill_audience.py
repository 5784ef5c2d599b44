"""Drills for some: who is in the audience, and who hears how it goes on."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.delivery import End, Lane
from bot.domain.drill import in_share
from bot.domain.preferences import Preferences
from bot.domain.subscriber import Chat, Kind, Recipient, State
from tests.integration.storage.conftest import World, private


async def settle(world: World, count: int) -> tuple[set[int], set[int]]:
    """People of a city; the ids of those who agreed to drills, and of the others."""
    agreed, others = set(range(1, count, 2)), set(range(2, count, 2))
    for chat_id in agreed | others:
        chosen = Preferences(drills=chat_id in agreed, daily=chat_id % 3 == 0)
        await world.chats.save(Chat(chat_id, Kind.PRIVATE, "uk", ("kyiv",), preferences=chosen))
    return agreed, others


async def audience(world: World, broadcast_id: str) -> dict[str, int]:
    broadcast = await world.broadcasts.get(broadcast_id)
    assert broadcast is not None
    assert broadcast.adds_up
    counts = {end.value: n for end, n in broadcast.counts.items()}
    return {"audience": broadcast.audience, **counts}


async def test_share_tells_who_agreed_and_is_chosen_and_nobody_else(world: World) -> None:
    agreed, _ = await settle(world, 400)
    plan = replace(world.plan("drill", lane=Lane.DRILL), share=30)
    assert await world.broadcasts.publish(plan)

    told = {one.chat_id for one in await world.deliver("drill", n=7)}

    assert told == {one for one in agreed if in_share(one, "drill", 30)}
    assert 0 < len(told) < len(agreed)
    # Who is not chosen is not in the audience: nobody has to be explained away.
    assert await audience(world, "drill") == {"audience": len(told), End.SENT: len(told)}


async def test_whole_share_tells_everybody_who_agreed(world: World) -> None:
    agreed, _ = await settle(world, 60)
    await world.broadcasts.publish(replace(world.plan("drill", lane=Lane.DRILL), share=100))
    assert {one.chat_id for one in await world.deliver("drill")} == agreed


async def test_real_broadcast_tells_also_those_who_never_agreed(world: World) -> None:
    agreed, others = await settle(world, 60)
    await world.publish("real")
    assert {one.chat_id for one in await world.deliver("real")} == agreed | others


async def test_share_in_which_nobody_agreed_is_finished(world: World) -> None:
    for chat_id in range(1, 300):
        await world.subscribe(chat_id)
    await world.broadcasts.publish(replace(world.plan("drill", lane=Lane.DRILL), share=100))
    assert await world.deliver("drill", n=5) == []
    assert await audience(world, "drill") == {"audience": 0}


async def test_named_chats_are_told_whether_or_not_they_chose_anything(world: World) -> None:
    await world.subscribe(1)
    await world.chats.save(Chat(-5, Kind.GROUP, "uk", ("lviv",)))
    await world.chats.save(Chat(8, Kind.PRIVATE, "uk", (), State.STOPPED))
    named = (private(7), private(8), Recipient(Kind.GROUP, -5))
    plan = replace(world.plan("drill", lane=Lane.DRILL), places=(), chats=named)
    assert await world.broadcasts.publish(plan)
    assert await world.broadcasts.publish(plan) is False

    told = await world.deliver("drill")

    # 7 is an operator who follows nothing; 8 said /stop.
    assert {one.chat_id for one in told} == {7, -5}
    counts = {"audience": 3, End.SENT: 2, End.SUPPRESSED: 1}
    assert await audience(world, "drill") == counts


async def test_correction_of_a_drill_reaches_exactly_those_who_were_told(world: World) -> None:
    await settle(world, 200)
    await world.broadcasts.publish(replace(world.plan("drill", lane=Lane.DRILL), share=40))
    told = {one.chat_id for one in await world.deliver("drill")}
    chats = (private(9001), private(9002))
    named = replace(world.plan("named", lane=Lane.DRILL), places=(), chats=chats)
    await world.broadcasts.publish(named)
    await world.deliver("named")

    await world.publish("sorry", told_by="drill")
    await world.publish("pardon", told_by="named")

    assert {one.chat_id for one in await world.deliver("sorry")} == told
    assert {one.chat_id for one in await world.deliver("pardon")} == {9001, 9002}
    # And what goes on from there once more.
    await world.publish("again", told_by="pardon")
    assert {one.chat_id for one in await world.deliver("again")} == {9001, 9002}


async def test_nobody_joins_a_drill_for_some(world: World) -> None:
    await settle(world, 20)
    await world.broadcasts.publish(replace(world.plan("share", lane=Lane.DRILL), share=100))
    chats = (private(7),)
    named = replace(world.plan("named", lane=Lane.DRILL), places=(), chats=chats)
    await world.broadcasts.publish(named)
    await world.subscribe(500)
    for drill in ("share", "named"):
        assert not await world.broadcasts.join(drill, private(500))

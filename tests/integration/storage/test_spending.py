"""What a broadcast may cost and has cost, kept with it."""

from __future__ import annotations

from bot.domain.broadcast import Broadcast, Standing
from tests.integration.storage.conftest import ROLE, World


async def _stored(world: World) -> Broadcast:
    broadcast = await world.broadcasts.get("b")
    assert broadcast is not None
    return broadcast


async def test_broadcast_has_no_choice_and_cost_nothing_at_first(world: World) -> None:
    await world.publish()
    stored = await _stored(world)
    assert (stored.paid, stored.spent, stored.unpaid) == (None, 0, None)


async def test_choice_is_kept_and_may_be_said_twice(world: World) -> None:
    await world.publish()
    for paid in (True, True, False, False):
        assert await world.broadcasts.pay("b", paid=paid)
        assert (await _stored(world)).paid is paid


async def test_choice_about_what_is_over_is_refused(world: World) -> None:
    assert not await world.broadcasts.pay("none", paid=True)
    await world.publish(life_s=60)
    world.clock.pass_s(60)
    assert not await world.broadcasts.pay("b", paid=True)
    assert (await _stored(world)).paid is None


async def test_sum_only_grows_whatever_is_repeated_or_late(world: World) -> None:
    await world.publish()
    for spent in (3, 8, 8, 5):
        assert await world.broadcasts.spend(ROLE, "b", spent) is Standing.OK
    assert (await _stored(world)).spent == 8


async def test_choosing_anew_forgets_why_paying_ended_and_not_the_sum(world: World) -> None:
    await world.publish()
    await world.broadcasts.spend(ROLE, "b", 7, "refused")
    assert (await _stored(world)).unpaid == "refused"
    await world.broadcasts.pay("b", paid=True)
    stored = await _stored(world)
    assert (stored.paid, stored.spent, stored.unpaid) == (True, 7, None)


async def test_replica_without_the_role_writes_no_sum(world: World) -> None:
    await world.publish()
    assert await world.broadcasts.spend("another", "b", 9, "refused") is Standing.FENCED
    stored = await _stored(world)
    assert (stored.spent, stored.unpaid) == (0, None)
    assert await world.broadcasts.spend(ROLE, "none", 9) is Standing.STOP

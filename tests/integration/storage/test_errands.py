"""Errands and contacts against a real server."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.domain.errand import Errand, Task, Trouble
from bot.storage.contacts import Contacts
from bot.storage.errands import LEASE_S, Errands
from tests.integration.storage.conftest import Clock

ONE = Errand(-100, "advisory", 7)


async def test_errand_is_there_once_is_leased_and_ends(redis: Redis) -> None:
    clock = Clock()
    errands = Errands(redis, clock=clock)
    await errands.add(Task.TOLD, ONE)
    await errands.add(Task.TOLD, ONE)
    (taken,) = await errands.take(Task.TOLD)
    assert taken.errand == ONE
    assert await errands.take(Task.TOLD) == ()
    await errands.done(Task.TOLD, taken)
    clock.pass_s(LEASE_S + 1)
    assert await errands.take(Task.TOLD) == ()


async def test_errand_of_a_worker_that_died_is_taken_by_another(redis: Redis) -> None:
    clock = Clock()
    errands = Errands(redis, clock=clock)
    await errands.add(Task.TOLD, ONE)
    await errands.take(Task.TOLD)
    clock.pass_s(LEASE_S)
    (again,) = await errands.take(Task.TOLD)
    assert again.errand == ONE


async def test_errand_added_while_it_is_worked_off_is_done_again(redis: Redis) -> None:
    clock = Clock()
    errands = Errands(redis, clock=clock)
    await errands.add(Task.TALLY, ONE)
    (taken,) = await errands.take(Task.TALLY)
    await errands.add(Task.TALLY, ONE, delay_s=3)
    await errands.done(Task.TALLY, taken)
    assert await errands.take(Task.TALLY) == ()
    clock.pass_s(3)
    assert len(await errands.take(Task.TALLY)) == 1


async def test_errand_that_waits_is_brought_forward_and_never_put_off(redis: Redis) -> None:
    clock = Clock()
    errands = Errands(redis, clock=clock)
    await errands.add(Task.TALLY, ONE, delay_s=60)
    await errands.add(Task.TALLY, ONE, delay_s=3)
    await errands.add(Task.TALLY, ONE, delay_s=90)
    clock.pass_s(3)
    (taken,) = await errands.take(Task.TALLY)
    await errands.done(Task.TALLY, taken, again_s=10)
    assert await errands.take(Task.TALLY) == ()
    clock.pass_s(10)
    assert len(await errands.take(Task.TALLY)) == 1


async def test_contact_moves_with_the_group_and_can_be_forgotten(redis: Redis) -> None:
    contacts = Contacts(redis)
    await contacts.keep(-1, 5)
    await contacts.keep(-2, 5)
    await contacts.keep(-2, 6)
    assert (await contacts.chats_of(5), await contacts.chats_of(6)) == ([-1], [-2])
    await contacts.move(-1, -100)
    await contacts.move(-1, -100)
    assert (await contacts.of(-100), await contacts.chats_of(5)) == (5, [-100])
    await contacts.forget(5)
    assert (await contacts.of(-100), await contacts.chats_of(5)) == (None, [])


async def test_trouble_is_news_once_until_it_is_mended(redis: Redis) -> None:
    contacts = Contacts(redis)
    news = [await contacts.first(-1, Trouble.MUTED) for _ in range(2)]
    assert news == [True, False]
    assert await contacts.first(-1, Trouble.TOPIC)
    await contacts.mended(-1, Trouble.MUTED)
    assert await contacts.first(-1, Trouble.MUTED)

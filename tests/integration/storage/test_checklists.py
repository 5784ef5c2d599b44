"""Ticked lists: saved at once, the same twice, shared by a link that can be taken back."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bot.domain.checklist import Joining
from bot.storage.checklists import MOST_JOINED, Checklists
from bot.storage.keys import Keys
from bot.storage.server import Server

OLENA, TARAS, STRANGER = 11, 22, 33


@pytest.fixture
def lists(redis: Redis) -> Checklists:
    return Checklists(redis)


async def test_tick_says_which_state_it_wants_so_twice_is_once(lists: Checklists) -> None:
    for _ in range(2):
        await lists.tick(OLENA, "torch", done=True)
    await lists.tick(OLENA, "cash", done=True)
    assert (await lists.open(OLENA)).ticked == {"torch", "cash"}
    for _ in range(2):
        found = await lists.tick(OLENA, "cash", done=False)
    assert found == await lists.open(OLENA)
    assert found.ticked == {"torch"}


async def test_reset_takes_back_every_tick_and_leaves_the_sharing(lists: Checklists) -> None:
    token = await lists.share(OLENA)
    await lists.tick(OLENA, "torch", done=True)
    await lists.reset(OLENA)
    assert not (await lists.open(OLENA)).ticked
    assert await lists.share(OLENA) == token


async def test_joined_list_is_one_list_and_its_own_comes_back_on_leaving(
    lists: Checklists,
) -> None:
    await lists.tick(TARAS, "radio", done=True)
    assert await lists.join(TARAS, await lists.share(OLENA)) is Joining.JOINED
    await lists.tick(TARAS, "torch", done=True)
    await lists.tick(OLENA, "cash", done=True)
    hers, his = await lists.open(OLENA), await lists.open(TARAS)
    assert hers.ticked == his.ticked == {"torch", "cash"}
    assert (his.owner_id, his.is_joined, his.others) == (OLENA, True, 1)
    assert (hers.is_joined, hers.is_shared, hers.others) == (False, True, 1)
    await lists.leave(TARAS)
    assert (await lists.open(TARAS)).ticked == {"radio"}
    assert (await lists.open(OLENA)).others == 0


async def test_revoked_link_opens_nothing_and_lets_everybody_go(
    lists: Checklists, redis: Redis
) -> None:
    token = await lists.share(OLENA)
    await lists.join(TARAS, token)
    await lists.stop(OLENA)
    assert await lists.join(STRANGER, token) is Joining.GONE
    assert (await lists.open(TARAS)).owner_id == TARAS
    assert await Server(redis).call("GET", Keys().joined(TARAS)) is None
    assert await lists.share(OLENA) != token


async def test_link_leads_nowhere_for_its_owner_and_a_word_that_is_no_token(
    lists: Checklists,
) -> None:
    assert await lists.join(OLENA, await lists.share(OLENA)) is Joining.OWN
    assert await lists.join(OLENA, "no-token") is Joining.GONE
    assert not (await lists.open(OLENA)).is_joined


async def test_list_is_for_a_family_not_for_a_crowd(lists: Checklists) -> None:
    token = await lists.share(OLENA)
    for chat_id in range(100, 100 + MOST_JOINED):
        assert await lists.join(chat_id, token) is Joining.JOINED
    assert await lists.join(STRANGER, token) is Joining.FULL
    assert await lists.join(100, token) is Joining.JOINED
    assert (await lists.open(OLENA)).others == MOST_JOINED


async def test_joining_another_list_leaves_the_first(lists: Checklists) -> None:
    first, second = await lists.share(OLENA), await lists.share(TARAS)
    await lists.join(STRANGER, first)
    await lists.join(STRANGER, second)
    assert (await lists.open(OLENA)).others == 0
    assert (await lists.open(STRANGER)).owner_id == TARAS


async def test_forgetting_leaves_no_key_of_the_chat(lists: Checklists, redis: Redis) -> None:
    for chat_id, token in ((OLENA, await lists.share(TARAS)), (TARAS, await lists.share(OLENA))):
        await lists.tick(chat_id, "torch", done=True)
        await lists.join(chat_id, token)
    await lists.forget(OLENA)
    await lists.forget(TARAS)
    assert await Server(redis).call("KEYS", "*") == []


async def test_ticks_of_a_group_move_with_it_once(lists: Checklists) -> None:
    await lists.tick(-5, "torch", done=True)
    for _ in range(2):
        await lists.migrate(-5, -1005)
    assert (await lists.open(-1005)).ticked == {"torch"}
    assert not (await lists.open(-5)).ticked


async def test_leaving_one_list_does_not_leave_one_that_was_joined_meanwhile(
    lists: Checklists, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await lists.share(OLENA), await lists.share(TARAS)
    await lists.join(STRANGER, first)

    async def joined_before(_chat_id: int) -> str:
        await Checklists(redis).join(STRANGER, second)
        return first

    monkeypatch.setattr(lists, "_joined", joined_before)
    await lists.leave(STRANGER)
    assert (await Checklists(redis).open(STRANGER)).owner_id == TARAS

"""A small update that comes while something loud is still going out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.domain.broadcast import Plan
from bot.domain.life import Mark
from bot.domain.subscriber import Kind
from tests.integration.pipeline.village import Village, village

SMALL = {"instruction": "Keep your phone charged."}


@pytest.fixture
async def here(redis: Redis, redis_url: str) -> AsyncIterator[Village]:
    """A village with two people and a group."""
    async with village(redis_url) as found:
        await found.follow(1)
        await found.follow(2)
        await found.follow(-5, kind=Kind.GROUP)
        yield found


async def test_rise_that_a_small_update_overtakes_rings_for_everybody(here: Village) -> None:
    first = await here.receive(here.alert("attack"))
    await here.deliver()
    rise = {"severity": "Extreme"}
    await here.receive(here.after(first, "rise", info=rise))
    (heard,) = await here.deliver(1)
    await here.receive(here.after(first, "words", info=rise | SMALL))
    await here.deliver()
    for chat_id in (1, 2, -5):
        *older, last = here.of(chat_id)
        assert last.is_live, chat_id
        assert last.has_buttons
        # A change of the first message would have been silent.
        assert last.id >= heard.id, chat_id
        assert not last.silent, chat_id
        assert last.answers == older[-1].id, chat_id
        assert {one.mark for one in older} == {Mark.REPLACED}, chat_id
        assert SMALL["instruction"] in last.text


async def test_small_update_rings_for_nobody_who_has_heard_all_before(here: Village) -> None:
    first = await here.receive(here.alert("attack"))
    await here.deliver()
    rise = {"severity": "Extreme"}
    await here.receive(here.after(first, "rise", info=rise))
    await here.deliver()
    sent = len(here.sent)
    await here.receive(here.after(first, "words", info=rise | SMALL))
    await here.deliver()
    assert len(here.sent) == sent
    assert all(SMALL["instruction"] in here.of(chat_id)[-1].text for chat_id in (1, 2, -5))


async def test_small_update_of_a_first_announcement_rings_once_for_each(here: Village) -> None:
    """Whoever has no message yet gets the new one; there is nothing louder that they missed."""
    first = await here.receive(here.alert("attack"))
    (told,) = await here.deliver(1)
    await here.receive(here.after(first, "words", info=SMALL))
    await here.deliver()
    for chat_id in (1, 2, -5):
        (only,) = here.of(chat_id)
        assert only.is_live
        assert not only.silent
        assert SMALL["instruction"] in only.text
    assert [one.chat_id for one in here.sent].count(told.chat_id) == 1


async def test_crash_after_the_decision_leaves_no_two_live_messages(
    here: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All had heard the rise, though its broadcast had not ended yet when the update came."""
    first = await here.receive(here.alert("attack"))
    await here.deliver()
    rise = {"severity": "Extreme"}
    louder = await here.receive(here.after(first, "rise", info=rise))
    assert len([one for _ in range(3) for one in await here.deliver(1)]) == 3
    broadcast = await here.storage.broadcasts.get(louder.id)
    assert broadcast is not None
    assert broadcast.ended is None
    publish = here.storage.broadcasts.publish

    async def dies_at_the_marks(plan: Plan) -> bool:
        if plan.id.endswith(Mark.REPLACED):
            raise RuntimeError("killed")
        return await publish(plan)

    with monkeypatch.context() as patch:
        patch.setattr(here.storage.broadcasts, "publish", dies_at_the_marks)
        with pytest.raises(RuntimeError, match="killed"):
            await here.receive(here.after(first, "words", info=rise | SMALL))
    await here.deliver()
    here.restart()
    await here.review.reassert()
    await here.deliver()
    for chat_id in (1, 2, -5):
        *older, last = here.of(chat_id)
        assert last.is_live, chat_id
        assert {one.mark for one in older} == {Mark.REPLACED}, chat_id

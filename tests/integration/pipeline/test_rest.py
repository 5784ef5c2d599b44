"""Chats that rest, or want less: what is held, dropped, silent, and told afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis

from bot.domain.advisory import Severity
from bot.domain.broadcast import Broadcast
from bot.domain.delivery import End
from bot.domain.errand import Task
from bot.domain.life import Mark, Purpose
from bot.domain.preferences import Follow, Preferences, Quiet
from bot.domain.subscriber import Chat, Kind
from bot.rendering.ticklist import ListView, TickLists
from tests.integration.pipeline.village import HOUR, KYIV, LVIV, Village, area, content, village

LISBON = "2267057"
LISTS = (content().texts, content().guidance, content().gazetteer)
SLEEPER = Preferences(quiet=Quiet(22 * 60, 7 * 60))
NIGHT = datetime(2024, 11, 19, 23, 0, tzinfo=ZoneInfo("Europe/Kyiv"))
NOW = {
    "responseType": ["Shelter"],
    "urgency": "Immediate",
    "severity": "Extreme",
}


@pytest.fixture
async def here(redis: Redis, redis_url: str) -> AsyncIterator[Village]:
    """One who sleeps at night and one who does not, at eleven in the evening."""
    async with village(redis_url) as found:
        found.clock.now = NIGHT
        await found.follow(1)
        await found.follow(2, chosen=SLEEPER)
        yield found


def later(here: Village, hours: int) -> dict[str, str]:
    now = here.clock.now
    return {
        "onset": (now + hours * HOUR).isoformat(),
        "expires": (now + (hours + 6) * HOUR).isoformat(),
    }


async def stored(here: Village, broadcast_id: str) -> Broadcast:
    found = await here.storage.broadcasts.get(broadcast_id)
    assert found is not None
    assert found.adds_up
    return found


async def wake(here: Village, chat_id: int = 2) -> tuple[str, ...]:
    """What is held for a chat when its night is over."""
    chat = await here.storage.chats.get(chat_id)
    assert chat is not None
    return await here.live.held(chat)


async def test_what_can_wait_is_held_over_the_night_and_told_in_the_morning(here: Village) -> None:
    advisory = await here.receive(here.alert("tomorrow", info=later(here, 12)))
    await here.deliver()
    assert (len(here.of(1)), here.of(2)) == (1, [])
    assert (await stored(here, advisory.id)).counts[End.HELD] == 1
    here.clock.now += 8 * HOUR + timedelta(minutes=1)
    (due,) = await here.storage.errands.take(Task.RESTED)
    assert due.errand.chat_id == 2
    held = await wake(here)
    assert held == (advisory.id,)
    await here.live.tell(Chat(2, Kind.PRIVATE, "en"), held)
    (told,) = await here.deliver()
    assert (told.chat_id, told.silent) == (2, False)
    assert dict((await stored(here, advisory.id)).counts) == {End.SENT: 2}
    # It has the message itself now, and so hears how it goes on.
    await here.receive(here.withdrawal(advisory, "off"))
    await here.deliver()
    assert here.of(2)[0].mark is Mark.ENDED
    assert here.of(2)[-1].purpose is Purpose.CANCEL


async def test_what_has_ended_by_the_morning_is_never_told(here: Village) -> None:
    advisory = await here.receive(here.alert("tomorrow", info=later(here, 12)))
    await here.deliver()
    await here.receive(here.withdrawal(advisory, "off"))
    await here.deliver()
    here.clock.now += 9 * HOUR
    assert await wake(here) == ()
    await here.deliver()
    assert here.of(2) == []


async def test_what_was_summed_up_counts_as_told_and_is_corrected(here: Village) -> None:
    both = [await here.receive(here.alert(name, sender=f"{name}@embassy.example",
                                          info=later(here, 12) | {"severity": severity}))
            for name, severity in (("one", "Severe"), ("two", "Extreme"))]  # fmt: skip
    await here.deliver()
    here.clock.now += 9 * HOUR
    held = await wake(here)
    assert sorted(held) == sorted(one.id for one in both)
    await here.live.summed(Chat(2, Kind.PRIVATE, "en"), held)
    assert await wake(here) == ()
    for one in both:
        assert dict((await stored(here, one.id)).counts) == {End.SENT: 2}
        off = here.withdrawal(one, f"{one.identifier}-off", sender=one.sender)
        await here.receive(off)
    await here.deliver()
    assert [one.purpose for one in here.of(2)] == [Purpose.CANCEL, Purpose.CANCEL]


async def test_what_begins_before_the_morning_comes_without_a_sound(here: Village) -> None:
    await here.receive(here.alert("tonight", info=later(here, 4)))
    await here.deliver()
    assert [one.silent for one in here.of(1)] == [False]
    assert [one.silent for one in here.of(2)] == [True]


async def test_shelter_now_comes_and_rings_at_night(here: Village) -> None:
    advisory = await here.receive(here.alert("now", info=later(here, 0) | NOW))
    await here.deliver()
    assert [one.silent for one in here.of(2)] == [False]
    # So does its end: who lies in a cellar must hear it.
    await here.receive(here.withdrawal(advisory, "off"))
    await here.deliver()
    assert here.of(2)[-1].purpose is Purpose.CANCEL
    assert not here.of(2)[-1].silent


async def test_rise_overnight_of_what_is_held_is_judged_anew(here: Village) -> None:
    first = await here.receive(here.alert("tomorrow", info=later(here, 12)))
    await here.deliver()
    await here.receive(here.after(first, "tonight", info=later(here, 3)))
    await here.deliver()
    (told,) = here.of(2)
    assert told.silent
    assert "tonight" in told.text


async def test_secondary_city_is_silent_and_what_is_not_wanted_does_not_come(
    here: Village,
) -> None:
    here.clock.now += 12 * HOUR
    mother = Preferences(places={KYIV: Follow(), LVIV: Follow(secondary=True)})
    await here.follow(3, KYIV, LVIV, chosen=mother)
    await here.follow(4, chosen=Preferences(places={KYIV: Follow(least=Severity.EXTREME)}))
    there = later(here, 6) | {"area": [area(LVIV)]}
    distant = await here.receive(here.alert("there", info=there))
    await here.receive(here.alert("here", info=later(here, 6)))
    await here.deliver()
    silent = {"Lviv" in one.text: one.silent for one in here.of(3)}
    assert silent == {True: True, False: False}
    assert here.of(4) == []
    # A withdrawal names no place: it is as quiet as what it withdraws.
    await here.receive(here.withdrawal(distant, "off"))
    await here.deliver()
    assert here.of(3)[-1].purpose is Purpose.CANCEL
    assert here.of(3)[-1].silent


async def tick_all(here: Village, chat_id: int) -> None:
    """Tick everything on the list that a chat in Kyiv is shown."""
    shown = TickLists(*LISTS, days=3, profile=None)
    chat = Chat(chat_id, Kind.PRIVATE, "en", (KYIV,))
    ticks = await here.storage.checklists.open(chat_id)
    for entry in shown.entries(ListView(ticks, chat, chat.kind)):
        await here.storage.checklists.tick(chat_id, entry.item.key, done=True)


async def test_reminder_is_for_those_whose_list_is_unfinished(here: Village) -> None:
    here.clock.now += 12 * HOUR
    await tick_all(here, 1)
    await here.storage.checklists.tick(2, "drinking_water", done=True)
    await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(4 * HOUR)
    reminded = await here.deliver()
    assert {(one.chat_id, one.purpose) for one in reminded} == {(2, Purpose.REMINDER)}


async def test_group_is_reminded_of_a_list_that_it_began_and_did_not_finish(
    here: Village,
) -> None:
    here.clock.now += 12 * HOUR
    for chat_id in (-5, -6, -7):
        await here.follow(chat_id, kind=Kind.GROUP)
    await here.storage.checklists.tick(-5, "drinking_water", done=True)
    await tick_all(here, -6)
    await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(4 * HOUR)
    reminded = {one.chat_id for one in await here.deliver()}
    # Where a group has no list, nobody waits for it to be finished.
    assert reminded == {1, 2, -5}


async def test_quiet_hours_are_those_of_the_first_city_wherever_the_danger_is(
    here: Village,
) -> None:
    # Seven o'clock comes two hours later in Lisbon: too late for what begins at eight in Kyiv.
    here.clock.now = NIGHT + 2 * HOUR
    await here.follow(3, LISBON, KYIV, chosen=SLEEPER)
    await here.receive(here.alert("morning", info=later(here, 7)))
    await here.deliver()
    (told,) = here.of(3)
    assert told.silent


async def test_night_in_which_the_clocks_go_back_is_an_hour_longer(here: Village) -> None:
    # 23:00 on the day before; the change is at four, and seven o'clock nine hours away.
    here.clock.now = datetime(2024, 10, 26, 20, 0, tzinfo=UTC)
    noon = {"onset": "2024-10-27T12:00:00+02:00", "expires": "2024-10-27T18:00:00+02:00"}
    advisory = await here.receive(here.alert("noon", info=noon))
    await here.deliver()
    assert here.of(2) == []
    here.clock.now += 9 * HOUR - timedelta(seconds=1)
    assert list(await here.storage.errands.take(Task.RESTED)) == []
    here.clock.now += timedelta(seconds=2)
    (due,) = await here.storage.errands.take(Task.RESTED)
    assert due.errand.chat_id == 2
    assert await wake(here) == (advisory.id,)


async def test_longer_rest_does_not_hold_what_begins_before_its_end(here: Village) -> None:
    soon = await here.receive(here.alert("noon", info=later(here, 12)))
    late = {"event": "Flood", "category": ["Met"]}
    far = await here.receive(here.alert("midnight", info=later(here, 26) | late))
    await here.deliver()
    assert here.of(2) == []
    paused = replace(SLEEPER, paused_until=NIGHT + 20 * HOUR)
    chat = Chat(2, Kind.PRIVATE, "en", (KYIV,), preferences=paused)
    await here.storage.chats.save(chat)
    assert await here.live.held(chat) != ()
    until = paused.rests_until(here.clock.now, NIGHT.tzinfo or UTC)
    assert until is not None
    await here.live.tell(chat, await here.live.held(chat, before=until))
    (told,) = await here.deliver()
    assert "noon" in told.text
    assert told.silent
    assert await here.live.held(chat) == (far.id,)
    assert dict((await stored(here, soon.id)).counts) == {End.SENT: 2}

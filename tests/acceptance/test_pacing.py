"""In which order, how fast and until when a broadcast goes out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.advisories import KYIV, alert, cancel, info, shelter_now
from tests.acceptance.town import Town, until

pytestmark = pytest.mark.alone


async def test_channels_are_told_before_groups_and_groups_before_people(town: Town) -> None:
    people = await town.crowd(3)
    groups = [(await town.group(f"House {number}")).id for number in range(3)]
    channels = [(await town.channel(f"Channel {number}")).id for number in range(3)]
    await town.publish(alert("in order"))
    # What was added before the bot ever ran is delivered too.
    async with town.bot(BOT_DELIVERY__RATE="25") as bot:
        await bot.wait_log("broadcast ended")
    order = [one.chat_id for one in town.sends("in order")]
    assert set(order[:3]) == set(channels)
    assert set(order[3:6]) == set(groups)
    assert set(order[6:]) == set(people)


async def test_urgent_advisory_overtakes_a_running_broadcast(town: Town) -> None:
    await town.crowd(70)
    async with town.bot(BOT_DELIVERY__RATE="50"):
        await town.publish(alert("slow"))
        await town.until_told("slow", 10)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await town.publish(shelter_now("shelter"))
        await until(lambda: bool(town.told("shelter")))
        assert loop.time() - started <= 1.0
        await town.until_told("shelter", 40)
        # What was under way may end; the rest of the slow one waits.
        first = town.sends("shelter")[0].at
        assert not [one for one in town.sends("slow") if one.at > first + 0.2]


async def test_subscribing_in_the_middle_of_a_broadcast_brings_it_once(town: Town) -> None:
    people = await town.crowd(90)
    newcomers = [town.world.user(f"Newcomer {number}") for number in range(6)]
    async with town.bot(BOT_DELIVERY__RATE="60") as bot:
        await town.publish(alert("running"))
        for number, user in enumerate(newcomers):
            await town.until_told("running", 10 + 10 * number)
            town.world.start(user, f"c_{KYIV}")
        await town.until_told("running", 96)
        await bot.wait_log("broadcast ended")
        assert not bot.lines("counts do not add up")
    everyone = [*people, *(user.id for user in newcomers)]
    assert town.told("running") == dict.fromkeys(everyone, 1)


async def test_usual_rate_meets_no_limit_of_telegram(strict_town: Town) -> None:
    people = await strict_town.crowd(50)
    async with strict_town.bot(BOT_DELIVERY__RATE="28") as bot:
        await strict_town.publish(alert("steady"))
        await bot.wait_log("broadcast ended")
    assert not strict_town.sandbox.ledger.refused
    assert strict_town.told("steady") == dict.fromkeys(people, 1)


async def test_flood_wait_is_obeyed_and_loses_nobody(town: Town) -> None:
    people = await town.crowd(150)
    async with town.bot() as bot:
        await town.publish(alert("flood"))
        await town.until_told("flood", 30)
        town.sandbox.limiter.ban(1)
        ended = await bot.wait_log("broadcast ended")
        assert ended["sent"] == ended["audience"] == 150
        assert bot.lines("paused", scope="all")
    # Only what was under way ran into the ban: the pause holds for everybody until it is over.
    assert 2 <= town.sandbox.ledger.refused[429] <= 15
    assert town.told("flood") == dict.fromkeys(people, 1)


async def test_advisory_that_expires_under_way_stops(town: Town) -> None:
    await town.crowd(200)
    now = datetime.now(UTC).replace(microsecond=0)
    expires = now + timedelta(seconds=4)
    async with town.bot(BOT_DELIVERY__RATE="40") as bot:
        short = info("short", onset=now.isoformat(), expires=expires.isoformat())
        await town.publish(alert("short", info=[short]))
        ended = await bot.wait_log("broadcast ended", state="expired")
    assert ended["audience"] == 200
    assert ended["sent"] == len(town.told("short")) > 0
    assert ended["expired"] == 200 - ended["sent"] > 0
    assert max(one.at for one in town.sends("short")) <= expires.timestamp()


async def test_cancel_is_obeyed_while_telegram_makes_the_bot_pause(town: Town) -> None:
    await town.crowd(200)
    mistake = alert("mistake")
    async with town.bot() as bot:
        await town.publish(mistake)
        await town.until_told("mistake", 30)
        town.sandbox.limiter.ban(1)
        await bot.wait_log("paused")
        told = len(town.told("mistake"))
        await town.publish(cancel(mistake, "sorry"))
        await bot.wait_log("broadcast ended", state="cancelled")
        await bot.wait_log("broadcast ended", 2)
    assert len(town.told("mistake")) == told
    assert town.told("sorry") == town.told("mistake")


async def test_restarted_bot_obeys_the_pause_that_the_last_one_was_given(town: Town) -> None:
    people = await town.crowd(60)
    async with town.bot() as bot:
        await town.publish(alert("patient"))
        await town.until_told("patient", 20)
        town.sandbox.limiter.ban(7)  # longer than a new dispatcher takes to come
        over = town.sandbox.clock.now() + 7
        await bot.wait_log("paused", scope="all")
        bot.kill()
        await bot.wait()
    refused = town.sandbox.ledger.refused[429]
    async with town.bot() as bot:
        await bot.wait_log("broadcast ended")
    assert town.sandbox.ledger.refused[429] == refused, "it does not try before the pause is over"
    assert max(one.at for one in town.sends("patient")) >= over
    assert set(town.told("patient")) == set(people)

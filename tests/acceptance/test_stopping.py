"""A process that stops or dies in the middle of a broadcast, and the next one that finishes it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from bot.sandbox.ledger import Entry
from tests.acceptance.advisories import KYIV, alert
from tests.acceptance.town import Town, until
from tests.bot_process import BotProcess, free_port

pytestmark = pytest.mark.alone

CROWD = 200
RATE = {"BOT_DELIVERY__RATE": "200"}
REPEATS = 25
"""What a kill may repeat at this rate: what was sent and not yet recorded."""

TAKEOVER_S = 5.0


async def test_stop_midway_is_quick_and_the_next_start_finishes(town: Town) -> None:
    people = await town.crowd(CROWD)
    async with town.bot(**RATE) as bot:
        await town.publish(alert("long"))
        await town.until_told("long", 80)
        loop = asyncio.get_running_loop()
        asked = loop.time()
        assert await bot.stop() == 0
        assert loop.time() - asked < 3
        assert bot.lines("stopped")
        assert not bot.complaints
    assert len(town.told("long")) < CROWD
    async with town.bot(**RATE) as second:
        ended = await second.wait_log("broadcast ended")
    assert ended["audience"] == ended["sent"] == CROWD
    assert town.told("long") == dict.fromkeys(people, 1)


async def test_kill_midway_loses_nobody_and_repeats_only_what_was_in_flight(town: Town) -> None:
    people = await town.crowd(CROWD)
    bot = town.bot(**RATE)
    await bot.start()
    await town.publish(alert("long"))
    await town.until_told("long", 80)
    bot.kill()
    await bot.wait()
    # What is due is delivered, with what the dead one left in flight, and the process leaves.
    last = town.bot("--drain")
    await last.start(ready=False)
    assert await last.wait() == 0
    (ended,) = last.lines("broadcast ended")
    assert ended["audience"] == ended["sent"] == CROWD
    counts = town.told("long")
    assert set(counts) == set(people)
    assert sum(counts.values()) - CROWD <= REPEATS


async def test_update_taken_before_a_stop_is_answered_and_not_answered_again(town: Town) -> None:
    users = [town.world.user(f"Person {number}") for number in range(20)]
    async with town.bot(**RATE) as bot:
        for user in users:
            town.world.start(user, f"c_{KYIV}")
        await until(lambda: bool(town.sandbox.ledger.count("sendMessage")))
        assert await bot.stop() == 0
    async with town.bot(**RATE):
        await until(lambda: len(town.sandbox.ledger.chats("sendMessage")) == len(users))
    assert set(town.sandbox.ledger.chats("sendMessage").values()) == {1}


def _pair(town: Town) -> tuple[BotProcess, BotProcess]:
    """Two replicas behind one webhook; two that poll would take each other's updates."""
    port = str(free_port())
    settings = {
        "BOT_TELEGRAM__MODE": "webhook",
        **RATE,
        "BOT_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
    }
    return town.bot(BOT_HTTP__PORT=port, **settings), town.bot(**settings)


def _longest_gap_s(sends: list[Entry]) -> float:
    times = [one.at for one in sends]
    return max(after - before for before, after in pairwise(times))


async def test_standby_takes_over_within_seconds(town: Town) -> None:
    people = await town.crowd(CROWD)
    dispatcher, standby = _pair(town)
    await dispatcher.start()
    async with standby:
        assert dispatcher.lines("dispatcher elected")
        assert not standby.lines("dispatcher elected")
        assert "forewarn_dispatcher 1.0" in await dispatcher.metrics()
        assert "forewarn_dispatcher 0.0" in await standby.metrics()
        await town.publish(alert("long"))
        await town.until_told("long", 80)
        assert not standby.lines("dispatcher elected")
        dispatcher.kill()
        await dispatcher.wait()
        await standby.wait_log("dispatcher elected")
        ended = await standby.wait_log("broadcast ended")
        assert not standby.complaints
    assert ended["audience"] == ended["sent"] == CROWD
    counts = town.told("long")
    assert set(counts) == set(people)
    assert sum(counts.values()) - CROWD <= REPEATS
    assert _longest_gap_s(town.sends("long")) <= TAKEOVER_S


async def test_dispatcher_that_stops_hands_over_at_once(town: Town) -> None:
    people = await town.crowd(CROWD)
    dispatcher, standby = _pair(town)
    await dispatcher.start()
    async with standby:
        await town.publish(alert("long"))
        await town.until_told("long", 80)
        assert await dispatcher.stop() == 0
        await standby.wait_log("broadcast ended")
    assert town.told("long") == dict.fromkeys(people, 1)
    assert _longest_gap_s(town.sends("long")) <= 2


async def test_second_poller_stands_by_and_the_first_says_what_is_wrong(town: Town) -> None:
    person = await town.person("Oksana")
    async with town.bot(**RATE) as first, town.bot(**RATE) as second:
        failed = await first.wait_log("poll failed")
        assert failed["verdict"] == "conflict"
        # It still delivers; only what people say reaches the other one meanwhile.
        await first.wait_ready(503)
        await town.publish(alert("despite"))
        await first.wait_log("broadcast ended")
        assert not second.lines("dispatcher elected")
        newcomer = town.world.user("Newcomer")
        town.world.start(newcomer, f"c_{KYIV}")
        await town.until_told("despite", 2)
        assert await second.stop() == 0
        assert not first.complaints
    assert town.told("despite") == {person.id: 1, newcomer.id: 1}

"""Redis goes away and comes back: the bot says so, waits, and goes on by itself."""

from __future__ import annotations

import signal

import pytest

from bot.sandbox.limits import Limits
from tests.acceptance.advisories import alert
from tests.acceptance.town import open_town
from tests.redis_server import DURABLE, running_redis

pytestmark = pytest.mark.alone

IN_FLIGHT = 60
"""Half a second's sends at the rate of these tests, and those that were on their way."""


async def test_bot_goes_on_by_itself_when_redis_comes_back() -> None:
    with running_redis(**DURABLE) as server:
        async with open_town(server.url, Limits.off()) as town:
            people = await town.crowd(250)
            async with town.bot() as bot:
                await town.publish(alert("interrupted"))
                await town.until_told("interrupted", 80)
                server.kill()
                await bot.wait_ready(503)
                assert bot.process.returncode is None
                server.start()
                await bot.wait_ready(200)
                await bot.wait_log("broadcast ended")
                told = town.told("interrupted")
                assert set(told) == set(people)
                assert sum(told.values()) - len(people) <= IN_FLIGHT
                # Queue, answers and deliveries work as before.
                user = town.world.user("Newcomer")
                town.world.start(user, "c_703448")
                await town.world.wait_for("interrupted", chat_id=user.id)
                await town.publish(alert("afterwards"))
                await town.until_told("afterwards", 251)
                assert not bot.lines("counts do not add up")
                assert await bot.stop() == 0


async def test_redis_that_stays_away_does_not_keep_the_bot_from_stopping() -> None:
    with running_redis(**DURABLE) as server:
        async with open_town(server.url, Limits.off()) as town:
            bot = town.bot()
            await bot.start()
            server.kill()
            await bot.wait_ready(503)
            assert await bot.stop(signal.SIGINT) == 0
            assert bot.lines("stopped")

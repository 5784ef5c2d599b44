"""What a restart must remember of the time before a kill -9."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.acceptance.advisories import alert
from tests.acceptance.town import Town, until

pytestmark = pytest.mark.alone

PAUSE_S = 5
CLOCKS_S = 0.05
"""What the bot's reading of Redis TIME may be off: half a round trip."""


async def test_restart_obeys_what_remains_of_a_429(town: Town) -> None:
    """The bot is killed in a pause; its successor rests to the end of it, and then goes on."""
    people = await town.crowd(60)
    bot = town.bot()
    await bot.start()
    # Every send is refused, and Telegram would not refuse one later: only the bot knows of it.
    flood = town.sandbox.faults.too_many(PAUSE_S, method="sendMessage")
    await town.publish(alert("flood"))
    await bot.wait_log("paused", scope="all")
    # What was under way when the first was refused is answered too.
    await until(lambda: len(town.sandbox.ledger) == 0 and flood.struck > 1)
    bot.kill()
    await bot.wait()
    town.sandbox.faults.clear()
    over_at = (await town.storage.pace.pauses())["all"]
    async with town.bot() as successor:
        assert datetime.now(UTC).timestamp() < over_at - 1, "the start took too long"
        ended = await successor.wait_log("broadcast ended")
        assert not successor.lines("paused")
    assert ended["sent"] == ended["audience"] == 60
    assert town.told("flood") == dict.fromkeys(people, 1)
    assert min(one.at for one in town.sends("flood")) >= over_at - CLOCKS_S

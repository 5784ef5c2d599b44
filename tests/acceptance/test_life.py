"""An advisory's window over a death of the process: opened once, and ended once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.advisories import alert, info
from tests.acceptance.town import Town, until

pytestmark = pytest.mark.alone

CROWD = 20
OPENED, PASSED = "Оголошений час настав", "Відбою не було"


async def test_window_that_opens_and_passes_while_the_bot_is_dead_is_told_once(
    town: Town,
) -> None:
    people = await town.crowd(CROWD)
    now = datetime.now(UTC).replace(microsecond=0)
    opens, passes = now + timedelta(seconds=5), now + timedelta(seconds=12)
    window = {"onset": opens.isoformat(), "expires": passes.isoformat()}
    bot = town.bot()
    await bot.start()
    await town.publish(alert("attack", info=[info("attack", **window)]))
    await town.until_told("attack", CROWD)
    bot.kill()
    await bot.wait()
    assert not town.told(OPENED)
    await until(lambda: datetime.now(UTC) > opens)
    async with town.bot() as second:
        await town.until_told(OPENED, CROWD)
        await second.wait_log("broadcast ended", 2)
    await until(lambda: datetime.now(UTC) > passes, timeout_s=15)
    for _ in range(2):
        # What is due is told, and the process leaves; the next one finds nothing to repeat.
        last = town.bot("--drain")
        await last.start(ready=False)
        assert await last.wait() == 0
    once = dict.fromkeys(people, 1)
    assert town.told(OPENED) == once
    assert town.told(PASSED) == once
    for chat_id in people:
        sent = [one for one in town.sends("attack") if one.chat_id == chat_id]
        opened = town.world.message(chat_id, sent[-1].message_id)
        assert opened.text.startswith("ЗАВЕРШЕНО")
        assert not opened.button_texts

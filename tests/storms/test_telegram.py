"""Telegram, or the way to it, is in trouble; nobody is lost for it.

Bounds. A connection cut behind the acceptance repeats that one message in the two severe lanes
and none below them, where it is counted `unknown`. Refusals (429, 5xx) come before the
acceptance: no repeats at all.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bot.domain.delivery import End
from bot.pipeline.sending import MAX_OPEN
from tests.acceptance.advisories import KYIV, alert, routine
from tests.storms.knobs import Size, sizes
from tests.storms.town import open_town

CUT_SHARE = 0.05


@sizes()
async def test_connection_cut_behind_the_acceptance_repeats_that_message(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """5 % of all sends are accepted and never answered, in a severe and in a routine lane."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        cut_after = town.sandbox.faults.cut_after
        most = 5 if size.is_short else size.chats  # a chat that is cut twice waits for seconds
        cut = cut_after(method="sendMessage", probability=CUT_SHARE, count=most)
        broadcast_id = await town.publish(alert("storm of severe cuts", KYIV))
        await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        severe = town.account("storm of severe cuts")
        severe.require_all(town.people, repeats=cut.struck)
        # A cut cannot be told from a server that closed before it read, so each is repeated.
        assert severe.repeats == cut.struck > 0
        town.sandbox.faults.clear()
        cut = cut_after(method="sendMessage", probability=CUT_SHARE)
        broadcast_id = await town.publish(routine("storm of routine cuts", KYIV))
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        town.account("storm of routine cuts").require_all(town.people)
        assert ended.counts.get(End.UNKNOWN, 0) == cut.struck > 0
        assert not town.complaints


@sizes(short=Size(200, 200))
async def test_floods_are_obeyed(size: Size, chance: random.Random, tmp_path: Path) -> None:
    """Telegram refuses every send for a second or two, again and again.

    What was under way when a ban began is refused, and nothing is sent into it afterwards, but
    for the bot's first guess: one 429 alone is taken for that chat's.
    """
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of floods", KYIV))
        floods = 1 if size.is_short else 6
        for number in range(floods):
            await town.until_sent(
                size.chats * (number + 1) // (floods + 2), timeout_s=size.patience_s
            )
            seconds = 1.0 if floods == 1 else chance.uniform(1.0, 3.0)
            town.sandbox.limiter.ban(seconds)
            await asyncio.sleep(seconds)
        await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        refused = town.sandbox.ledger.refused[429]
        print(f"{floods} floods, {refused} refused")
        town.account("storm of floods").require_all(town.people)
        assert floods <= refused <= floods * min(MAX_OPEN, size.rate * 0.2)
        assert not town.complaints


@sizes(short=None)
async def test_outage_of_telegram_is_sat_out(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """Nothing but 502 for ten seconds, then nothing but cut connections for three.

    A cut before the acceptance looks like one behind it, and is repeated without harm.
    """
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of outages", KYIV))
        await town.until_sent(size.chats // 4)
        town.sandbox.faults.outage(10.0)
        await asyncio.sleep(10.0)
        await town.until_sent(size.chats // 3, timeout_s=size.patience_s)
        town.sandbox.faults.outage(3.0, how="cut")
        await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        town.account("storm of outages").require_all(town.people)
        assert not town.complaints

"""Processes die: the bot, Redis, both. Nobody is lost, and few are told twice.

Bounds. A killed bot repeats what Telegram accepted and Redis did not hear of:
rate x (record interval + request latency) for each kill. The interval is 25 ms; the rest of
`UNRECORDED_S` is the way to Telegram and a record that waits for the disk, on a machine that runs
bot, Redis and Telegram at once. A killed Redis repeats nothing: the bot keeps its results until
they are recorded, and an outage shorter than the role changes no dispatcher. Where the bot dies
with or right after Redis, nothing could be recorded meanwhile, and nothing claimed either: it
repeats what it had claimed, a batch and a half for each kill.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bot.pipeline.dispatch import MOST_CLAIMED
from tests.acceptance.advisories import BROVARY, KYIV, alert
from tests.storms.forked import Bot
from tests.storms.knobs import Size, sizes
from tests.storms.town import Town, open_town

UNRECORDED_S = 0.1
CLAIMED = MOST_CLAIMED * 1.5
AWAY_S = 0.5


async def _survive(town: Town, bot: Bot, broadcast_id: str, sent: int) -> None:
    """Let a bot live until it has sent something: a start takes longer than a storm is patient."""
    async with asyncio.timeout(20):
        while len(town.sandbox.ledger) <= sent and bot.running:
            await asyncio.sleep(0.005)
            if await town.has_ended(broadcast_id):
                return


def _lifetime_s(size: Size, chance: random.Random) -> float:
    return chance.uniform(0.3, 1.0) * min(1.0, size.calm_s / 3)


@sizes()
async def test_killed_bot_loses_nobody(size: Size, chance: random.Random, tmp_path: Path) -> None:
    """kill -9 0.3-1 s after the first send, each time; every fifth role is left to expire."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot, kills = town.bot(), 0
        broadcast_id = await town.publish(alert("storm of kills", KYIV, BROVARY))
        while not await town.has_ended(broadcast_id):
            sent = len(town.sandbox.ledger)
            bot.start()
            await _survive(town, bot, broadcast_id, sent)
            await asyncio.sleep(_lifetime_s(size, chance))
            if len(town.account("storm of kills").told) >= size.chats:
                break
            bot.kill()
            kills += 1
            if kills % 5:
                await town.free_role()
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        print(f"{kills} kills of the bot")
        town.account("storm of kills").require_all(
            town.people, repeats=kills * size.rate * UNRECORDED_S
        )
        assert ended.audience == size.chats
        assert kills >= 2
        assert not town.complaints


@sizes()
async def test_killed_redis_loses_nobody(size: Size, chance: random.Random, tmp_path: Path) -> None:
    """kill -9 of Redis every 0.3-1 s, back within half a second."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot, kills = town.bot(), 0
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of outages", KYIV, BROVARY))
        while not await town.has_ended(broadcast_id):
            await _survive(town, bot, broadcast_id, len(town.sandbox.ledger))
            await asyncio.sleep(_lifetime_s(size, chance))
            if len(town.account("storm of outages").told) >= size.chats:
                break
            town.server.kill()
            kills += 1
            await town.restart_redis(chance.uniform(0, AWAY_S))
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        print(f"{kills} kills of Redis")
        town.account("storm of outages").require_all(town.people)
        assert ended.audience == size.chats
        assert kills >= 1
        assert not town.complaints


@sizes(short=None)
async def test_killed_bot_and_redis_lose_nobody(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """Either dies, or both at once, as in a machine that loses its power."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot, kills = town.bot(), 0
        broadcast_id = await town.publish(alert("storm of power cuts", KYIV, BROVARY))
        while not await town.has_ended(broadcast_id):
            sent = len(town.sandbox.ledger)
            if not bot.running:
                bot.start()
            await _survive(town, bot, broadcast_id, sent)
            await asyncio.sleep(_lifetime_s(size, chance))
            if len(town.account("storm of power cuts").told) >= size.chats:
                break
            victims = chance.choice(("bot", "redis", "both"))
            if victims != "redis":
                bot.kill()
                kills += 1
            if victims != "bot":
                town.server.kill()
                await town.restart_redis(chance.uniform(0, AWAY_S))
            if victims != "redis":
                await town.free_role()
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        print(f"{kills} kills of the bot, alone or with Redis")
        town.account("storm of power cuts").require_all(
            town.people, repeats=kills * max(size.rate * UNRECORDED_S, CLAIMED)
        )
        assert ended.audience == size.chats
        assert not town.complaints

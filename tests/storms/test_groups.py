"""Groups become supergroups, and get other ids, while a broadcast runs.

Bound. The receipt is under the id that was told; a group that moves between its message and the
record of it is known under both ids: no repeats.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bot.domain.subscriber import Chat, Kind
from tests.acceptance.advisories import KYIV, alert
from tests.storms.knobs import Size, sizes
from tests.storms.town import Town, open_town


async def _groups(town: Town, count: int) -> list[int]:
    world, ids = town.sandbox.world, []
    owner = world.user("Owner")
    for number in range(count):
        group = world.group(f"House {number}", owner)
        world.add_bot(group, owner)
        ids.append(group.id)
        await town.storage.chats.save(Chat(group.id, Kind.GROUP, "uk", (KYIV,)))
    town.sandbox.updates.drop()
    return ids


@sizes(short=Size(120, 100), long=Size(2000, 200))
async def test_groups_that_move_unheard_are_told_once(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """The bot hears of the move from the send alone: updates do not come."""
    async with open_town(tmp_path, chance, chats=20, rate=size.rate) as town:
        town.sandbox.faults.http(502, method="getUpdates")
        await _move(town, size, chance)


@sizes(short=Size(150, 100), long=Size(2000, 200))
async def test_groups_whose_move_is_heard_of_are_told_once(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """The update about the move may come before the cursor does."""
    async with open_town(tmp_path, chance, chats=20, rate=size.rate) as town:
        await _move(town, size, chance)


async def _move(town: Town, size: Size, chance: random.Random) -> None:
    """Half of the groups move at random instants of a broadcast."""
    groups = await _groups(town, size.chats)
    bot = town.bot()
    await bot.start_and_wait()
    broadcast_id = await town.publish(alert("storm of moves", KYIV))
    await town.until_sent(1)
    moving = chance.sample(groups, size.chats // 2)
    moved = {}
    for old_id in moving:
        group = town.sandbox.world.find_chat(old_id)
        assert group is not None
        moved[old_id] = town.sandbox.world.migrate(group)
        await asyncio.sleep(chance.uniform(0, 2 * size.calm_s / len(moving)))
    await town.until_ended(broadcast_id, timeout_s=size.patience_s)
    print(f"{len(moved)} groups moved")
    town.account("storm of moves").require_all([*groups, *town.people], moved=moved)
    assert not town.complaints

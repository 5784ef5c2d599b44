"""A dispatcher that is stopped past the expiry of its role, and another one that takes it over.

Bounds. The successor repeats what was in the stalled one's hands and unrecorded:
rate x (record interval + request latency), as for a kill. The stalled one, when it goes on, finds
its deadline passed and starts nothing; only what was within one turn of its loop may still leave.
"""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

from bot.pipeline.role import LEASE_S
from tests.acceptance.advisories import KYIV, alert
from tests.storms.knobs import Size, sizes
from tests.storms.test_kills import UNRECORDED_S
from tests.storms.town import open_town

AT_ONCE = 1
"""A send whose last look at the deadline was before the stall, and its bytes behind it."""


@sizes(short=Size(240, 200))
async def test_stalled_dispatcher_starts_nothing_after_its_role(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """SIGSTOP in mid-broadcast; SIGCONT when the successor has begun, or after it has ended."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        first, second = town.bot(), town.bot()
        await first.start_and_wait()
        await second.start_and_wait()
        broadcast_id = await town.publish(alert("storm of stalls", KYIV))
        stalls, late = 0, 0
        most = 1 if size.is_short else 4
        holder, other = first, second
        while stalls < most:
            await town.until_sent(
                size.chats * (stalls + 1) // (most + 2), timeout_s=size.patience_s
            )
            elected = len(other.lines("dispatcher elected"))
            holder.signal(signal.SIGSTOP)
            stalls += 1
            async with asyncio.timeout(LEASE_S + 5):
                while len(other.lines("dispatcher elected")) == elected:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(chance.uniform(0.05, 0.3))
            resumed_at = town.sandbox.clock.now()
            holder.signal(signal.SIGCONT)
            await asyncio.sleep(0.5)
            late += town.account("storm of stalls").repeats_behind(resumed_at)
            holder, other = other, holder
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        print(f"{stalls} stalls, {late} started after their role")
        town.account("storm of stalls").require_all(
            town.people, repeats=stalls * size.rate * UNRECORDED_S
        )
        assert late <= stalls * AT_ONCE
        assert ended.audience == size.chats
        assert not town.complaints

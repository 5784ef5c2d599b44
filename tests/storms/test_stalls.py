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
from tests.storms.town import Town, open_town

TAKEOVER_S = 5.0
"""From a stall or a kill to the successor's first accepted message."""

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
        _require_takeovers(town, "storm of stalls")
        assert late <= stalls * AT_ONCE
        assert ended.audience == size.chats
        assert not town.complaints


@sizes(short=Size(240, 200))
async def test_standby_takes_over_from_a_killed_dispatcher(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """kill -9 in mid-broadcast, with nobody to free the role: it has to expire by itself."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        holder, standby = town.bot(), town.bot()
        await holder.start_and_wait()
        await standby.start_and_wait()
        broadcast_id = await town.publish(alert("storm of takeovers", KYIV))
        kills, most = 0, 1 if size.is_short else 4
        while kills < most:
            await town.until_sent(size.chats * (kills + 1) // (most + 2), timeout_s=size.patience_s)
            elected = len(standby.lines("dispatcher elected"))
            holder.kill()
            kills += 1
            async with asyncio.timeout(LEASE_S + 5):
                while len(standby.lines("dispatcher elected")) == elected:
                    await asyncio.sleep(0.02)
            await holder.start_and_wait()
            holder, standby = standby, holder
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        town.account("storm of takeovers").require_all(
            town.people, repeats=kills * size.rate * UNRECORDED_S
        )
        _require_takeovers(town, "storm of takeovers")
        assert ended.audience == size.chats
        assert not town.complaints


def _require_takeovers(town: Town, words: str) -> None:
    """Telegram saw no longer silence than a takeover may last."""
    silence_s = town.account(words).longest_silence_s
    print(f"{words}: the longest silence lasted {silence_s:.1f} s")
    assert silence_s <= TAKEOVER_S

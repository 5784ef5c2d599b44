"""A broadcast is ended, or overtaken, in the middle.

Bounds. Cancel: nothing later than half a second behind the Cancel in the queue, and the
correction goes to those who were told and to nobody else, once. Expiry: nothing is accepted later
than `expires`. A shelter-now advisory: its first message half a second behind its XADD at the
latest, everything else of it before the other broadcast goes on, nobody lost in either.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.broadcast import BroadcastState
from bot.pipeline.dispatch import MOST_CLAIMED
from bot.pipeline.sending import MAX_OPEN
from tests.acceptance.advisories import KYIV, LVIV, alert, cancel, info, shelter_now
from tests.storms.knobs import Size, sizes
from tests.storms.test_kills import UNRECORDED_S
from tests.storms.town import open_town

STOP_S = 0.5
FIRST_S = 0.5
UNDER_WAY_S = 0.2
"""What had its slot or was on its way when the higher lane came."""


@sizes(short=Size(240, 200))
async def test_cancel_stops_a_broadcast_at_any_instant(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """The Cancel comes at a random instant; the correction finds exactly those who were told."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        original = alert("storm of a cancel", KYIV)
        broadcast_id = await town.publish(original)
        await town.until_sent(
            int(size.chats * chance.uniform(0.05, 0.7)), timeout_s=size.patience_s
        )
        cancelled_at = town.sandbox.clock.now()
        correction_id = await town.publish(cancel(original, "correction of the storm"))
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        await town.until_ended(correction_id, timeout_s=size.patience_s)
        wrong, right = town.account("storm of a cancel"), town.account("correction of the storm")
        late = wrong.behind(cancelled_at + STOP_S)
        told = len(wrong.told)
        print(f"told {told} of {size.chats}, {len(wrong.behind(cancelled_at))} after the Cancel")
        assert not late
        assert told < size.chats
        assert ended.state is BroadcastState.CANCELLED
        right.require_all(wrong.told.keys())
        assert not town.complaints


@sizes(short=Size(240, 200))
async def test_cancel_stands_through_a_power_cut(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """kill -9 of the bot and of Redis at a random instant around the Cancel.

    A dispatcher that takes a cancelled broadcast over cannot tell those who were sent it and not
    recorded from those who were only claimed: all of them get the correction.
    """
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        original = alert("storm of a cancel", KYIV)
        broadcast_id = await town.publish(original)
        await town.until_sent(int(size.chats * chance.uniform(0.1, 0.4)), timeout_s=size.patience_s)
        correction_id = await town.publish(cancel(original, "correction of the storm"))
        await asyncio.sleep(chance.uniform(0, 0.1))
        bot.kill()
        town.server.kill()
        await town.restart_redis(chance.uniform(0, 0.3))
        await town.free_role()
        await bot.start_and_wait()
        back_at = town.sandbox.clock.now()
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        await town.until_ended(correction_id, timeout_s=size.patience_s)
        wrong, right = town.account("storm of a cancel"), town.account("correction of the storm")
        missed = wrong.told.keys() - right.told.keys()
        print(
            f"told {len(wrong.told)} of {size.chats}, {len(missed)} of them missed the correction"
        )
        assert ended.state is BroadcastState.CANCELLED
        assert not wrong.behind(back_at + STOP_S)
        assert len(wrong.told) < size.chats
        assert not missed
        assert len(right.told.keys() - wrong.told.keys()) <= MOST_CLAIMED * 1.5 + MAX_OPEN
        assert not town.complaints


@sizes(short=None)
async def test_nothing_is_accepted_behind_the_expiry(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """The advisory ends in mid-broadcast, and the bot is killed once on the way there."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        lasts_s = max(3.0, size.calm_s / 3)
        expires = (datetime.now(UTC) + timedelta(seconds=lasts_s)).replace(microsecond=0)
        about = info(
            "storm of an expiry",
            KYIV,
            onset=datetime.now(UTC).isoformat(),
            expires=expires.isoformat(),
        )
        broadcast_id = await town.publish(alert("storm of an expiry", info=[about]))
        await town.until_sent(size.chats // 10)
        bot.kill()
        await town.free_role()
        await bot.start_and_wait()
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        brief = town.account("storm of an expiry")
        print(f"told {len(brief.told)} of {size.chats} before the expiry")
        assert ended.state is BroadcastState.EXPIRED
        assert not brief.behind(expires.timestamp())
        assert size.chats // 10 <= len(brief.told) < size.chats
        assert brief.repeats <= size.rate * UNRECORDED_S
        assert ended.audience == size.chats
        assert not town.complaints


@sizes(short=Size(300, 200))
async def test_shelter_now_overtakes(size: Size, chance: random.Random, tmp_path: Path) -> None:
    """A shelter-now advisory for another city in the middle of a large broadcast."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        lviv = await town.settle(size.chats // 5, LVIV)
        bot = town.bot()
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of tonight", KYIV))
        await town.until_sent(int(size.chats * chance.uniform(0.2, 0.6)), timeout_s=size.patience_s)
        added_at = town.sandbox.clock.now()
        urgent_id = await town.publish(shelter_now("storm of this minute", LVIV))
        await town.until_ended(urgent_id, timeout_s=size.patience_s)
        await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        urgent, other = town.account("storm of this minute"), town.account("storm of tonight")
        urgent.require_all(lviv)
        other.require_all(town.people)
        last_at = max(entry.at for entry in urgent.entries)
        between = [entry for entry in other.behind(urgent.first_at) if entry.at < last_at]
        print(f"first after {urgent.first_at - added_at:.3f} s, {len(between)} others between")
        assert urgent.first_at - added_at <= FIRST_S
        assert len(between) <= size.rate * UNDER_WAY_S
        assert not town.complaints

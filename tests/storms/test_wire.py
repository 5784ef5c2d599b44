"""The wire between bot and Redis loses replies, and Redis itself loses its last second.

Bounds. A reply lost at any script: the call is repeated and gets the same answer, no repeats. A
wire that is silent for longer than the role: the bot stops, takes the role anew and still has its
results, no repeats. A rollback: what was sent in the forgotten stretch is sent again,
rate x (stretch + what the bot held), and nobody is lost. A cancel that was rolled back is said
again as soon as the queue is read again, which is a second behind an outage.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from bot.app import RETRY_S
from bot.domain.broadcast import BroadcastState
from bot.pipeline.role import LEASE_S
from tests.acceptance.advisories import KYIV, alert, cancel
from tests.storms.knobs import LONG, LONG_S, SHORT, Size, sizes
from tests.storms.proxy import SCRIPTS, Proxy
from tests.storms.test_kills import CLAIMED, UNRECORDED_S
from tests.storms.town import Town, open_town

AGAIN_S = RETRY_S + 0.5
"""An outage is sat out for a second before the queue is read again, and a cancel takes effect."""

HELD_S = 0.75
"""Half a second's sends are claimed ahead; the rest is what was under way."""

_LOSSES = [
    pytest.param(SHORT, 0.3, id="short"),
    pytest.param(LONG, 0.05, id="long", marks=(pytest.mark.storm, pytest.mark.timeout(LONG_S))),
]


@pytest.mark.parametrize(("size", "share"), _LOSSES)
async def test_lost_replies_change_nothing(
    size: Size, share: float, chance: random.Random, tmp_path: Path
) -> None:
    """The first reply of every script is lost for certain, later ones with some likelihood.

    One kill leaves something to recover; it repeats what it may, the lost replies nothing.
    """
    async with (
        open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town,
        Proxy(town.server.port, chance) as proxy,
    ):
        for script in SCRIPTS:
            proxy.drop(script, count=1)
        bot = town.bot(proxy.url)
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of lost replies", KYIV))
        await town.until_sent(size.chats // 10)
        # Its successor has something to take over.
        bot.kill()
        await town.free_role()
        sent = len(town.sandbox.ledger)
        await bot.start_and_wait()
        await town.until_sent(sent + 1)
        for script in SCRIPTS:
            proxy.drop(script, share=share)
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        print(f"replies lost: {dict(proxy.dropped)}")
        town.account("storm of lost replies").require_all(
            town.people, repeats=max(size.rate * UNRECORDED_S, CLAIMED)
        )
        assert ended.audience == size.chats
        assert proxy.dropped.keys() >= set(SCRIPTS) - {"advisory_decide", "steer"}
        assert not town.complaints


@sizes(short=Size(240, 200))
async def test_lost_replies_to_a_cancel_change_nothing(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """The first two replies to each step of a Cancel are lost."""
    async with (
        open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town,
        Proxy(town.server.port, chance) as proxy,
    ):
        bot = town.bot(proxy.url)
        await bot.start_and_wait()
        original = alert("storm of a cut cancel", KYIV)
        broadcast_id = await town.publish(original)
        await town.until_sent(size.chats // 3, timeout_s=size.patience_s)
        for script in ("advisory_add", "advisory_decide", "steer", "publish"):
            proxy.drop(script, count=2)
        correction_id = await town.publish(cancel(original, "correction of the storm"))
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        await town.until_ended(correction_id, timeout_s=size.patience_s)
        print(f"replies lost: {dict(proxy.dropped)}")
        assert ended.state is BroadcastState.CANCELLED
        told = town.account("storm of a cut cancel").told
        assert len(told) < size.chats
        town.account("correction of the storm").require_all(told.keys())
        assert proxy.dropped.keys() >= {"advisory_add", "advisory_decide", "steer", "publish"}
        assert not town.complaints


@sizes(short=None)
async def test_silent_wire_is_sat_out(size: Size, chance: random.Random, tmp_path: Path) -> None:
    """No byte passes for some seconds, less or more than the role lasts; Redis goes on."""
    async with (
        open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town,
        Proxy(town.server.port, chance) as proxy,
    ):
        bot = town.bot(proxy.url)
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of silence", KYIV))
        silences = [1.0, LEASE_S + 1, LEASE_S * 2]
        for number, seconds in enumerate(silences):
            await town.until_sent(
                size.chats * (number + 1) // (len(silences) + 1), timeout_s=size.patience_s
            )
            proxy.is_silent = True
            await asyncio.sleep(seconds)
            proxy.is_silent = False
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        town.account("storm of silence").require_all(town.people)
        assert ended.audience == size.chats
        assert not town.complaints


async def _roll_back(town: Town, seconds: float) -> None:
    town.server.kill()
    print(f"{town.server.cut_back(seconds)} bytes forgotten")
    await town.restart_redis(0.05)


@sizes(short=Size(240, 200))
async def test_rolled_back_redis_loses_nobody(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """The last second of its log is gone, as after a failover to a replica that lagged."""
    stretch_s = 0.5 if size.is_short else 1.0
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        broadcast_id = await town.publish(alert("storm of rollbacks", KYIV))
        noting = asyncio.create_task(_keep_noting(town))
        rollbacks = 1 if size.is_short else 4
        for number in range(rollbacks):
            await town.until_sent(
                size.chats * (2 * number + 3) // (2 * rollbacks + 4), timeout_s=size.patience_s
            )
            await asyncio.sleep(stretch_s + chance.uniform(0, 0.3))
            await _roll_back(town, stretch_s)
        await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        noting.cancel()
        print(f"{rollbacks} rollbacks")
        town.account("storm of rollbacks").require_all(
            town.people, repeats=rollbacks * size.rate * (stretch_s + HELD_S)
        )
        assert not town.complaints


async def _keep_noting(town: Town) -> None:
    while True:
        town.server.note()
        await asyncio.sleep(0.01)


@sizes(short=None)
async def test_cancel_that_redis_forgot_is_said_again(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """Redis is rolled back to the instant at which the Cancel had just come into its queue."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        bot = town.bot()
        await bot.start_and_wait()
        original = alert("storm of a forgotten cancel", KYIV)
        broadcast_id = await town.publish(original)
        await town.until_sent(size.chats // 3, timeout_s=size.patience_s)
        withdrawal = cancel(original, "withdrawal of the storm")
        correction_id = await town.publish(withdrawal)
        await asyncio.sleep(0.3)
        town.server.kill()
        print(f"{town.server.cut_behind(str(withdrawal['identifier']).encode())} bytes forgotten")
        await town.restart_redis(0.05)
        back_at = town.sandbox.clock.now()
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        await town.until_ended(correction_id, timeout_s=size.patience_s)
        assert ended.state is BroadcastState.CANCELLED
        after = town.account("storm of a forgotten cancel").behind(back_at + AGAIN_S)
        assert not after, f"{len(after)} told after the cancel had been said again"
        wrong = town.account("storm of a forgotten cancel").told.keys()
        right = town.account("withdrawal of the storm").told.keys()
        # Whom Redis forgot to have been told it cannot name: those of the stretch before the kill.
        assert len(wrong - right) <= size.rate
        # What was in flight when Redis went back may have been told, and is corrected too.
        assert len(right - wrong) <= size.rate
        assert not town.complaints

"""Hosts differ: a clock is a day off, or Redis moves to another one.

Bounds. Clocks: none; Redis TIME is the one clock. A failover: the loss window is the replication's
lag, milliseconds here, so that it repeats no more than a kill: rate x (record interval + request
latency). What was cancelled before it stays cancelled, for a cancel waits for the replica.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.broadcast import BroadcastState
from bot.storage.opening import open_storage
from tests.acceptance.advisories import KYIV, LVIV, alert, cancel, info
from tests.bot_process import free_port
from tests.redis_server import RedisServer
from tests.storms.knobs import Size, sizes
from tests.storms.proxy import Proxy
from tests.storms.test_kills import UNRECORDED_S
from tests.storms.town import Town, open_town

DAY = timedelta(days=1)


@sizes(short=Size(150, 100))
async def test_clocks_of_hosts_have_no_effect(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """A host a day ahead takes nothing for expired; one a day behind sends nothing expired."""
    async with open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town:
        lviv = await town.settle(size.rate * 6, LVIV)
        ahead, behind = town.bot(clock_off=DAY), town.bot(clock_off=-DAY)
        await ahead.start_and_wait()
        broadcast_id = await town.publish(alert("storm of tonight", KYIV))
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        assert ended.state is BroadcastState.DONE
        town.account("storm of tonight").require_all(town.people)
        ahead.kill()
        await town.free_role()
        await behind.start_and_wait()
        expires = (datetime.now(UTC) + timedelta(seconds=4)).replace(microsecond=0)
        about = info("storm of an hour ago", LVIV, expires=expires.isoformat())
        about["onset"] = datetime.now(UTC).isoformat()
        broadcast_id = await town.publish(alert("storm of an hour ago", info=[about]))
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        brief = town.account("storm of an hour ago")
        print(f"told {len(brief.told)} of {len(lviv)} before the expiry")
        assert ended.state is BroadcastState.EXPIRED
        assert not brief.behind(expires.timestamp())
        assert 0 < len(brief.told) < len(lviv)
        assert not town.complaints


async def _follow(town: Town, folder: Path) -> RedisServer:
    """A replica that has everything the primary has."""
    folder.mkdir()
    call = town.storage.server.call
    await call("CONFIG", "SET", "repl-diskless-sync-delay", 0)
    where = f"127.0.0.1 {town.server.port}"
    replica = RedisServer(folder, free_port(), replicaof=where)
    await asyncio.to_thread(replica.start)
    async with asyncio.timeout(20):
        while not await call("WAIT", 1, 100):
            await call("SET", "probe", 1)
    return replica


@sizes(short=Size(240, 200))
async def test_failover_to_a_replica_loses_nobody(
    size: Size, chance: random.Random, tmp_path: Path
) -> None:
    """kill -9 of the primary in mid-broadcast; the replica is promoted, as Sentinel does it."""
    async with (
        open_town(tmp_path, chance, chats=size.chats, rate=size.rate) as town,
        Proxy(town.server.port, chance) as proxy,
        AsyncExitStack() as stack,
    ):
        replica = await _follow(town, tmp_path / "replica")
        stack.callback(replica.kill)
        bot = town.bot(proxy.url)
        await bot.start_and_wait()
        mistake = alert("storm of a mistake", KYIV)
        mistake_id = await town.publish(mistake)
        await town.until_sent(size.chats // 6)
        correction_id = await town.publish(cancel(mistake, "correction of the storm"))
        await town.until_ended(correction_id, timeout_s=size.patience_s)
        corrected = len(town.account("storm of a mistake").told)
        broadcast_id = await town.publish(alert("storm of a failover", KYIV))
        await town.until_sent(len(town.sandbox.ledger) + size.chats // 3, timeout_s=size.patience_s)
        town.server.kill()
        town.storage = await stack.enter_async_context(open_storage(replica.url, tmp_path))
        await town.storage.server.call("REPLICAOF", "NO", "ONE")
        proxy.point_to(replica.port)
        ended = await town.until_ended(broadcast_id, timeout_s=size.patience_s)
        town.account("storm of a failover").require_all(
            town.people, repeats=size.rate * UNRECORDED_S
        )
        assert ended.audience == size.chats
        cancelled = await town.broadcast(mistake_id)
        assert cancelled is not None
        assert cancelled.state is BroadcastState.CANCELLED
        assert len(town.account("storm of a mistake").told) == corrected
        assert not town.complaints

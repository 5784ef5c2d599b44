"""A primary with a replica: what must not be lost waits for it, and survives a failover."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis as sync_redis
from structlog.testing import capture_logs

from bot.domain.broadcast import BroadcastState
from bot.storage import server as module
from bot.storage.connection import connect
from tests.bot_process import free_port
from tests.integration.storage.conftest import World
from tests.redis_server import RedisServer


class Pair:
    """A primary and its replica on this machine."""

    def __init__(self, folder: Path) -> None:
        at_once = {"repl-diskless-sync-delay": "0"}
        self.primary = RedisServer(_folder(folder, "primary"), free_port(), **at_once)
        where = f"127.0.0.1 {self.primary.port}"
        self.replica = RedisServer(_folder(folder, "replica"), free_port(), replicaof=where)

    def start(self) -> None:
        """Start both and wait until the replica follows."""
        self.primary.start()
        self.replica.start()
        with sync_redis.Redis.from_url(self.primary.url) as client:
            while not client.wait(1, 100):
                client.set("probe", 1)

    def promote(self) -> None:
        """What Sentinel does after the primary's death."""
        self.primary.kill()
        with sync_redis.Redis.from_url(self.replica.url) as client:
            client.replicaof("NO", "ONE")


def _folder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    with ExitStack() as stack:
        stack.callback(pair.primary.kill)
        stack.callback(pair.replica.kill)
        pair.start()
        yield pair


async def returned_before_the_replica_had_it(pair: Pair, act: Coroutine[Any, Any, Any]) -> bool:
    """Whether a call returned while the replica was frozen, though the primary had acted."""
    with sync_redis.Redis.from_url(pair.primary.url) as client:
        pair.replica.freeze()
        task = asyncio.create_task(act)
        async with asyncio.timeout(5):
            while not (task.done() or client.info("clients")["blocked_clients"]):
                await asyncio.sleep(0.005)
        early = task.done()
        pair.replica.thaw()
        await task
        return early


async def test_publish_and_cancel_return_when_the_replica_has_them(pair: Pair) -> None:
    """The primary dies at once behind each: what was promised stands on the replica."""
    async with connect(pair.primary.url) as client:
        world = World(client)
        early = returned_before_the_replica_had_it
        assert not await early(pair, world.publish("going out"))
        assert not await early(pair, world.publish("mistake"))
        assert not await early(pair, world.broadcasts.cancel("mistake"))
    pair.promote()
    async with connect(pair.replica.url) as client:
        after = World(client)
        assert await after.broadcasts.all_active() == ("going out", "mistake")
        cancelled = await after.broadcasts.get("mistake")
        assert cancelled is not None
        assert cancelled.state is BroadcastState.CANCELLED


async def test_replica_that_does_not_confirm_is_waited_for_briefly_and_named(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REPLICA_WAIT_MS", 50)
    async with connect(pair.primary.url) as client:
        world = World(client)
        await world.publish("followed")
        pair.replica.freeze()
        with capture_logs() as logs:
            await world.publish("alone")
        assert [line["event"] for line in logs] == ["replica does not confirm"]
        assert await world.broadcasts.all_active() == ("alone", "followed")


async def test_primary_without_a_replica_waits_for_none(world: World) -> None:
    with capture_logs() as logs:
        await world.publish()
    assert not logs

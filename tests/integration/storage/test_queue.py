"""The public stream: nothing that a producer added is dropped, and a dead letter is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.storage.connection import StorageUnavailable, connect_blocking
from bot.storage.queue import AdvisoryQueue
from bot.storage.server import Server


@pytest.fixture
async def reader(redis_url: str) -> AsyncIterator[Redis]:
    client = connect_blocking(redis_url, 1)
    async with client:
        yield client


@pytest.fixture
def queue(redis: Redis, reader: Redis) -> AdvisoryQueue:
    return AdvisoryQueue(redis, reader, consumer="one")


async def idle_all(redis: Redis, consumer: str, entry_id: str) -> None:
    """Let a pending entry look 31 seconds old."""
    await redis.xclaim("advisories", "intake", consumer, 0, [entry_id], idle=31_000, justid=True)


async def test_entry_added_before_the_first_start_is_read(queue: AdvisoryQueue) -> None:
    entry_id = await queue.add(b"<alert/>", source="embassy", signature="c2ln")
    (entry,) = await queue.read(0.01)
    assert (entry.id, entry.payload) == (entry_id, b"<alert/>")
    assert (entry.source, entry.signature) == ("embassy", "c2ln")
    assert entry.received.timestamp() * 1000 == pytest.approx(int(entry_id.split("-")[0]))


async def test_empty_stream_gives_nothing(queue: AdvisoryQueue) -> None:
    assert await queue.read(0.01) == ()
    assert await queue.read(0.01) == ()


async def test_waiting_read_gets_what_is_added(queue: AdvisoryQueue) -> None:
    waiting = asyncio.create_task(queue.read(1))
    await queue.add(b"x")
    assert [entry.payload for entry in await waiting] == [b"x"]


async def test_unfinished_entries_come_first_after_a_restart(
    queue: AdvisoryQueue, redis: Redis, reader: Redis
) -> None:
    first, second = [await queue.add(payload) for payload in (b"1", b"2")]
    assert [e.id for e in await queue.read(0.01, count=1)] == [first]
    restarted = AdvisoryQueue(redis, reader, consumer="one")
    assert [e.id for e in await restarted.read(0.01)] == [first]
    await restarted.ack(first)
    assert [e.id for e in await restarted.read(0.01)] == [second]
    await restarted.ack(second)
    assert await restarted.read(0.01) == ()


async def test_entry_neither_acknowledged_nor_buried_is_given_again(queue: AdvisoryQueue) -> None:
    entry_id = await queue.add(b"1")
    await queue.read(0.01)
    assert [e.id for e in await queue.read(0.01)] == [entry_id]
    await queue.ack(entry_id)
    assert await queue.read(0.01) == ()


async def test_entry_of_a_lost_reply_is_given_again(queue: AdvisoryQueue, redis: Redis) -> None:
    entry_id = await queue.add(b"1")
    await queue.read(0.01)
    await queue.ack(entry_id)
    lost = await queue.add(b"2")
    # The server delivered it, and the connection broke before the reply.
    await redis.xreadgroup("intake", "one", {"advisories": ">"}, count=1)
    whole, queue._reader = queue._reader, Server(connect_blocking("unix:///nowhere", 1))
    with pytest.raises(StorageUnavailable, match="BOT_REDIS__URL"):
        await queue.read(0.01)
    queue._reader = whole
    assert [e.id for e in await queue.read(0.01)] == [lost]


async def test_group_is_made_again_after_a_flush(queue: AdvisoryQueue, redis: Redis) -> None:
    await queue.ack(await queue.add(b"1"))
    await queue.read(0.01)
    await redis.flushall()
    entry_id = await queue.add(b"2")
    assert [e.id for e in await queue.read(0.01)] == [entry_id]


async def test_group_deleted_under_a_waiting_read_is_made_again(
    queue: AdvisoryQueue, redis: Redis
) -> None:
    await queue.read(0.01)
    waiting = asyncio.create_task(queue.read(1))
    while not (await redis.info("clients"))["blocked_clients"]:
        await asyncio.sleep(0)
    await redis.delete("advisories")
    await queue.add(b"2")
    assert [e.payload for e in await waiting] == [b"2"]


async def test_what_a_dead_consumer_left_is_taken_over(
    queue: AdvisoryQueue, redis: Redis, reader: Redis
) -> None:
    old, young = [await queue.add(payload) for payload in (b"old", b"young")]
    dead = AdvisoryQueue(redis, reader, consumer="dead")
    assert len(await dead.read(0.01)) == 2
    await idle_all(redis, "dead", old)
    assert [e.id for e in await queue.read(0.01)] == [old]
    await queue.ack(old)
    assert await queue.read(0.01) == ()
    assert [e.id for e in await dead.read(0.01)] == [young]


async def test_bury_twice_gives_one_letter_with_everything_in_it(
    queue: AdvisoryQueue, redis: Redis
) -> None:
    entry_id = await queue.add(b"\xff not an advisory", source="embassy")
    (entry,) = await queue.read(0.01)
    for _ in range(2):
        await queue.bury(entry, "unreadable", "neither XML nor JSON")
    letters = await redis.xrange("advisories:dead")
    assert letters is not None
    assert [fields for _, fields in letters] == [
        {
            b"payload": b"\xff not an advisory",
            b"reason": b"unreadable",
            b"detail": b"neither XML nor JSON",
            b"received": entry.received.isoformat().encode(),
            b"entry": entry_id.encode(),
            b"source": b"embassy",
        }
    ]
    assert await queue.read(0.01) == ()
    await queue.caught_up()


async def test_bury_works_when_the_stream_is_gone(queue: AdvisoryQueue, redis: Redis) -> None:
    await queue.add(b"x")
    (entry,) = await queue.read(0.01)
    await redis.delete("advisories")
    await queue.bury(entry, "unreadable", "")
    assert await redis.xlen("advisories:dead") == 1


async def test_entry_deleted_while_pending_does_not_block(
    queue: AdvisoryQueue, redis: Redis, reader: Redis
) -> None:
    entry_id = await queue.add(b"x")
    await queue.read(0.01)
    await redis.xdel("advisories", entry_id)
    restarted = AdvisoryQueue(redis, reader, consumer="one")
    assert await restarted.read(0.01) == ()
    await restarted.caught_up()


async def test_entry_without_payload_is_given_for_burial(
    queue: AdvisoryQueue, redis: Redis
) -> None:
    await redis.xadd("advisories", {"text": "help", "source": b"\xff"})
    (entry,) = await queue.read(0.01)
    assert (entry.payload, entry.source) == (b"", "\ufffd")


async def test_made_up_entry_id_is_received_now(queue: AdvisoryQueue, redis: Redis) -> None:
    await redis.xadd("advisories", {"payload": "1"}, id="1-1")
    await redis.xadd("advisories", {"payload": "2"}, id="18446744073709551614-1")
    seconds, _ = await redis.time()
    for entry in await queue.read(0.01):
        assert abs(entry.received.timestamp() - seconds) < 10
        await queue.ack(entry.id)


async def test_caught_up_waits_for_what_is_unread_or_unfinished(queue: AdvisoryQueue) -> None:
    await asyncio.wait_for(queue.caught_up(), 1)
    entry_id = await queue.add(b"x")
    waiting = asyncio.create_task(queue.caught_up())
    await asyncio.wait({waiting}, timeout=0.06)
    assert not waiting.done()
    await queue.read(0.01)
    await asyncio.wait({waiting}, timeout=0.06)
    assert not waiting.done()
    await queue.ack(entry_id)
    await asyncio.wait_for(waiting, 1)


async def test_ack_trims_what_is_a_month_older(queue: AdvisoryQueue, redis: Redis) -> None:
    for i in range(300):
        await redis.xadd("advisories", {"payload": "old"}, id=f"{1_600_000_000_000 + i}-0")
    entry_id = await queue.add(b"new")
    await queue.ack(entry_id)
    assert await redis.xlen("advisories") <= 101

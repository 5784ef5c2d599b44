"""What the watchdog remembers, who watches, and dead letters counted where they lie."""

from __future__ import annotations

from datetime import UTC, datetime

from redis.asyncio import Redis

from bot.domain.course import Course
from bot.domain.letters import Heap, Tally
from bot.domain.memory import Memory, Word
from bot.domain.watch import Concern, Kind
from bot.storage.server import Server
from bot.storage.watch import Watch

NOW = datetime(2024, 11, 19, 20, 0, 0, 5000, tzinfo=UTC)
MEMORY = Memory(
    begun=NOW,
    looked=NOW,
    concerns=(Concern(Kind.STILL, "b", NOW, {"code": "KYI-7Q2F", "done": 7}, NOW, None),),
    courses={"b": Course(7, NOW, NOW)},
    letters=Tally("5-0", {"trust": NOW}, {"trust": 3}, NOW),
    weighed=NOW,
)


async def test_memory_comes_back_as_it_was(redis: Redis) -> None:
    watch = Watch(redis)
    assert await watch.memory() is None
    assert await watch.take_turn()
    assert await watch.remember(MEMORY)
    assert await watch.memory() == MEMORY


async def test_one_replica_watches_and_another_after_it(redis: Redis) -> None:
    first, second = Watch(redis), Watch(redis)
    assert await first.take_turn()
    assert not await second.take_turn()
    assert await first.take_turn()
    assert not await second.remember(MEMORY)
    await first.end_turn()
    assert await second.take_turn()
    assert not await first.remember(MEMORY)
    assert await second.memory() is None


async def test_dead_letters_are_counted_by_reason_with_the_first_of_each(redis: Redis) -> None:
    watch = Watch(redis)
    assert await watch.dead_letters("0-0") == ("0-0", ())
    for number in range(1500):
        reason = "trust" if number % 3 else "syntax"
        said = ("reason", reason, "detail", f"no. {number}", "source", "embassy")
        entry = ("XADD", "advisories:dead", f"{number + 1}-0", "payload", b"\xff" * 100, *said)
        await Server(redis).call(*entry)
    read, heaps = await watch.dead_letters("0-0")
    assert read == "1000-0"
    assert heaps == (
        Heap("syntax", 334, "no. 0", "embassy"),
        Heap("trust", 666, "no. 1", "embassy"),
    )
    read, heaps = await watch.dead_letters(read)
    assert read == "1500-0"
    assert sum(heap.count for heap in heaps) == 500
    assert await watch.dead_letters(read) == (read, ())


async def test_dead_letter_without_its_fields_is_counted_too(redis: Redis) -> None:
    await redis.xadd("advisories:dead", {"payload": "x"}, id="1-0")
    assert await Watch(redis).dead_letters("0-0") == ("1-0", (Heap("", 1),))


async def test_event_left_twice_is_one_and_what_is_left_anew_is_not_dropped(redis: Redis) -> None:
    watch = Watch(redis)
    for _ in range(2):
        await watch.leave(Word.MISMATCH, "b", {"audience": 4})
    (event,) = await watch.events()
    assert (event.word, event.about, event.facts) == (Word.MISMATCH, "b", {"audience": 4})
    await watch.leave(Word.MISMATCH, "b", {"audience": 5})
    await watch.drop(event)
    (newer,) = await watch.events()
    await watch.drop(newer)
    assert await watch.events() == ()


async def test_operators_chat_that_moved_is_found_where_it_is(redis: Redis) -> None:
    watch = Watch(redis)
    assert await watch.moved_to(-7) is None
    await watch.note_moved(-7, -1007)
    assert await watch.moved_to(-7) == -1007

"""What is measured at a broadcast's sends: once each, whatever is repeated, late or taken over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from bot.domain.broadcast import Entry, Manner, Plan, Standing
from bot.domain.delivery import Cause, End, Lane
from bot.domain.histogram import Histogram, bucket_of
from bot.domain.progress import Look, Measures, unreached
from bot.domain.subscriber import Kind, Recipient, State
from bot.storage.progress import ProgressNotes
from tests.integration.storage.conftest import ROLE, World, private, sent


@pytest.fixture
def notes(world: World) -> ProgressNotes:
    return ProgressNotes(world.redis)


async def claimed(world: World, count: int = 1) -> None:
    for chat_id in range(1, count + 1):
        await world.subscribe(chat_id)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", count)


def accepted(world: World, chat_id: int, after_ms: int) -> Entry:
    """An entry as the courier makes it, of an answer so long after the publication."""
    at = world.clock.now + timedelta(milliseconds=after_ms)
    return Entry(private(chat_id), End.SENT, message_id=500 + chat_id, accepted=at)


def histogram(times: Iterable[int]) -> Histogram:
    found: dict[int, int] = {}
    for ms in times:
        found[bucket_of(ms)] = found.get(bucket_of(ms), 0) + 1
    return Histogram(found, max(times))


async def test_times_are_counted_by_bucket_whatever_comes_twice(
    world: World, notes: ProgressNotes
) -> None:
    times = [1, 30, 31, 999, 1000, 65_000, 86_400_000]
    await claimed(world, len(times))
    entries = [accepted(world, n, ms) for n, ms in enumerate(times, 1)]
    for batch in (entries[:4], entries[:4], entries[2:], entries):
        assert await world.broadcasts.record(ROLE, "b", batch) is Standing.OK
    assert (await notes.measures("b")).accepted == histogram(times)


async def test_former_dispatcher_measures_nothing(world: World, notes: ProgressNotes) -> None:
    await claimed(world)
    entry = accepted(world, 1, 70)
    assert await world.broadcasts.record("former", "b", [entry]) is Standing.FENCED
    assert await notes.measures("b") == Measures()
    # Its successor took it over, and what both know counts once.
    await world.broadcasts.recover(ROLE, "b", ())
    await world.broadcasts.record(ROLE, "b", [accepted(world, 1, 900)])
    assert (await notes.measures("b")).accepted == histogram([900])


async def test_rolled_back_record_is_measured_once(world: World, notes: ProgressNotes) -> None:
    """Counts and measures are written in one step: a rollback forgets both or none."""
    await claimed(world, 2)
    await world.broadcasts.record(ROLE, "b", [accepted(world, 1, 40)])
    kept = {key: await world.redis.dump(key) or b"" for key in await world.redis.keys()}
    await world.broadcasts.record(ROLE, "b", [accepted(world, 2, 50)])
    await world.redis.flushall()
    for key, value in kept.items():
        await world.redis.restore(key, 0, value)
    assert (await notes.measures("b")).accepted.total == 1
    await world.broadcasts.record(ROLE, "b", [accepted(world, 1, 40), accepted(world, 2, 50)])
    assert (await notes.measures("b")).accepted == histogram([40, 50])
    assert await world.counts() == {End.SENT: 2}


async def test_who_joins_what_is_done_says_nothing_of_its_speed(
    world: World, notes: ProgressNotes
) -> None:
    await claimed(world)
    await world.broadcasts.record(ROLE, "b", [accepted(world, 1, 40)])
    assert (await world.broadcasts.claim(ROLE, "b", 5)).finished
    await world.subscribe(2)
    assert await world.broadcasts.join("b", private(2))
    await world.broadcasts.claim(ROLE, "b", 5)
    await world.broadcasts.record(ROLE, "b", [accepted(world, 2, 3_600_000)])
    assert await world.counts() == {End.SENT: 2}
    assert (await notes.measures("b")).accepted == histogram([40])


async def test_causes_add_up_with_their_ends(world: World, notes: ProgressNotes) -> None:
    await claimed(world, 5)
    ends = [
        (1, End.UNREACHABLE, Cause.BLOCKED),
        (2, End.UNREACHABLE, Cause.NO_RIGHTS),
        (3, End.UNREACHABLE, None),
        (4, End.REJECTED, Cause.GIVEN_UP),
        (5, End.SUPPRESSED, Cause.UNWANTED),
    ]
    entries = [Entry(private(chat), end, cause=cause) for chat, end, cause in ends]
    for _ in range(2):
        await world.broadcasts.record(ROLE, "b", entries)
    stored = await world.broadcasts.get("b")
    assert stored is not None
    rows = {
        row.end: (row.chats, row.causes) for row in unreached(stored, await notes.measures("b"))
    }
    assert rows == {
        End.UNREACHABLE: (3, ((Cause.BLOCKED, 1), (Cause.NO_RIGHTS, 1), (None, 1))),
        End.REJECTED: (1, ((Cause.GIVEN_UP, 1),)),
        End.SUPPRESSED: (1, ((Cause.UNWANTED, 1),)),
    }


async def test_chat_that_comes_back_takes_its_cause_along(
    world: World, notes: ProgressNotes
) -> None:
    await claimed(world, 2)
    blocked = [Entry(private(n), End.UNREACHABLE, cause=Cause.BLOCKED) for n in (1, 2)]
    await world.broadcasts.record(ROLE, "b", blocked)
    await world.chats.set_state(1, State.UNREACHABLE)
    await world.subscribe(1)
    assert await world.broadcasts.join("b", private(1))
    assert (await notes.measures("b")).causes == {Cause.BLOCKED: 1}
    await world.broadcasts.claim(ROLE, "b", 5)
    await world.broadcasts.record(ROLE, "b", [sent(private(1))])
    assert await world.counts() == {End.SENT: 1, End.UNREACHABLE: 1}


async def test_pause_of_everything_counts_once_however_many_hear_of_it(
    world: World, notes: ProgressNotes
) -> None:
    await claimed(world, 4)

    def flooded(chat: int, cause: Cause, seconds: int) -> Entry:
        due = world.clock.now + timedelta(seconds=seconds)
        return Entry(private(chat), None, due=due, failed=False, cause=cause)

    first = [flooded(1, Cause.RESTS, 4), flooded(2, Cause.RESTS, 4), flooded(3, Cause.FLOODED, 30)]
    for _ in range(2):
        await world.broadcasts.record(ROLE, "b", first)
    measures = await notes.measures("b")
    assert (measures.floods, measures.paused_ms) == (3, 4000)
    world.clock.pass_s(1)
    await world.broadcasts.record(ROLE, "b", [flooded(4, Cause.RESTS, 5)])
    measures = await notes.measures("b")
    assert (measures.floods, measures.paused_ms) == (4, 6000)


async def test_audience_is_estimated_from_places_or_from_who_was_told(world: World) -> None:
    for chat_id in (1, 2, 3):
        await world.subscribe(chat_id)
    await world.subscribe(-5, kind=Kind.GROUP)
    await world.publish()
    stored = await world.broadcasts.get("b")
    assert stored is not None
    assert (stored.expected, stored.audience, stored.is_met) == (4, 0, False)
    assert len(await world.deliver()) == 4
    await world.publish("correction", told_by="b")
    correction = await world.broadcasts.get("correction")
    assert correction is not None
    assert correction.expected == 4
    met = await world.broadcasts.get("b")
    assert met is not None
    assert met.is_met


async def test_report_is_owed_of_what_tells_people_and_of_no_mark(
    world: World, notes: ProgressNotes
) -> None:
    await world.publish("b")
    expires = world.clock.now + timedelta(hours=1)
    mark = Plan("b-ended", Lane.ROUTINE, expires, told_by=("b",), manner=Manner.EDIT)
    assert await world.broadcasts.publish(mark)
    assert not await world.broadcasts.publish(world.plan("b"))
    world.clock.pass_s(1)
    await world.publish("later")
    assert await notes.owed() == ("b", "later")
    assert await notes.recent(5) == ("later", "b")
    await notes.settle("b")
    assert await notes.owed() == ("later",)
    assert await notes.recent(5) == ("later", "b")


async def test_only_the_newest_broadcasts_are_listed(world: World, notes: ProgressNotes) -> None:
    for number in range(105):
        await world.publish(f"b{number}")
        world.clock.pass_s(1)
    assert len(await notes.recent(1000)) == 100
    assert (await notes.recent(1))[0] == "b104"


async def test_messages_and_looks_are_kept_apart(world: World, notes: ProgressNotes) -> None:
    assert await notes.messages("b") == {}
    assert await notes.looks("b") == ()
    first, second = Look(world.clock.now, 3), Look(world.clock.now + timedelta(seconds=5), 90)
    await notes.keep_looks("b", (first,))
    assert await notes.looks("b") == (first,)
    await notes.keep_looks("b", (first, second))
    await notes.keep("b", 7, 70)
    assert await notes.looks("b") == (first, second)
    assert await notes.messages("b") == {7: 70}


async def test_first_message_is_sent_by_one_replica_at_a_time(
    world: World, notes: ProgressNotes
) -> None:
    assert await notes.begin("b", 7)
    assert not await ProgressNotes(world.redis).begin("b", 7)
    assert await notes.begin("b", 8)


async def test_group_that_moved_is_measured_once(world: World, notes: ProgressNotes) -> None:
    await world.subscribe(-5, kind=Kind.GROUP)
    await world.publish()
    await world.broadcasts.claim(ROLE, "b", 1)
    at = world.clock.now + timedelta(milliseconds=80)
    group = Recipient(Kind.GROUP, -5)
    entry = Entry(group, End.SENT, message_id=9, moved_to=-100500, accepted=at)
    for _ in range(2):
        await world.broadcasts.record(ROLE, "b", [entry])
    assert (await notes.measures("b")).accepted == histogram([80])

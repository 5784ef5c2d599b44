"""Slots, lanes and pauses on a clock that moves only when the test says so."""

from __future__ import annotations

import asyncio
import heapq
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.delivery import Lane
from bot.domain.subscriber import Kind
from bot.telegram.pacer import Pacer, Pause


class ManualClock:
    """Seconds that pass only in ``advance``; sleepers wake in the order of their times."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, delay: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self.now + delay, self._count, wake))
        await wake

    async def advance(self, seconds: float) -> None:
        end = self.now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self.now, _, wake = heapq.heappop(self._sleepers)
            if not wake.done():
                wake.set_result(None)
            await self.settle()
        self.now = end

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@dataclass
class Bench:
    """A pacer, its clock, and what it granted: (time, lane, slots), in order."""

    rate: float = 10.0
    burst: int = 2
    clock: ManualClock = field(default_factory=ManualClock)
    granted: list[tuple[float, Lane, int]] = field(default_factory=list)
    waiting: list[Lane] = field(default_factory=list)
    overtaken: bool = False

    def __post_init__(self) -> None:
        self.pacer = Pacer(
            rate_per_s=self.rate, burst=self.burst, clock=self.clock, sleep=self.clock.sleep
        )

    async def ask(self, lane: Lane, wanted: int) -> int:
        self.waiting.append(lane)
        try:
            slots = await self.pacer.slots(lane, wanted)
        finally:
            self.waiting.remove(lane)
        if slots:
            self.overtaken |= any(other < lane for other in self.waiting)
            self.granted.append((self.clock.now, lane, slots))
        return slots

    def start(self, lane: Lane, wanted: int = 1) -> asyncio.Task[int]:
        return asyncio.create_task(self.ask(lane, wanted))


async def drain(tasks: list[asyncio.Task[int]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(list(Lane)), st.integers(1, 5)),
        st.tuples(st.just("advance"), st.floats(0, 0.5), st.none()),
        st.tuples(st.just("pause"), st.floats(0.1, 3), st.none()),
        st.tuples(st.just("preempt"), st.sampled_from(list(Lane)), st.none()),
        st.tuples(st.just("cancel"), st.integers(0, 50), st.none()),
    ),
    max_size=50,
)


async def play(operations: list[tuple[str, object, object]]) -> None:
    bench, tasks, pauses = Bench(), list[asyncio.Task[int]](), list[tuple[int, Pause]]()
    for name, what, number in operations:
        if name == "ask":
            assert isinstance(what, Lane)
            assert isinstance(number, int)
            tasks.append(bench.start(what, number))
        elif name == "advance":
            assert isinstance(what, float)
            await bench.clock.advance(what)
        elif name == "pause":
            assert isinstance(what, float)
            pauses.append((len(bench.granted), bench.pacer.flood(None, what)))
        elif name == "preempt":
            assert isinstance(what, Lane)
            bench.pacer.preempt(what)
        elif tasks:
            assert isinstance(what, int)
            tasks[what % len(tasks)].cancel()
        await bench.clock.settle()
    await bench.clock.advance(5)
    await drain(tasks)
    check(bench, pauses)


def check(bench: Bench, pauses: list[tuple[int, Pause]]) -> None:
    assert not bench.overtaken, "a lower lane never passes a waiting higher one"
    for so_far, pause in pauses:
        assert all(t >= pause.until for t, _, _ in bench.granted[so_far:])
    times = [t for t, _, slots in bench.granted for _ in range(slots)]
    for i, start in enumerate(times):
        for j in range(i, len(times)):
            assert j - i + 1 <= bench.rate * (times[j] - start) + bench.burst + 1e-6


@settings(deadline=None)
@given(OPERATIONS)
def test_pacer_keeps_rate_lanes_and_pauses_whatever_happens(
    operations: list[tuple[str, object, object]],
) -> None:
    asyncio.run(play(operations))


async def test_pacer_gives_slots_at_once_and_then_in_time() -> None:
    bench = Bench(rate=10, burst=2)
    assert await bench.ask(Lane.ROUTINE, 5) == 2
    task = bench.start(Lane.ROUTINE, 5)
    await bench.clock.advance(0.099)
    assert not task.done()
    await bench.clock.advance(0.01)
    assert task.result() == 1


async def test_pacer_serves_a_higher_lane_first() -> None:
    bench = Bench(rate=10, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    tasks = [bench.start(lane) for lane in (Lane.DRILL, Lane.ROUTINE, Lane.SHELTER_NOW)]
    await bench.clock.advance(0.35)
    assert [lane for _, lane, _ in bench.granted[1:]] == [
        Lane.SHELTER_NOW,
        Lane.ROUTINE,
        Lane.DRILL,
    ]
    await asyncio.gather(*tasks)


async def test_pacer_keeps_the_rate_over_a_long_broadcast() -> None:
    bench = Bench(rate=28, burst=2)
    task = asyncio.create_task(_broadcast(bench, 280))
    await bench.clock.advance(10.6)
    assert task.done()
    assert bench.clock.now <= 280 / 28 * 1.05 + 2


async def _broadcast(bench: Bench, recipients: int) -> None:
    sent = 0
    while sent < recipients:
        sent += await bench.ask(Lane.ROUTINE, recipients - sent)


async def test_pacer_preempt_frees_lower_lanes_at_once() -> None:
    bench = Bench(rate=10, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    low, high = bench.start(Lane.ROUTINE), bench.start(Lane.SHELTER_NOW)
    await bench.clock.settle()
    bench.pacer.preempt(Lane.SHELTER_NOW)
    await bench.clock.settle()
    assert low.result() == 0
    assert not high.done()
    bench.pacer.release(Lane.SHELTER_NOW)
    assert await high == 0


async def test_pacer_cancelled_wait_costs_no_slot() -> None:
    bench = Bench(rate=1, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    first, second = bench.start(Lane.ROUTINE), bench.start(Lane.ROUTINE)
    await bench.clock.settle()
    first.cancel()
    await bench.clock.advance(1.01)
    assert second.result() == 1
    assert first.cancelled()


async def test_pacer_flood_between_grant_and_turn_holds_the_slot_back() -> None:
    bench = Bench(rate=1000, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    task = bench.start(Lane.ROUTINE)
    await bench.clock.settle()
    bench.clock.now = 1.0
    bench.pacer._grant()  # the slot is granted, the waiting task has not had its turn
    pause = bench.pacer.flood(None, 5)
    await bench.clock.settle()
    assert not task.done()
    await bench.clock.advance(5.1)
    assert task.result() == 1
    assert bench.granted[-1][0] >= pause.until


async def test_pacer_slot_that_falls_due_while_the_timer_is_late_is_not_snatched() -> None:
    bench = Bench(rate=10, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    high = bench.start(Lane.SHELTER_NOW)
    await bench.clock.settle()
    bench.clock.now = 0.15  # a slot is ready, the pacer's timer has not rung yet
    low = bench.start(Lane.ROUTINE)
    await bench.clock.settle()
    assert not low.done()
    await bench.clock.advance(0.2)
    assert [lane for _, lane, _ in bench.granted[1:]] == [Lane.SHELTER_NOW, Lane.ROUTINE]
    await asyncio.gather(high, low)


async def test_pacer_wait_cancelled_in_the_same_instant_gets_nothing() -> None:
    bench = Bench(rate=10, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    gone, next_one = bench.start(Lane.ROUTINE), bench.start(Lane.ROUTINE)
    await bench.clock.settle()
    bench.clock.now = 0.1
    gone.cancel()
    bench.pacer._grant()  # the timer rings before the cancelled task has had its turn
    await bench.clock.settle()
    assert gone.cancelled()
    assert next_one.result() == 1


async def test_pacer_wait_cancelled_after_its_grant_gives_the_slot_back() -> None:
    bench = Bench(rate=10, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    gone = bench.start(Lane.ROUTINE)
    await bench.clock.settle()
    bench.clock.now = 0.1
    bench.pacer._grant()
    gone.cancel()
    await bench.clock.settle()
    assert gone.cancelled()
    assert await bench.ask(Lane.ROUTINE, 1) == 1
    assert bench.clock.now == 0.1


async def test_pacer_slot_counts_against_the_chat() -> None:
    bench = Bench(rate=100, burst=10)
    assert await bench.pacer.slot(Lane.ROUTINE, Kind.PRIVATE, 5)
    assert not await bench.pacer.slot(Lane.ROUTINE, Kind.PRIVATE, 5)
    assert bench.pacer.due(Kind.PRIVATE, 5) == pytest.approx(1.0)
    await bench.clock.advance(1.0)
    assert await bench.pacer.slot(Lane.ROUTINE, Kind.PRIVATE, 5)


async def test_pacer_slot_of_a_chat_written_to_meanwhile_goes_back() -> None:
    bench = Bench(rate=1, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    task = asyncio.create_task(bench.pacer.slot(Lane.ROUTINE, Kind.PRIVATE, 5))
    await bench.clock.advance(0.9)
    bench.pacer.note_reply(Kind.PRIVATE, 5)
    await bench.clock.advance(0.2)
    assert task.result() is False
    assert await bench.ask(Lane.ROUTINE, 1) == 1, "the slot serves another chat"


async def test_pacer_replies_count_for_the_chat_and_not_for_the_budget() -> None:
    bench = Bench(rate=1, burst=1)
    for _ in range(20):
        bench.pacer.note_reply(Kind.GROUP, -5)
    assert bench.pacer.due(Kind.GROUP, -5) == pytest.approx(60)
    assert await bench.ask(Lane.ROUTINE, 1) == 1


def test_pacer_flood_on_one_chat_parks_that_chat() -> None:
    bench = Bench()
    assert bench.pacer.flood(5, 7) == Pause("chat:5", 7.0, 7.0)
    assert bench.pacer.flood(5, 9) == Pause("chat:5", 9.0, 9.0)
    assert bench.pacer.due(Kind.PRIVATE, 5) == 9
    assert bench.pacer.paused_for_s == 0
    assert bench.pacer.rate_per_s == bench.rate


def test_pacer_floods_on_two_chats_within_a_second_pause_everything() -> None:
    bench = Bench()
    bench.pacer.flood(5, 9)
    bench.clock.now = 0.9
    pause = bench.pacer.flood(6, 7)
    assert (pause.scope, pause.until) == ("all", 9.0)
    assert pause.for_s == pytest.approx(8.1)
    assert bench.pacer.rate_per_s == pytest.approx(8.0)


def test_pacer_floods_on_two_chats_far_apart_park_both() -> None:
    bench = Bench()
    bench.pacer.flood(5, 9)
    bench.clock.now = 1.1
    assert bench.pacer.flood(6, 7).scope == "chat:6"
    assert bench.pacer.paused_for_s == 0


def test_pacer_answers_to_one_cause_slow_down_once() -> None:
    bench = Bench()
    for chat_id in range(50):
        bench.pacer.flood(chat_id, 3)
    assert bench.pacer.rate_per_s == pytest.approx(8.0)
    bench.clock.now = 4.0
    bench.pacer.flood(None, 3)
    assert bench.pacer.rate_per_s < 8.0


async def test_pacer_restores_pauses_after_a_restart() -> None:
    bench = Bench(rate=10, burst=2)
    bench.pacer.restore({"all": 3.0, "chat:-100777": 9.0, "unheard-of": 5.0})
    assert bench.pacer.paused_for_s == 3.0
    assert bench.pacer.due(Kind.CHANNEL, -100777) == 9.0
    task = bench.start(Lane.SHELTER_NOW, 2)
    await bench.clock.advance(2.99)
    assert not task.done()
    await bench.clock.advance(0.02)
    assert task.result() == 1, "one, not a burst"


@pytest.mark.parametrize("rate", [0.0, float("inf")])
async def test_pacer_without_a_rate_never_waits(rate: float) -> None:
    bench = Bench(rate=rate)
    assert await bench.ask(Lane.ROUTINE, 1000) == 1000


async def test_pacer_leaves_no_task_behind() -> None:
    bench = Bench(rate=1, burst=1)
    before = asyncio.all_tasks()
    await bench.ask(Lane.ROUTINE, 1)
    task = bench.start(Lane.ROUTINE)
    await bench.clock.settle()
    await drain([task])
    await bench.clock.settle()
    assert asyncio.all_tasks() == before


async def test_pacer_serves_again_after_all_gave_up() -> None:
    bench = Bench(rate=1, burst=1)
    await bench.ask(Lane.ROUTINE, 1)
    for _ in range(3):
        task = bench.start(Lane.ROUTINE)
        await bench.clock.settle()
        bench.pacer.release(Lane.ROUTINE)
        again = bench.start(Lane.ROUTINE)
        assert await task == 0
        await bench.clock.advance(1.01)
        assert again.result() == 1


async def test_pacer_at_the_usual_rate_leaves_room_for_a_reply_in_every_second() -> None:
    clock = ManualClock()
    pacer = Pacer(rate_per_s=28, clock=clock, sleep=clock.sleep)
    times: list[float] = []

    async def send() -> None:
        while True:
            slots = await pacer.slots(Lane.ROUTINE, 10)
            times.extend([clock.now] * slots)

    task = asyncio.create_task(send())
    await clock.advance(3)
    task.cancel()
    assert len(times) >= 3 * 28, "and none of its own is wasted"
    assert all(sum(1 for t in times if s <= t < s + 1) <= 29 for s in times)


def test_pacer_keeps_a_reply_back_only_while_a_429_holds() -> None:
    bench = Bench()
    assert [bench.pacer.note_chat(5) for _ in range(3)] == [0, 0, 0]
    bench.pacer.flood(5, 7)
    assert (bench.pacer.note_chat(5), bench.pacer.note_chat(6)) == (7, 0)
    bench.pacer.flood(None, 9)
    assert bench.pacer.note_chat(6) == 9
    bench.clock.now = 9.0
    assert bench.pacer.note_chat(5) == 0


def test_pacer_replies_in_a_group_count_and_leave_room_for_a_warning() -> None:
    bench = Bench()
    waits = []
    for number in range(20):
        bench.clock.now = float(number)
        waits.append(bench.pacer.note_chat(-5))
    assert [math.isinf(one) for one in waits] == [False] * 17 + [True] * 3
    bench.clock.now = 21.0
    for number in range(3):
        bench.clock.now += 1
        assert bench.pacer.admit(Kind.GROUP, -5), number
    bench.clock.now += 1
    assert not bench.pacer.admit(Kind.GROUP, -5)
    bench.clock.now = 60.0
    assert bench.pacer.note_chat(-5) == math.inf
    bench.clock.now = 64.0
    assert bench.pacer.note_chat(-5) == 0

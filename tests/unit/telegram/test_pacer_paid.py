"""Two budgets: what is free is taken first, and what goes beyond it is counted apart."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.delivery import Lane
from bot.domain.subscriber import Kind
from bot.telegram.pacer import Pacer, Slots
from tests.unit.telegram.test_pacer import ManualClock

RATE, BURST, PAID_RATE = 10.0, 2, 50.0
PAID_BURST = 1.9


def _pacer(clock: ManualClock) -> Pacer:
    return Pacer(
        rate_per_s=RATE, burst=BURST, paid_rate_per_s=PAID_RATE, clock=clock, sleep=clock.sleep
    )


def _holds(times: list[float], rate: float, burst: float) -> bool:
    """At most `rate * T + burst` in any window of T seconds."""
    return all(
        j - i + 1 <= rate * (times[j] - times[i]) + burst + 1e-6
        for i in range(len(times))
        for j in range(i, len(times))
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def _drain(pacer: Pacer, clock: ManualClock, wanted: int, payable: int) -> list[Slots]:
    """Ask until nothing is ready at this instant."""
    got: list[Slots] = []
    while True:
        task = asyncio.create_task(pacer.paid_slots(Lane.ROUTINE, wanted, payable))
        await clock.settle()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return got
        got.append(task.result())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0, 0.5), st.integers(1, 8), st.integers(0, 8), st.booleans()),
        max_size=40,
    )
)
def test_pacer_keeps_both_rates_and_takes_what_is_free_first(
    steps: list[tuple[float, int, int, bool]],
) -> None:
    async def play() -> None:
        clock = ManualClock()
        pacer = _pacer(clock)
        free: list[float] = []
        paid: list[float] = []
        for gap, wanted, payable, pauses in steps:
            await clock.advance(gap)
            if pauses:
                pacer.flood(None, gap)
            for slots in await _drain(pacer, clock, wanted, payable):
                assert slots.free + slots.paid <= wanted
                assert slots.paid <= payable
                free += [clock.now] * slots.free
                paid += [clock.now] * slots.paid
                if slots.paid:
                    assert pacer._budget.grant(clock.now, 1) == 0, "something free was left"
        assert _holds(free, RATE, BURST), "free grants keep the free rate"
        assert _holds(paid, PAID_RATE - RATE, PAID_BURST), "and paid ones what is beyond it"

    asyncio.run(play())


async def test_pacer_sends_nothing_for_stars_that_fits_the_free_rate(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    for _ in range(100):
        await clock.advance(1 / RATE)
        assert await pacer.paid_slots(Lane.SHELTER_NOW, 1, 1) == Slots(1, 0)


async def test_pacer_goes_beyond_the_free_rate_as_far_as_the_paid_one(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    free = paid = 0

    async def send() -> None:
        nonlocal free, paid
        while True:
            slots = await pacer.paid_slots(Lane.SHELTER_NOW, 10, 10)
            free, paid = free + slots.free, paid + slots.paid

    task = asyncio.create_task(send())
    await clock.advance(10)
    task.cancel()
    assert free == pytest.approx(RATE * 10, abs=BURST + 1)
    assert paid == pytest.approx((PAID_RATE - RATE) * 10, abs=PAID_BURST + 3)


async def test_pacer_that_pays_leaves_free_waiters_their_turn(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    await pacer.slots(Lane.SHELTER_NOW, BURST)
    higher = asyncio.create_task(pacer.slots(Lane.SHELTER_NOW, 1))
    await clock.settle()
    lower = asyncio.create_task(pacer.paid_slots(Lane.PREPARE, 5, 5))
    await clock.settle()
    assert not lower.done(), "strict between lanes, money or not"
    await clock.advance(0.11)
    assert higher.result() == 1
    assert lower.done()


async def test_pacer_pause_holds_for_paid_slots_too(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    pacer.flood(None, 3)
    task = asyncio.create_task(pacer.paid_slots(Lane.SHELTER_NOW, 5, 5))
    await clock.advance(2.99)
    assert not task.done()
    await clock.advance(0.02)
    assert task.result() == Slots(1, 1), "one of each, not a burst"


async def test_pacer_restored_pause_holds_for_paid_slots_too(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    pacer.restore({"all": 3.0})
    task = asyncio.create_task(pacer.paid_slots(Lane.SHELTER_NOW, 5, 5))
    await clock.advance(2.99)
    assert not task.done()
    await clock.advance(0.02)
    assert task.done()


async def test_pacer_takes_unused_paid_slots_back(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    assert await pacer.paid_slots(Lane.SHELTER_NOW, 9, 9) == Slots(2, 1)
    pacer.give_back(0, 1)
    assert await pacer.paid_slots(Lane.SHELTER_NOW, 9, 9) == Slots(0, 1)


def test_pacer_forgives_a_send_that_telegram_did_not_count(clock: ManualClock) -> None:
    pacer = _pacer(clock)
    for kind, chat_id in ((Kind.PRIVATE, 5), (Kind.GROUP, -5)):
        assert pacer.admit(kind, chat_id)
        assert not pacer.admit(kind, chat_id)
        pacer.forgive(kind, chat_id)
        assert pacer.admit(kind, chat_id)
        pacer.forgive(Kind.GROUP, -99)

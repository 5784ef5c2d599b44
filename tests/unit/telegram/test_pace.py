"""The arithmetic of pacing, under every order of events that Hypothesis finds."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.subscriber import Kind
from bot.telegram.pace import CHAT_GAP_S, GROUP_LIMIT, GROUP_WINDOW_S, Budget, ChatLimits

GAPS = st.lists(st.floats(0, 3, allow_nan=False), max_size=60)
RATES = st.floats(0.5, 2000)
BURSTS = st.integers(1, 40)


def most_in_any_window(times: list[float], span: float) -> int:
    return max((sum(1 for t in times if s <= t < s + span) for s in times), default=0)


@settings(deadline=None)
@given(RATES, BURSTS, GAPS, st.integers(1, 100), st.floats(0.01, 5))
def test_budget_never_exceeds_rate_and_burst(
    rate: float, burst: int, gaps: list[float], wanted: int, span: float
) -> None:
    budget, now, grants = Budget(rate, burst, 0.0), 0.0, []
    for gap in gaps:
        now += gap
        grants += [now] * budget.grant(now, wanted)
    assert most_in_any_window(grants, span) <= rate * span + burst + 1e-3


@settings(deadline=None)
@given(RATES, BURSTS, st.integers(1, 200))
def test_budget_grants_exactly_when_it_says(rate: float, burst: int, wanted: int) -> None:
    budget, now, granted = Budget(rate, burst, 0.0), 0.0, 0
    while granted < wanted:
        if wait := budget.wait_s(now):
            now += wait
        got = budget.grant(now, 1)
        assert got == 1
        granted += got
    assert now <= wanted / rate + 1e-6, "no slot is wasted"


@settings(deadline=None)
@given(RATES, BURSTS, GAPS, st.floats(0.1, 10), st.integers(1, 100))
def test_budget_grants_nothing_in_a_pause_and_no_burst_after(
    rate: float, burst: int, gaps: list[float], pause_s: float, unused: int
) -> None:
    budget = Budget(rate, burst, 0.0)
    budget.grant(0.0, 1)
    budget.pause(0.0, pause_s)
    budget.give_back(pause_s / 2, unused)
    now, grants = 0.0, []
    for gap in gaps:
        now += gap
        got = budget.grant(now, 100)
        assert not got or now >= pause_s
        grants += [now] * got
    first = [t for t in grants if t < pause_s + 1 / rate]
    assert len(first) <= 2, "one at once, the next after its interval"


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), min_size=1, max_size=20))
def test_budget_pauses_combine_by_their_latest_end(pauses: list[tuple[float, float]]) -> None:
    budget, now, latest = Budget(28, 2, 0.0), 0.0, -math.inf
    for gap, length in pauses:
        now += gap
        budget.pause(now, now + length)
        latest = max(latest, now + length)
    assert budget.wait_s(now) == pytest.approx(max(0.0, latest - now), abs=1 / 28)
    if latest > now:
        assert budget.paused_until == latest


def test_budget_slows_down_to_a_floor_and_recovers() -> None:
    budget = Budget(100, 2, 0.0)
    budget.slow_down(0.0)
    assert budget.rate_per_s == 80
    for _ in range(50):
        budget.slow_down(0.0)
    assert budget.rate_per_s == 10
    budget.wait_s(10.0)
    assert budget.rate_per_s == pytest.approx(30)
    budget.wait_s(1000.0)
    assert budget.rate_per_s == 100


def test_budget_without_a_rate_has_no_limit_but_still_pauses() -> None:
    budget = Budget(math.inf, 2, 0.0)
    assert budget.grant(0.0, 10**6) == 10**6
    assert budget.wait_s(0.0) == 0
    budget.slow_down(0.0)
    budget.pause(0.0, 3.0)
    assert budget.grant(2.9, 1) == 0
    assert budget.grant(3.0, 5) == 5


def test_budget_takes_back_what_was_not_used() -> None:
    budget = Budget(1, 2, 0.0)
    assert budget.grant(0.0, 2) == 2
    budget.give_back(0.0, 1)
    assert budget.grant(0.0, 2) == 1
    budget.give_back(0.0, 50)
    assert budget.grant(0.0, 50) == 2, "never more than the burst"


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 20), st.sampled_from(list(Kind)), st.booleans()), max_size=150)
)
def test_chat_limits_hold_in_any_window(events: list[tuple[float, Kind, bool]]) -> None:
    limits, now = ChatLimits(), 0.0
    ids = {Kind.CHANNEL: -1, Kind.GROUP: -2, Kind.PRIVATE: 3}
    sent: dict[Kind, list[float]] = {kind: [] for kind in Kind}
    for gap, kind, until_due in events:
        due = limits.due_s(now, kind, ids[kind])
        now += due if until_due else gap / 10
        if limits.due_s(now, kind, ids[kind]) <= 1e-9:
            limits.note(now, kind, ids[kind])
            sent[kind].append(now)
    for kind, times in sent.items():
        assert all(b - a >= CHAT_GAP_S - 1e-6 for a, b in pairwise(times))
        if kind is not Kind.PRIVATE:
            assert most_in_any_window(times, GROUP_WINDOW_S - 1e-6) <= GROUP_LIMIT


def test_chat_limits_count_replies_that_do_not_ask() -> None:
    limits = ChatLimits()
    for second in range(30):
        limits.note(float(second), Kind.GROUP, -5)
    assert limits.due_s(29.0, Kind.GROUP, -5) == pytest.approx(10 + 60 - 29)
    assert limits.due_s(29.0, Kind.PRIVATE, 5) == 0


def test_chat_limits_park_until_the_latest_end() -> None:
    limits = ChatLimits()
    limits.park(0.0, 7, 30.0)
    assert limits.park(1.0, 7, 10.0) == 30.0
    assert limits.due_s(2.0, Kind.PRIVATE, 7) == 28.0
    assert limits.due_s(2.0, Kind.PRIVATE, 8) == 0
    assert limits.due_s(30.0, Kind.PRIVATE, 7) == 0


def test_chat_limits_forget_what_no_longer_matters() -> None:
    limits = ChatLimits()
    for number in range(20_000):
        limits.note(number / 1000, Kind.PRIVATE, number)
        limits.note(number / 1000, Kind.GROUP, -number)
    assert len(limits) <= 2 * 1002 + 20_000, "private chats are gone after a second"
    limits.note(100.0, Kind.GROUP, -1)
    assert len(limits) == 2
    for number in range(1000):
        limits.park(100.0 + number, number, 101.0 + number)
    assert len(limits) <= 4

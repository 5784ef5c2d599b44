"""Times in buckets: what a percentile says of them is close to the truth, and never less."""

from __future__ import annotations

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.histogram import PER_OCTAVE, Histogram, bucket_of, top_of

LONGEST_MS = 40 * 24 * 3600 * 1000
TIMES = st.lists(st.integers(0, LONGEST_MS), min_size=1, max_size=200)


@given(st.integers(0, LONGEST_MS))
def test_time_lies_within_its_bucket(ms: int) -> None:
    bucket = bucket_of(ms)
    assert ms <= top_of(bucket)
    assert bucket == 0 or ms > top_of(bucket - 1)


@given(TIMES, st.floats(0.01, 1))
def test_percentile_is_within_a_bucket_of_the_exact_one(times: list[int], share: float) -> None:
    found = Histogram(Counter(map(bucket_of, times)), max(times)).percentile(share)
    exact = sorted(times)[ceil(share * len(times)) - 1]
    assert found is not None
    assert exact <= found <= max(exact * 2 ** (1 / PER_OCTAVE), exact + 1)
    assert bucket_of(found) == bucket_of(exact)


@given(TIMES)
def test_percentiles_rise_up_to_the_last(times: list[int]) -> None:
    found = Histogram(Counter(map(bucket_of, times)), max(times))
    half, most, last = found.percentile(0.5), found.percentile(0.95), found.percentile(1)
    assert half is not None
    assert most is not None
    assert half <= most <= max(times) == last


def test_nothing_measured_has_no_percentile() -> None:
    assert Histogram().percentile(0.5) is None
    assert Histogram().total == 0


@pytest.mark.parametrize("ms", [0, 1])
def test_shortest_times_share_the_first_bucket(ms: int) -> None:
    assert bucket_of(ms) == 0


def test_any_time_takes_few_buckets() -> None:
    assert bucket_of(LONGEST_MS) < 256

"""The speed that is promised, as ratios measured in one run (`make benchmarks`)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark

MEMORY_AT_LEAST = 10_000
"""Fewer chats than this do not tell what one costs in Redis."""


def bench(subscribers: int, *options: str) -> dict[str, Any]:
    """The figures of one run of the command, as a user would run it."""
    command = [sys.executable, "-m", "bot", "bench", "--json"]
    command += ["--subscribers", str(subscribers), *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stderr
    figures: dict[str, Any] = json.loads(ended.stdout)
    print(ended.stdout)
    assert figures["sent"] == figures["audience"] == subscribers
    return figures


@pytest.fixture(scope="module")
def beside_peers() -> dict[str, Any]:
    return bench(40_000, "--peers")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("peer", "times"),
    [
        pytest.param("aiohttp", 0.8, id="the whole pipeline keeps up with bare aiohttp"),
        pytest.param("aiogram", 2.5, id="it leaves aiogram behind"),
        pytest.param(
            "python-telegram-bot with AIORateLimiter", 20, id="and python-telegram-bot far behind"
        ),
    ],
)
def test_pipeline_is_as_many_times_as_fast(
    beside_peers: dict[str, Any], peer: str, times: float
) -> None:
    assert beside_peers["ratios"][peer] >= times


@pytest.mark.timeout(300)
def test_first_message_comes_within_a_second(beside_peers: dict[str, Any]) -> None:
    assert beside_peers["first_ms"]["p99"] <= 1000


@pytest.mark.timeout(300)
def test_subscriber_costs_no_more_than_300_bytes_of_redis(beside_peers: dict[str, Any]) -> None:
    assert beside_peers["subscribers"] >= MEMORY_AT_LEAST
    assert beside_peers["redis_bytes_per_subscriber"] <= 300


@pytest.mark.timeout(900)
def test_cost_of_a_message_is_the_same_for_few_and_many() -> None:
    """Ten times the chats, the same work for each (±15 %), and no more memory in the bot."""
    few, many = bench(20_000), bench(200_000)
    assert many["cpu_us_per_message"] == pytest.approx(few["cpu_us_per_message"], rel=0.15)
    assert many["rss_mb"] == pytest.approx(few["rss_mb"], rel=0.05)

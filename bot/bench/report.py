"""A benchmark's figures for people and for machines."""

from __future__ import annotations

import asyncio
import cProfile
import gc
import io
import os
import pstats
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.bench.measure import Measured, open_bench, percentile
from bot.bench.peers import measure_peers
from bot.bench.stub import pin, running_stub
from bot.config import Settings
from bot.loading import load_content


async def bench(
    settings: Settings,
    *,
    subscribers: int,
    rate: float,
    api_url: str | None,
    peers: bool,
    profile: Path | None,
) -> dict[str, Any]:
    """Run once; the figures by the names of the benchmark's JSON. `rate` 0 lifts the pacing."""
    content = load_content(settings)
    ours, theirs = _cores()
    measured_peers: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory(prefix="forewarn-bench-") as folder,
        running_stub(theirs) as stub,
    ):
        pin(theirs)  # the embedded Redis inherits the core that is not ours
        async with open_bench(
            content,
            stub,
            api_url=api_url,
            url=settings.redis_url,
            folder=Path(folder),
            rate=rate,
        ) as running:
            pin(ours)
            gc.collect()
            gc.freeze()
            watcher = cProfile.Profile() if profile else None
            measured = await running.measure(subscribers, watcher)
            if watcher is not None and profile is not None:
                await asyncio.to_thread(profile.write_text, call_tree(watcher), "utf-8")
            message = await running.sample()
        if peers:
            measured_peers = await measure_peers(api_url or stub.url, message)
    return _figures(measured, measured_peers)


def _figures(measured: Measured, peers: dict[str, float]) -> dict[str, Any]:
    return {
        "subscribers": measured.subscribers,
        "messages_per_s": round(measured.messages_per_s, 1),
        "cpu_us_per_message": round(measured.cpu_us_per_message, 1),
        "cpu_us_by_step": {step: round(us, 1) for step, us in measured.cpu_us_by_step.items()},
        "first_ms": {
            "p50": round(percentile(measured.first_ms, 0.5), 1),
            "p99": round(percentile(measured.first_ms, 0.99), 1),
            "main": round(measured.first_ms[-1], 1),
        },
        "last_s": round(measured.last_s, 3),
        "redis_bytes_per_subscriber": round(measured.redis_bytes_per_subscriber, 1),
        "redis_commands_per_message": round(measured.redis_commands_per_message, 3),
        "rss_mb": round(measured.rss_mb, 1),
        "answers_429": measured.answers_429,
        "audience": measured.audience,
        "sent": measured.sent,
        "peers": {name: round(rate, 1) for name, rate in peers.items()},
        "ratios": {name: round(measured.messages_per_s / rate, 2) for name, rate in peers.items()},
    }


def show(figures: dict[str, Any]) -> None:
    """The figures as a table."""
    table = Table(title="forewarn bench", show_header=False)
    for name, value in figures.items():
        if isinstance(value, dict):
            for inner, number in value.items():
                table.add_row(f"{name}: {inner}", str(number))
        else:
            table.add_row(name, str(value))
    Console().print(table)


def call_tree(profile: cProfile.Profile) -> str:
    """Where the time went: by what was called, then by the function itself."""
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text)
    stats.sort_stats("cumulative").print_stats(60)
    stats.sort_stats("tottime").print_stats(40)
    return text.getvalue()


def _cores() -> tuple[int | None, int | None]:
    """One core for the bot and another for stub and Redis; None where there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)

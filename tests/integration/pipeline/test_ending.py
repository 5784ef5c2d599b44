"""Tasks that lose a cancellation end nevertheless."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.pipeline.ending import end


async def _lose(cancellations: int) -> None:
    """What redis-py on Python 3.11 does to a task now and then."""
    for _ in range(cancellations):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    await asyncio.Event().wait()


async def _fail() -> None:
    raise ValueError("fault")


async def test_end_asks_again_until_every_task_has_ended() -> None:
    tasks = [asyncio.create_task(_lose(number)) for number in range(3)]
    started = asyncio.Event()
    asyncio.get_running_loop().call_soon(started.set)
    await started.wait()
    async with asyncio.timeout(5):
        await end(*tasks)
    assert all(task.cancelled() for task in tasks)


async def test_end_raises_nothing_of_what_had_failed_before() -> None:
    failed = asyncio.create_task(_fail())
    await asyncio.wait([failed])
    await end(failed)
    assert isinstance(failed.exception(), ValueError)

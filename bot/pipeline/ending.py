"""Tasks that are over when they are told to be."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_S = 0.2


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and return when they have ended, with nothing raised.

    Before Python 3.12 `asyncio.wait_for` loses a cancellation that comes when what it waits for
    is done, and redis-py sends every command through it (python/cpython#86296): so ask again.
    """
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN_S)

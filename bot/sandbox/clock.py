"""The sandbox's time: the real one, which may be set forward, or one that only tests turn."""

import asyncio
import time

#: 20 November 2024, 00:00 in Kyiv: a manual clock starts here unless told otherwise.
DEFAULT_START = 1_732_053_600.0


class Clock:
    """Seconds since the epoch, never running backwards; every wait of the sandbox is on it."""

    def __init__(self, *, manual: bool = False, start: float | None = None) -> None:
        self.is_manual = manual
        if start is None:
            start = DEFAULT_START if manual else time.time()
        self._base = start
        self._origin = time.monotonic()
        self._waiting: set[asyncio.Future[None]] = set()

    @classmethod
    def real(cls) -> "Clock":
        """Return a clock that runs by itself; `advance` still sets it forward."""
        return cls()

    @classmethod
    def manual(cls, start: float = DEFAULT_START) -> "Clock":
        """Return a clock that moves only by `advance`."""
        return cls(manual=True, start=start)

    def now(self) -> float:
        if self.is_manual:
            return self._base
        return self._base + time.monotonic() - self._origin

    def advance(self, seconds: float) -> None:
        """Set the clock forward and wake whoever waits on it."""
        if seconds < 0:
            raise ValueError("a clock is never set back")
        self._base += seconds
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has moved by that much."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await self._turn(None if self.is_manual else left)

    async def _turn(self, timeout_s: float | None) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(future)

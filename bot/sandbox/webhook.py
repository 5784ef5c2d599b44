"""Updates pushed to the bot's own address, one after another, until it answers with 2xx."""

import asyncio
import contextlib
from typing import Any

import aiohttp

from bot.sandbox.clock import Clock
from bot.sandbox.updates import Updates

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_LONGEST_RETRY_AFTER_S = 3600.0
_TIMEOUT_S = 60.0


class Webhook:
    """Where updates go while an address is set."""

    def __init__(self, updates: Updates, clock: Clock) -> None:
        self.url = ""
        self._secret = ""
        self._max_connections = 40
        self._updates = updates
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._last_error: tuple[int, str] | None = None

    def set(self, url: str, secret: str, max_connections: int) -> None:
        self.url = url
        self._secret = secret
        self._max_connections = max_connections
        self._last_error = None
        self._stop_task()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="sandbox-webhook")

    def remove(self) -> None:
        self.url = ""
        self._stop_task()

    async def close(self) -> None:
        task = self._task
        self.remove()
        if task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def info(self) -> dict[str, Any]:
        """Return the Bot API's `WebhookInfo`."""
        body: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.url:
            body["max_connections"] = self._max_connections
            body["ip_address"] = "127.0.0.1"
        if self._last_error is not None:
            body["last_error_date"], body["last_error_message"] = self._last_error
        if self._updates.allowed is not None:
            body["allowed_updates"] = self._updates.allowed
        return body

    def _stop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
        pause_s = _FIRST_PAUSE_S
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                update = await self._updates.first()
                wait_s = await self._send(session, update)
                if wait_s is None:
                    self._updates.confirm_first(update)
                    pause_s = _FIRST_PAUSE_S
                    continue
                await self._clock.sleep(wait_s or pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _send(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> float | None:
        """Post one update; None when taken, else the seconds the bot asked to wait, or 0."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        try:
            async with session.post(self.url, json=update, headers=headers) as response:
                if 200 <= response.status < 300:
                    return None
                error = f"Wrong response from the webhook: {response.status} {response.reason}"
                asked = response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError) as failure:
            error, asked = f"Connection failed: {type(failure).__name__}", ""
        self._last_error = (int(self._clock.now()), error)
        return min(float(asked), _LONGEST_RETRY_AFTER_S) if asked.isdigit() else 0.0

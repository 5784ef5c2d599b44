"""Updates from Telegram, by polling or by the webhook: one setting apart."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram.error import TelegramError

from bot.chat.context import App
from bot.chat.handlers import ALLOWED_UPDATES
from bot.config import Mode, Settings
from bot.domain.delivery import Outcome, Verdict
from bot.telegram.poller import Poller
from bot.telegram.updates import read_update
from bot.web.server import Webhook

log = structlog.get_logger(__name__)

RETRY_S = 2.0
FRESH_S = 60.0
"""How long a failed poll counts: a poller that is well again says nothing of it."""

_FAULTS = {
    Verdict.TOKEN: "Telegram refused the token; set BOT_TELEGRAM__TOKEN to @BotFather's token",
    Verdict.CONFLICT: "another instance polls with this token; stop one of the two",
}


class Receiver:
    """Feeds the application's queue and remembers what is wrong with the way to Telegram."""

    def __init__(self, settings: Settings, application: App) -> None:
        self._settings = settings
        self._application = application
        self._fault: str | None = None
        self._since = 0.0

    @property
    def fault(self) -> str | None:
        """What keeps updates away, as a sentence with the cure; None when all is well."""
        return self._fault if time.monotonic() - self._since < FRESH_S else None

    @property
    def webhook(self) -> Webhook | None:
        """The way in for Telegram, where the mode is webhook."""
        if self._settings.telegram.mode is not Mode.WEBHOOK:
            return None
        return Webhook(webhook_secret(self._settings), self._feed)

    async def run(self) -> None:
        """Poll until cancelled; in webhook mode tell Telegram the address and return."""
        bot = self._application.bot
        if self._settings.telegram.mode is Mode.WEBHOOK:
            await self._insist(
                lambda: bot.set_webhook(
                    url=self._settings.telegram.webhook_url or "",
                    secret_token=webhook_secret(self._settings),
                    allowed_updates=ALLOWED_UPDATES,
                )
            )
            return
        await self._insist(bot.delete_webhook)
        await Poller(self._application, ALLOWED_UPDATES, self._note).run()

    async def _insist(self, call: Callable[[], Awaitable[bool]]) -> None:
        while True:
            try:
                await call()
            except TelegramError as error:
                log.warning("telegram unreachable", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)
            else:
                return

    def _note(self, outcome: Outcome) -> None:
        log.warning("poll failed", verdict=outcome.verdict.value, detail=outcome.detail)
        self._fault = _FAULTS.get(outcome.verdict)
        self._since = time.monotonic()

    async def _feed(self, data: dict[str, Any]) -> bool:
        update = read_update(data, self._application.bot)
        if update is not None:
            try:
                self._application.update_queue.put_nowait(update)
            except asyncio.QueueFull:
                return False
        return True


def webhook_secret(settings: Settings) -> str:
    """The secret Telegram must show: as configured, or derived so that all replicas agree."""
    if settings.telegram.webhook_secret is not None:
        return settings.telegram.webhook_secret.get_secret_value()
    return hmac.new(settings.token.encode(), b"webhook", hashlib.sha256).hexdigest()

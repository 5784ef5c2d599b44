"""Updates from Telegram, by polling or by the webhook: one setting apart."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from telegram import WebhookInfo
from telegram.error import TelegramError

from bot.chat.context import App
from bot.chat.handlers import ALLOWED_UPDATES
from bot.config import Mode, Settings
from bot.domain.delivery import Outcome, Verdict
from bot.domain.watch import MUTE, Kind, Trouble
from bot.telegram.classify import outcome_of
from bot.telegram.poller import Poller
from bot.telegram.updates import read_update
from bot.web.server import Webhook

log = structlog.get_logger(__name__)

RETRY_S = 2.0
FRESH_S = 60.0
"""How long a failed poll counts: a poller that is well again says nothing of it."""

MANY_PENDING = 100
"""So many updates that wait at Telegram are more than people who write at one moment."""

_KINDS = {Verdict.TOKEN: Kind.TOKEN, Verdict.CONFLICT: Kind.CONFLICT}
_SENTENCES = {
    Kind.TOKEN: "Telegram refused the token; set BOT_TELEGRAM__TOKEN to @BotFather's token",
    Kind.CONFLICT: "another instance polls with this token; stop one of the two",
}


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: Kind
    since: float
    seen: float
    detail: str


class Receiver:
    """Feeds the application's queue and remembers what is wrong with the way to Telegram."""

    def __init__(self, settings: Settings, application: App) -> None:
        self._settings = settings
        self._application = application
        self._polled: _Fault | None = None
        self._probed: _Fault | None = None

    @property
    def fault(self) -> str | None:
        """What keeps updates away, as a sentence with the cure; None when all is well."""
        trouble = self.trouble
        return None if trouble is None else _SENTENCES.get(trouble.kind)

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the way to Telegram; None when all is well."""
        return _fresh(self._probed) or _fresh(self._polled)

    async def probe(self) -> None:
        """Ask Telegram how updates come: what no poll and no webhook tells by itself."""
        try:
            info = await self._application.bot.get_webhook_info()
        except TelegramError as error:
            outcome = outcome_of(error)
            kind = Kind.TOKEN if outcome.verdict is Verdict.TOKEN else Kind.AWAY
            self._probed = _noted(self._probed, kind, outcome.detail)
            return
        is_back = self._probed is not None and self._probed.kind in MUTE
        if is_back or (self._polled is not None and self._polled.kind is Kind.TOKEN):
            # Polls that failed meanwhile failed for the same reason; they come again only later.
            self._polled = None
        detail = self._wrong_with(info) if self._settings.telegram.mode is Mode.WEBHOOK else ""
        self._probed = _noted(self._probed, Kind.WEBHOOK, detail) if detail else None

    def _wrong_with(self, info: WebhookInfo) -> str:
        if info.url != self._settings.telegram.webhook_url:
            return "Telegram holds another address; somebody uses this token elsewhere"
        # Telegram goes on naming its last error when all has been delivered since.
        if info.last_error_message and info.pending_update_count:
            return f"{info.last_error_message} ({info.pending_update_count} wait)"
        if info.pending_update_count >= MANY_PENDING:
            return f"{info.pending_update_count} updates wait at Telegram"
        return ""

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
        kind = _KINDS.get(outcome.verdict, Kind.DEAF)
        self._polled = _noted(self._polled, kind, outcome.detail)

    async def _feed(self, data: dict[str, Any]) -> bool:
        update = read_update(data, self._application.bot)
        if update is not None:
            try:
                self._application.update_queue.put_nowait(update)
            except asyncio.QueueFull:
                return False
        return True


def _noted(before: _Fault | None, kind: Kind, detail: str) -> _Fault:
    """The same fault as before goes on from when it began."""
    now = time.monotonic()
    goes_on = before is not None and before.kind is kind and now - before.seen <= FRESH_S
    return _Fault(kind, before.since if before and goes_on else now, now, detail)


def _fresh(fault: _Fault | None) -> Trouble | None:
    now = time.monotonic()
    if fault is None or now - fault.seen > FRESH_S:
        return None
    return Trouble(fault.kind, now - fault.since, fault.detail)


def webhook_secret(settings: Settings) -> str:
    """The secret Telegram must show: as configured, or derived so that all replicas agree."""
    if settings.telegram.webhook_secret is not None:
        return settings.telegram.webhook_secret.get_secret_value()
    return hmac.new(settings.token.encode(), b"webhook", hashlib.sha256).hexdigest()

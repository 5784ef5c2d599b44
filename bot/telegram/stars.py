"""The bot's balance of Telegram Stars."""

from __future__ import annotations

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.telegram.classify import outcome_of

log = structlog.get_logger(__name__)

_NANOSTARS_IN_A_TENTH = 100_000_000


class StarBalance:
    """Asks Telegram, as often as it is asked."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def balance(self) -> int | None:
        """Whole tenths of a Star (Bot API, getMyStarBalance); None when Telegram does not say."""
        try:
            held = await self._bot.get_my_star_balance()
        except TelegramError as error:
            log.warning("balance unknown", verdict=outcome_of(error).verdict.value)
            return None
        return held.amount * 10 + (held.nanostar_amount or 0) // _NANOSTARS_IN_A_TENTH

"""One message to operators, sent patiently: what is not said holds a warning back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from telegram import Bot
from telegram import Message as TelegramMessage
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.reply import write_to
from bot.domain.message import Message

TRIES = 3
LONGEST_WAIT_S = 30.0


async def send_patiently(
    bot: Bot, chat_id: int, message: Message, sleep: Callable[[float], Awaitable[None]]
) -> TelegramMessage:
    """Send, up to three times; raises TelegramError, at once where a repeat is of no use."""
    for attempt in range(1, TRIES + 1):
        try:
            return await write_to(bot, chat_id, message)
        except (Forbidden, BadRequest, ChatMigrated):
            raise
        except TelegramError as error:
            if attempt == TRIES:
                raise
            await sleep(min(_pause_s(error, attempt), LONGEST_WAIT_S))
    raise AssertionError("unreachable")


def _pause_s(error: TelegramError, attempt: int) -> float:
    if not isinstance(error, RetryAfter):
        return float(attempt)
    wait: float | timedelta = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)

"""Whatever goes wrong in a handler: logged without a person in it, and said in one sentence."""

from __future__ import annotations

import traceback
from pathlib import PurePath

import structlog
from telegram import Update
from telegram.error import Forbidden, NetworkError, RetryAfter, TelegramError

from bot.chat.context import Context
from bot.chat.reply import answer, send
from bot.chat.visit import personal_language
from bot.domain.fault import StorageUnavailable

log = structlog.get_logger(__name__)


async def report(update: object, context: Context) -> None:
    """The application's error handler; never raises itself."""
    error = context.error
    if isinstance(error, Forbidden):
        log.info("reply refused")  # they blocked the bot while it was answering
        return
    if isinstance(error, RetryAfter):
        log.warning("reply given up")  # one more message would only be refused as well
        if isinstance(update, Update):
            text = context.services.dialogue.text(personal_language(update, context), "limit")
            await answer(update, text)
        return
    key = "error.fault"
    if isinstance(error, StorageUnavailable):
        key = "error.storage"
        log.warning("storage unavailable for a reply", cure=str(error))
    else:
        # Not the message: an exception may quote what somebody wrote.
        log.error("handler failed", error=type(error).__name__, where=stack_of(error))
    if isinstance(update, Update):
        await _say(update, context, key)


def stack_of(error: BaseException | None) -> list[str]:
    """Where an error came from, as `city.py:42 add`, the innermost last; no values."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


async def _say(update: Update, context: Context, key: str) -> None:
    language = personal_language(update, context)
    dialogue = context.services.dialogue
    try:
        if update.callback_query is not None:
            await answer(update, dialogue.text(language, key), alert=True)
        elif update.message is not None:
            await send(update, context, dialogue.say(language, key))
    except NetworkError:
        log.warning("error not told")
    except TelegramError as error:
        log.warning("error not told", said=error.message)

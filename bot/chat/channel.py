"""Commands posted in a channel: they are obeyed, and the post is taken away."""

from __future__ import annotations

import structlog
from telegram import Update
from telegram.error import TelegramError

from bot.chat import city, language, stop
from bot.chat.context import Context

log = structlog.get_logger(__name__)


async def city_post(update: Update, context: Context) -> None:
    """`/city <name>` in a channel. Only its administrators can post, so nobody else is asked."""
    await city.city(update, context)
    await _remove(update)


async def stop_post(update: Update, context: Context) -> None:
    """`/stop` in a channel."""
    await stop.stop(update, context)
    await _remove(update)


async def language_post(update: Update, context: Context) -> None:
    """`/language <tag>` in a channel; its readers are shown no menu."""
    await language.language(update, context)
    await _remove(update)


async def _remove(update: Update) -> None:
    """A command is no news for a channel's readers; without the right it stays."""
    if update.channel_post is None:
        return
    try:
        await update.channel_post.delete()
    except TelegramError as error:
        log.info("channel post stays", error=type(error).__name__)

"""python-telegram-bot put together for Forewarn: our transport, our intake, nothing in memory."""

from __future__ import annotations

import logging
from typing import Any, TypeVar

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import InvalidToken
from telegram.ext import Application, ApplicationBuilder, CallbackContext, ContextTypes, Defaults
from telegram.ext import ExtBot as LibraryBot
from telegram.request import BaseRequest

from bot.telegram.updates import OrderedUpdates, UpdateQueue

CCT = TypeVar("CCT", bound="CallbackContext[Any, Any, Any, Any]")
UD = TypeVar("UD")
CD = TypeVar("CD")
BD = TypeVar("BD")

CONCURRENCY = 32
"""Updates handled at once; each waits mostly for Redis and for Telegram."""

UNHANDLED_LIMIT = 512
"""Updates taken from Telegram and not yet handled; the others wait there, up to 24 hours."""


class QuietBot(LibraryBot[None]):
    """The library's bot, without the token in its words."""

    async def initialize(self) -> None:
        """As the base does it, but a failure closes what was opened and quotes no token.

        Raises :class:`InvalidToken` for a token that Telegram refuses, and what every call raises.
        """
        try:
            await super().initialize()
        except InvalidToken:
            await self.shutdown()
        except BaseException:
            await self.shutdown()
            raise
        else:
            return
        # Raised out here, so that the original, which quotes the token, is not chained to it.
        raise InvalidToken("Telegram refused the bot's token")

    async def fetch_updates(
        self, *, offset: int | None, timeout_s: int, allowed_updates: list[str]
    ) -> list[dict[str, Any]]:
        """One getUpdates, unparsed, so that one unreadable update does not hide the others.

        Raises :class:`telegram.error.TelegramError` as every call of the library does.
        """
        data = {"offset": offset, "timeout": timeout_s, "allowed_updates": allowed_updates}
        read_timeout_s = timeout_s + (self._request[0].read_timeout or 0)
        result = await self._post("getUpdates", data, read_timeout=read_timeout_s)
        return result if isinstance(result, list) else []


def build_application(
    token: str,
    api_url: str,
    *,
    request: BaseRequest,
    updates_request: BaseRequest,
    context_types: ContextTypes[CCT, UD, CD, BD],
    concurrency: int = CONCURRENCY,
    unhandled_limit: int = UNHANDLED_LIMIT,
) -> Application[QuietBot, CCT, UD, CD, BD, None]:
    """An application without updater, job queue and persistence; add handlers, then start it.

    ``updates_request`` must not be ``request``: a long poll would keep replies waiting. Replies
    are HTML without link previews, and survive the loss of what they answer, as broadcasts do.
    """
    # At DEBUG the library logs the token (in its address) and everything that people write.
    library = logging.getLogger("telegram")
    library.setLevel(max(library.getEffectiveLevel(), logging.INFO))
    server = api_url.rstrip("/")
    bot = QuietBot(
        token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        request=request,
        get_updates_request=updates_request,
        defaults=Defaults(
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            allow_sending_without_reply=True,
        ),
    )
    return (
        ApplicationBuilder()
        .bot(bot)
        .context_types(context_types)
        .update_queue(UpdateQueue(unhandled_limit))
        .concurrent_updates(OrderedUpdates(concurrency, unhandled_limit))
        .updater(None)
        .job_queue(None)
        .build()
    )

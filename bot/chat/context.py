"""The typed context through which python-telegram-bot hands a handler its services."""

from __future__ import annotations

from typing import Any

from telegram.ext import Application, CallbackContext, ContextTypes, ExtBot

from bot.chat.services import Services


class Shelf:
    """What the application keeps for its handlers; `add_handlers` fills it."""

    services: Services


Data = dict[Any, Any]


class Context(CallbackContext[ExtBot[None], Data, Data, Shelf]):
    """A handler's context; nothing is ever kept in its dictionaries, Redis keeps everything."""

    @property
    def services(self) -> Services:
        """What the handlers work with."""
        return self.bot_data.services


App = Application[Any, Context, Data, Data, Shelf, Any]


def context_types() -> ContextTypes[Context, Data, Data, Shelf]:
    """For `ApplicationBuilder.context_types`: the application must be built with it."""
    return ContextTypes(context=Context, bot_data=Shelf)

"""`forewarn check`: what a bot needs, tried one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ContextTypes

from bot.config import ConfigurationError, Settings
from bot.domain.fault import StorageUnavailable
from bot.loading import load_content
from bot.storage.opening import open_storage
from bot.telegram.application import build_application
from bot.telegram.transport import AiohttpRequest


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was tried, whether it is in order, and what was seen or what cures it."""

    subject: str
    ok: bool
    detail: str


async def examine(settings: Settings) -> list[Finding]:
    """Try everything, in the order in which a bot needs it; one fault does not hide the next."""
    steps: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
        ("configuration", _configuration),
        ("content", _content),
        ("redis", _redis),
        ("token", _token),
    )
    return [await _try(subject, step, settings) for subject, step in steps]


async def _try(
    subject: str, step: Callable[[Settings], Awaitable[str]], settings: Settings
) -> Finding:
    try:
        return Finding(subject, True, await step(settings))
    except (ConfigurationError, StorageUnavailable) as fault:
        return Finding(subject, False, " ".join(str(fault).split()))


async def _configuration(settings: Settings) -> str:
    trust = settings.trust.unsigned.value
    return f"mode {settings.telegram.mode.value}, unsigned advisories: {trust}"


async def _content(settings: Settings) -> str:
    content = load_content(settings)
    languages = ", ".join(content.texts.languages)
    places = f"{len(content.gazetteer.settlements)} settlements"
    return f"languages {languages}; {len(content.guidance.hazards)} threats; {places}"


async def _redis(settings: Settings) -> str:
    async with open_storage(settings.redis_url, settings.redis.folder) as storage:
        return storage.name


async def _token(settings: Settings) -> str:
    request = AiohttpRequest(settings.telegram.api_url)
    application = build_application(
        settings.token,
        settings.telegram.api_url,
        request=request,
        updates_request=AiohttpRequest(settings.telegram.api_url, pool_size=2),
        context_types=ContextTypes(),
    )
    try:
        await application.bot.initialize()
    except InvalidToken:
        raise ConfigurationError(
            "Telegram refused it; copy it whole from @BotFather into BOT_TELEGRAM__TOKEN"
        ) from None
    except TelegramError as error:
        raise ConfigurationError(
            f"{settings.telegram.api_url} cannot be reached ({type(error).__name__}); check "
            "BOT_TELEGRAM__API_URL and the network"
        ) from None
    finally:
        await application.bot.shutdown()
    return f"@{application.bot.username}"

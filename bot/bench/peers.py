"""What else a Telegram bot's author would reach for, sending the same message to the same stub."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Awaitable, Callable
from itertools import count

from bot.bench.stub import TOKEN
from bot.domain.message import Button, Message

OPEN = 100
"""Sends each peer keeps going at once, its own pool permitting."""

WARM_UP_S = 1.0
MEASURED_S = 4.0

Send = Callable[[int], Awaitable[object]]


async def measure_peers(url: str, message: Message) -> dict[str, float]:
    """Messages a second by name. A peer that is not installed is left out."""
    measured: dict[str, float] = {}
    for name, run in _PEERS.items():
        if all(importlib.util.find_spec(package) for package in _NEEDS.get(name, ())):
            measured[name] = await run(url, message)
    return measured


async def _crowd(send: Send) -> float:
    """Messages a second with `OPEN` sends under way, after a warm-up."""
    await _sends_for(WARM_UP_S, send)
    return await _sends_for(MEASURED_S, send)


async def _sends_for(seconds: float, send: Send) -> float:
    chats = count(1)
    started = time.perf_counter()
    ends = started + seconds

    async def work() -> None:
        while time.perf_counter() < ends:
            await send(next(chats))

    await asyncio.gather(*(work() for _ in range(OPEN)))
    return (next(chats) - 1) / (time.perf_counter() - started)


async def _bare_aiohttp(url: str, message: Message) -> float:
    from bot.telegram.sender import Sender, addressed
    from bot.telegram.session import open_session

    prepared = Sender.prepare(message)
    address = f"{url}/bot{TOKEN}/sendMessage"
    headers = {"Content-Type": "application/json"}
    async with open_session(url, pool_size=OPEN) as session:

        async def send(chat: int) -> None:
            body = addressed(prepared, chat)
            async with session.post(address, data=body, headers=headers) as answer:
                await answer.read()

        return await _crowd(send)


async def _ptb(url: str, message: Message, *, limited: bool = False) -> float:
    from telegram import InlineKeyboardMarkup
    from telegram.ext import AIORateLimiter, ExtBot

    # Its limits are lifted: what is measured is the way, not the wait.
    limiter = (
        AIORateLimiter(overall_max_rate=1e6, group_max_rate=0, max_retries=1) if limited else None
    )
    keyboard = InlineKeyboardMarkup.de_json({"inline_keyboard": _rows(message)}, None)
    bot: ExtBot[object] = ExtBot(TOKEN, base_url=f"{url}/bot", rate_limiter=limiter)  # type: ignore[arg-type]
    async with bot:
        return await _crowd(
            lambda chat: bot.send_message(
                chat, message.html, parse_mode="HTML", reply_markup=keyboard
            )
        )


async def _ptb_limited(url: str, message: Message) -> float:
    return await _ptb(url, message, limited=True)


async def _aiogram(url: str, message: Message) -> float:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardMarkup

    session = AiohttpSession(api=TelegramAPIServer.from_base(url), limit=OPEN)
    keyboard = InlineKeyboardMarkup.model_validate({"inline_keyboard": _rows(message)})
    async with Bot(TOKEN, session=session) as bot:
        return await _crowd(
            lambda chat: bot.send_message(
                chat, message.html, parse_mode="HTML", reply_markup=keyboard
            )
        )


def _rows(message: Message) -> list[list[dict[str, str]]]:
    return [[_button(button) for button in row] for row in message.keyboard]


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": button.data or ""}


_PEERS: dict[str, Callable[[str, Message], Awaitable[float]]] = {
    "aiohttp": _bare_aiohttp,
    "aiogram": _aiogram,
    "python-telegram-bot": _ptb,
    "python-telegram-bot with AIORateLimiter": _ptb_limited,
}
_NEEDS = {
    "aiogram": ("aiogram",),
    "python-telegram-bot with AIORateLimiter": ("aiolimiter",),
}

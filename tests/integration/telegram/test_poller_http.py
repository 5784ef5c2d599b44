"""The polling loop against a Bot API that has updates, troubles and second instances."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web
from telegram import Update
from telegram.ext import Application, CallbackContext, ContextTypes, TypeHandler

from bot.domain.delivery import Outcome, Verdict
from bot.telegram.application import QuietBot, build_application
from bot.telegram.poller import Poller
from bot.telegram.transport import AiohttpRequest

from .servers import TOKEN, BotApi, bot_api, refusal

App = Application[QuietBot, Any, Any, Any, Any, None]


def update(number: int) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1732057200,
            "chat": {"id": number, "type": "private", "first_name": "Olena"},
            "text": "/city",
        },
    }


class Inbox:
    """Telegram's side of getUpdates: what is undelivered, and what was confirmed."""

    def __init__(self, api: BotApi, *updates: dict[str, Any]) -> None:
        self.undelivered = list(updates)
        self.troubles: list[web.Response] = []
        self.offsets: list[int | None] = []
        self.idle = asyncio.Event()
        api.answers["getUpdates"] = self.answer

    def answer(self, data: dict[str, Any]) -> web.Response | list[Any]:
        if self.troubles:
            return self.troubles.pop(0)
        assert data["allowed_updates"] == ["message"]
        self.offsets.append(data.get("offset"))
        offset = data.get("offset", 0)
        self.undelivered = [u for u in self.undelivered if u["update_id"] >= offset]
        if not self.undelivered:
            self.idle.set()
        return self.undelivered[:100]


@asynccontextmanager
async def started(api: BotApi, unhandled_limit: int = 512) -> AsyncIterator[App]:
    application = build_application(
        TOKEN,
        api.url,
        request=AiohttpRequest(api.url),
        updates_request=AiohttpRequest(api.url, pool_size=1),
        context_types=ContextTypes(context=CallbackContext),
        unhandled_limit=unhandled_limit,
    )
    await application.initialize()
    await application.start()
    try:
        yield application
    finally:
        await application.stop()
        await application.shutdown()


@asynccontextmanager
async def polling(poller: Poller) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Pauses:
    """A sleep that takes no time and keeps what it was asked for."""

    def __init__(self) -> None:
        self.lengths: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.lengths.append(seconds)


def poller_of(application: App, troubles: list[Outcome], pauses: Pauses) -> Poller:
    return Poller(application, ["message"], troubles.append, long_poll_s=0, sleep=pauses)


async def test_poller_hands_updates_to_handlers_and_confirms_them_at_the_end() -> None:
    handled: list[int] = []

    async def handle(what: Update, _: object) -> None:
        handled.append(what.update_id)

    async with bot_api() as api, started(api) as application:
        application.add_handler(TypeHandler(Update, handle))
        inbox = Inbox(api, update(7), update(8))
        async with polling(poller_of(application, [], Pauses())):
            await inbox.idle.wait()
    assert handled == [7, 8]
    assert inbox.offsets[0] is None
    assert inbox.offsets[-1] == 9


async def test_poller_skips_an_update_that_cannot_be_read() -> None:
    handled: list[int] = []

    async def handle(what: Update, _: object) -> None:
        handled.append(what.update_id)

    async with bot_api() as api, started(api) as application:
        application.add_handler(TypeHandler(Update, handle))
        inbox = Inbox(api, {"update_id": 7, "message": {"message_id": 1}}, update(8))
        async with polling(poller_of(application, [], Pauses())):
            await inbox.idle.wait()
    assert handled == [8]


async def test_poller_takes_no_more_than_there_is_room_for_and_confirms_only_that() -> None:
    busy, release = asyncio.Event(), asyncio.Event()
    handled: list[int] = []

    async def handle(what: Update, _: object) -> None:
        handled.append(what.update_id)
        if len(handled) == 2:
            busy.set()
        await release.wait()

    async with bot_api() as api, started(api, unhandled_limit=2) as application:
        application.add_handler(TypeHandler(Update, handle))
        inbox = Inbox(api, *(update(number) for number in range(1, 50)))
        async with polling(poller_of(application, [], Pauses())):
            await busy.wait()
        release.set()
    assert handled == [1, 2]
    assert inbox.offsets[-1] == 3, "the third was still waiting for room"
    assert inbox.undelivered[0]["update_id"] == 3


TROUBLES: tuple[tuple[str, web.Response, Verdict, float], ...] = (
    (
        "another instance polls",
        refusal(409, "Conflict: terminated by other getUpdates request"),
        Verdict.CONFLICT,
        30.0,
    ),
    ("the token is wrong", refusal(401, "Unauthorized"), Verdict.TOKEN, 30.0),
    ("Telegram is out of order", refusal(502, "Bad Gateway"), Verdict.SERVER, 0.5),
    (
        "Telegram is asked too often",
        refusal(429, "Too Many Requests: retry after 3", retry_after=3),
        Verdict.FLOOD,
        3.0,
    ),
)


@pytest.mark.parametrize(
    ("sentence", "response", "verdict", "pause_s"), TROUBLES, ids=[row[0] for row in TROUBLES]
)
async def test_poller_reports_trouble_waits_and_goes_on(
    sentence: str, response: web.Response, verdict: Verdict, pause_s: float
) -> None:
    troubles: list[Outcome] = []
    pauses = Pauses()
    async with bot_api() as api, started(api) as application:
        inbox = Inbox(api)
        inbox.troubles = [response]
        async with polling(poller_of(application, troubles, pauses)):
            await inbox.idle.wait()
    assert [outcome.verdict for outcome in troubles] == [verdict], sentence
    assert pauses.lengths == [pause_s]


async def test_poller_waits_longer_while_it_fails() -> None:
    pauses = Pauses()
    async with bot_api() as api, started(api) as application:
        inbox = Inbox(api)
        inbox.troubles = [refusal(500, "Internal Server Error") for _ in range(7)]
        async with polling(poller_of(application, [], pauses)):
            await inbox.idle.wait()
    assert pauses.lengths == [0.5, 1.0, 2.0, 5.0, 10.0, 10.0, 10.0]


async def test_poller_stops_in_the_middle_of_a_long_poll() -> None:
    asked = asyncio.Event()

    async def hold() -> list[Any]:
        asked.set()
        await asyncio.Event().wait()
        return []

    async with bot_api() as api, started(api) as application:
        inbox = Inbox(api, update(7))
        api.answers["getUpdates"] = lambda data: (
            hold() if data.get("offset") and data["timeout"] else inbox.answer(data)
        )
        async with polling(Poller(application, ["message"], lambda _: None)) as task:
            await asked.wait()
        assert task.cancelled()
    assert inbox.offsets == [None, 8], "and it confirmed what it had"

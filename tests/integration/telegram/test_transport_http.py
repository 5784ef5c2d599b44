"""python-telegram-bot over our transport: calls, uploads, errors, and no token in any of them."""

from __future__ import annotations

import asyncio
import logging
import math
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import Application, CallbackContext, ContextTypes
from telegram.warnings import PTBUserWarning

from bot.domain.delivery import Verdict
from bot.sandbox.server import Sandbox
from bot.telegram.application import QuietBot, build_application
from bot.telegram.classify import outcome_of
from bot.telegram.errors import AnswerLost, NotSent
from bot.telegram.session import open_session
from bot.telegram.transport import AiohttpRequest

from .servers import TOKEN, bot_api, closed_port, raw_server, read_request, refusal

MESSAGE = {
    "message_id": 7741,
    "date": 1732057200,
    "chat": {"id": 5, "type": "private", "first_name": "Olena"},
    "text": "x",
}

App = Application[QuietBot, Any, Any, Any, Any, None]


def application_for(url: str, *, read_timeout_s: float = 5.0) -> App:
    return build_application(
        TOKEN,
        url,
        request=AiohttpRequest(url, read_timeout_s=read_timeout_s),
        updates_request=AiohttpRequest(url, pool_size=1),
        context_types=ContextTypes(context=CallbackContext),
    )


@asynccontextmanager
async def running(url: str) -> AsyncIterator[App]:
    application = application_for(url)
    await application.initialize()
    try:
        yield application
    finally:
        await application.shutdown()


def sentence(error: BaseException) -> str:
    """All that a log could show of an error, with its causes."""
    return "".join(traceback.format_exception(error)) + repr(error)


async def test_transport_asks_who_the_bot_is() -> None:
    async with bot_api() as api, running(api.url) as application:
        assert application.bot.username == "forewarn_bot"


async def test_transport_sends_json_with_types() -> None:
    async with bot_api() as api, running(api.url) as application:
        api.answers["sendMessage"] = lambda _: MESSAGE
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Stop", callback_data="s")]])
        sent = await application.bot.send_message(5, "<b>так</b>", reply_markup=keyboard)
    assert sent.message_id == 7741
    assert api.asked[-1] == (
        "sendMessage",
        {
            "chat_id": 5,
            "text": "<b>так</b>",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": [[{"text": "Stop", "callback_data": "s"}]]},
        },
    )


async def test_transport_uploads_files() -> None:
    async with bot_api() as api, running(api.url) as application:
        api.answers["sendDocument"] = lambda _: MESSAGE
        await application.bot.send_document(5, b"%PDF \x00\xff", filename="план.pdf", caption="a")
    _, data = api.asked[-1]
    assert data["document"] == ("план.pdf", b"%PDF \x00\xff")
    assert (data["chat_id"], data["caption"]) == ("5", "a")


ERRORS: tuple[tuple[str, web.Response, type[TelegramError], Verdict], ...] = (
    (
        "a block",
        refusal(403, "Forbidden: bot was blocked by the user"),
        Forbidden,
        Verdict.UNREACHABLE,
    ),
    (
        "broken markup",
        refusal(400, "Bad Request: can't parse entities: x"),
        BadRequest,
        Verdict.MALFORMED,
    ),
    (
        "an upgraded group",
        refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007),
        ChatMigrated,
        Verdict.MIGRATED,
    ),
    ("a flood", refusal(429, "Too Many Requests", retry_after=3), RetryAfter, Verdict.FLOOD),
    (
        "a proxy's flood",
        web.Response(status=429, text="<html>", headers={"Retry-After": "4"}),
        RetryAfter,
        Verdict.FLOOD,
    ),
    ("a wrong token", refusal(401, "Unauthorized"), InvalidToken, Verdict.TOKEN),
    (
        "a proxy's 404",
        web.Response(status=404, text=f"<html>no /bot{TOKEN}/sendMessage</html>"),
        NetworkError,
        Verdict.SERVER,
    ),
    (
        "a gateway's page that quotes the address",
        web.Response(status=502, text=f"<html>/bot{TOKEN}/sendMessage failed</html>"),
        NetworkError,
        Verdict.SERVER,
    ),
    (
        "a portal's welcome",
        web.Response(text=f"<html>/bot{TOKEN}</html>"),
        AnswerLost,
        Verdict.AMBIGUOUS,
    ),
    (
        "an answer that only begins like JSON",
        web.Response(text="{" + TOKEN),
        TelegramError,
        Verdict.REFUSED,
    ),
    ("a conflict", refusal(409, "Conflict: terminated"), Conflict, Verdict.CONFLICT),
)


@pytest.mark.parametrize(
    ("what", "response", "kind", "verdict"), ERRORS, ids=[row[0] for row in ERRORS]
)
async def test_transport_errors_have_their_class_and_no_token(
    what: str,
    response: web.Response,
    kind: type[TelegramError],
    verdict: Verdict,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with bot_api() as api, running(api.url) as application:
            api.answers["sendMessage"] = lambda _: response
            with pytest.raises(kind) as caught:
                await application.bot.send_message(5, "x")
    assert outcome_of(caught.value).verdict is verdict, what
    assert TOKEN not in sentence(caught.value)
    ours = [record for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert not [record for record in ours if TOKEN in str(record.__dict__)]


async def test_transport_refused_connection_was_not_sent() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(NotSent) as caught:
        await application_for(url).initialize()
    assert TOKEN not in sentence(caught.value)


async def test_transport_timeout_after_sending_is_ambiguous() -> None:
    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with raw_server(hangs) as url:
        request = AiohttpRequest(url, read_timeout_s=0.1, write_timeout_s=0.1)
        async with request:
            with pytest.raises(TimedOut) as caught:
                await request.post(f"{url}/bot{TOKEN}/getMe")
    assert not isinstance(caught.value, NotSent)
    assert outcome_of(caught.value).verdict is Verdict.AMBIGUOUS
    assert TOKEN not in sentence(caught.value)


async def test_transport_broken_connection_after_sending_is_ambiguous() -> None:
    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)

    async with raw_server(breaks) as url, AiohttpRequest(url) as request:
        with pytest.raises(AnswerLost) as caught:
            await request.post(f"{url}/bot{TOKEN}/getMe")
    assert TOKEN not in sentence(caught.value)


async def test_transport_fetches_files_as_they_are() -> None:
    async with bot_api() as api, AiohttpRequest(api.url) as request:
        api.answers["file"] = lambda _: web.Response(body=b"not json")
        assert await request.retrieve(f"{api.url}/bot{TOKEN}/file") == b"not json"


async def test_application_start_with_a_wrong_token_does_not_quote_it() -> None:
    async with bot_api() as api:
        api.answers["getMe"] = lambda _: refusal(401, "Unauthorized")
        application = application_for(api.url)
        with pytest.raises(InvalidToken) as caught:
            await application.initialize()
    assert TOKEN not in sentence(caught.value)
    assert caught.value.__context__ is None


async def test_transport_starts_and_stops_twice() -> None:
    async with bot_api() as api:
        request = AiohttpRequest(api.url)
        for _ in range(2):
            await request.initialize()
            await request.initialize()
            await request.post(f"{api.url}/bot{TOKEN}/getMe")
            await request.shutdown()
            await request.shutdown()
        with pytest.raises(NetworkError):
            await request.post(f"{api.url}/bot{TOKEN}/getMe")


async def test_transport_leaves_a_shared_session_open() -> None:
    async with bot_api() as api, open_session(api.url) as session:
        async with AiohttpRequest(api.url, session=session) as request:
            await request.post(f"{api.url}/bot{TOKEN}/getMe")
        assert not session.closed


async def test_application_handles_updates_without_keeping_anything() -> None:
    async with bot_api() as api, running(api.url) as application:
        assert application.updater is None
        with pytest.warns(PTBUserWarning, match="No `JobQueue`"):
            assert application.job_queue is None
        assert application.persistence is None


async def test_noted_hears_the_chat_of_messages_and_edits_only() -> None:
    heard: list[int] = []
    async with Sandbox() as sandbox:
        user = sandbox.world.user("Оксана")
        sandbox.world.start(user)
        request = AiohttpRequest(sandbox.url, noted=heard.append)
        bot = Bot(sandbox.token, base_url=f"{sandbox.url}/bot", request=request)
        async with bot:
            sent = await bot.send_message(user.id, "Добрий день")
            await bot.edit_message_text("Добрий вечір", user.id, sent.message_id)
            await bot.send_chat_action(user.id, "typing")
            await bot.get_chat(user.id)
    assert heard == [user.id, user.id]


async def test_reply_waits_while_a_429_keeps_its_chat_silent() -> None:
    rests = iter((0.2, 0.0))
    async with Sandbox() as sandbox:
        user = sandbox.world.user("Оксана")
        sandbox.world.start(user)
        request = AiohttpRequest(sandbox.url, noted=lambda _: next(rests))
        bot = Bot(sandbox.token, base_url=f"{sandbox.url}/bot", request=request)
        async with bot:
            asked = sandbox.clock.now()
            for _ in range(2):
                await bot.send_message(user.id, "Добрий день")
        first, second = sandbox.ledger.entries()
    assert first.at - asked >= 0.2
    assert second.at - first.at < 0.2


async def test_reply_for_which_there_is_no_room_is_refused_without_asking_telegram() -> None:
    async with Sandbox() as sandbox:
        request = AiohttpRequest(sandbox.url, noted=lambda _: math.inf)
        bot = Bot(sandbox.token, base_url=f"{sandbox.url}/bot", request=request)
        async with bot:
            with pytest.raises(RetryAfter):
                await bot.send_message(-5, "Добрий день")
    assert not sandbox.ledger.received["sendMessage"]

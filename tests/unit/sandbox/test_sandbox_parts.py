"""The sandbox's smaller parts: clock, ledger, links, words of refusal, parameters."""

import asyncio
from typing import Any

import pytest

from bot.sandbox.chats import Kind
from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError, refusal
from bot.sandbox.ledger import Entry, Ledger
from bot.sandbox.links import check_url
from bot.sandbox.members import admin_rights, permissions
from bot.sandbox.params import Params


async def test_manual_clock_wakes_sleepers_when_it_is_turned() -> None:
    clock = Clock.manual()
    started = clock.now()
    sleeper = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    clock.advance(9)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(1)
    await sleeper
    assert clock.now() == started + 10


async def test_real_clock_runs_and_can_be_set_forward() -> None:
    clock = Clock.real()
    before = clock.now()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(3600)
    await sleeper
    assert 3600 <= clock.now() - before < 3660
    with pytest.raises(ValueError, match="never set back"):
        clock.advance(-1)


def test_ledger_answers_who_got_what() -> None:
    ledger = Ledger()
    for chat_id in (1, 2, 2):
        ledger.record(Entry(10.0, chat_id, 5, "sendMessage", "hi", True, 0))
    ledger.record(Entry(11.0, 2, 5, "editMessageText", "ho", False, 7))
    assert len(ledger) == 4
    assert ledger.count("sendMessage") == 3
    assert ledger.count(chat_id=2) == 3
    assert ledger.chats("sendMessage") == {1: 1, 2: 2}
    [edit] = ledger.entries(method="editMessageText")
    assert edit == Entry(11.0, 2, 5, "editMessageText", "ho", False, 7)
    assert [entry.at for entry in ledger.entries(since=3)] == [11.0]


def test_ledger_holds_a_million_sends_in_little_memory() -> None:
    ledger = Ledger()
    entry = Entry(1.0, 5_000_000_001, 1, "sendMessage", "text", False, 0)
    for _ in range(100_000):
        ledger.record(entry)
    assert ledger.bytes_used() < 100_000 * 60


@pytest.mark.parametrize(
    ("code", "text", "worded"),
    [
        (400, "chat not found", (400, "Bad Request: chat not found")),
        (403, "bot was blocked by the user", (403, "Forbidden: bot was blocked by the user")),
        (403, "CHAT_WRITE_FORBIDDEN", (400, "Bad Request: CHAT_WRITE_FORBIDDEN")),
        (403, "Forbidden: user is deactivated", (403, "Forbidden: user is deactivated")),
        (502, "Bad Gateway", (502, "Bad Gateway")),
    ],
)
def test_refusal_is_worded_as_the_bot_api_does(
    code: int, text: str, worded: tuple[int, str]
) -> None:
    error = refusal(code, text)
    assert (error.code, error.description) == worded


@pytest.mark.parametrize(
    ("url", "checked", "reason"),
    [
        ("https://Example.org", "https://example.org/", ""),
        ("example.org/Path?q#f", "http://example.org/Path?q#f", ""),
        ("https://example.org?q=1", "https://example.org/?q=1", ""),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", ""),
        ("tg://resolve?domain=x", "tg://resolve?domain=x", ""),
        ("https://укр.укр/шлях", "https://укр.укр/шлях", ""),
        ("ftp://example.org", "", "Unsupported URL protocol"),
        ("nowhere", "", "Wrong HTTP URL"),
        ("https://", "", "Wrong HTTP URL"),
        ("https://a b.org", "", "Wrong HTTP URL"),
    ],
)
def test_url_is_completed_or_refused(url: str, checked: str, reason: str) -> None:
    assert check_url(url) == (checked, reason)


@pytest.mark.parametrize(
    ("read", "value", "result"),
    [
        ("integer", "12", 12),
        ("integer", 12, 12),
        ("boolean", "True", True),
        ("boolean", "0", False),
        ("boolean", True, True),
        ("number", "50.45", 50.45),
        ("text", 5, "5"),
        ("object", '{"a": 1}', {"a": 1}),
        ("array", [1], [1]),
        ("array", "[1]", [1]),
        ("object", None, None),
    ],
)
def test_parameter_is_read_in_every_form(read: str, value: object, result: Any) -> None:
    assert getattr(Params({"it": value}), read)("it") == result


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("integer", "twelve"),
        ("integer", True),
        ("boolean", "perhaps"),
        ("number", "north"),
        ("text", ["a"]),
        ("object", "[1]"),
        ("object", "{"),
        ("array", '{"a": 1}'),
    ],
)
def test_parameter_of_the_wrong_type_is_refused(read: str, value: object) -> None:
    with pytest.raises(ApiError):
        getattr(Params({"it": value}), read)("it")


def test_rights_are_those_of_the_kind_of_chat() -> None:
    assert admin_rights(Kind.CHANNEL)["can_post_messages"]
    assert not admin_rights(Kind.GROUP, {})["can_pin_messages"]
    with pytest.raises(ValueError, match="no such right here: can_post_messages"):
        admin_rights(Kind.GROUP, {"can_post_messages": True})
    assert not any(permissions().values())

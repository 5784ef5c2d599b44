"""Logs: one line an event, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import log

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    log.configure(level="info", form="json", secrets=["hunter2-the-secret"], stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_event_is_one_line_of_json(lines: io.StringIO) -> None:
    structlog.get_logger("bot.test").info("broadcast published", broadcast="abc", places=3)
    event = json.loads(lines.getvalue())
    assert (event["event"], event["broadcast"], event["places"]) == (
        "broadcast published",
        "abc",
        3,
    )


def test_library_event_is_one_line_of_json_too(lines: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").error("broken %s", "pipe", extra={"peer": "here"})
    event = json.loads(lines.getvalue())
    assert (event["event"], event["peer"]) == ("broken pipe", "here")


SECRETS = [
    ("a token in a message", lambda: logging.error("POST /bot%s/sendMessage", TOKEN)),
    ("a token in a field", lambda: structlog.get_logger().error("failed", url=f"x/bot{TOKEN}/y")),
    ("a token in a nested field", lambda: structlog.get_logger().error("f", a={"b": [TOKEN]})),
    ("a token in an exception", lambda: _fail(ValueError(TOKEN))),
    ("a configured secret", lambda: logging.error("hunter2-the-secret")),
    ("a password in an address", lambda: logging.error("redis://user:pa55word@host:6379")),
    ("a token in an object", lambda: structlog.get_logger().error("f", error=ValueError(TOKEN))),
]


def _fail(error: Exception) -> None:
    try:
        raise error
    except ValueError:
        structlog.get_logger().exception("failed")


@pytest.mark.parametrize("act", [row[1] for row in SECRETS], ids=[row[0] for row in SECRETS])
def test_secret_is_hidden(lines: io.StringIO, act: object) -> None:
    assert callable(act)
    act()
    written = lines.getvalue()
    assert written
    assert not any(secret in written for secret in (TOKEN, "hunter2", "pa55word"))


def test_chatty_libraries_are_quiet_below_warnings(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s", TOKEN)
    assert lines.getvalue() == ""

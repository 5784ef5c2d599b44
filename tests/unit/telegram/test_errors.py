"""python-telegram-bot's errors read by the same table as Telegram's answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
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

from bot.domain.delivery import Verdict
from bot.telegram.classify import outcome_of
from bot.telegram.errors import AnswerLost, ConnectTimedOut, NotSent

ERRORS: tuple[tuple[str, TelegramError, Verdict], ...] = (
    (
        "a block is a block",
        Forbidden("Forbidden: bot was blocked by the user"),
        Verdict.UNREACHABLE,
    ),
    (
        "a bad request is no network error, though the library derives it from one",
        BadRequest("Bad Request: can't parse entities: x"),
        Verdict.MALFORMED,
    ),
    ("an unknown bad request is refused", BadRequest("Bad Request: NEW"), Verdict.REFUSED),
    (
        "an unchanged edit is accepted",
        BadRequest("Bad Request: message is not modified: same"),
        Verdict.ACCEPTED,
    ),
    ("a wrong token is a wrong token", InvalidToken("Unauthorized"), Verdict.TOKEN),
    ("a second poller is a conflict", Conflict("Conflict: terminated"), Verdict.CONFLICT),
    ("a request that did not leave was not sent", NotSent("refused"), Verdict.NOT_SENT),
    (
        "a connection not made in time was not sent, though it is a timeout",
        ConnectTimedOut("late"),
        Verdict.NOT_SENT,
    ),
    ("any other timeout leaves the fate unknown", TimedOut(), Verdict.AMBIGUOUS),
    ("a lost answer leaves the fate unknown", AnswerLost("gone"), Verdict.AMBIGUOUS),
    (
        "what is left of network errors is a server's fault",
        NetworkError("Bad Gateway"),
        Verdict.SERVER,
    ),
    (
        "a body too large for the server is our fault",
        NetworkError("Request Entity Too Large"),
        Verdict.MALFORMED,
    ),
    ("an error without a class of its own is refused", TelegramError("?"), Verdict.REFUSED),
)


@pytest.mark.parametrize(("sentence", "error", "verdict"), ERRORS, ids=[row[0] for row in ERRORS])
def test_outcome_of_agrees_with_the_table(
    sentence: str, error: TelegramError, verdict: Verdict
) -> None:
    assert outcome_of(error).verdict is verdict, sentence


def test_outcome_of_takes_over_numbers() -> None:
    assert outcome_of(ChatMigrated(-100777)).migrate_to == -100777
    assert outcome_of(RetryAfter(17)).retry_after_s == 17
    assert outcome_of(RetryAfter(timedelta(seconds=2.5))).retry_after_s == 3

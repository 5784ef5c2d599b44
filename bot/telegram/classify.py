"""Telegram's answers as outcomes: one table for broadcasts and for replies to people.

The wording is that of Telegram's server (tdlib ``Client.cpp``, Bot API 10) and changes without
notice, so it is matched by substring and without regard to case. Codes in capitals reach us as
400 even where Telegram meant 403, so the words decide and not the status.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

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

from bot.domain.delivery import Cause, Outcome, Verdict
from bot.telegram.errors import AnswerLost, NotSent

DEFAULT_RETRY_AFTER_S = 5
"""The pause for a 429 that does not say how long."""

_DETAIL_LIMIT = 200

WORDINGS: tuple[tuple[Verdict, tuple[str, ...]], ...] = (
    (Verdict.ACCEPTED, ("message is not modified", "message_not_modified")),
    (Verdict.MIGRATED, ("upgraded to a supergroup",)),
    (
        Verdict.THREAD_GONE,
        (
            "message thread not found",
            "topic_closed",
            "topic_deleted",
            "topic_id_invalid",
            "topic closed",
        ),
    ),
    # This chat takes Stars from whoever writes to it: nothing about our broadcast.
    (Verdict.REFUSED, ("allow_payment_required",)),
    (
        # Telegram publishes no text for this; these are its words for Stars that are missing.
        Verdict.UNPAID,
        (
            "balance_too_low",
            "balance is too low",
            "not enough stars",
            "payment_required",
            "payment required",
            "paid_broadcast",
            "paid broadcast",
        ),
    ),
    (
        Verdict.NO_RIGHTS,
        (
            "not enough rights",
            "have no rights",
            "need administrator rights",
            "chat_write_forbidden",
            "chat_restricted",
            "chat_admin_required",
            "chat_send_plain_forbidden",
            "chat_guest_send_forbidden",
            "channel_private",
            "user_banned_in_channel",
        ),
    ),
    (
        Verdict.UNREACHABLE,
        (
            "bot was blocked by the user",
            "user is deactivated",
            "can't initiate conversation",
            "can't send messages to bots",
            "bot was kicked",
            "bot is not a member",
            "chat was deleted",
            "chat was deactivated",
            "chat not found",
            "user not found",
            "peer_id_invalid",
            "user_is_blocked",
            "user_deactivated",
        ),
    ),
    (
        Verdict.MALFORMED,
        (
            "can't parse entities",
            "can't parse inline keyboard",
            "can't parse reply",
            "can't find end of the entity",
            "message is too long",
            "message_too_long",
            "message text is empty",
            "text must be non-empty",
            "text must be encoded",
            "entities_too_long",
            "button_data_invalid",
            "button_url_invalid",
            "button_type_invalid",
            "reply_markup_too_long",
            "request entity too large",
        ),
    ),
)
"""Which words of a refusal mean what. The first row that fits wins; no row means refused."""

CAUSES: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    (Cause.BLOCKED, ("was blocked", "is_blocked")),
    (Cause.DEACTIVATED, ("deactivated", "chat was deleted")),
    (Cause.REMOVED, ("bot was kicked", "bot is not a member")),
    (Cause.NOT_STARTED, ("can't initiate conversation", "can't send messages to bots")),
)
"""Why a chat is unreachable, by words of its row above; no row means that it is not found."""

# How Telegram's server writes the answer to a send: reading only this much of it saves a tenth of
# the processor time of a broadcast.
_SENT = re.compile(rb'\{"ok":\s*true,\s*"result":\s*\{"message_id":\s*(\d+)\s*[,}]')
_RETRY_AFTER = re.compile(r"retry after (\d+)", re.IGNORECASE)


def classify(status: int, body: bytes, retry_after_header: str | None = None) -> Outcome:
    """The outcome of one call that was answered in full.

    An answer that is not the Bot API's JSON comes from something in between (a proxy, a portal):
    with 2xx nobody knows whether Telegram acted, 429 is obeyed, all else is tried again as a
    server's fault. So a proxy's 404 page does not pass for a wrong token.
    """
    if sent := _SENT.match(body):
        return Outcome(Verdict.ACCEPTED, message_id=int(sent[1]))
    answer = read_answer(body)
    if answer is None:
        return _foreign(status, retry_after_header)
    if answer["ok"] is True:
        result = answer.get("result")
        message_id = result.get("message_id") if isinstance(result, dict) else None
        return Outcome(Verdict.ACCEPTED, message_id=message_id)
    description = str(answer.get("description", ""))
    parameters = answer.get("parameters")
    if not isinstance(parameters, dict):
        parameters = {}
    if 200 <= status < 300:
        status = _whole(answer.get("error_code")) or 500
    if status == 429:
        told = parameters.get("retry_after"), retry_after_header, _told_in(description)
        return _flood(description, *told)
    return _refusal(status, description, _whole(parameters.get("migrate_to_chat_id")))


def cut_short(status: int, retry_after_header: str | None = None) -> Outcome:
    """The outcome of a call whose status came and whose body did not."""
    return _foreign(status, retry_after_header)


def read_answer(body: bytes) -> dict[str, object] | None:
    """The Bot API's answer in ``body``, or ``None`` if somebody else wrote it."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None


def outcome_of(error: TelegramError) -> Outcome:
    """The outcome of a call through python-telegram-bot, by the same table.

    ``BadRequest`` is a ``NetworkError`` there, and so is a timeout: the order of questions matters.
    """
    detail = _short(error.message)
    match error:
        case ChatMigrated():
            return Outcome(Verdict.MIGRATED, migrate_to=error.new_chat_id, detail=detail)
        case RetryAfter():
            return _flood(detail, error.retry_after)
        case InvalidToken():
            return Outcome(Verdict.TOKEN, detail=detail)
        case Conflict():
            return Outcome(Verdict.CONFLICT, detail=detail)
        case Forbidden():
            return _refusal(403, detail)
        case BadRequest():
            return _refusal(400, detail)
        case NotSent():
            return Outcome(Verdict.NOT_SENT, detail=detail)
        case TimedOut() | AnswerLost():
            return Outcome(Verdict.AMBIGUOUS, detail=detail)
        case NetworkError():
            return Outcome(_by_words(detail) or Verdict.SERVER, detail=detail)
    return _worded(_by_words(detail) or Verdict.REFUSED, detail)


def _refusal(status: int, description: str, migrate_to: int | None = None) -> Outcome:
    detail = _short(description)
    if migrate_to is not None:
        return Outcome(Verdict.MIGRATED, migrate_to=migrate_to, detail=detail)
    return _worded(_verdict(status, detail), detail)


def _worded(verdict: Verdict, detail: str) -> Outcome:
    if verdict is not Verdict.UNREACHABLE:
        return Outcome(verdict, detail=detail)
    words = detail.casefold()
    found = (cause for cause, wordings in CAUSES if any(one in words for one in wordings))
    return Outcome(verdict, detail=detail, cause=next(found, Cause.NOT_FOUND))


def _verdict(status: int, detail: str) -> Verdict:
    words = detail.casefold()
    if status >= 500 or status < 400:
        return Verdict.SERVER
    if status == 409:
        return Verdict.CONFLICT
    if status == 402:
        return Verdict.UNPAID
    if status == 401 and "unauthorized" in words:
        return Verdict.TOKEN
    if status == 404 and words.startswith("not found"):
        return Verdict.TOKEN
    return _by_words(detail) or Verdict.REFUSED


def _by_words(detail: str) -> Verdict | None:
    words = detail.casefold()
    for verdict, wordings in WORDINGS:
        if any(wording in words for wording in wordings):
            return verdict
    return None


def _foreign(status: int, retry_after_header: str | None) -> Outcome:
    detail = f"HTTP {status} without a Bot API answer"
    if status == 429:
        return _flood(detail, retry_after_header)
    return Outcome(
        Verdict.AMBIGUOUS if 200 <= status < 300 else Verdict.SERVER,
        detail=detail,
    )


def _flood(detail: str, *told: object) -> Outcome:
    waits = (_whole(wait) for wait in told)
    retry_after_s = next((wait for wait in waits if wait), DEFAULT_RETRY_AFTER_S)
    return Outcome(Verdict.FLOOD, retry_after_s=retry_after_s, detail=_short(detail))


def _told_in(description: str) -> str | None:
    found = _RETRY_AFTER.search(description)
    return found[1] if found else None


def _whole(value: object) -> int | None:
    """``value`` as a whole number, rounded up; ``None`` for what is not a number."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return -int(-value // 1)


def _short(description: str) -> str:
    return description[:_DETAIL_LIMIT]

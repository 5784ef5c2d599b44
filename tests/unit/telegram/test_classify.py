"""Telegram's answers, row by row: what each means for the chat that was written to."""

from __future__ import annotations

import json

import pytest

from bot.domain.delivery import Cause, Outcome, Verdict
from bot.telegram.classify import CAUSES, WORDINGS, classify, cut_short


def refusal(status: int, description: str, **parameters: int) -> bytes:
    answer: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return json.dumps(answer).encode()


REFUSALS: tuple[tuple[str, int, str, Verdict], ...] = (
    (
        "a person who blocked the bot is not reachable",
        403,
        "Forbidden: bot was blocked by the user",
        Verdict.UNREACHABLE,
    ),
    (
        "a deleted account is not reachable",
        403,
        "Forbidden: user is deactivated",
        Verdict.UNREACHABLE,
    ),
    (
        "a person who never pressed start is not reachable",
        403,
        "Forbidden: bot can't initiate conversation with a user",
        Verdict.UNREACHABLE,
    ),
    (
        "another bot is not reachable",
        403,
        "Forbidden: bot can't send messages to bots",
        Verdict.UNREACHABLE,
    ),
    (
        "a group that threw the bot out is not reachable",
        403,
        "Forbidden: bot was kicked from the group chat",
        Verdict.UNREACHABLE,
    ),
    (
        "a supergroup that threw the bot out is not reachable",
        403,
        "Forbidden: bot was kicked from the supergroup chat",
        Verdict.UNREACHABLE,
    ),
    (
        "a channel that threw the bot out is not reachable",
        403,
        "Forbidden: bot was kicked from the channel chat",
        Verdict.UNREACHABLE,
    ),
    (
        "a channel that the bot never joined is not reachable",
        403,
        "Forbidden: bot is not a member of the channel chat",
        Verdict.UNREACHABLE,
    ),
    (
        "a deleted group is not reachable",
        403,
        "Forbidden: the group chat was deleted",
        Verdict.UNREACHABLE,
    ),
    ("an unknown chat is not reachable", 400, "Bad Request: chat not found", Verdict.UNREACHABLE),
    ("an unknown peer is not reachable", 400, "Bad Request: PEER_ID_INVALID", Verdict.UNREACHABLE),
    (
        "a deactivated group is not reachable",
        400,
        "Bad Request: group chat was deactivated",
        Verdict.UNREACHABLE,
    ),
    (
        "a block told as a code, which reaches us as 400, is still a block",
        400,
        "Bad Request: USER_IS_BLOCKED",
        Verdict.UNREACHABLE,
    ),
    (
        "a deleted account told as a code is still a deleted account",
        400,
        "Bad Request: INPUT_USER_DEACTIVATED",
        Verdict.UNREACHABLE,
    ),
    (
        "an upgrade without the new id is still a migration",
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        Verdict.MIGRATED,
    ),
    (
        "a deleted topic sends the message to General",
        400,
        "Bad Request: message thread not found",
        Verdict.THREAD_GONE,
    ),
    (
        "a closed topic sends the message to General",
        400,
        "Bad Request: TOPIC_CLOSED",
        Verdict.THREAD_GONE,
    ),
    (
        "a topic deleted under our hands sends the message to General",
        400,
        "Bad Request: TOPIC_DELETED",
        Verdict.THREAD_GONE,
    ),
    (
        "an administrator can give the right to write",
        400,
        "Bad Request: not enough rights to send text messages to the chat",
        Verdict.NO_RIGHTS,
    ),
    (
        "an older wording of missing rights means the same",
        400,
        "Bad Request: have no rights to send a message",
        Verdict.NO_RIGHTS,
    ),
    (
        "a channel needs the bot as administrator",
        400,
        "Bad Request: need administrator rights in the channel chat",
        Verdict.NO_RIGHTS,
    ),
    (
        "a right that is missing as a code, rewritten from 403, is still a right",
        400,
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        Verdict.NO_RIGHTS,
    ),
    (
        "the same code under its true status means the same",
        403,
        "Forbidden: CHAT_WRITE_FORBIDDEN",
        Verdict.NO_RIGHTS,
    ),
    ("a restricted chat can be mended", 400, "Bad Request: CHAT_RESTRICTED", Verdict.NO_RIGHTS),
    (
        "a channel made private can be mended",
        400,
        "Bad Request: CHANNEL_PRIVATE",
        Verdict.NO_RIGHTS,
    ),
    (
        "broken markup is our fault, never the chat's",
        400,
        'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 5',
        Verdict.MALFORMED,
    ),
    ("a long text is our fault", 400, "Bad Request: message is too long", Verdict.MALFORMED),
    ("an empty text is our fault", 400, "Bad Request: message text is empty", Verdict.MALFORMED),
    ("a bad button is our fault", 400, "Bad Request: BUTTON_DATA_INVALID", Verdict.MALFORMED),
    (
        "too many buttons are our fault",
        400,
        "Bad Request: REPLY_MARKUP_TOO_LONG",
        Verdict.MALFORMED,
    ),
    (
        "an edit that changes nothing has what it wanted",
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are "
        "exactly the same",
        Verdict.ACCEPTED,
    ),
    (
        "a message that cannot be edited any more is to be sent anew",
        400,
        "Bad Request: message to edit not found",
        Verdict.REFUSED,
    ),
    (
        "a message that may not be edited is to be sent anew",
        400,
        "Bad Request: message can't be edited",
        Verdict.REFUSED,
    ),
    (
        "an answer to a button that came too late is nobody's fault",
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        Verdict.REFUSED,
    ),
    (
        "words we do not know finish this message and spare the chat",
        400,
        "Bad Request: SOMETHING_NEW",
        Verdict.REFUSED,
    ),
    (
        "an unknown 403 spares the chat too",
        403,
        "Forbidden: something new",
        Verdict.REFUSED,
    ),
    ("a bot without Stars cannot pay", 400, "Bad Request: BALANCE_TOO_LOW", Verdict.UNPAID),
    ("a refused payment is no refused chat", 403, "Forbidden: PAYMENT_REQUIRED", Verdict.UNPAID),
    ("a bot that may not pay", 400, "Bad Request: paid broadcast is not allowed", Verdict.UNPAID),
    ("the status alone says so too", 402, "Payment Required", Verdict.UNPAID),
    (
        "a chat that takes Stars from strangers says nothing about our broadcast",
        403,
        "Forbidden: ALLOW_PAYMENT_REQUIRED",
        Verdict.REFUSED,
    ),
    ("a revoked token stops everything", 401, "Unauthorized", Verdict.TOKEN),
    ("a token of the wrong shape stops everything", 404, "Not Found", Verdict.TOKEN),
    (
        "a second poller is a conflict",
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
        "is running",
        Verdict.CONFLICT,
    ),
    (
        "a webhook that is set is a conflict",
        409,
        "Conflict: can't use getUpdates method while webhook is active",
        Verdict.CONFLICT,
    ),
    ("a server that failed is tried again", 500, "Internal Server Error", Verdict.SERVER),
    ("a server that restarts is tried again", 502, "Bad Gateway", Verdict.SERVER),
    (
        "a failed server that quotes a refusal is still a failed server",
        500,
        "Internal Server Error: chat not found",
        Verdict.SERVER,
    ),
)


@pytest.mark.parametrize(
    ("sentence", "status", "description", "verdict"), REFUSALS, ids=[row[0] for row in REFUSALS]
)
def test_classify_reads_what_telegram_says(
    sentence: str, status: int, description: str, verdict: Verdict
) -> None:
    assert classify(status, refusal(status, description)).verdict is verdict, sentence


@pytest.mark.parametrize(
    ("sentence", "status", "description", "verdict"), REFUSALS, ids=[row[0] for row in REFUSALS]
)
def test_classify_does_not_depend_on_case(
    sentence: str, status: int, description: str, verdict: Verdict
) -> None:
    assert classify(status, refusal(status, description.upper())).verdict is verdict, sentence


def test_classify_finds_the_message_id_in_telegrams_own_writing() -> None:
    body = b'{"ok":true,"result":{"message_id":7741,"chat":{"id":5}}}'
    assert classify(200, body) == Outcome(Verdict.ACCEPTED, message_id=7741)


def test_classify_finds_the_message_id_in_any_other_order() -> None:
    body = b'{"result": {"chat": {"id": 5}, "message_id": 7741}, "ok": true}'
    assert classify(200, body) == Outcome(Verdict.ACCEPTED, message_id=7741)


def test_classify_accepts_an_answer_without_a_message() -> None:
    assert classify(200, b'{"ok":true,"result":true}') == Outcome(Verdict.ACCEPTED)


def test_classify_gives_the_new_id_of_an_upgraded_group() -> None:
    body = refusal(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=-1001234567890,
    )
    assert classify(400, body).migrate_to == -1001234567890


FLOODS: tuple[tuple[str, bytes, str | None, int], ...] = (
    (
        "the parameters come first",
        refusal(429, "Too Many Requests: retry after 9", retry_after=7),
        "8",
        7,
    ),
    ("then the header", refusal(429, "Too Many Requests: retry after 9"), "8", 8),
    ("then the words", refusal(429, "Too Many Requests: retry after 9"), None, 9),
    ("then five seconds", refusal(429, "Too Many Requests"), None, 5),
    ("a wait of nothing is not believed", refusal(429, "Slow down", retry_after=0), None, 5),
    ("a date as header is not understood", b"", "Wed, 20 Nov 2024 07:28:00 GMT", 5),
    ("a 429 page of a proxy is obeyed", b"<html>slow down</html>", "30", 30),
)


@pytest.mark.parametrize(
    ("sentence", "body", "header", "seconds"), FLOODS, ids=[row[0] for row in FLOODS]
)
def test_classify_takes_the_wait_of_a_flood(
    sentence: str, body: bytes, header: str | None, seconds: int
) -> None:
    outcome = classify(429, body, header)
    assert (outcome.verdict, outcome.retry_after_s) == (Verdict.FLOOD, seconds), sentence


FOREIGN: tuple[tuple[str, int, bytes, Verdict], ...] = (
    (
        "a gateway's error page is a server's fault",
        502,
        b"<html>Bad Gateway</html>",
        Verdict.SERVER,
    ),
    ("a proxy's 404 is not a wrong token", 404, b"<html>Not Found</html>", Verdict.SERVER),
    ("a proxy's 401 is not a wrong token", 401, b"Unauthorized", Verdict.SERVER),
    ("JSON of somebody else is no answer", 404, b'{"message":"no route"}', Verdict.SERVER),
    ("a redirect is not followed", 302, b"", Verdict.SERVER),
    ("a portal's welcome leaves the fate unknown", 200, b"<html>Welcome</html>", Verdict.AMBIGUOUS),
    ("an empty success leaves the fate unknown", 200, b"", Verdict.AMBIGUOUS),
    ("half a success leaves the fate unknown", 200, b'{"ok":true,"res', Verdict.AMBIGUOUS),
    ("bytes that are no text are no answer", 400, b"\xff\xfe{", Verdict.SERVER),
)


@pytest.mark.parametrize(
    ("sentence", "status", "body", "verdict"), FOREIGN, ids=[row[0] for row in FOREIGN]
)
def test_classify_does_not_believe_what_is_not_the_bot_api(
    sentence: str, status: int, body: bytes, verdict: Verdict
) -> None:
    outcome = classify(status, body)
    assert outcome.verdict is verdict, sentence
    assert "html" not in outcome.detail


def test_classify_keeps_details_short() -> None:
    assert len(classify(400, refusal(400, "x" * 9000)).detail) == 200


def test_cut_short_keeps_what_the_status_says() -> None:
    assert cut_short(200).verdict is Verdict.AMBIGUOUS
    assert cut_short(400).verdict is Verdict.SERVER
    assert cut_short(429, "4") == Outcome(
        Verdict.FLOOD, retry_after_s=4, detail="HTTP 429 without a Bot API answer"
    )


def test_wordings_are_written_as_they_are_compared() -> None:
    for verdict, wordings in WORDINGS:
        assert all(wording == wording.casefold() for wording in wordings), verdict


WHY = [
    (403, "Forbidden: bot was blocked by the user", Cause.BLOCKED),
    (400, "USER_IS_BLOCKED", Cause.BLOCKED),
    (403, "Forbidden: user is deactivated", Cause.DEACTIVATED),
    (403, "Forbidden: the group chat was deleted", Cause.DEACTIVATED),
    (403, "Forbidden: bot was kicked from the supergroup chat", Cause.REMOVED),
    (403, "Forbidden: bot is not a member of the channel chat", Cause.REMOVED),
    (403, "Forbidden: bot can't initiate conversation with a user", Cause.NOT_STARTED),
    (400, "Bad Request: chat not found", Cause.NOT_FOUND),
    (400, "PEER_ID_INVALID", Cause.NOT_FOUND),
    (400, "Bad Request: not enough rights to send text messages to the chat", None),
    (400, "Bad Request: reply markup is odd", None),
]


@pytest.mark.parametrize(("status", "words", "cause"), WHY)
def test_unreachable_chat_has_a_cause(status: int, words: str, cause: Cause | None) -> None:
    assert classify(status, refusal(status, words)).cause is cause


def test_every_cause_is_told_from_words_of_an_unreachable_chat() -> None:
    words = next(row for verdict, row in WORDINGS if verdict is Verdict.UNREACHABLE)
    for cause, wordings in CAUSES:
        assert all(any(one in known for known in words) for one in wordings), cause

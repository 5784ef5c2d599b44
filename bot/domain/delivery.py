"""What became of one send, and what to do next: the retry policy as a pure decision.

The verdicts mirror the error table of Telegram's server (tdlib ``Client.cpp``); the room that
talks to Telegram classifies an answer once, here it is only decided upon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Lane(IntEnum):
    """Strict order between broadcasts: a lower number goes first."""

    SHELTER_NOW = 0
    PREPARE = 1
    ROUTINE = 2
    DRILL = 3


class End(StrEnum):
    """How delivery to one chat ended. Every chat of an audience has exactly one."""

    SENT = "sent"  # Telegram accepted it; nobody knows whether it was read
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    HELD = "held"  # the chat rests: it is summed up afterwards, and counts as sent then
    UNKNOWN = "unknown"  # the request left, no answer came, and a repeat is not worth it


class Cause(StrEnum):
    """Why a chat ended as it did, where its end alone does not say; or why it has to wait."""

    BLOCKED = "blocked"  # the person stopped the bot
    DEACTIVATED = "deactivated"  # the account, or the chat, is no more
    REMOVED = "removed"  # the bot was taken out of it
    NOT_STARTED = "not_started"  # the person never wrote to the bot
    NOT_FOUND = "not_found"
    NO_RIGHTS = "no_rights"  # an administrator can mend it
    REFUSED = "refused"  # Telegram refused for a reason of its own
    UNPAID = "unpaid"
    ASTRAY = "astray"  # it moved, or lost its topic, again and again
    GIVEN_UP = "given_up"  # a routine message after so many failures
    UNWANTED = "unwanted"  # the chat chose to be told of less
    TOLD = "told"  # another source has told it the same
    FLOODED = "flooded"  # 429: this chat waits
    RESTS = "rests"  # 429: everything waits


CAUSES: Mapping[End, tuple[Cause, ...]] = MappingProxyType(
    {
        End.UNREACHABLE: (
            *(Cause.BLOCKED, Cause.DEACTIVATED, Cause.REMOVED, Cause.NOT_STARTED),
            *(Cause.NOT_FOUND, Cause.NO_RIGHTS),
        ),
        End.REJECTED: (Cause.REFUSED, Cause.UNPAID, Cause.ASTRAY, Cause.GIVEN_UP),
        End.SUPPRESSED: (Cause.UNWANTED, Cause.TOLD),
    }
)
"""What is told apart beneath an end. Of what was suppressed, the rest said /stop or has left."""


class Verdict(StrEnum):
    """What Telegram, or the way to it, said about one send."""

    ACCEPTED = "accepted"
    UNREACHABLE = "unreachable"  # blocked, deactivated, kicked, not found, never started
    MIGRATED = "migrated"  # the group became a supergroup: `migrate_to`
    THREAD_GONE = "thread_gone"  # topic deleted or closed
    NO_RIGHTS = "no_rights"  # an administrator can mend it
    MALFORMED = "malformed"  # our bug: this text can never be sent
    TOKEN = "token"  # noqa: S105  (401 or 404: every send will fail)
    CONFLICT = "conflict"  # 409: another instance polls with this token
    FLOOD = "flood"  # 429 with `retry_after_s`
    UNPAID = "unpaid"  # Telegram would not take Stars for it
    SERVER = "server"  # 5xx
    NOT_SENT = "not_sent"  # no connection: nothing left this machine
    AMBIGUOUS = "ambiguous"  # the request left and no answer came
    REFUSED = "refused"  # any other 4xx


@dataclass(frozen=True, slots=True)
class Outcome:
    """One send's result. ``detail`` is Telegram's description, without any secret.

    ``cause`` says why a chat is unreachable.
    """

    verdict: Verdict
    message_id: int | None = None
    retry_after_s: int = 0
    migrate_to: int | None = None
    detail: str = ""
    cause: Cause | None = None


class Act(StrEnum):
    """What the dispatcher does with a chat after an outcome."""

    FINISH = "finish"  # record `end`
    RETRY = "retry"  # put into `later`, due at `at`
    MOVE = "move"  # rewrite the chat's id, then send again
    UNTHREAD = "unthread"  # forget the topic, then send again to General
    HALT = "halt"  # stop this broadcast: the fault is ours and the same everywhere


@dataclass(frozen=True, slots=True)
class Step:
    """The decision about one chat. ``deactivate`` and ``suspend`` change the chat's state too."""

    act: Act
    end: End | None = None
    at: datetime | None = None
    deactivate: bool = False
    suspend: bool = False


BACKOFF = (
    timedelta(seconds=1),
    timedelta(seconds=3),
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
)
"""Waits after failures that concern the server or the way to it; the last one repeats."""

TOKEN_WAIT = timedelta(seconds=30)
"""How long everything rests after Telegram refused the token."""

ROUTINE_ATTEMPTS = 8
"""A routine message is given up after so many failures; a severe one only at its expiry."""


def decide(
    outcome: Outcome, *, lane: Lane, attempts: int, now: datetime, expires: datetime
) -> Step:
    """What follows from ``outcome`` of try number ``attempts`` (from 1).

    A retry that would fall behind ``expires`` ends as expired. An ambiguous send is repeated for
    the two severe lanes, where a repeat is better than silence, and counted unknown below them.
    """
    verdict = outcome.verdict
    if verdict in _ENDINGS:
        return _ENDINGS[verdict]
    if verdict is Verdict.MIGRATED:
        return Step(Act.MOVE) if outcome.migrate_to else _REJECTED
    if verdict is Verdict.THREAD_GONE:
        return Step(Act.UNTHREAD) if attempts <= 2 else _REJECTED
    if verdict is Verdict.AMBIGUOUS and lane > Lane.PREPARE:
        return Step(Act.FINISH, End.UNKNOWN)
    if verdict is Verdict.TOKEN:
        # Nobody can be told until an operator mends it; nobody is given up for it either.
        return _again(now + TOKEN_WAIT, expires)
    if verdict is Verdict.FLOOD:
        return _again(now + timedelta(seconds=outcome.retry_after_s), expires)
    if lane > Lane.PREPARE and attempts >= ROUTINE_ATTEMPTS:
        return _REJECTED
    return _again(now + BACKOFF[min(attempts, len(BACKOFF)) - 1], expires)


def cause_of(outcome: Outcome, end: End | None) -> Cause | None:
    """Why the chat ended so; None where the end says it."""
    if end is End.UNREACHABLE:
        return Cause.NO_RIGHTS if outcome.verdict is Verdict.NO_RIGHTS else outcome.cause
    if end is End.REJECTED:
        return _REJECTIONS.get(outcome.verdict, Cause.GIVEN_UP)
    return None


_REJECTIONS = {
    Verdict.REFUSED: Cause.REFUSED,
    Verdict.UNPAID: Cause.UNPAID,
    Verdict.MIGRATED: Cause.ASTRAY,
    Verdict.THREAD_GONE: Cause.ASTRAY,
}
_REJECTED = Step(Act.FINISH, End.REJECTED)
_ENDINGS = {
    Verdict.ACCEPTED: Step(Act.FINISH, End.SENT),
    Verdict.UNREACHABLE: Step(Act.FINISH, End.UNREACHABLE, deactivate=True),
    Verdict.NO_RIGHTS: Step(Act.FINISH, End.UNREACHABLE, suspend=True),
    Verdict.REFUSED: _REJECTED,
    Verdict.UNPAID: _REJECTED,  # of a free send; a paid one is sent free before this is asked
    Verdict.MALFORMED: Step(Act.HALT),
}


def _again(at: datetime, expires: datetime) -> Step:
    if at >= expires:
        return Step(Act.FINISH, End.EXPIRED)
    return Step(Act.RETRY, at=at)

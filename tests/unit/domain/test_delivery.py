"""The retry policy, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import (
    BACKOFF,
    CAUSES,
    ROUTINE_ATTEMPTS,
    TOKEN_WAIT,
    Act,
    Cause,
    End,
    Lane,
    Outcome,
    Step,
    Verdict,
    cause_of,
    decide,
)

NOW = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
SOON = NOW + timedelta(hours=2)

ROWS = [
    ("accepted is sent", Verdict.ACCEPTED, Lane.PREPARE, Step(Act.FINISH, End.SENT)),
    (
        "blocked or gone is unreachable, and left alone from then on",
        Verdict.UNREACHABLE,
        Lane.PREPARE,
        Step(Act.FINISH, End.UNREACHABLE, deactivate=True),
    ),
    (
        "missing rights are unreachable until an administrator mends them",
        Verdict.NO_RIGHTS,
        Lane.PREPARE,
        Step(Act.FINISH, End.UNREACHABLE, suspend=True),
    ),
    ("our own bug stops the broadcast", Verdict.MALFORMED, Lane.PREPARE, Step(Act.HALT)),
    ("any other 4xx is rejected", Verdict.REFUSED, Lane.PREPARE, Step(Act.FINISH, End.REJECTED)),
    (
        "a wrong token loses nobody",
        Verdict.TOKEN,
        Lane.ROUTINE,
        Step(Act.RETRY, at=NOW + TOKEN_WAIT),
    ),
    ("a closed topic is left for General", Verdict.THREAD_GONE, Lane.PREPARE, Step(Act.UNTHREAD)),
    (
        "an ambiguous severe send is repeated",
        Verdict.AMBIGUOUS,
        Lane.PREPARE,
        Step(Act.RETRY, at=NOW + BACKOFF[0]),
    ),
    (
        "an ambiguous routine send is counted unknown",
        Verdict.AMBIGUOUS,
        Lane.ROUTINE,
        Step(Act.FINISH, End.UNKNOWN),
    ),
    ("a 5xx is tried again", Verdict.SERVER, Lane.ROUTINE, Step(Act.RETRY, at=NOW + BACKOFF[0])),
    (
        "no connection is tried again",
        Verdict.NOT_SENT,
        Lane.DRILL,
        Step(Act.RETRY, at=NOW + BACKOFF[0]),
    ),
]


@pytest.mark.parametrize(
    ("verdict", "lane", "step"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_decide_follows_the_table(verdict: Verdict, lane: Lane, step: Step) -> None:
    assert decide(Outcome(verdict), lane=lane, attempts=1, now=NOW, expires=SOON) == step


def test_decide_obeys_a_flood_to_the_second() -> None:
    outcome = Outcome(Verdict.FLOOD, retry_after_s=35)
    step = decide(outcome, lane=Lane.ROUTINE, attempts=50, now=NOW, expires=SOON)
    assert step == Step(Act.RETRY, at=NOW + timedelta(seconds=35))


def test_decide_moves_a_migrated_group() -> None:
    outcome = Outcome(Verdict.MIGRATED, migrate_to=-1001)
    step = decide(outcome, lane=Lane.ROUTINE, attempts=1, now=NOW, expires=SOON)
    assert step == Step(Act.MOVE)


def test_decide_gives_a_routine_message_up_and_a_severe_one_never() -> None:
    def acts(lane: Lane) -> Act:
        return decide(
            Outcome(Verdict.SERVER), lane=lane, attempts=ROUTINE_ATTEMPTS, now=NOW, expires=SOON
        ).act

    assert acts(Lane.ROUTINE) is Act.FINISH
    assert acts(Lane.SHELTER_NOW) is Act.RETRY


CAUSED = [
    ("blocked, in Telegram's words", Verdict.UNREACHABLE, End.UNREACHABLE, Cause.BLOCKED),
    ("the bot may not write", Verdict.NO_RIGHTS, End.UNREACHABLE, Cause.NO_RIGHTS),
    ("refused", Verdict.REFUSED, End.REJECTED, Cause.REFUSED),
    ("moved to nowhere", Verdict.MIGRATED, End.REJECTED, Cause.ASTRAY),
    ("no topic is open", Verdict.THREAD_GONE, End.REJECTED, Cause.ASTRAY),
    ("a routine message after many failures", Verdict.SERVER, End.REJECTED, Cause.GIVEN_UP),
    ("out of time says enough", Verdict.SERVER, End.EXPIRED, None),
    ("so does sent", Verdict.ACCEPTED, End.SENT, None),
]


@pytest.mark.parametrize(
    ("verdict", "end", "cause"), [r[1:] for r in CAUSED], ids=[r[0] for r in CAUSED]
)
def test_end_has_a_cause_where_it_does_not_say_enough(
    verdict: Verdict, end: End, cause: Cause | None
) -> None:
    found = cause_of(Outcome(verdict, cause=Cause.BLOCKED), end)
    assert found is cause
    assert found is None or found in CAUSES[end]


@given(
    verdict=st.sampled_from(Verdict),
    lane=st.sampled_from(Lane),
    attempts=st.integers(1, 1000),
    left_s=st.floats(-10, 100),
    wait_s=st.integers(0, 1000),
)
def test_decide_never_plans_a_try_behind_the_expiry(
    verdict: Verdict, lane: Lane, attempts: int, left_s: float, wait_s: int
) -> None:
    expires = NOW + timedelta(seconds=left_s)
    outcome = Outcome(verdict, retry_after_s=wait_s, migrate_to=-1001)
    step = decide(outcome, lane=lane, attempts=attempts, now=NOW, expires=expires)
    assert (step.at is not None) == (step.act is Act.RETRY)
    assert (step.end is not None) == (step.act is Act.FINISH)
    assert step.at is None or step.at < expires

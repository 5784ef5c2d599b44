"""How far a broadcast is: share, rate, time left, phase, and what an account of it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import Doing, Span, chained
from bot.domain.broadcast import Broadcast, BroadcastState, Manner
from bot.domain.delivery import CAUSES, Cause, End, Lane
from bot.domain.histogram import Histogram
from bot.domain.operators import Operator, Role
from bot.domain.paid import Mode, Reason, Terms
from bot.domain.progress import (
    Look,
    Measures,
    Payment,
    Phase,
    concerned,
    deeds,
    is_due,
    mean_rate,
    payment,
    progress,
    rate_between,
    time_left,
    total_of,
    unreached,
)

BEGAN = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
SENDING = Broadcast(
    "b",
    Lane.PREPARE,
    BroadcastState.SENDING,
    BEGAN + timedelta(hours=12),
    audience=120,
    counts={End.SENT: 100, End.UNREACHABLE: 10},
    started=BEGAN,
    expected=200,
)
ENDED = replace(SENDING, state=BroadcastState.DONE, audience=110, ended=BEGAN)


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


TOTALS = [
    ("while the cursor runs it is what was estimated", SENDING, 200),
    ("or what was met, where that is more", replace(SENDING, audience=230), 230),
    ("once everybody was met it is who was met", replace(SENDING, is_met=True), 120),
    ("an ended one was for its audience", ENDED, 110),
]


@pytest.mark.parametrize(
    ("broadcast", "total"), [r[1:] for r in TOTALS], ids=[r[0] for r in TOTALS]
)
def test_total_is_estimated_until_it_is_known(broadcast: Broadcast, total: int) -> None:
    assert total_of(broadcast) == total


RATES = [
    ("nothing to compare with", None, Look(after(9), 90), None),
    ("too close to each other", Look(after(8.5), 80), Look(after(9), 90), None),
    ("ten in two seconds", Look(after(7), 80), Look(after(9), 90), 5.0),
    ("a chat came back meanwhile", Look(after(7), 91), Look(after(9), 90), 0.0),
]


@pytest.mark.parametrize(
    ("before", "now", "rate"), [r[1:] for r in RATES], ids=[r[0] for r in RATES]
)
def test_rate_is_between_two_looks(before: Look | None, now: Look, rate: float | None) -> None:
    assert rate_between(before, now) == rate


LEFT = [
    ("at a rate it takes so long", 90, 30.0, 3.0),
    ("nobody is left", 0, None, 0.0),
    ("nothing moves", 90, 0.0, None),
    ("nobody knows how fast it goes", 90, None, None),
]


@pytest.mark.parametrize(
    ("chats", "rate", "seconds"), [r[1:] for r in LEFT], ids=[r[0] for r in LEFT]
)
def test_time_left_follows_from_the_rate(
    chats: int, rate: float | None, seconds: float | None
) -> None:
    assert time_left(chats, rate) == seconds


def test_progress_reckons_with_the_oldest_look_and_the_pause() -> None:
    looks = (Look(after(5), 60), Look(after(10), 100))
    found = progress(SENDING, Measures(), now=after(15), looks=looks, rests_s=4, terms=Terms())
    assert (found.done, found.sent, found.total) == (110, 100, 200)
    assert found.rate_per_s == 5.0
    assert found.left_s == 90 / 5 + 4
    assert found.phase is Phase.RESTING


def test_first_look_is_compared_with_the_beginning() -> None:
    found = progress(SENDING, Measures(), now=after(10), terms=Terms())
    assert found.rate_per_s == 11.0


def test_ended_broadcast_has_the_rate_up_to_its_last_message() -> None:
    measures = Measures(accepted=Histogram({80: 100}, 4000))
    found = progress(ENDED, measures, now=after(900), rests_s=3, terms=Terms())
    assert (found.rate_per_s, found.left_s, found.rests_s) == (25.0, None, 0.0)
    assert mean_rate(Histogram()) is None


PHASES = [
    (BroadcastState.SENDING, False, Phase.SENDING),
    (BroadcastState.HALTED, False, Phase.HALTED),
    (BroadcastState.CANCELLED, False, Phase.STOPPING),
    (BroadcastState.EXPIRED, False, Phase.STOPPING),
    (BroadcastState.CANCELLED, True, Phase.CANCELLED),
    (BroadcastState.EXPIRED, True, Phase.EXPIRED),
    (BroadcastState.DONE, True, Phase.DONE),
]


@pytest.mark.parametrize(("state", "is_over", "phase"), PHASES)
def test_phase_says_what_it_is_doing(state: BroadcastState, is_over: bool, phase: Phase) -> None:
    broadcast = replace(SENDING, state=state, ended=after(9) if is_over else None)
    found = progress(broadcast, Measures(), now=after(10), terms=Terms())
    assert found.phase is phase
    assert (found.left_s is None) == (phase is not Phase.SENDING)


COUNTS = st.dictionaries(st.sampled_from(End), st.integers(1, 5000))
CAUSED = st.dictionaries(
    st.sampled_from([one for causes in CAUSES.values() for one in causes]), st.integers(1, 900)
)


@given(COUNTS, CAUSED, st.integers(0, 9000))
def test_account_adds_up_whatever_happened(
    counts: dict[End, int], caused: dict[Cause, int], expected: int
) -> None:
    """An end has no fewer chats than its causes: record.lua counts both in one step."""
    for end, causes in CAUSES.items():
        if sum(caused.get(cause, 0) for cause in causes) > counts.get(end, 0):
            counts[end] = sum(caused.get(cause, 0) for cause in causes)
    audience = sum(counts.values())
    broadcast = replace(SENDING, counts=counts, audience=audience, expected=expected)
    measures = Measures(causes=caused)
    rows = unreached(broadcast, measures)
    assert counts.get(End.SENT, 0) + sum(row.chats for row in rows) == audience
    for row in rows:
        assert not row.causes or sum(n for _, n in row.causes) == row.chats
    found = progress(broadcast, measures, now=after(10), terms=Terms())
    assert 0 <= found.share <= 1
    assert 0 <= found.cells(24) <= 24
    ended = progress(replace(broadcast, ended=after(9)), measures, now=after(10), terms=Terms())
    assert ended.cells(24) == 24


def test_bar_is_full_only_when_everybody_has_an_end() -> None:
    nearly = replace(SENDING, counts={End.SENT: 199})
    assert progress(nearly, Measures(), now=after(9), terms=Terms()).cells(10) == 9


PAYS = Terms(enabled=True, lanes=frozenset({Lane.PREPARE}), budget=500)
PAYMENTS = [
    ("the configuration pays for this lane", PAYS, SENDING, Mode.PAID, Reason.CHOSEN),
    ("nothing is paid", Terms(), SENDING, Mode.FREE, Reason.NOT_CHOSEN),
    (
        "an operator chose otherwise",
        PAYS,
        replace(SENDING, paid=False),
        Mode.FREE,
        Reason.NOT_CHOSEN,
    ),
    ("a change costs nothing", PAYS, replace(SENDING, manner=Manner.EDIT_OR_SEND), Mode.FREE,
     Reason.NOT_CHOSEN),
    ("Telegram refused", PAYS, replace(SENDING, unpaid="refused"), Mode.FREE, Reason.REFUSED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "broadcast", "mode", "reason"),
    [r[1:] for r in PAYMENTS],
    ids=[r[0] for r in PAYMENTS],
)
def test_payment_says_mode_and_reason(
    terms: Terms, broadcast: Broadcast, mode: Mode, reason: Reason
) -> None:
    assert payment(terms, replace(broadcast, spent=7)) == Payment(mode, reason, 7)


DUE = [
    ("one that just began is not shown", SENDING, None, 2, False),
    ("one that goes on for so long is", SENDING, None, 5, True),
    ("nor is one that is over already", ENDED, None, 2, False),
    ("what was just shown is left alone", SENDING, 8, 10, False),
    ("and its end waits its turn as well", ENDED, 8, 10, False),
    ("what was shown so long ago is shown anew", SENDING, 5, 10, True),
]


@pytest.mark.parametrize(
    ("broadcast", "last", "now", "due"), [r[1:] for r in DUE], ids=[r[0] for r in DUE]
)
def test_message_is_due_every_few_seconds(
    broadcast: Broadcast, last: int | None, now: int, due: bool
) -> None:
    found = progress(broadcast, Measures(), now=after(now), terms=Terms())
    shown = None if last is None else Look(after(last), 3)
    assert is_due(found, shown, timedelta(seconds=5)) is due


PEOPLE = tuple(Operator(id, role) for id, role in enumerate(Role, 1))


@pytest.mark.parametrize(
    ("doers", "told"), [((), {1}), ((2, 3), {1, 2, 3}), ((4,), {1, 4}), ((99,), {1})]
)
def test_owners_and_those_who_had_a_hand_in_it_are_told(
    doers: Sequence[int], told: set[int]
) -> None:
    assert {one.id for one in concerned(PEOPLE, doers)} == told


def test_deeds_are_those_about_it_and_the_one_that_made_it() -> None:
    doings = [
        Doing("submitted", 1, "Olena", "a"),
        Doing("approved", 2, "Petro", "other", after={"code": "KYI-1111"}),
        Doing("corrected", 1, "Olena", "before", after={"code": "KYI-7Q2F", "of": "KYI-2222"}),
        Doing("invited", 1, "Olena"),
    ]
    entries = [chained(Span(number), one, BEGAN) for number, one in enumerate(doings)]
    entries = [replace(entry, number=number) for number, entry in enumerate(entries, 1)]
    found = deeds(entries, {"a", "draft"}, "KYI-7Q2F")
    assert [one.facts["what"] for one in found] == ["submitted", "corrected"]

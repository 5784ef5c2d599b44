"""When a broadcast is sent for Stars: a sentence for each case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Lane
from bot.domain.paid import PRICE, Decision, Mode, Reason, Terms, decide

TERMS = Terms(enabled=True, lanes=frozenset({Lane.SHELTER_NOW}), budget=500, min_balance=1000)
NOW, CALM = Lane.SHELTER_NOW, Lane.ROUTINE

CASES: list[tuple[str, Lane, bool | None, int | None, int, bool, Reason, int]] = [
    ("the lane pays by itself", NOW, None, 9000, 0, False, Reason.CHOSEN, 500),
    ("the lane does not pay by itself", CALM, None, 9000, 0, False, Reason.NOT_CHOSEN, 0),
    ("an operator chose it for another lane", CALM, True, 9000, 0, False, Reason.CHOSEN, 500),
    ("an operator chose against it", NOW, False, 9000, 0, False, Reason.NOT_CHOSEN, 0),
    ("some of the budget is gone", NOW, None, 9000, 480, False, Reason.CHOSEN, 20),
    ("the budget is gone", NOW, None, 9000, 500, False, Reason.BUDGET_SPENT, 0),
    ("a crash spent a little more", NOW, None, 9000, 507, False, Reason.BUDGET_SPENT, 0),
    ("the balance allows less than the budget", NOW, None, 1030, 0, False, Reason.CHOSEN, 30),
    ("the balance is just what must stay", NOW, None, 1000, 0, False, Reason.BALANCE_LOW, 0),
    ("the account is empty", NOW, None, 0, 0, False, Reason.BALANCE_LOW, 0),
    ("nobody knows the balance", NOW, None, None, 0, False, Reason.UNKNOWN_BALANCE, 0),
    ("Telegram refused before", NOW, None, 9000, 10, True, Reason.REFUSED, 0),
]


@pytest.mark.parametrize(
    ("lane", "choice", "balance", "spent", "refused", "reason", "messages"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_paid_mode_follows_from_choice_money_and_refusals(
    lane: Lane,
    choice: bool | None,
    balance: int | None,
    spent: int,
    refused: bool,
    reason: Reason,
    messages: int,
) -> None:
    mode = Mode.PAID if reason is Reason.CHOSEN else Mode.FREE
    decision = decide(
        TERMS, lane=lane, choice=choice, balance=balance, spent=spent, refused=refused
    )
    assert decision == Decision(mode, reason, messages)


def test_paid_mode_that_is_switched_off_obeys_no_choice() -> None:
    off = Terms(lanes=TERMS.lanes, budget=500)
    decision = decide(off, lane=NOW, choice=True, balance=9000, spent=0)
    assert decision == Decision(Mode.FREE, Reason.NOT_CHOSEN)


@given(st.integers(0, 2000), st.integers(0, 5000), st.integers(0, 2000), st.integers(0, 2000))
def test_paid_messages_never_cost_more_than_budget_and_balance_allow(
    budget: int, balance: int, min_balance: int, spent: int
) -> None:
    terms = Terms(enabled=True, lanes=frozenset(Lane), budget=budget, min_balance=min_balance)
    decision = decide(terms, lane=NOW, choice=None, balance=balance, spent=spent)
    cost = decision.messages * PRICE
    assert (decision.mode is Mode.PAID) == (cost > 0)
    if cost:
        assert spent + cost <= budget
        assert balance - cost >= min_balance

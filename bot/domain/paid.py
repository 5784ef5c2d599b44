"""Whether a broadcast may be sent faster than is free, for Telegram Stars: a pure decision.

Telegram takes 0.1 Star for each message beyond the free 30 a second, and only for those that it
accepted (Bot API, sendMessage, `allow_paid_broadcast`; Bots FAQ). Money is whole tenths of a Star.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from bot.domain.delivery import Lane

TENTHS = 10
"""Tenths in a Star."""

PRICE = 1
"""Tenths of a Star that one paid message costs."""


class Mode(StrEnum):
    """How a broadcast is sent: within the free rate, or beyond it too."""

    FREE = "free"
    PAID = "paid"


class Reason(StrEnum):
    """Why a broadcast is sent in its mode."""

    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"
    BALANCE_LOW = "balance_low"
    BUDGET_SPENT = "budget_spent"
    REFUSED = "refused"  # Telegram would not send for Stars
    UNKNOWN_BALANCE = "unknown_balance"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration allows. `budget` is for one broadcast, in tenths of a Star.

    `lanes` pay unless an operator chose otherwise for a broadcast. `min_balance` (tenths) is what
    must be left in the bot's account at any time.
    """

    enabled: bool = False
    lanes: Set[Lane] = frozenset()
    budget: int = 0
    min_balance: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a broadcast takes to its last recipient, free and paid, in seconds, and its price.

    ``stars`` is what the paid one costs, in whole Stars, before any budget.
    """

    free_s: float
    paid_s: float
    stars: int


def estimate(chats: int, *, free_rate: float, paid_rate: float) -> Estimate:
    """What to expect of so many chats at rates in messages a second.

    Of a paid broadcast only what the free rate cannot carry costs anything.
    """
    free_s, paid_s = chats / free_rate, chats / paid_rate
    paid = max(0.0, chats - free_rate * paid_s)
    return Estimate(free_s, paid_s, ceil(paid * PRICE / TENTHS))


@dataclass(frozen=True, slots=True)
class Decision:
    """The mode, its reason, and how many messages may still be paid; 0 when free."""

    mode: Mode
    reason: Reason
    messages: int = 0


def is_chosen(terms: Terms, lane: Lane, choice: bool | None) -> bool:
    """Whether it is to be paid: an operator's choice for this broadcast, or else its lane's."""
    return terms.enabled and (lane in terms.lanes if choice is None else choice)


def decide(
    terms: Terms,
    *,
    lane: Lane,
    choice: bool | None,
    balance: int | None,
    spent: int,
    refused: bool = False,
) -> Decision:
    """How to send on, with `spent` of the budget gone and `balance` in the account (tenths).

    A `balance` of None is one that could not be learnt; `refused` says that Telegram refused a
    paid send of this broadcast.
    """
    if not is_chosen(terms, lane, choice):
        return Decision(Mode.FREE, Reason.NOT_CHOSEN)
    if refused:
        return Decision(Mode.FREE, Reason.REFUSED)
    in_budget = (terms.budget - spent) // PRICE
    if in_budget <= 0:
        return Decision(Mode.FREE, Reason.BUDGET_SPENT)
    if balance is None:
        return Decision(Mode.FREE, Reason.UNKNOWN_BALANCE)
    # The price of the next message must be there beside what has to stay.
    affordable = (balance - terms.min_balance) // PRICE
    if affordable <= 0:
        return Decision(Mode.FREE, Reason.BALANCE_LOW)
    return Decision(Mode.PAID, Reason.CHOSEN, min(in_budget, affordable))

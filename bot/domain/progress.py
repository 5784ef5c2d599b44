"""How far a broadcast is and how it ended, from its counts at two moments; without I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.domain.advisory import Advisory
from bot.domain.audit import Entry
from bot.domain.broadcast import Broadcast, BroadcastState, Manner
from bot.domain.delivery import CAUSES, Cause, End
from bot.domain.histogram import Histogram
from bot.domain.operators import Act, Operator, Role, may
from bot.domain.paid import Mode, Reason, Terms, is_chosen
from bot.domain.record import AdvisoryRecord

SHORTEST_S = 1.0
"""Between two looks; over less than this a rate says nothing."""


class Phase(StrEnum):
    """What a broadcast is doing."""

    SENDING = "sending"
    RESTING = "resting"  # Telegram asked for a pause
    HALTED = "halted"
    STOPPING = "stopping"  # withdrawn or out of time; what is left is being counted
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Look(NamedTuple):
    """How many chats had an end at a moment."""

    at: datetime
    done: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured at the sends of one broadcast.

    ``accepted`` are the times from the publication to Telegram's answer, those of who joined a
    broadcast that was done left out. ``floods`` are answers with 429, and ``paused_ms`` is how
    long everything rested for them.
    """

    accepted: Histogram = field(default_factory=Histogram)
    causes: Mapping[Cause, int] = field(default_factory=dict)
    floods: int = 0
    paused_ms: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """Whether it is sent for Stars, why, and what that has cost, in tenths of a Star."""

    mode: Mode
    reason: Reason
    spent: int = 0


class Unreached(NamedTuple):
    """Chats with an end other than `sent`; the cause None holds those that no cause tells apart."""

    end: End
    chats: int
    causes: tuple[tuple[Cause | None, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """One broadcast as it stands ``at`` a moment.

    ``total`` is its audience, estimated until everybody was met. ``rests_s`` is for how long a 429
    still keeps everything back. A rate or a time left that nobody can know is None.
    """

    broadcast: Broadcast
    measures: Measures
    at: datetime
    total: int
    rate_per_s: float | None = None
    left_s: float | None = None
    rests_s: float = 0.0
    payment: Payment = Payment(Mode.FREE, Reason.NOT_CHOSEN)

    @property
    def done(self) -> int:
        """Chats that have an end."""
        return done(self.broadcast)

    @property
    def sent(self) -> int:
        """Chats whose message Telegram accepted."""
        return self.broadcast.counts.get(End.SENT, 0)

    @property
    def is_over(self) -> bool:
        """Whether everybody has an end."""
        return self.broadcast.ended is not None

    @property
    def is_exact(self) -> bool:
        """Whether the audience is known, and no longer an estimate."""
        return self.is_over or self.broadcast.is_met

    @property
    def share(self) -> float:
        """The part of the audience that has an end, from 0 to 1; a whole of nobody is done."""
        return min(1.0, self.done / self.total) if self.total else 1.0

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        state = self.broadcast.state
        if state is BroadcastState.SENDING:
            return Phase.RESTING if self.rests_s > 0 else Phase.SENDING
        if state is BroadcastState.HALTED:
            return Phase.HALTED
        return Phase(state.value) if self.is_over else Phase.STOPPING

    def cells(self, width: int) -> int:
        """How much of a bar of so many cells is full; all of it only when all is done."""
        return int(width * self.share)


@dataclass(frozen=True, slots=True)
class Account:
    """A broadcast with the advisory it carries and what people did about that, oldest first.

    ``record`` and ``advisory`` are None where its advisory is known no longer.
    """

    progress: Progress
    record: AdvisoryRecord | None = None
    advisory: Advisory | None = None
    deeds: tuple[Entry, ...] = ()

    @property
    def id(self) -> str:
        """The id of the broadcast."""
        return self.progress.broadcast.id

    @property
    def code(self) -> str:
        """By what people know it."""
        return self.record.code if self.record is not None else self.id

    @property
    def doers(self) -> frozenset[int]:
        """Whoever wrote it or had a hand in it."""
        found = {one.facts["who"] for one in self.deeds}
        if self.record is not None:
            found.add(self.record.author)
        return frozenset(one for one in found if one)


def progress(
    broadcast: Broadcast,
    measures: Measures,
    *,
    now: datetime,
    looks: Sequence[Look] = (),
    rests_s: float = 0.0,
    terms: Terms,
) -> Progress:
    """The broadcast at ``now``, with the rate since the oldest of ``looks``.

    Once it has ended the rate is that up to the last message.
    """
    total = total_of(broadcast)
    is_sending = broadcast.state is BroadcastState.SENDING and broadcast.ended is None
    if is_sending:
        begin = () if broadcast.started is None else (Look(broadcast.started, 0),)
        rate = rate_between(next(iter((*looks, *begin)), None), Look(now, done(broadcast)))
    else:
        rate = mean_rate(measures.accepted) if broadcast.ended is not None else None
    left = time_left(total - done(broadcast), rate) if is_sending else None
    return Progress(
        broadcast,
        measures,
        now,
        total,
        rate_per_s=rate,
        left_s=None if left is None else left + rests_s,
        rests_s=rests_s if is_sending else 0.0,
        payment=payment(terms, broadcast),
    )


def done(broadcast: Broadcast) -> int:
    """Chats that have an end."""
    return sum(broadcast.counts.values())


def total_of(broadcast: Broadcast) -> int:
    """Its audience: exact once everybody was met, until then what was estimated, or is known."""
    if broadcast.ended is not None or broadcast.is_met:
        return broadcast.audience
    return max(broadcast.expected, broadcast.audience)


def rate_between(before: Look | None, now: Look) -> float | None:
    """Chats a second between two looks; None where they are too close to tell."""
    if before is None or (elapsed_s := (now.at - before.at).total_seconds()) < SHORTEST_S:
        return None
    # Whoever could not be reached and comes back has no end again.
    return max(0, now.done - before.done) / elapsed_s


def mean_rate(accepted: Histogram) -> float | None:
    """Messages a second from the publication to the last acceptance."""
    if not accepted.last_ms:
        return None
    return accepted.total * 1000 / accepted.last_ms


def time_left(chats: int, rate_per_s: float | None) -> float | None:
    """Seconds until so many more chats are done; None where nothing moves."""
    if chats <= 0:
        return 0.0
    return chats / rate_per_s if rate_per_s else None


def payment(terms: Terms, broadcast: Broadcast) -> Payment:
    """The state of paid mode, as operators and the configuration have chosen and Telegram said."""
    may_pay = broadcast.manner is Manner.SEND  # Telegram takes no Stars for a change
    if not may_pay or not is_chosen(terms, broadcast.lane, broadcast.paid):
        return Payment(Mode.FREE, Reason.NOT_CHOSEN, broadcast.spent)
    if broadcast.unpaid is not None:
        return Payment(Mode.FREE, Reason(broadcast.unpaid), broadcast.spent)
    return Payment(Mode.PAID, Reason.CHOSEN, broadcast.spent)


def unreached(broadcast: Broadcast, measures: Measures) -> tuple[Unreached, ...]:
    """Everybody who has no message, by end and cause; with `sent` they are all that have an end."""
    found = []
    for end in End:
        chats = broadcast.counts.get(end, 0)
        if end is End.SENT or not chats:
            continue
        causes: list[tuple[Cause | None, int]] = [
            (cause, n) for cause in CAUSES.get(end, ()) if (n := measures.causes.get(cause, 0)) > 0
        ]
        if causes and (rest := chats - sum(n for _, n in causes)) > 0:
            causes.append((None, rest))
        found.append(Unreached(end, chats, tuple(causes)))
    return tuple(found)


def is_due(progress: Progress, last: Look | None, every: timedelta) -> bool:
    """Whether it is to be shown anew; ``last`` is the look at which it was shown last.

    One that ends before it is due the first time is shown as a report only; by then what people did
    to start it is in the audit.
    """
    before = last.at if last is not None else progress.broadcast.started
    return before is None or progress.at - before >= every


def concerned(people: Iterable[Operator], doers: Collection[int]) -> tuple[Operator, ...]:
    """Who gets a message by themselves: owners, and whoever wrote it or decided about it.

    All others have /progress.
    """
    return tuple(
        one for one in people if may(one, Act.VIEW) and (one.role is Role.OWNER or one.id in doers)
    )


def deeds(entries: Iterable[Entry], about: Collection[str], code: str) -> tuple[Entry, ...]:
    """What people did about an advisory: under its ids, or what became the one of this code."""
    return tuple(
        entry
        for entry in entries
        if (facts := entry.facts)["about"] in about or (facts["after"] or {}).get("code") == code
    )

"""Which broadcasts are sent faster than is free, what that has cost, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace

import structlog

from bot.domain.broadcast import Broadcast, Standing
from bot.domain.delivery import Outcome, Verdict
from bot.domain.fault import StorageUnavailable
from bot.domain.paid import PRICE, TENTHS, Decision, Mode, Reason, Terms, decide, is_chosen
from bot.pipeline.job import Job
from bot.pipeline.plan import advisory_id
from bot.pipeline.ports import Advisories, Broadcasts, Desk, Meter, Stars

log = structlog.get_logger(__name__)

_COSTS = (Verdict.ACCEPTED, Verdict.AMBIGUOUS)
"""What is counted as spent: an answer that was lost may have been a charge."""


@dataclass(slots=True)
class _Purse:
    """The money of one broadcast: `left` messages may still be paid, `under_way` are being sent."""

    choice: bool | None
    spent: int = 0
    left: int = 0
    under_way: int = 0
    off: Reason | None = None
    written: tuple[int, Reason | None] = (0, None)
    seen_off: bool = False
    ended: bool = False


class Paying:
    """Decides for each broadcast, and keeps the sum in Redis so that a restart goes on with it.

    While the balance is being asked for, a broadcast is sent free: its first message waits for
    nobody. `active` is all that a send of a free broadcast looks at.
    """

    def __init__(
        self,
        terms: Terms,
        *,
        broadcasts: Broadcasts,
        advisories: Advisories,
        stars: Stars,
        desk: Desk,
        meter: Meter,
    ) -> None:
        self.active = False
        self._terms = terms
        self._broadcasts = broadcasts
        self._advisories = advisories
        self._stars = stars
        self._desk = desk
        self._meter = meter
        self._purses: dict[str, _Purse] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, broadcast: Broadcast) -> None:
        """Open a purse for a broadcast that is met, or for which an operator chose anew."""
        if not self._terms.enabled:
            return
        purse = self._purses.get(broadcast.id)
        if purse is not None and not _is_asked_anew(purse, broadcast):
            return
        kept = purse or _Purse(broadcast.paid)
        self._purses[broadcast.id] = _Purse(
            broadcast.paid,
            spent=kept.spent,
            under_way=kept.under_way,
            written=(kept.written[0], None),
        )
        self._count_active()
        if is_chosen(self._terms, broadcast.lane, broadcast.paid):
            self._start(self._open(broadcast.id, self._purses[broadcast.id]))

    def payable(self, broadcast_id: str) -> int:
        """How many messages of it may be sent for Stars now."""
        purse = self._purses.get(broadcast_id)
        return 0 if purse is None else max(0, purse.left - purse.under_way)

    def bill(self, job: Job) -> Job | None:
        """The job as a paid one, until :meth:`release`; None where it cannot be paid."""
        if not self.payable(job.broadcast_id):
            return None
        self._purses[job.broadcast_id].under_way += 1
        return replace(job, paid=True)

    def release(self, job: Job) -> None:
        """A job is over, however it ended; one that is not billed needs no release."""
        if not job.paid:
            return
        if (purse := self._purses.get(job.broadcast_id)) is not None and purse.under_way:
            purse.under_way -= 1

    def settle(self, job: Job, outcome: Outcome) -> bool:
        """Count what a paid send cost; False when Telegram refused to be paid for it."""
        purse = self._purses.get(job.broadcast_id)
        if outcome.verdict is Verdict.UNPAID:
            if purse is not None and purse.off is None:
                log.warning("payment refused", broadcast=job.broadcast_id, detail=outcome.detail)
                self._end(job.broadcast_id, purse, Reason.REFUSED)
            return False
        if purse is None or outcome.verdict not in _COSTS:
            return True
        purse.spent += PRICE
        self._meter.count("paid_messages")
        if not purse.left:
            return True
        purse.left -= 1
        if not purse.left:
            is_spent = purse.spent + PRICE > self._terms.budget
            reason = Reason.BUDGET_SPENT if is_spent else Reason.BALANCE_LOW
            self._end(job.broadcast_id, purse, reason)
        return True

    async def flush(self, role: str) -> None:
        """Write down what changed; raises StorageUnavailable with all of it still to write."""
        for broadcast_id, purse in tuple(self._purses.items()):
            now = (purse.spent, purse.off)
            if now != purse.written:
                standing = await self._broadcasts.spend(role, broadcast_id, *now)
                if standing is Standing.FENCED:
                    return
                purse.written = now
            if purse.ended and purse.written == (purse.spent, purse.off):
                self._purses.pop(broadcast_id, None)

    def forget(self, broadcast_id: str) -> None:
        """Drop an ended broadcast, once its sum is written."""
        if (purse := self._purses.get(broadcast_id)) is not None:
            purse.left, purse.ended = 0, True
            self._count_active()
            if purse.spent:
                log.info("paid", broadcast=broadcast_id, stars=purse.spent / TENTHS)

    def clear(self) -> None:
        """Forget everything: another replica may spend from now on."""
        for task in tuple(self._tasks):
            task.cancel()
        self._purses.clear()
        self._count_active()

    async def _open(self, broadcast_id: str, purse: _Purse) -> None:
        """Look at the sum so far and at the balance, and decide."""
        try:
            broadcast = await self._broadcasts.get(broadcast_id)
        except StorageUnavailable:
            # Found again with the next claim.
            self._purses.pop(broadcast_id, None)
            return
        if broadcast is None:
            return
        if broadcast.unpaid is not None:
            # Given up before a restart, and told then.
            purse.off = Reason(broadcast.unpaid)
            purse.spent = max(purse.spent, broadcast.spent)
            purse.written = (purse.spent, purse.off)
            return
        balance = await self._stars.balance()
        purse.spent = max(purse.spent, broadcast.spent)
        decision = decide(
            self._terms,
            lane=broadcast.lane,
            choice=purse.choice,
            balance=None if balance is None else balance - self._promised(purse),
            spent=purse.spent,
        )
        if self._purses.get(broadcast_id) is purse:
            await self._begin(broadcast_id, purse, decision)

    def _promised(self, purse: _Purse) -> int:
        """What other broadcasts may still take from the same account."""
        return sum(one.left for one in self._purses.values() if one is not purse) * PRICE

    async def _begin(self, broadcast_id: str, purse: _Purse, decision: Decision) -> None:
        if decision.mode is Mode.FREE:
            if decision.reason is not Reason.NOT_CHOSEN:
                self._end(broadcast_id, purse, decision.reason)
            return
        purse.left = decision.messages
        self._count_active()
        self._meter.count("paid_decisions", reason=decision.reason.value)
        log.info("paid sending begins", broadcast=broadcast_id, messages=decision.messages)
        budget = (self._terms.budget - purse.spent) // TENTHS
        await self._tell(broadcast_id, decision.reason, purse.spent, budget=budget)

    def _end(self, broadcast_id: str, purse: _Purse, reason: Reason) -> None:
        """Send on free, and say why, once."""
        purse.off, purse.left = reason, 0
        self._count_active()
        self._meter.count("paid_decisions", reason=reason.value)
        log.warning(
            "sent on free", broadcast=broadcast_id, reason=reason.value, spent=purse.spent / TENTHS
        )
        self._start(self._tell(broadcast_id, reason, purse.spent))

    async def _tell(self, broadcast_id: str, reason: Reason, spent: int, **values: object) -> None:
        try:
            record = await self._advisories.get(advisory_id(broadcast_id))
            code = record.code if record else broadcast_id
            stars = f"{spent / TENTHS:.1f}"
            await self._desk.tell(f"paid_{reason.value}", code=code, stars=stars, **values)
        except StorageUnavailable:
            log.warning("operators not told", broadcast=broadcast_id, reason=reason.value)

    def _count_active(self) -> None:
        self.active = any(purse.left > 0 for purse in self._purses.values())

    def _start(self, step: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(step, name="paying")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_asked_anew(purse: _Purse, broadcast: Broadcast) -> bool:
    """Whether an operator has chosen since; what is known of the broadcast may be a little old."""
    if broadcast.paid is not purse.choice:
        return True
    if purse.off is None:
        return False
    if broadcast.unpaid is not None:
        purse.seen_off = True
        return False
    return purse.seen_off

"""Who may send next: one pacer per bot token, strict between lanes, obedient to every 429."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.delivery import Lane
from bot.domain.subscriber import Kind
from bot.telegram.pace import Budget, ChatLimits

EVERYTHING = "all"
"""The scope of a pause that holds for the whole bot; of one chat it is ``chat:<id>``."""

LONGEST_LINE_S = 10.0
"""What is said in groups waits no longer: who waits takes one of the places for updates."""

_ONE_CAUSE_S = 1.0  # 429 on two chats within this time is taken for a limit on the bot
_TELEGRAM_PER_S = 30.0
_LEAST_ROOM_PER_S = 0.8  # two that leave a second apart may arrive within one
_BUSY_S = 1.0  # Telegram counts what left in the last second
_IDLE_GAP_S = 0.05
_NAP_S = 0.002  # at high rates slots are granted in batches instead of a timer for each


@dataclass(frozen=True, slots=True)
class Pause:
    """What rests after a 429: the whole bot (``all``) or one chat (``chat:<id>``).

    ``until`` is on the pacer's clock, ``for_s`` is what remains of it, for keeping elsewhere.
    """

    scope: str
    until: float
    for_s: float


@dataclass(frozen=True, slots=True)
class _Flood:
    chat_id: int | None
    at: float
    until: float


class Slots(NamedTuple):
    """Slots within the free rate, and slots beyond it that cost Stars."""

    free: int = 0
    paid: int = 0


_NONE = Slots()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    wanted: int
    payable: int
    granted: asyncio.Future[Slots]


class Pacer:
    """Slots for broadcasts, the limits of each chat, and pauses. Not for several threads.

    The way of one send: ``slots(lane, n)``, then for each slot ``admit(kind, chat_id)`` and the
    send at once; a slot that finds no chat goes back by ``give_back``. ``slot`` does both for one
    chat. In any T seconds at most ``rate_per_s * T + burst`` slots are granted. A rate of 0 or
    infinity is no limit. The default burst is 1.9, or a fiftieth of a second's slots.

    Who may pay asks ``paid_slots``: what is free is taken first, and up to ``paid_rate_per_s`` in
    all comes from a second budget.
    """

    def __init__(
        self,
        *,
        rate_per_s: float = 28.0,
        burst: float | None = None,
        paid_rate_per_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        ceiling = rate_per_s or math.inf
        beyond = paid_rate_per_s - ceiling
        self._clock = clock
        self._sleep = sleep
        self._budget = Budget(ceiling, _burst(ceiling) if burst is None else burst, clock())
        self._paid = Budget(beyond, _burst(beyond), clock()) if beyond > 0 else None
        self._chats = ChatLimits()
        self._waiting: dict[Lane, deque[_Waiter]] = {lane: deque() for lane in Lane}
        self._pump: asyncio.Task[None] | None = None
        self._last_flood: _Flood | None = None
        self._granted_at = -math.inf
        self._group_reply_at = -math.inf
        self._room_per_s = max(_LEAST_ROOM_PER_S, _TELEGRAM_PER_S - ceiling - self._budget.burst)

    @property
    def rate_per_s(self) -> float:
        """The rate that holds now: lowered by a 429 on the whole bot, recovering with time."""
        return self._budget.rate_per_s

    @property
    def paid_rate_per_s(self) -> float:
        """What may be sent beyond it for Stars."""
        return 0.0 if self._paid is None else self._paid.rate_per_s

    @property
    def paused_for_s(self) -> float:
        """Seconds until the whole bot may send again, 0 if it may now."""
        return max(0.0, self._budget.paused_until - self._clock())

    async def slot(self, lane: Lane, kind: Kind, chat_id: int) -> bool:
        """Wait for a slot for this chat and count it against the chat's limits.

        False, with nothing used up: the lane gave up its slots, or the chat may not be written to
        for :meth:`due` more seconds.
        """
        if self.due(kind, chat_id) or not await self.slots(lane, 1):
            return False
        if self.admit(kind, chat_id):
            return True
        self.give_back(1)
        return False

    async def slots(self, lane: Lane, wanted: int) -> int:
        """Wait for at least one slot and take up to ``wanted``; 0 if the lane gave them up.

        Use them at once: a slot that lies about is one that a higher lane may be waiting for.
        """
        return (await self.paid_slots(lane, wanted, 0)).free

    async def paid_slots(self, lane: Lane, wanted: int, payable: int) -> Slots:
        """As :meth:`slots`, with up to ``payable`` of them beyond the free rate, for Stars."""
        while True:
            if not self._has_waiters(upto=lane):
                granted = self._take(self._clock(), wanted, payable)
                if granted is not _NONE:
                    return granted
            granted = await self._wait(lane, wanted, payable)
            # A 429 may have come between the grant and this task's turn.
            if granted is _NONE or not self.paused_for_s:
                return granted

    def give_back(self, unused: int, paid: int = 0) -> None:
        """Return slots that were taken and not used: free ones, and paid ones."""
        self._budget.give_back(self._clock(), unused)
        if paid and self._paid is not None:
            self._paid.give_back(self._clock(), paid)

    def admit(self, kind: Kind, chat_id: int) -> bool:
        """Count a send to the chat now, if its own limits allow one."""
        now = self._clock()
        if self._chats.due_s(now, kind, chat_id):
            return False
        self._chats.note(now, kind, chat_id)
        return True

    def forgive(self, kind: Kind, chat_id: int) -> None:
        """Uncount a send to the chat that Telegram did not count either."""
        self._chats.forgive(kind, chat_id)

    def due(self, kind: Kind, chat_id: int) -> float:
        """Seconds until this chat may get a message, 0 if it may now.

        Its own limits and its own 429 only; the overall budget and :attr:`paused_for_s` come on
        top.
        """
        return self._chats.due_s(self._clock(), kind, chat_id)

    def note_reply(self, kind: Kind, chat_id: int) -> None:
        """Count a reply or an edit: against the chat's limits, not against the budget."""
        self._chats.note(self._clock(), kind, chat_id)

    def note_chat(self, chat_id: int) -> float:
        """:meth:`note_reply` where only the id is known: Telegram's private chats are positive.

        Seconds for which a 429 on everything or on this chat keeps the reply back; its chat's own
        rate does not, for Telegram takes short bursts of replies. What is said in groups waits in
        one line, beside a broadcast in the room that it leaves of Telegram's 30 a second: groups
        that ask for more would bring a 429 upon everybody. Where the line is too long, or the
        group's minute is kept for warnings, nothing is counted and the answer is infinite.
        """
        now = self._clock()
        rest_s = max(self.paused_for_s, self._chats.parked_s(now, chat_id))
        if chat_id > 0:
            self.note_reply(Kind.PRIVATE, chat_id)
            return rest_s
        has_room = self._chats.has_room(now, chat_id)
        if self._group_reply_at - now > LONGEST_LINE_S or not has_room:
            return math.inf
        self.note_reply(Kind.GROUP, chat_id)
        is_busy = now - self._granted_at < _BUSY_S
        turn = max(now, self._group_reply_at)
        self._group_reply_at = turn + (1 / self._room_per_s if is_busy else _IDLE_GAP_S)
        return max(rest_s, turn - now)

    def flood(self, chat_id: int | None, retry_after_s: float) -> Pause:
        """Obey a 429 and tell what rests because of it, for keeping over a restart.

        Telegram does not say which limit was met. One chat is taken at its word; a second chat
        within a second, or none in particular, means the whole bot, whose rate then drops too.
        """
        now = self._clock()
        flood = _Flood(chat_id, now, now + retry_after_s)
        previous, self._last_flood = self._last_flood, flood
        if chat_id is None:
            return self._pause_everything(now, flood.until)
        if previous and previous.chat_id != chat_id and now - previous.at <= _ONE_CAUSE_S:
            return self._pause_everything(now, max(flood.until, previous.until))
        until = self._chats.park(now, chat_id, flood.until)
        return Pause(f"chat:{chat_id}", until, until - now)

    def restore(self, pauses: Mapping[str, float]) -> None:
        """Take up pauses (scope to remaining seconds) that outlived a restart."""
        now = self._clock()
        for scope, remaining_s in pauses.items():
            if scope == EVERYTHING:
                for budget in self._budgets:
                    budget.pause(now, now + remaining_s)
            elif scope.startswith("chat:"):
                self._chats.park(now, int(scope.removeprefix("chat:")), now + remaining_s)

    def preempt(self, below: Lane) -> None:
        """Make every lane under ``below`` give up what it waits for, at once."""
        for lane in Lane:
            if lane > below:
                self.release(lane)

    def release(self, lane: Lane) -> None:
        """Make this lane give up what it waits for, at once."""
        queue = self._waiting[lane]
        while queue:
            waiter = queue.popleft()
            if not waiter.granted.done():
                waiter.granted.set_result(_NONE)
        self._rest()

    def _pause_everything(self, now: float, until: float) -> Pause:
        # Answers to what was already on its way belong to the same cause: one step down, not many.
        for budget in self._budgets:
            if now >= budget.paused_until:
                budget.slow_down(now)
            budget.pause(now, until)
        until = self._budget.paused_until
        return Pause(EVERYTHING, until, until - now)

    @property
    def _budgets(self) -> tuple[Budget, ...]:
        return (self._budget,) if self._paid is None else (self._budget, self._paid)

    async def _wait(self, lane: Lane, wanted: int, payable: int) -> Slots:
        waiter = _Waiter(wanted, payable, asyncio.get_running_loop().create_future())
        self._waiting[lane].append(waiter)
        if self._pump is None:
            self._pump = asyncio.create_task(self._serve(), name="pacer")
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            if waiter in self._waiting[lane]:
                self._waiting[lane].remove(waiter)
            elif waiter.granted.done() and not waiter.granted.cancelled():
                self.give_back(*waiter.granted.result())
            self._rest()
            raise

    async def _serve(self) -> None:
        """Grant slots in strict lane order until nobody waits: one timer for all waiters."""
        try:
            while (nap_s := self._grant()) is not None:
                await self._sleep(max(nap_s, _NAP_S))
        finally:
            if self._pump is asyncio.current_task():
                self._pump = None

    def _grant(self) -> float | None:
        """Grant what is ready; seconds until more is, ``None`` when nobody waits."""
        now = self._clock()
        for queue in self._waiting.values():
            while queue:
                if queue[0].granted.done():  # cancelled, and its task has not had its turn yet
                    queue.popleft()
                    continue
                first = queue[0]
                granted = self._take(now, first.wanted, first.payable)
                if granted is _NONE:
                    return self._ready_in_s(now, first.payable)
                queue.popleft().granted.set_result(granted)
        return None

    def _take(self, now: float, wanted: int, payable: int) -> Slots:
        """What is ready: free slots first, paid ones for what they leave; ``_NONE`` if none is."""
        free = self._budget.grant(now, wanted)
        payable = min(payable, wanted - free)
        paid = self._paid.grant(now, payable) if payable > 0 and self._paid is not None else 0
        if not (free or paid):
            return _NONE
        self._granted_at = now
        return Slots(free, paid)

    def _ready_in_s(self, now: float, payable: int) -> float:
        wait_s = self._budget.wait_s(now)
        if payable and self._paid is not None:
            wait_s = min(wait_s, self._paid.wait_s(now))
        return wait_s

    def _has_waiters(self, upto: Lane = Lane.DRILL) -> bool:
        return any(queue for lane, queue in self._waiting.items() if lane <= upto)

    def _rest(self) -> None:
        if self._pump is not None and not self._has_waiters():
            self._pump.cancel()
            self._pump = None


def _burst(rate_per_s: float) -> float:
    # What is more than one makes up for a timer that rings late. Two would let 30 messages go in
    # the first second at 28, and leave nothing of Telegram's 30 for replies.
    return 1.9 if rate_per_s <= 100 or math.isinf(rate_per_s) else math.ceil(rate_per_s / 50)

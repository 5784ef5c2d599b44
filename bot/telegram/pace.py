"""The arithmetic of pacing: the overall budget and the limits of each chat. Pure, no clock.

Every time is a number of seconds on one monotonic clock, given by the caller.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from bot.domain.subscriber import Kind

CHAT_GAP_S = 1.0
"""One message a second to one chat (Telegram's Bots FAQ)."""

GROUP_WINDOW_S = 60.0
GROUP_LIMIT = 20
"""Twenty messages a minute to one group, edits counted; taken to hold for channels too."""

KEPT_FOR_WARNINGS = 3
"""Of those twenty: replies and edits leave them, whatever is asked of the bot in the group."""

SLOW_DOWN = 0.8
_FLOOR = 0.1
_RECOVERY_PER_S = 0.02
_EPSILON = 1e-6  # what rounding may take from a slot that is due


class Budget:
    """GCRA in its bucket form: in any window of T seconds at most ``ceiling * T + burst`` grants.

    After a pause at most one grant is ready, so that waiting does not pile up into a burst.
    """

    def __init__(self, ceiling_per_s: float, burst: float, now: float) -> None:
        self.rate_per_s = self._ceiling = ceiling_per_s
        self._burst = float(burst)
        self._ready = self._burst
        self._at = now  # `_ready` is right for this instant; in a pause it lies ahead
        self.paused_until = -math.inf

    @property
    def burst(self) -> float:
        """How many grants may be ready at once."""
        return self._burst

    def grant(self, now: float, wanted: int) -> int:
        """Take up to ``wanted`` grants; as many as were taken."""
        if now < self.paused_until:
            return 0
        if math.isinf(self.rate_per_s):
            return wanted
        self._refill(now)
        granted = min(wanted, int(self._ready + _EPSILON))
        self._ready -= granted
        return granted

    def wait_s(self, now: float) -> float:
        """Seconds until a grant is ready."""
        if now < self.paused_until:
            return self.paused_until - now
        if math.isinf(self.rate_per_s):
            return 0.0
        self._refill(now)
        return max(0.0, (1.0 - self._ready) / self.rate_per_s)

    def give_back(self, now: float, unused: int) -> None:
        """Return grants that were not used; in a pause they are forfeit."""
        if now >= self.paused_until:
            self._ready = min(self._burst, self._ready + unused)

    def pause(self, now: float, until: float) -> None:
        """Grant nothing before ``until``; of several pauses the latest end holds."""
        self._refill(now)
        if until > max(now, self.paused_until):
            # A pause shorter than a slot must not bring the next one forward.
            self._ready = min(1.0, self._ready + (until - self._at) * self.rate_per_s)
            self.paused_until = self._at = until

    def slow_down(self, now: float) -> None:
        """Lower the rate by a fifth, not below a tenth of the ceiling; time heals it."""
        self._refill(now)
        self.rate_per_s = max(self.rate_per_s * SLOW_DOWN, self._ceiling * _FLOOR)

    def _refill(self, now: float) -> None:
        elapsed = now - self._at
        if elapsed <= 0:
            return
        self._at = now
        self._ready = min(self._burst, self._ready + elapsed * self.rate_per_s)
        if self.rate_per_s < self._ceiling:
            recovered = self.rate_per_s + self._ceiling * _RECOVERY_PER_S * elapsed
            self.rate_per_s = min(self._ceiling, recovered)


class ChatLimits:
    """When each chat was last written to, remembered only as long as it can still matter."""

    def __init__(self) -> None:
        self._last: OrderedDict[int, float] = OrderedDict()
        self._minutes: OrderedDict[int, list[float]] = OrderedDict()
        self._parked: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._last) + len(self._minutes) + len(self._parked)

    def due_s(self, now: float, kind: Kind, chat_id: int) -> float:
        """Seconds until the chat may get a message, 0 if it may now."""
        due = self._last.get(chat_id, -math.inf) + CHAT_GAP_S
        if kind is not Kind.PRIVATE and chat_id in self._minutes:
            sent = self._minutes[chat_id]
            if len(sent) >= GROUP_LIMIT:
                due = max(due, sent[-GROUP_LIMIT] + GROUP_WINDOW_S)
        if self._parked:
            due = max(due, self._parked.get(chat_id, due))
        return max(0.0, due - now)

    def has_room(self, now: float, chat_id: int) -> bool:
        """Whether a group may be answered without taking the place of a warning."""
        sent = self._minutes.get(chat_id, ())
        return sum(now - at < GROUP_WINDOW_S for at in sent) < GROUP_LIMIT - KEPT_FOR_WARNINGS

    def note(self, now: float, kind: Kind, chat_id: int) -> None:
        """Count a message or an edit that goes to the chat at ``now``."""
        self._last[chat_id] = now
        self._last.move_to_end(chat_id)
        if kind is not Kind.PRIVATE:
            sent = self._minutes.setdefault(chat_id, [])
            sent.append(now)
            del sent[:-GROUP_LIMIT]
            self._minutes.move_to_end(chat_id)
        self._forget(now)

    def forgive(self, kind: Kind, chat_id: int) -> None:
        """Uncount the newest message to the chat."""
        self._last.pop(chat_id, None)
        if kind is not Kind.PRIVATE and (sent := self._minutes.get(chat_id)):
            sent.pop()
            if not sent:
                del self._minutes[chat_id]

    def park(self, now: float, chat_id: int, until: float) -> float:
        """Let the chat rest until the latest of the ends it was given; that end."""
        self._parked = {chat: end for chat, end in self._parked.items() if end > now}
        self._parked[chat_id] = max(until, self._parked.get(chat_id, until))
        return self._parked[chat_id]

    def parked_s(self, now: float, chat_id: int) -> float:
        """Seconds for which a 429 keeps the chat silent."""
        return max(0.0, self._parked.get(chat_id, now) - now) if self._parked else 0.0

    def _forget(self, now: float) -> None:
        while self._last and now - next(iter(self._last.values())) > CHAT_GAP_S:
            self._last.popitem(last=False)
        while self._minutes and now - next(iter(self._minutes.values()))[-1] > GROUP_WINDOW_S:
            self._minutes.popitem(last=False)

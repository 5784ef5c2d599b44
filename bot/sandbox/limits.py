"""How fast a bot may send: overall, per private chat, per group and channel, on the clock."""

import math
from collections import deque
from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.errors import bad_request, too_many_requests

#: Forgotten chats are swept after so many admitted sends.
_SWEEP_EVERY = 50_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of Telegram's bots FAQ; a number of 0 lifts that one limit."""

    per_second: int = 30
    paid_per_second: int = 1000
    private_per_second: float = 1.0
    private_burst: int = 3
    group_per_minute: int = 20
    channel_per_minute: int = 20
    #: A refused scope stays refused until its `retry_after` has passed, whatever frees up before.
    strict: bool = True

    @classmethod
    def telegram(cls) -> "Limits":
        return cls()

    @classmethod
    def off(cls) -> "Limits":
        return cls(0, 0, 0, 0, 0, 0, strict=False)


class _Window:
    """At most `most` events in any `span_s` seconds."""

    __slots__ = ("most", "span_s", "times")

    def __init__(self, most: int, span_s: float) -> None:
        self.most = most
        self.span_s = span_s
        self.times: deque[float] = deque()

    def wait_s(self, now: float) -> float:
        times = self.times
        while times and now - times[0] >= self.span_s:
            times.popleft()
        if not self.most or len(times) < self.most:
            return 0.0
        return times[0] + self.span_s - now

    def take(self, now: float) -> None:
        if self.most:
            self.times.append(now)

    def push(self, now: float) -> None:
        """Count an event even beyond `most`, of which only the last `most` matter."""
        self.take(now)
        if len(self.times) > self.most:
            self.times.popleft()

    def idle(self, now: float) -> bool:
        return not self.times or now - self.times[-1] >= self.span_s


class _Bucket:
    """`burst` tokens, refilled at `rate_per_s`: short bursts are tolerated, floods are not."""

    __slots__ = ("at", "burst", "rate_per_s", "tokens")

    def __init__(self, rate_per_s: float, burst: int, now: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = max(1, burst)
        self.tokens = float(self.burst)
        self.at = now

    def wait_s(self, now: float) -> float:
        if not self.rate_per_s:
            return 0.0
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate_per_s)
        self.at = now
        return 0.0 if self.tokens >= 1 - 1e-9 else (1 - self.tokens) / self.rate_per_s

    def take(self, now: float) -> None:
        self.tokens -= 1

    def idle(self, now: float) -> bool:
        return not self.rate_per_s or now - self.at >= self.burst / self.rate_per_s


class Limiter:
    """Admits a send or refuses it with a 429 that names the seconds to wait."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self.set(limits)

    def set(self, limits: Limits) -> None:
        """Replace the numbers; what was counted and every ban so far is forgotten."""
        self.limits = limits
        self._free = _Window(limits.per_second, 1.0)
        self._paid = _Window(limits.paid_per_second, 1.0)
        self._all = _Window(limits.per_second, 1.0)
        self._chats: dict[int, _Window | _Bucket] = {}
        self._banned_until: dict[int | None, float] = {}
        self._since_sweep = 0
        self._off = limits == Limits.off()

    def ban(self, seconds: float, chat_id: int | None = None) -> None:
        """Refuse one chat, or with no chat every send, for that long."""
        until = self._clock.now() + seconds
        self._banned_until[chat_id] = max(until, self._banned_until.get(chat_id, 0.0))

    def admit(
        self,
        chat_id: int,
        kind: str,
        *,
        paid: bool = False,
        edit: bool = False,
        can_pay: bool = True,
    ) -> bool:
        """Count one send or edit; whether it is to be charged.

        Edits count against a group's minute and not against a private chat's second. A paid send
        is charged only when the last second had as many messages, paid or not, as are free.

        Raises:
            ApiError: 429, when any scope has no room, and 400, when a message is to be charged
                and the bot cannot pay; nothing is counted then.
        """
        if self._off and not self._banned_until:
            return False
        now = self._clock.now()
        self._check_bans(chat_id, now)
        overall = self._paid if paid else self._free
        self._require(None, overall.wait_s(now), now)
        chat = None if edit and kind == "private" else self._chat(chat_id, kind, now)
        if chat is not None:
            self._require(chat_id, chat.wait_s(now), now)
        is_charged = paid and self._all.wait_s(now) > 0
        if is_charged and not can_pay:
            raise bad_request("BALANCE_TOO_LOW")
        if chat is not None:
            chat.take(now)
        overall.take(now)
        self._all.push(now)
        self._sweep(now)
        return is_charged

    def _check_bans(self, chat_id: int, now: float) -> None:
        for scope in (None, chat_id):
            until = self._banned_until.get(scope)
            if until is None:
                continue
            if now < until:
                raise too_many_requests(max(1, math.ceil(until - now)))
            del self._banned_until[scope]

    def _require(self, scope: int | None, wait_s: float, now: float) -> None:
        if wait_s <= 0:
            return
        retry_after = max(1, math.ceil(wait_s))
        if self.limits.strict:
            self._banned_until[scope] = now + retry_after
        raise too_many_requests(retry_after)

    def _chat(self, chat_id: int, kind: str, now: float) -> _Window | _Bucket:
        chat = self._chats.get(chat_id)
        if chat is None:
            limits = self.limits
            if kind == "private":
                chat = _Bucket(limits.private_per_second, limits.private_burst, now)
            else:
                channel = kind == "channel"
                chat = _Window(
                    limits.channel_per_minute if channel else limits.group_per_minute, 60.0
                )
            self._chats[chat_id] = chat
        return chat

    def _sweep(self, now: float) -> None:
        self._since_sweep += 1
        if self._since_sweep >= _SWEEP_EVERY:
            self._since_sweep = 0
            self._chats = {key: chat for key, chat in self._chats.items() if not chat.idle(now)}

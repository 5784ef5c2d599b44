"""What goes wrong on purpose: errors, floods, slowness, cut connections, outages."""

import enum
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TypedDict, Unpack

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError, refusal, too_many_requests

_HTTP_TEXT = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}


class Effect(enum.StrEnum):
    """What a rule does to a request."""

    REFUSE = "refuse"
    LATENCY = "latency"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"


class Where(TypedDict, total=False):
    """Which requests a rule strikes, how many of them, and how likely."""

    method: str
    chat_id: int
    count: int
    probability: float


@dataclass(slots=True, kw_only=True)
class Fault:
    """One rule; `method` and `chat_id` narrow it, `count` ends it, `probability` thins it."""

    effect: Effect
    method: str | None = None
    chat_id: int | None = None
    count: int | None = None
    probability: float = 1.0
    code: int = 0
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    #: How often it has struck.
    struck: int = 0

    def matches(self, method: str, chat_id: int | None) -> bool:
        if self.count is not None and self.struck >= self.count:
            return False
        if self.method is not None and self.method.lower() != method.lower():
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def error(self) -> ApiError:
        return ApiError(self.code, self.description, self.parameters)


class Faults:
    """The rules in force; the same seed strikes the same requests again."""

    def __init__(self, clock: Clock, seed: int = 0) -> None:
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - a repeatable chance is the point
        self._rules: list[Fault] = []
        self._outage: tuple[float, str] | None = None

    @property
    def active(self) -> bool:
        return bool(self._rules) or self._outage is not None

    def add(self, rule: Fault) -> Fault:
        self._rules.append(rule)
        return rule

    def http(
        self,
        code: int = 502,
        **where: Unpack[Where],
    ) -> Fault:
        """Answer with a server's error, before anything is accepted."""
        text = _HTTP_TEXT.get(code, "Error")
        return self.error(code, text, **where)

    def too_many(
        self,
        retry_after: int,
        **where: Unpack[Where],
    ) -> Fault:
        """Answer 429 with that many seconds."""
        flood = too_many_requests(retry_after)
        return self.error(
            flood.code,
            flood.description,
            parameters=flood.parameters,
            **where,
        )

    def error(
        self,
        code: int,
        description: str,
        parameters: Mapping[str, int] | None = None,
        **where: Unpack[Where],
    ) -> Fault:
        """Answer with any code and text; a 403 in capitals arrives as 400, as tdlib does it."""
        worded = refusal(code, description, parameters)
        return self.add(
            Fault(
                effect=Effect.REFUSE,
                code=worded.code,
                description=worded.description,
                parameters=worded.parameters,
                **where,
            )
        )

    def latency(
        self,
        seconds: float,
        **where: Unpack[Where],
    ) -> Fault:
        """Hold the request that long on the sandbox's clock, then go on."""
        return self.add(
            Fault(
                effect=Effect.LATENCY,
                seconds=seconds,
                **where,
            )
        )

    def cut_before(
        self,
        **where: Unpack[Where],
    ) -> Fault:
        """Close the connection; nothing was accepted."""
        return self.add(
            Fault(
                effect=Effect.CUT_BEFORE,
                **where,
            )
        )

    def cut_after(
        self,
        **where: Unpack[Where],
    ) -> Fault:
        """Accept the request, record it, and close the connection without an answer."""
        return self.add(
            Fault(
                effect=Effect.CUT_AFTER,
                **where,
            )
        )

    def outage(self, seconds: float, *, how: str = "http") -> None:
        """Fail every request for that long: `http` answers 502, `cut` closes the connection."""
        if how not in ("http", "cut"):
            raise ValueError("an outage is 'http' or 'cut'")
        self._outage = (self._clock.now() + seconds, how)

    def clear(self) -> None:
        self._rules.clear()
        self._outage = None

    def rules(self) -> list[dict[str, object]]:
        """Describe the rules in force, with how often each has struck."""
        return [asdict(rule) for rule in self._rules]

    def strike(self, method: str, chat_id: int | None) -> dict[Effect, Fault]:
        """Choose what strikes this request: at most one rule of each effect."""
        struck: dict[Effect, Fault] = {}
        outage = self._current_outage()
        if outage is not None:
            return {outage.effect: outage}
        for rule in self._rules:
            if rule.effect in struck or not rule.matches(method, chat_id):
                continue
            if rule.probability < 1.0 and self._random.random() >= rule.probability:
                continue
            rule.struck += 1
            struck[rule.effect] = rule
        return struck

    def _current_outage(self) -> Fault | None:
        if self._outage is None:
            return None
        until, how = self._outage
        if self._clock.now() >= until:
            self._outage = None
            return None
        if how == "cut":
            return Fault(effect=Effect.CUT_BEFORE)
        return Fault(effect=Effect.REFUSE, code=502, description=_HTTP_TEXT[502])

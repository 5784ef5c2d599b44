"""What needs a person: concerns, each told once, and said to be over when it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.accord import silent
from bot.domain.letters import Said
from bot.domain.paid import TENTHS, Terms
from bot.domain.record import Contact
from bot.domain.trust import Source


class Kind(StrEnum):
    """What is wrong."""

    HALTED = "halted"  # a broadcast whose text Telegram refuses
    FORGOTTEN = "forgotten"  # a broadcast that a person halted long ago
    NOT_BEGUN = "not_begun"  # published, and nobody was told
    STILL = "still"  # begun, and nobody is told any more
    LATE = "late"  # the last recipient should have it long ago
    SLOW = "slow"
    SLOWED = "slowed"  # slow, because Telegram asked for pauses
    TOKEN = "token"  # noqa: S105  (Telegram refuses it)
    CONFLICT = "conflict"  # another instance polls, or a webhook is set
    WEBHOOK = "webhook"
    AWAY = "away"  # Telegram cannot be reached
    DEAF = "deaf"  # it can be, and what people write cannot be fetched
    SILENT = "silent"  # a source was not heard of
    STARS = "stars"
    MISMATCH = "mismatch"  # counts of a broadcast that do not add up


REPEATED = frozenset({Kind.HALTED, Kind.NOT_BEGUN, Kind.STILL, Kind.TOKEN})
"""While one of these stands, a warning does not arrive: it is said again."""

EVENTS = frozenset({Kind.MISMATCH})
"""What has happened and is never over; it is shown for a while."""

EVENTS_SHOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that needs a person; `key` says of which broadcast or source it is.

    `since` is when it began and `seen` when it was found last; `told` is when operators were told
    of it last, None before. `facts` are what its text names.
    """

    kind: Kind
    key: str
    since: datetime
    facts: Mapping[str, str | int] = field(default_factory=dict)
    seen: datetime | None = None
    told: datetime | None = None

    @property
    def id(self) -> str:
        """Unique among those that stand."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with the way to Telegram, for how long already, and in Telegram's words."""

    kind: Kind
    for_s: float
    detail: str = ""


MUTE = frozenset({Kind.TOKEN, Kind.AWAY})
"""Troubles in which nobody can be told of anything: it is told when they are over."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be told of a look: `new`, standing too long (`again`), and `over`; what `rests`
    stands and is known.
    """

    new: tuple[Concern, ...] = ()
    again: tuple[Concern, ...] = ()
    over: tuple[Concern, ...] = ()
    rests: tuple[Concern, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What operators are told after one look, in one message."""

    changes: Changes
    letters: Said

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to tell."""
        told = (self.changes.new, self.changes.again, self.changes.over)
        return not any(told) and self.letters.is_nothing


@dataclass(frozen=True, slots=True)
class Calm:
    """How patient the watch is: after `settles` without being found a concern is over, and what
    stands is said again every `repeats`.
    """

    settles: timedelta
    repeats: timedelta = timedelta(minutes=30)


def compare(
    held: Iterable[Concern], found: Iterable[Concern], now: datetime, calm: Calm
) -> Changes:
    """What has changed between what was known and what is found now."""
    known = {one.id: one for one in held}
    new, again, over, rests = [], [], [], []
    for one in found:
        before = known.pop(one.id, None)
        stands = replace(one, seen=now)
        if before is not None:
            stands = replace(stands, since=before.since, told=before.told)
        if stands.told is None:
            new.append(stands)
        elif one.kind in REPEATED and now - stands.told >= calm.repeats:
            again.append(stands)
        else:
            rests.append(stands)
    for one in known.values():
        if one.kind in EVENTS:
            if one.told is None:
                new.append(one)
            elif now - one.since < EVENTS_SHOWN:
                rests.append(one)
        elif now - (one.seen or one.since) < calm.settles:
            # A look in between that finds nothing wrong is no end of it.
            rests.append(one)
        else:
            over.append(one)
    return Changes(tuple(new), tuple(again), tuple(over), tuple(rests))


def silences(
    sources: Mapping[str, Source], contacts: Mapping[str, Contact], begun: datetime, now: datetime
) -> tuple[Concern, ...]:
    """Sources that were not heard of for longer than they are expected to be.

    One that was never heard of is silent since the watch has `begun`.
    """
    found = []
    for key, source in sources.items():
        contact = contacts.get(key)
        last = (contact.last if contact else None) or begun
        if silent(last, source.silent_after, now):
            found.append(Concern(Kind.SILENT, key, last, {"source": source.name}))
    return tuple(found)


def on_the_line(trouble: Trouble | None, patience: timedelta, now: datetime) -> Concern | None:
    """The trouble as a concern; what passes by itself in a moment is none yet."""
    if trouble is None:
        return None
    lasts = timedelta(seconds=trouble.for_s)
    if trouble.kind in (Kind.AWAY, Kind.DEAF) and lasts < patience:
        return None
    return Concern(trouble.kind, "", now - lasts, {"detail": trouble.detail})


def few_stars(balance: int, terms: Terms, now: datetime) -> Concern | None:
    """That the account cannot pay one broadcast and keep what must stay; tenths of a Star."""
    needed = terms.min_balance + terms.budget
    if not terms.enabled or balance >= needed:
        return None
    facts = {"balance": balance // TENTHS, "needed": needed // TENTHS}
    return Concern(Kind.STARS, "", now, facts)

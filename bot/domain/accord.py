"""Several sources on the same danger: which of them belong together, in what order, and where they
do not agree. Nothing is averaged: each keeps its own words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.advisory import Advisory, Severity
from bot.domain.change import RANKS, Version
from bot.domain.life import SHIFT

POSTURE: Final = "embassyPosture"
"""CAP parameter: what an embassy does itself, such as `closed` or `remote-work`."""

SAME_TIME: Final = timedelta(hours=1)
"""Sources that differ by less speak of the same time: one says `midnight`, one `from 00:30`."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One source's advisory that counts now.

    ``family`` is what makes threats alike, such as that a siren announces them; ``source`` is the
    configured key, or the sender of one that has none; of two the higher ``trust`` comes first.
    ``withdrawn`` is when its source took it back, while others still warn; ``eased`` when it gave
    a graded all-clear.
    """

    id: str
    version: Version
    family: str
    places: frozenset[str]
    source: str
    trust: int = 0
    withdrawn: datetime | None = None
    eased: datetime | None = None

    @property
    def advisory(self) -> Advisory:
        """The advisory itself."""
        return self.version.advisory


@dataclass(frozen=True, slots=True)
class Heard:
    """When a source was last heard of, None for never, and whether that is longer ago than it
    should be.
    """

    name: str
    last: datetime | None = None
    is_silent: bool = False


class Matter(StrEnum):
    """What sources do not agree about."""

    WHETHER = "whether"  # one has withdrawn what another still says
    HAZARD = "hazard"
    SEVERITY = "severity"
    TIME = "time"
    POSTURE = "posture"  # what they do themselves


@dataclass(frozen=True, slots=True)
class Accord:
    """Voices on one danger, the most trusted and newest first, and what they differ about."""

    voices: tuple[Voice, ...]
    differ: tuple[Matter, ...] = ()


def linked(one: Voice, other: Voice) -> bool:
    """Whether both speak of the same danger.

    They name one another or the same message or incident, or mean the same kind of threat in a
    common area at a common time. A drill is never linked with the real thing.
    """
    a, b = one.advisory, other.advisory
    if a.status is not b.status:
        return False
    if set(a.incidents) & set(b.incidents) or _named(a) & _named(b):
        return True
    first, second = one.version.window, other.version.window
    meet = first.starts < second.ends and second.starts < first.ends
    return meet and one.family == other.family and bool(one.places & other.places)


def accords(voices: Iterable[Voice]) -> tuple[Accord, ...]:
    """Voices put together where they are linked, also over a third; each group ranked."""
    groups: list[list[Voice]] = []
    for voice in voices:
        near = [group for group in groups if any(linked(voice, one) for one in group)]
        groups = [group for group in groups if group not in near]
        groups.append([voice, *(one for group in near for one in group)])
    found = [tuple(sorted(group, key=_rank)) for group in groups]
    found.sort(key=lambda group: (min(map(_rank, group)), group[0].id))
    return tuple(Accord(group, differences(group)) for group in found)


def differences(voices: Sequence[Voice]) -> tuple[Matter, ...]:
    """What the sources differ about, each by the newest that it says."""
    newest: dict[str, Voice] = {}
    for voice in sorted(voices, key=lambda one: one.advisory.sent):
        newest[voice.source] = voice
    said = list(newest.values())
    if len(said) < 2:
        return ()
    warn = [one for one in said if one.withdrawn is None]
    found = []
    if warn and len(warn) < len(said):
        found.append(Matter.WHETHER)
    if len({one.version.hazard for one in warn}) > 1:
        found.append(Matter.HAZARD)
    severities = {one.advisory.max_severity for one in warn} - {Severity.UNKNOWN}
    if len(severities) > 1:
        found.append(Matter.SEVERITY)
    windows = [one.version.window for one in warn]
    ends = [one.ends for one in windows if one.stated]
    if _spread([one.starts for one in windows]) or _spread(ends):
        found.append(Matter.TIME)
    if len({stated for one in warn if (stated := posture(one.advisory))}) > 1:
        found.append(Matter.POSTURE)
    return tuple(found)


def posture(advisory: Advisory) -> str:
    """What the source does itself, as it says it; '' where it says nothing."""
    return (advisory.parameter(POSTURE) or "").strip().lower()


def echoes(new: Voice, told: Voice) -> bool:
    """Whether `new` only says again what another source has already told people.

    Same threat, same window, no place more and nothing graver: a second alarm about it would
    frighten and tell nothing.
    """
    a, b = new.advisory, told.advisory
    first, second = new.version, told.version
    shifts = (
        abs(first.window.starts - second.window.starts),
        abs(first.window.ends - second.window.ends),
    )
    return (
        a.sender != b.sender
        and a.status is b.status
        and first.hazard == second.hazard
        and max(shifts) < SHIFT
        and bool(new.places)
        and new.places <= told.places
        and RANKS[a.max_severity] <= RANKS[b.max_severity]
        and (second.facts.urgent or not first.facts.urgent)
    )


def silent(last: datetime | None, expected: timedelta | None, now: datetime) -> bool:
    """Whether a source that was `last` heard of has said nothing for longer than it should."""
    return expected is not None and (last is None or now - last > expected)


def _named(advisory: Advisory) -> frozenset[tuple[str, str]]:
    """The messages it is or names; without `sent`, which is often wrong in references."""
    named = {(one.sender, one.identifier) for one in advisory.references if one.identifier}
    return frozenset({(advisory.sender, advisory.identifier), *named})


def _rank(voice: Voice) -> tuple[bool, int, float, str]:
    sent = voice.advisory.sent.timestamp()
    return voice.withdrawn is not None, -voice.trust, -sent, voice.id


def _spread(times: Collection[datetime]) -> bool:
    return bool(times) and max(times) - min(times) >= SAME_TIME

"""What the watchdog remembers from look to look, and what others leave for it to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.course import Course
from bot.domain.letters import Tally
from bot.domain.watch import Concern


@dataclass(frozen=True, slots=True)
class Memory:
    """`begun` is the first look of all, `looked` the latest; `weighed` is when the Stars were
    counted. `concerns` are those that stand.
    """

    begun: datetime
    looked: datetime
    concerns: tuple[Concern, ...] = ()
    courses: Mapping[str, Course] = field(default_factory=dict)
    letters: Tally = field(default_factory=Tally)
    weighed: datetime | None = None


class Word(StrEnum):
    """What an event is: something that was done or seen where operators cannot be told of it."""

    MISMATCH = "mismatch"  # a broadcast ended and its counts do not add up
    DECIDED = "decided"  # what waited was decided at the command line
    OVERRIDE = "override"  # and published by one person alone
    HALTED_BY = "halted_by"


@dataclass(frozen=True, slots=True)
class Event:
    """`about` is the id of a broadcast or an advisory; `raw` is how it is stored."""

    word: Word
    about: str
    facts: Mapping[str, str | int]
    raw: bytes = b""

"""Guidance: which threat an advisory speaks of, and what to do about it.

Everything here is a rule over data: threats, stages, steps and the table that classifies are
files of the content room, so a new threat or language is no code.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from bot.domain.advisory import (
    DEFAULT_LASTS,
    Advisory,
    Certainty,
    MsgType,
    Phase,
    ResponseType,
    Severity,
    Status,
    Urgency,
)
from bot.domain.checklist import (
    ChecklistItem,
    Data,
    Entry,
    Profile,
    Sources,
    Translated,
    entries_for,
)
from bot.domain.delivery import Lane
from bot.domain.recognition import Basis, RecognitionTable
from bot.domain.subscriber import Household


class Stage(StrEnum):
    """Where a person stands towards a threat; each has steps of its own."""

    PREPARE = "prepare"
    WINDOW_OPEN = "window_open"
    TAKE_SHELTER = "take_shelter"
    AFTER = "after"
    ENDED = "ended"


class Trigger(StrEnum):
    """What still makes people act on a threat that is only announced."""

    SIREN = "siren"
    INSIDE = "inside"
    ITSELF = "itself"


class Source(Data):
    """Who says so. ``via`` names the page that was seen where the primary one was not.

    ``confirmed`` says that a person compared our words with the primary page.
    """

    name: Translated
    via: str | None = None
    url: str | None = None
    published: date | None = None
    confirmed: bool = False


class GuidanceItem(Data):
    """One step, a sentence or two in every language; ``sources`` are keys of the book's."""

    text: Translated
    sources: Sources
    reviewed: date


class Guidance(Data):
    """The steps of one threat at one stage, the most urgent first."""

    hazard: str
    stage: Stage
    steps: tuple[GuidanceItem, ...]


class HazardText(Data):
    """A threat in words: ``named`` when it is there, ``possible`` while it is only announced.

    ``act_now`` is what a headline asks for at the stage take_shelter, ``next`` the heading over
    the steps of that stage while they still lie ahead.
    """

    named: str
    possible: str
    act_now: str
    next: str


class StageRule(Data):
    """A row: the stage when every condition that is given holds."""

    stage: Stage
    trigger: tuple[Trigger, ...] = ()
    msg_type: tuple[MsgType, ...] = ()
    response_type: tuple[ResponseType, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    severity: tuple[Severity, ...] = ()
    certainty: tuple[Certainty, ...] = ()
    phase: tuple[Phase, ...] = ()
    onset_given: bool | None = None


class Classification(Data):
    """What an advisory is about, what named it, where it stands, and how fast it must go."""

    hazard: str
    basis: Basis
    stage: Stage
    lane: Lane


class GuidanceBook(Data):
    """All guidance, checked by the loader: every text in every one of ``languages``.

    ``natively_reviewed`` are those whose texts a native reader has read.
    """

    languages: tuple[str, ...]
    natively_reviewed: frozenset[str]
    sources: Mapping[str, Source]
    hazards: Mapping[str, Mapping[str, HazardText]]
    guidance: tuple[Guidance, ...]
    checklist: tuple[ChecklistItem, ...]
    profiles: Mapping[str, Profile]
    other_profile: str
    triggers: Mapping[str, Trigger]
    recognition: RecognitionTable
    stage_rules: tuple[StageRule, ...]

    @property
    def otherwise(self) -> str:
        """The threat whose words are told of what is not known."""
        return self.recognition.otherwise

    @cached_property
    def _by_key(self) -> dict[tuple[str, Stage], Guidance]:
        return {(one.hazard, one.stage): one for one in self.guidance}

    def steps(self, hazard: str, stage: Stage) -> Guidance:
        """The steps of a threat at a stage; an unknown threat has those of ``otherwise``."""
        return self._by_key.get((hazard, stage)) or self._by_key[self.otherwise, stage]

    def hazard_text(self, hazard: str, language: str) -> HazardText:
        """A threat's words; an unknown threat has those of ``otherwise``."""
        return (self.hazards.get(hazard) or self.hazards[self.otherwise])[language]

    def trigger(self, hazard: str) -> Trigger:
        """What makes people act on a threat; for an unknown one, that of ``otherwise``."""
        return self.triggers.get(hazard) or self.triggers[self.otherwise]

    def classify(
        self, advisory: Advisory, now: datetime, lasts: timedelta = DEFAULT_LASTS
    ) -> Classification:
        """Threat, stage and lane of ``advisory`` at the aware instant ``now``.

        One that states no end is over after ``lasts``.
        """
        found = self.recognition.recognise(advisory, self.hazards)
        return Classification(
            hazard=found.hazard,
            basis=found.basis,
            stage=self._stage(found.hazard, advisory, advisory.phase(now, lasts=lasts)),
            lane=lane_of(advisory, now, lasts),
        )

    def _stage(self, hazard: str, advisory: Advisory, phase: Phase) -> Stage:
        # The last row has no condition.
        trigger = self.trigger(hazard)
        rows = (row for row in self.stage_rules if not row.trigger or trigger in row.trigger)
        return next(row.stage for row in rows if _holds(row, advisory, phase))

    def profile_of(self, country: str | None) -> str:
        """The national guidance of an ISO 3166-1 country, or the one for all others."""
        living = (key for key, profile in self.profiles.items() if country in profile.countries)
        return next(living, self.other_profile)

    def checklist_for(self, household: Household, days: int, profile: str) -> tuple[Entry, ...]:
        """What this household needs for ``days``, in the order of the lists.

        Raises KeyError for an unknown profile. The guidance names adults; a child counts as one.
        """
        least = max(days, self.profiles[profile].min_days)
        return entries_for(self.checklist, household, least, profile)


def lane_of(advisory: Advisory, now: datetime, lasts: timedelta = DEFAULT_LASTS) -> Lane:
    """How fast an advisory must go; what has passed, or only may not be real, is never urgent."""
    if advisory.status is not Status.ACTUAL:
        return Lane.DRILL
    if advisory.phase(now, lasts=lasts) is Phase.PASSED:
        return Lane.ROUTINE
    responses = {response for info in advisory.info for response in info.response_type}
    severe = advisory.max_severity in _URGENT_SEVERITIES
    if severe and advisory.urgency is Urgency.IMMEDIATE and _asks_to_act(advisory, responses):
        return Lane.SHELTER_NOW
    return Lane.PREPARE if severe or responses & _PREPARING else Lane.ROUTINE


def _asks_to_act(advisory: Advisory, responses: Set[ResponseType]) -> bool:
    """Whether it asks for more than to get ready and watch; some say of a tsunami only that it is
    extreme and there. What the rows of the stage take_shelter may choose must be among these.
    """
    certainties = {info.certainty for info in advisory.info}
    is_there = not certainties.isdisjoint({Certainty.OBSERVED, Certainty.LIKELY})
    is_extreme = advisory.max_severity is Severity.EXTREME
    return not responses.isdisjoint(_ACTING) or (is_extreme and is_there)


_URGENT_SEVERITIES = {Severity.EXTREME, Severity.SEVERE}
_ACTING = {ResponseType.SHELTER, ResponseType.EVACUATE, ResponseType.EXECUTE, ResponseType.AVOID}
_PREPARING = {ResponseType.SHELTER, ResponseType.PREPARE, ResponseType.EVACUATE}


def _holds(rule: StageRule, advisory: Advisory, phase: Phase) -> bool:
    onset_given = any(info.onset is not None for info in advisory.info)
    responses = {response for info in advisory.info for response in info.response_type}
    certainties = {info.certainty for info in advisory.info}
    return (
        (not rule.msg_type or advisory.msg_type in rule.msg_type)
        and (not rule.response_type or not responses.isdisjoint(rule.response_type))
        and (not rule.urgency or advisory.urgency in rule.urgency)
        and (not rule.severity or advisory.max_severity in rule.severity)
        and (not rule.certainty or not certainties.isdisjoint(rule.certainty))
        and (not rule.phase or phase in rule.phase)
        and rule.onset_given in (None, onset_given)
    )

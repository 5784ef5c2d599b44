"""Guidance: which threat an advisory speaks of, what to do about it, and what to keep at home.

Everything here is a rule over data: threats, stages, steps, checklists and the table that
classifies are files of the content room, so a new threat or language is no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
from bot.domain.delivery import Lane
from bot.domain.recognition import Basis, RecognitionTable
from bot.domain.subscriber import Household

Translated = Mapping[str, str]
"""One text by language tag."""

Sources = Annotated[tuple[str, ...], Field(min_length=1)]
"""Keys of :attr:`GuidanceBook.sources`, the weightiest first."""


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


class ChecklistCategory(StrEnum):
    """The lists, in the order in which they are shown."""

    WATER = "water"
    FOOD = "food"
    MEDICATION = "medication"
    DOCUMENTS = "documents"
    POWER = "power"
    FIRST_AID = "first_aid"
    SHELTER = "shelter"


class Member(StrEnum):
    """Whom of a household an amount counts, or whom an item is for."""

    ADULTS = "adults"
    CHILDREN = "children"
    INFANTS = "infants"
    PETS = "pets"


class Need(StrEnum):
    """When an item concerns a household at all."""

    EVERYONE = "everyone"
    INFANTS = "infants"
    PETS = "pets"
    DAILY_MEDICATION = "daily_medication"


class Unit(StrEnum):
    """What an amount counts: litres, or days for each of those it is for."""

    LITRE = "litre"
    DAY = "day"


class _Data(BaseModel):
    """Frozen, and nothing unknown: a misspelt key must not vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Data):
    """Who says so. ``via`` names the page that was seen where the primary one was not.

    ``confirmed`` says that a person compared our words with the primary page.
    """

    name: Translated
    via: str | None = None
    url: str | None = None
    published: date | None = None
    confirmed: bool = False


class GuidanceItem(_Data):
    """One step, a sentence or two in every language; ``sources`` are keys of the book's."""

    text: Translated
    sources: Sources
    reviewed: date


class Guidance(_Data):
    """The steps of one threat at one stage, the most urgent first."""

    hazard: str
    stage: Stage
    steps: tuple[GuidanceItem, ...]


class HazardText(_Data):
    """A threat in words: ``named`` when it is there, ``possible`` while it is only announced.

    ``act_now`` is what a headline asks for at the stage take_shelter, ``next`` the heading over
    the steps of that stage while they still lie ahead.
    """

    named: str
    possible: str
    act_now: str
    next: str


class AmountRule(_Data):
    """``low`` to ``high`` of ``unit`` a day for each of ``counts``, never for fewer days."""

    unit: Unit
    low: Annotated[float, Field(gt=0)]
    high: float | None = None
    counts: Annotated[tuple[Member, ...], Field(min_length=1)]
    min_days: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high is not None and self.high <= self.low:
            raise ValueError(f"high {self.high} is not above low {self.low}; leave it out")
        return self


class Amount(_Data):
    """How much: ``low`` to ``high`` units in all, for so many people (or animals) and days."""

    unit: Unit
    low: float
    high: float | None
    daily_low: float
    daily_high: float | None
    heads: int
    days: int
    is_for_pets: bool = False


class ItemRule(_Data):
    """What one national profile says of an item: an amount or none, and where it says so."""

    sources: Sources
    reviewed: date
    amount: AmountRule | None = None


class ChecklistItem(_Data):
    """One thing to have. ``brief`` items also stand in the warning itself."""

    key: str
    category: ChecklistCategory
    text: Translated
    profiles: Mapping[str, ItemRule]
    needs: Need = Need.EVERYONE
    brief: bool = False


class Profile(_Data):
    """A national guidance that the amounts follow, for no fewer than ``min_days``."""

    name: Translated
    sources: Sources
    min_days: Annotated[int, Field(ge=1)]


class Entry(_Data):
    """An item as it concerns one household."""

    item: ChecklistItem
    amount: Amount | None
    sources: Sources


class StageRule(_Data):
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


class Classification(_Data):
    """What an advisory is about, what named it, where it stands, and how fast it must go."""

    hazard: str
    basis: Basis
    stage: Stage
    lane: Lane


class GuidanceBook(_Data):
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

    def checklist_for(self, household: Household, days: int, profile: str) -> tuple[Entry, ...]:
        """What this household needs for ``days``, in the order of the lists.

        Raises KeyError for an unknown profile. The guidance names adults; a child counts as one.
        """
        least = max(days, self.profiles[profile].min_days)
        entries = [
            Entry(
                item=item,
                amount=amount_for(rule.amount, household, least) if rule.amount else None,
                sources=rule.sources,
            )
            for item in self.checklist
            if (rule := item.profiles.get(profile)) and _concerns(item.needs, household)
        ]
        order = list(ChecklistCategory)
        return tuple(sorted(entries, key=lambda entry: order.index(entry.item.category)))


def amount_for(rule: AmountRule, household: Household, days: int) -> Amount:
    """The amount for a household; it counts at least one head, for an item is never for nobody."""
    heads = max(1, sum(getattr(household, member.value) for member in rule.counts))
    lasts = max(days, rule.min_days)
    return Amount(
        unit=rule.unit,
        low=rule.low * heads * lasts,
        high=None if rule.high is None else rule.high * heads * lasts,
        daily_low=rule.low,
        daily_high=rule.high,
        heads=heads,
        days=lasts,
        is_for_pets=set(rule.counts) == {Member.PETS},
    )


def lane_of(advisory: Advisory, now: datetime, lasts: timedelta = DEFAULT_LASTS) -> Lane:
    """How fast an advisory must go; what has passed, or only may not be real, is never urgent."""
    if advisory.status is not Status.ACTUAL:
        return Lane.DRILL
    if advisory.phase(now, lasts=lasts) is Phase.PASSED:
        return Lane.ROUTINE
    responses = {response for info in advisory.info for response in info.response_type}
    severe = advisory.max_severity in _URGENT_SEVERITIES
    if severe and ResponseType.SHELTER in responses and advisory.urgency is Urgency.IMMEDIATE:
        return Lane.SHELTER_NOW
    return Lane.PREPARE if severe or responses & _PREPARING else Lane.ROUTINE


_URGENT_SEVERITIES = {Severity.EXTREME, Severity.SEVERE}
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


def _concerns(need: Need, household: Household) -> bool:
    return need is Need.EVERYONE or bool(getattr(household, need.value))

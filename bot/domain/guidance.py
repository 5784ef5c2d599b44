"""Guidance: which threat an advisory speaks of, and what to do about it.

Everything here is a rule over data: threats, stages, steps and the table that classifies are
files of the content room, so a new threat or language is no code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field

from bot.domain.advisory import (
    Advisory,
    Category,
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
from bot.domain.subscriber import Household

HAZARD_PARAMETER = "forewarnHazard"
"""CAP parameter by which a source names a threat's key itself, so that no word must be matched."""


class Stage(StrEnum):
    """Where a person stands towards a threat; each has steps of its own."""

    PREPARE = "prepare"
    WINDOW_OPEN = "window_open"
    TAKE_SHELTER = "take_shelter"
    AFTER = "after"
    ENDED = "ended"


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


class HazardRule(Data):
    """A row: the threat whose every group of ``words`` has one that begins a word of the event."""

    hazard: str
    words: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    categories: tuple[Category, ...] = ()


class StageRule(Data):
    """A row: the stage when every condition that is given holds."""

    stage: Stage
    msg_type: tuple[MsgType, ...] = ()
    response_type: tuple[ResponseType, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    severity: tuple[Severity, ...] = ()
    certainty: tuple[Certainty, ...] = ()
    phase: tuple[Phase, ...] = ()
    onset_given: bool | None = None


class Classification(Data):
    """What an advisory is about, where it stands, and how fast it must go."""

    hazard: str
    stage: Stage
    lane: Lane


class GuidanceBook(Data):
    """All guidance, checked by the loader: every text in every one of ``languages``."""

    languages: tuple[str, ...]
    sources: Mapping[str, Source]
    hazards: Mapping[str, Mapping[str, HazardText]]
    guidance: tuple[Guidance, ...]
    checklist: tuple[ChecklistItem, ...]
    profiles: Mapping[str, Profile]
    other_profile: str
    hazard_rules: tuple[HazardRule, ...]
    stage_rules: tuple[StageRule, ...]
    otherwise: str

    @cached_property
    def _by_key(self) -> dict[tuple[str, Stage], Guidance]:
        return {(one.hazard, one.stage): one for one in self.guidance}

    def steps(self, hazard: str, stage: Stage) -> Guidance:
        """The steps of a threat at a stage; an unknown threat is general security."""
        return self._by_key.get((hazard, stage)) or self._by_key[self.otherwise, stage]

    def hazard_text(self, hazard: str, language: str) -> HazardText:
        """A threat's words; an unknown threat is general security."""
        return (self.hazards.get(hazard) or self.hazards[self.otherwise])[language]

    def classify(self, advisory: Advisory, now: datetime) -> Classification:
        """Threat, stage and lane of ``advisory`` at the aware instant ``now``."""
        return Classification(
            hazard=self.hazard_of(advisory),
            stage=self.stage_of(advisory, now),
            lane=lane_of(advisory, now),
        )

    def hazard_of(self, advisory: Advisory) -> str:
        """The threat's key: as the source names it, else by the words of event, then headline."""
        named = advisory.parameter(HAZARD_PARAMETER)
        if named is not None and named in self.hazards:
            return named
        for texts in ([i.event for i in advisory.info], [i.headline for i in advisory.info]):
            said = " ".join(text.casefold() for text in texts if text)
            categories = {category for info in advisory.info for category in info.category}
            for rule in self.hazard_rules:
                if rule.categories and categories.isdisjoint(rule.categories):
                    continue
                if all(_begins_a_word(group, said) for group in rule.words):
                    return rule.hazard
        return self.otherwise

    def stage_of(self, advisory: Advisory, now: datetime) -> Stage:
        """The stage of the first row whose every condition holds; the last row has none."""
        return next(rule.stage for rule in self.stage_rules if _holds(rule, advisory, now))

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


def lane_of(advisory: Advisory, now: datetime) -> Lane:
    """How fast an advisory must go; what has passed, or only may not be real, is never urgent."""
    if advisory.status is not Status.ACTUAL:
        return Lane.DRILL
    if advisory.phase(now) is Phase.PASSED:
        return Lane.ROUTINE
    responses = {response for info in advisory.info for response in info.response_type}
    severe = advisory.max_severity in _URGENT_SEVERITIES
    if severe and ResponseType.SHELTER in responses and advisory.urgency is Urgency.IMMEDIATE:
        return Lane.SHELTER_NOW
    return Lane.PREPARE if severe or responses & _PREPARING else Lane.ROUTINE


_URGENT_SEVERITIES = {Severity.EXTREME, Severity.SEVERE}
_PREPARING = {ResponseType.SHELTER, ResponseType.PREPARE, ResponseType.EVACUATE}


def _begins_a_word(stems: tuple[str, ...], said: str) -> bool:
    return any(re.search(rf"\b{re.escape(stem.casefold())}", said) for stem in stems)


def _holds(rule: StageRule, advisory: Advisory, now: datetime) -> bool:
    onset_given = any(info.onset is not None for info in advisory.info)
    responses = {response for info in advisory.info for response in info.response_type}
    certainties = {info.certainty for info in advisory.info}
    return (
        (not rule.msg_type or advisory.msg_type in rule.msg_type)
        and (not rule.response_type or not responses.isdisjoint(rule.response_type))
        and (not rule.urgency or advisory.urgency in rule.urgency)
        and (not rule.severity or advisory.max_severity in rule.severity)
        and (not rule.certainty or not certainties.isdisjoint(rule.certainty))
        and (not rule.phase or advisory.phase(now) in rule.phase)
        and rule.onset_given in (None, onset_given)
    )

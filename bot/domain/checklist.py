"""Checklists: what a household keeps at home, how much of it, and by whose guidance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.domain.subscriber import Household

Translated = Mapping[str, str]
"""One text by language tag."""

Sources = Annotated[tuple[str, ...], Field(min_length=1)]
"""Keys of :attr:`bot.domain.guidance.GuidanceBook.sources`, the weightiest first."""


class ChecklistCategory(StrEnum):
    """The lists, in the order in which they are shown."""

    WATER = "water"
    FOOD = "food"
    MEDICATION = "medication"
    DOCUMENTS = "documents"
    POWER = "power"
    FIRST_AID = "first_aid"
    WARMTH = "warmth"
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
    COLD_MEDICATION = "cold_medication"
    MOBILITY = "mobility"
    OXYGEN = "oxygen"


class Unit(StrEnum):
    """What an amount counts: litres, kilograms, or days for each of those it is for."""

    LITRE = "litre"
    KILOGRAM = "kilogram"
    DAY = "day"


class Data(BaseModel):
    """Read from a file: frozen, and nothing unknown: a misspelt key must not vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AmountRule(Data):
    """``low`` to ``high`` of ``unit`` for each of ``counts``, never for fewer than ``min_days``.

    It is the figure of the source, which says it for one day or for ``per_days``.
    """

    unit: Unit
    low: Annotated[float, Field(gt=0)]
    high: float | None = None
    counts: Annotated[tuple[Member, ...], Field(min_length=1)]
    min_days: Annotated[int, Field(ge=1)] = 1
    per_days: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high is not None and self.high <= self.low:
            raise ValueError(f"high {self.high} is not above low {self.low}; leave it out")
        return self


class Amount(Data):
    """How much: ``low`` to ``high`` units in all, for so many people (or animals) and days.

    ``each_low`` to ``each_high`` is what one of them needs for ``per_days``.
    """

    unit: Unit
    low: float
    high: float | None
    each_low: float
    each_high: float | None
    per_days: int
    heads: int
    days: int
    is_for_pets: bool = False


class ItemRule(Data):
    """What one national profile says of an item: an amount or none, and where it says so."""

    sources: Sources
    reviewed: date
    amount: AmountRule | None = None


class ChecklistItem(Data):
    """One thing to have. ``brief`` items also stand in the warning itself."""

    key: str
    category: ChecklistCategory
    text: Translated
    profiles: Mapping[str, ItemRule]
    needs: Need = Need.EVERYONE
    brief: bool = False


class Profile(Data):
    """A national guidance that the amounts follow, for no fewer than ``min_days``.

    ``countries`` are the ISO 3166-1 codes of those who live by it.
    """

    name: Translated
    sources: Sources
    min_days: Annotated[int, Field(ge=1)]
    countries: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] = ()


class Entry(Data):
    """An item as it concerns one household."""

    item: ChecklistItem
    amount: Amount | None
    sources: Sources


def entries_for(
    items: Iterable[ChecklistItem], household: Household, days: int, profile: str
) -> tuple[Entry, ...]:
    """The items of a profile that concern a household, in the order of the lists."""
    entries = [
        Entry(
            item=item,
            amount=amount_for(rule.amount, household, days) if rule.amount else None,
            sources=rule.sources,
        )
        for item in items
        if (rule := item.profiles.get(profile)) and _concerns(item.needs, household)
    ]
    order = list(ChecklistCategory)
    return tuple(sorted(entries, key=lambda entry: order.index(entry.item.category)))


def amount_for(rule: AmountRule, household: Household, days: int) -> Amount:
    """The amount for a household; it counts at least one head, for an item is never for nobody."""
    heads = max(1, sum(getattr(household, member.value) for member in rule.counts))
    lasts = max(days, rule.min_days)
    times = heads * lasts / rule.per_days
    return Amount(
        unit=rule.unit,
        low=rule.low * times,
        high=None if rule.high is None else rule.high * times,
        each_low=rule.low,
        each_high=rule.high,
        per_days=rule.per_days,
        heads=heads,
        days=lasts,
        is_for_pets=set(rule.counts) == {Member.PETS},
    )


def _concerns(need: Need, household: Household) -> bool:
    return need is Need.EVERYONE or bool(getattr(household, need.value))


class Joining(StrEnum):
    """What became of a wish to share somebody's list."""

    JOINED = "joined"
    OWN = "own"  # the link leads to the list that one has
    FULL = "full"
    GONE = "gone"  # the link was revoked, or never was


@dataclass(frozen=True, slots=True)
class TickList:
    """The list that a chat uses.

    ``owner_id`` is the chat whose household it is reckoned for; ``is_joined`` says that this is
    another's. ``others`` is how many joined, none of whom is named.
    """

    owner_id: int
    ticked: frozenset[str] = frozenset()
    is_joined: bool = False
    is_shared: bool = False
    others: int = 0

    def with_ticks(self, ticked: frozenset[str]) -> TickList:
        """The list with other ticks."""
        return replace(self, ticked=ticked)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of ``total`` items are there."""

    done: int
    total: int

    @classmethod
    def of(cls, entries: Iterable[Entry], ticked: frozenset[str]) -> Progress:
        """Count the entries; a tick for what no longer concerns the household counts nothing."""
        keys = [entry.item.key for entry in entries]
        return cls(sum(key in ticked for key in keys), len(keys))

    def cells(self, width: int) -> int:
        """How many of ``width`` cells are full: none only at nothing, all only at everything."""
        if self.done == 0 or self.done >= self.total:
            return width if self.done else 0
        return min(width - 1, max(1, round(width * self.done / self.total)))

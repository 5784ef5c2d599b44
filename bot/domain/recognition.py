"""Which threat an advisory speaks of: rules over a table, which is data of the content room."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.advisory import Advisory, Category, NamedValue

HAZARD_PARAMETER = "forewarnHazard"
"""CAP parameter by which a source names a threat's key itself, so that no word must be matched."""


MAX_TEXT = 1_000
"""How much of an event or headline is looked at: a megabyte may come as one."""


class Basis(StrEnum):
    """What of an advisory named its threat, the surest first."""

    PARAMETER = "parameter"
    EVENT_CODE = "event_code"
    EVENT = "event"
    HEADLINE = "headline"
    CATEGORY = "category"
    NOTHING = "nothing"

    @property
    def is_guess(self) -> bool:
        """Whether the event itself was not known, so that more general words are told."""
        return self in (Basis.CATEGORY, Basis.NOTHING)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CodeRule(_Data):
    """A row: the threat of an eventCode ``name``, with or without a version, and its ``values``."""

    hazard: str
    name: str
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class HazardRule(_Data):
    """A row: the threat whose every group of ``words`` has one that begins a word of the event."""

    hazard: str
    words: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]

    @cached_property
    def _groups(self) -> tuple[re.Pattern[str], ...]:
        # Together the stems are more than re keeps compiled.
        return tuple(
            re.compile(rf"\b(?:{'|'.join(re.escape(stem.casefold()) for stem in group)})")
            for group in self.words
        )

    def fits(self, said: str) -> bool:
        """Whether every group has a stem that begins a word of ``said``, which is casefolded."""
        return all(group.search(said) for group in self._groups)


class CategoryRule(_Data):
    """A row: the threat of a CAP category, where nothing more exact is known."""

    hazard: str
    category: Category


class Recognised(_Data):
    """The threat of an advisory, and what named it."""

    hazard: str
    basis: Basis


class RecognitionTable(_Data):
    """All rows; in each list the first that fits wins, and ``otherwise`` where none does."""

    codes: tuple[CodeRule, ...]
    words: tuple[HazardRule, ...]
    categories: tuple[CategoryRule, ...]
    otherwise: str

    def recognise(self, advisory: Advisory, hazards: Collection[str]) -> Recognised:
        """The threat, by the first of :class:`Basis` that tells; ``hazards`` are all keys."""
        named = advisory.parameter(HAZARD_PARAMETER)
        if named is not None and named in hazards:
            return Recognised(hazard=named, basis=Basis.PARAMETER)
        info = advisory.info
        found = (
            (Basis.EVENT_CODE, self._by_code(code for one in info for code in one.event_code)),
            (Basis.EVENT, self._by_words(one.event for one in info)),
            (Basis.HEADLINE, self._by_words(one.headline for one in info)),
            (Basis.CATEGORY, self._by_category({c for one in info for c in one.category})),
        )
        for basis, hazard in found:
            if hazard is not None:
                return Recognised(hazard=hazard, basis=basis)
        return Recognised(hazard=self.otherwise, basis=Basis.NOTHING)

    def _by_code(self, codes: Iterable[NamedValue]) -> str | None:
        said = [(code.value_name.casefold(), code.value.strip().casefold()) for code in codes]
        for rule in self.codes:
            name, values = rule.name.casefold(), {value.casefold() for value in rule.values}
            if any((f"{n}:").startswith(f"{name}:") and value in values for n, value in said):
                return rule.hazard
        return None

    def _by_words(self, texts: Iterable[str | None]) -> str | None:
        said = " ".join(text[:MAX_TEXT].casefold() for text in texts if text)
        for rule in self.words:
            if rule.fits(said):
                return rule.hazard
        return None

    def _by_category(self, categories: Collection[Category]) -> str | None:
        rules = (rule.hazard for rule in self.categories if rule.category in categories)
        return next(rules, None)

"""A prepared advisory: all but the places, the time and the source's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.cap import Category, Certainty, ResponseType, Severity, Urgency

Said = Annotated[str, Field(min_length=1, max_length=1000)]


class Prepared(BaseModel):
    """Frozen, and nothing unknown: a misspelt key must not vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Prepared):
    """What an advisory says in one language, by the names of CAP's elements."""

    event: Said
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None


class TemplateText(Words):
    """A template in one language.

    ``name`` stands on its button; ``correction`` and ``all_clear`` are ready for when the warning
    was a mistake, and for when its time is over.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    correction: Said
    all_clear: Said


class Template(Prepared):
    """One prepared advisory; ``lasts_h`` is the length in hours of a window that begins now."""

    key: Annotated[str, Field(pattern=r"^[a-z_]{1,16}$")]
    hazard: str
    category: Annotated[tuple[Category, ...], Field(min_length=1)]
    response_type: Annotated[tuple[ResponseType, ...], Field(min_length=1)]
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    lasts_h: Annotated[int, Field(ge=1, le=168)]
    texts: Mapping[str, TemplateText]

    def text(self, language: str) -> TemplateText:
        """The template in a language, else in English."""
        return self.texts.get(language) or self.texts["en"]

"""The settings of sources: who may speak, and what becomes of what nobody vouches for."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.domain.advisory import Severity
from bot.domain.trust import Source, Unsigned


class TrustSettings(BaseModel):
    """What becomes of an advisory that no key of a known source vouches for.

    What operators write above `two_people_above` needs a second person; `Extreme` asks for none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unsigned: Unsigned = Unsigned.REVIEW
    two_people_above: Literal["Minor", "Moderate", "Severe", "Extreme"] = "Moderate"


class SourceSettings(BaseModel):
    """One source: who it is, its key, and what it may say. See `bot.domain.trust.Source`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: str = "authority"
    public_key: str | None = None
    places: tuple[str, ...] = ()
    max_severity: Severity = Severity.EXTREME
    review: bool = False
    trust: Annotated[int, Field(ge=1, le=10)] = 5
    silent_after_hours: Annotated[float, Field(gt=0, le=8760)] | None = None

    @field_validator("public_key")
    @classmethod
    def _ed25519(cls, value: str | None) -> str | None:
        try:
            if value is not None and len(b64decode(value, validate=True)) != 32:
                raise ValueError
        except ValueError:
            raise ValueError("is no Ed25519 key; write its 32 bytes in base64") from None
        return value

    def source(self, key: str) -> Source:
        """The source as the domain knows it."""
        silent = self.silent_after_hours
        return Source(
            key=key,
            name=self.name,
            kind=self.kind,
            public_key=self.public_key,
            places=frozenset(self.places),
            max_severity=self.max_severity,
            review=self.review,
            trust=self.trust,
            silent_after=None if silent is None else timedelta(hours=silent),
        )

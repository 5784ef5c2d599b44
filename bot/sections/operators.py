"""The settings of the operators' part; `bot.config` reads them with all others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.domain.operators import Patience


class OperatorSettings(BaseModel):
    """The people who publish. `name` is the source that recipients read where none is given.

    `chat` is the id of a group or private chat where the bot reports what needs a person.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=120)] = "Forewarn operators"
    chat: int | None = None
    remind_minutes: Annotated[float, Field(gt=0, le=1440)] = 5
    escalate_minutes: Annotated[float, Field(gt=0, le=1440)] = 10
    invitation_hours: Annotated[float, Field(gt=0, le=168)] = 24
    progress_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    audit_days: Annotated[int, Field(ge=30, le=3650)] = 730

    @model_validator(mode="after")
    def _reminds_first(self) -> Self:
        if self.escalate_minutes < self.remind_minutes:
            raise ValueError(
                f"escalate_minutes is {self.escalate_minutes:g} and remind_minutes "
                f"{self.remind_minutes:g}; set BOT_OPERATORS__ESCALATE_MINUTES to no less"
            )
        return self

    @property
    def patience(self) -> Patience:
        """As the domain knows it."""
        return Patience(
            remind=timedelta(minutes=self.remind_minutes),
            escalate=timedelta(minutes=self.escalate_minutes),
        )

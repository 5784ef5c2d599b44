"""The settings of advisories' lives; `bot.config` reads them with all others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.advisory import Severity
from bot.domain.change import Policy

Hours = Annotated[float, Field(gt=0, le=720)]


class LifeSettings(BaseModel):
    """How advisories go on. `reminders` are hours before the window, `lasts` hours by severity for
    an advisory that states no end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reminders: Annotated[tuple[Hours, ...], Field(max_length=5)] = (12, 2)
    lasts: dict[Severity, Hours] = {}

    @property
    def policy(self) -> Policy:
        """As the domain knows it."""
        lasts = {**Policy().lasts, **{k: timedelta(hours=v) for k, v in self.lasts.items()}}
        return Policy(tuple(timedelta(hours=ahead) for ahead in self.reminders), lasts)

"""The settings of drills; `bot.config` reads them with all others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class DrillSettings(BaseModel):
    """How drills go. `rehearse_minutes` lie between a drill, its all-clear and its correction."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rehearse_minutes: Annotated[float, Field(gt=0, le=25)] = 10

    @property
    def pause(self) -> timedelta:
        """What lies between what a drill sends by itself; two of them fit into its hour."""
        return timedelta(minutes=self.rehearse_minutes)

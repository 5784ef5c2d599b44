"""The settings of the watchdog; `bot.config` reads them with all others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.course import Limits
from bot.domain.watch import Calm


class WatchSettings(BaseModel):
    """How soon operators hear of what needs a person. A broadcast in which nothing moves for
    `still_seconds` stands still; the rate is measured over `slow_seconds`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    look_seconds: Annotated[float, Field(ge=0.1, le=60)] = 5
    still_seconds: Annotated[float, Field(ge=1, le=3600)] = 60
    slow_seconds: Annotated[float, Field(ge=1, le=3600)] = 60
    sum_minutes: Annotated[float, Field(gt=0, le=1440)] = 15
    repeat_minutes: Annotated[float, Field(gt=0, le=1440)] = 30
    stars_minutes: Annotated[float, Field(gt=0, le=1440)] = 60

    def limits(self, rate_per_s: float) -> Limits:
        """As the domain knows them."""
        return Limits(
            still=timedelta(seconds=self.still_seconds),
            slow=timedelta(seconds=self.slow_seconds),
            rate_per_s=rate_per_s,
        )

    @property
    def calm(self) -> Calm:
        """After four looks without it, a concern is over."""
        return Calm(
            settles=timedelta(seconds=4 * self.look_seconds),
            repeats=timedelta(minutes=self.repeat_minutes),
        )

"""The settings of drills; `bot.config` reads them with all others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.domain.drill import Plan, Rehearsed, read_audience
from bot.domain.drill_schedule import Scheduled, read_rule


class ScheduledDrill(BaseModel):
    """A drill of every month. `audience` is as `bot.domain.drill.Audience` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,24}$")]
    day: str
    time: str
    template: str
    places: Annotated[tuple[str, ...], Field(min_length=1, max_length=30)]
    audience: str = "operators"
    rehearses: tuple[Rehearsed, ...] = ()
    audible: bool = False

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if read_rule(self.day, self.time) is None:
            raise ValueError(
                f"{self.day!r} at {self.time!r} is no day of a month; write such as first tuesday, "
                "15 or last, and 11:00"
            )
        if read_audience(self.audience) is None:
            raise ValueError(
                f"audience {self.audience!r} is none of operators, everyone, share:20, group:-100…"
            )
        return self

    @property
    def drill(self) -> Scheduled:
        """As the domain knows it."""
        rule = read_rule(self.day, self.time)
        assert rule is not None
        rehearses = tuple(one for one in Rehearsed if one in self.rehearses)
        plan = Plan(audience=self.audience, audible=self.audible, rehearses=rehearses)
        return Scheduled(self.name, rule, self.template, self.places, plan)


class DrillSettings(BaseModel):
    """How drills go. `rehearse_minutes` lie between a drill, its all-clear and its correction, and
    a scheduled one is announced `announce_hours` before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rehearse_minutes: Annotated[float, Field(gt=0, le=25)] = 10
    announce_hours: Annotated[float, Field(gt=0, le=336)] = 24
    schedule: tuple[ScheduledDrill, ...] = ()

    @model_validator(mode="after")
    def _has_names(self) -> Self:
        names = [one.name for one in self.schedule]
        if len(set(names)) < len(names):
            raise ValueError(f"two drills of the schedule have one name: {', '.join(names)}")
        return self

    @property
    def pause(self) -> timedelta:
        """What lies between what a drill sends by itself; two of them fit into its hour."""
        return timedelta(minutes=self.rehearse_minutes)

    @property
    def scheduled(self) -> tuple[Scheduled, ...]:
        """As the domain knows them."""
        return tuple(one.drill for one in self.schedule)

"""What the operators' handlers work with beside the services of everybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.chat.services import Counts
from bot.domain.advisory import Severity
from bot.domain.guidance import GuidanceBook
from bot.domain.operators import Role
from bot.domain.record import AdvisoryRecord
from bot.domain.template import Template
from bot.pipeline.deciding import Deciding
from bot.pipeline.drill_calendar import DrillCalendar
from bot.pipeline.following import Following
from bot.pipeline.progress import Gauge
from bot.pipeline.publishing import Publishing
from bot.pipeline.roster import Roster
from bot.rendering.card import Cards
from bot.rendering.drill import DrillCards
from bot.rendering.followup import FollowUps
from bot.rendering.notice import Notice
from bot.rendering.pages import Pages
from bot.rendering.progress import ProgressTexts
from bot.rendering.watch import WatchTexts
from bot.storage.asked import Asked
from bot.storage.audit import Audit
from bot.storage.drafts import Drafts
from bot.storage.operators import Operators
from bot.storage.progress import ProgressNotes
from bot.storage.source_contacts import SourceContacts
from bot.storage.timers import Timers
from bot.storage.watch import Watch


class Notes(Protocol):
    """Tells every operator, and closes questions; `bot.chat.operators.desk.Desk`."""

    async def show(self, record: AdvisoryRecord, admin_id: int) -> bool: ...
    async def close(self, record: AdvisoryRecord, *, by: str | None) -> None: ...
    async def tell(self, text_key: str, **values: object) -> None: ...


class Gatherer(Protocol):
    """What is told of a record; `bot.pipeline.notices.Notices`."""

    async def of(self, record: AdvisoryRecord) -> Notice: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says of publishing; rates are messages a second, ``drill_pause`` lies
    between what a drill sends by itself.
    """

    two_people_above: Severity
    free_rate: float
    paid_rate: float
    is_paid_on: bool
    invitation_lasts: timedelta
    drill_pause: timedelta


@dataclass(frozen=True, slots=True)
class Office:
    """`source_names` are the configured sources and the operators' own, by key."""

    roster: Roster
    operators: Operators
    drafts: Drafts
    audit: Audit
    contacts: SourceContacts
    asked: Asked
    publishing: Publishing
    desk: Notes
    notices: Gatherer
    counts: Counts
    guidance: GuidanceBook
    templates: Mapping[str, Template]
    cards: Cards
    drill_cards: DrillCards
    drill_steps: Timers
    calendar: DrillCalendar
    follow_ups: FollowUps
    deciding: Deciding
    following: Following
    pages: Pages
    gauge: Gauge
    progress_notes: ProgressNotes
    progress_texts: ProgressTexts
    watch: Watch
    watch_texts: WatchTexts
    terms: Terms
    source_names: Mapping[str, str]
    set_menu: Callable[[int, Role | None], Awaitable[None]]

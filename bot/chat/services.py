"""What handlers work with, named once; each replica builds it once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.chat.choice import Suggest
from bot.domain.gazetteer import Gazetteer
from bot.domain.message import Layout, Message
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import Chat, Household, Kind, Recipient, State
from bot.pipeline.live import Active
from bot.rendering.dialogue import Dialogue
from bot.rendering.notice import Notice
from bot.rendering.offline import Offline
from bot.rendering.operator import OperatorTexts

if TYPE_CHECKING:
    from bot.chat.operators.office import Office


class Chats(Protocol):
    """The subscribers, as people change them."""

    async def get(self, chat_id: int) -> Chat | None: ...
    async def save(self, chat: Chat) -> None: ...
    async def set_state(self, chat_id: int, state: State) -> Chat | None: ...
    async def migrate(self, old_id: int, new_id: int) -> Chat | None: ...
    async def forget(self, chat_id: int) -> None: ...


class Counts(Protocol):
    """How many chats follow any of the places."""

    async def count(self, place_ids: Collection[str]) -> Mapping[Kind, int]: ...


class Advisories(Protocol):
    """What was received, as people ask for it."""

    async def get(self, advisory_id: str) -> AdvisoryRecord | None: ...
    async def by_code(self, code: str) -> AdvisoryRecord | None: ...
    async def pending(self) -> tuple[AdvisoryRecord, ...]: ...


class Live(Protocol):
    """What is active now; `bot.pipeline.live.Live`."""

    async def active(self, places: Collection[str]) -> tuple[Active, ...]: ...
    async def join(self, chat: Chat, formerly: Recipient | None = None) -> int: ...


class Review(Protocol):
    """Decides what waits; False if somebody decided before. `bot.pipeline.review.Review`."""

    async def approve(self, advisory_id: str, by: str | None = None) -> bool: ...
    async def reject(self, advisory_id: str, by: str | None = None) -> bool: ...


class Notices(Protocol):
    """What is told of an advisory; `bot.pipeline.notices.Notices`."""

    async def for_advisory(self, advisory_id: str) -> Notice | None: ...


class Renderer(Protocol):
    """A notice in words; `bot.rendering.advisory.Renderer`."""

    def render(self, notice: Notice, language: str, layout: Layout) -> Message: ...
    def details(
        self, notice: Notice, language: str, household: Household
    ) -> tuple[Message, ...]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """`clock` gives the aware time now; `suggest` finds names that are nearly right.

    `office` is what only operators' handlers work with.
    """

    chats: Chats
    advisories: Advisories
    live: Live
    review: Review
    notices: Notices
    renderer: Renderer
    gazetteer: Gazetteer
    suggest: Suggest
    dialogue: Dialogue
    operator_texts: OperatorTexts
    offline: Offline
    clock: Callable[[], datetime]
    office: Office

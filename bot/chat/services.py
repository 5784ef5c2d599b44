"""What handlers work with, named once; each replica builds it once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.chat.choice import Suggest
from bot.domain.advisory import Advisory
from bot.domain.channel import CityChannel, Wish
from bot.domain.checklist import Joining, TickList
from bot.domain.errand import Errand, Task, Trouble
from bot.domain.gazetteer import Gazetteer
from bot.domain.message import Layout, Message
from bot.domain.record import AdvisoryRecord
from bot.domain.rollcall import Answer, Reply, RollCall
from bot.domain.shelter import NearShelter
from bot.domain.subscriber import Awaited, Chat, Household, Kind, Recipient, State
from bot.domain.trust import Ruling
from bot.pipeline.live import Active
from bot.rendering.dialogue import Dialogue
from bot.rendering.household import HouseholdMenu
from bot.rendering.notice import Notice
from bot.rendering.offline import Offline
from bot.rendering.operator import OperatorTexts
from bot.rendering.rollcall import RollCallTexts
from bot.rendering.settings import SettingsTexts
from bot.rendering.shelter import ShelterTexts
from bot.rendering.status import Situation, StatusTexts
from bot.rendering.ticklist import TickLists
from bot.storage.rollcalls import Said

if TYPE_CHECKING:
    from bot.chat.operators.office import Office


class Chats(Protocol):
    """The subscribers, as people change them."""

    async def get(self, chat_id: int) -> Chat | None: ...
    async def save(self, chat: Chat) -> None: ...
    async def set_state(self, chat_id: int, state: State) -> Chat | None: ...
    async def migrate(self, old_id: int, new_id: int) -> Chat | None: ...
    async def forget(self, chat_id: int) -> None: ...


class TickStore(Protocol):
    """What is ticked, and who shares it; `bot.storage.checklists.Checklists`."""

    async def open(self, chat_id: int) -> TickList: ...
    async def own(self, chat_id: int) -> TickList: ...
    async def tick(self, chat_id: int, item: str, *, done: bool) -> TickList: ...
    async def reset(self, chat_id: int) -> TickList: ...
    async def share(self, chat_id: int) -> str: ...
    async def stop(self, chat_id: int) -> None: ...
    async def join(self, chat_id: int, token: str) -> Joining: ...
    async def leave(self, chat_id: int) -> None: ...
    async def migrate(self, old_id: int, new_id: int) -> None: ...
    async def forget(self, chat_id: int) -> None: ...


class Questions(Protocol):
    """What a private chat's next text or location answers."""

    async def ask(self, chat_id: int, what: Awaited) -> None: ...
    async def open(self, chat_id: int) -> Awaited | None: ...
    async def close(self, chat_id: int) -> None: ...


class PublicShelters(Protocol):
    """The operator's list; degrees in WGS 84."""

    async def any(self) -> bool: ...
    async def nearest(self, lat: float, lon: float, n: int) -> tuple[NearShelter, ...]: ...


class Counts(Protocol):
    """How many chats follow any of the places."""

    async def count(self, place_ids: Collection[str]) -> Mapping[Kind, int]: ...


class Advisories(Protocol):
    """What was received, as people ask for it."""

    async def get(self, advisory_id: str) -> AdvisoryRecord | None: ...
    async def by_code(self, code: str) -> AdvisoryRecord | None: ...
    async def current(self, now: datetime) -> Sequence[AdvisoryRecord]: ...
    async def pending(self) -> tuple[AdvisoryRecord, ...]: ...


class Contacts(Protocol):
    """Whom to tell what a group or channel lacks; `bot.storage.contacts.Contacts`."""

    async def of(self, chat_id: int) -> int | None: ...
    async def keep(self, chat_id: int, user_id: int) -> None: ...
    async def first(self, chat_id: int, trouble: Trouble) -> bool: ...
    async def mended(self, chat_id: int, trouble: Trouble) -> None: ...
    async def move(self, old_id: int, new_id: int) -> None: ...
    async def chats_of(self, user_id: int) -> Sequence[int]: ...
    async def forget(self, user_id: int) -> None: ...


class Pins(Protocol):
    """Advisory's id -> our pinned message, for each chat; `bot.storage.pins.Pins`."""

    async def held(self, chat_id: int) -> Mapping[str, int]: ...
    async def keep(self, chat_id: int, advisory_id: str, message_id: int) -> None: ...
    async def drop(self, chat_id: int, advisory_id: str) -> None: ...
    async def allow(self, chat_id: int, *, may: bool) -> None: ...
    async def allowed(self, chat_id: int) -> bool: ...
    async def forget(self, chat_id: int) -> None: ...


class RollCalls(Protocol):
    """What is asked and answered in groups; `bot.storage.rollcalls.RollCalls`."""

    async def open(self, call: RollCall) -> bool: ...
    async def shown(self, chat_id: int, message_id: int) -> None: ...
    async def get(self, chat_id: int) -> RollCall | None: ...
    async def answer(self, chat_id: int, call_id: str, said: Said, at: datetime) -> str: ...
    async def counts(self, chat_id: int) -> Mapping[Answer, int]: ...
    async def replies(self, chat_id: int) -> list[Reply]: ...
    async def end(self, chat_id: int, call_id: str) -> bool: ...
    async def move(self, old_id: int, new_id: int) -> bool: ...
    async def chats_of(self, user_id: int) -> Sequence[int]: ...
    async def forget(self, user_id: int) -> None: ...


class Channels(Protocol):
    """Channels that are being bound, and a city's own; `bot.storage.channels.Channels`."""

    async def wish(self, user_id: int, wish: Wish) -> None: ...
    async def wished(self, user_id: int) -> Wish | None: ...
    async def granted(self, user_id: int) -> None: ...
    async def offer(self, place_id: str, channel: CityChannel) -> None: ...
    async def offered(self, place_id: str) -> CityChannel | None: ...


class Errands(Protocol):
    """What is done later, by whichever replica looks first; `bot.storage.errands.Errands`."""

    async def add(self, task: Task, errand: Errand, delay_s: float = 0) -> None: ...


class Forgeries(Protocol):
    """What people report as forged; `bot.storage.forgeries.Forgeries`."""

    async def add(self, id: str, text: str, code: str, now: datetime) -> bool: ...


class Live(Protocol):
    """What is active now; `bot.pipeline.live.Live`."""

    async def active(self, places: Collection[str]) -> tuple[Active, ...]: ...
    async def join(self, chat: Chat, formerly: Recipient | None = None) -> int: ...
    async def held(self, chat: Chat, before: datetime | None = None) -> tuple[str, ...]: ...
    async def tell(self, chat: Chat, held: Iterable[str]) -> None: ...
    async def summed(self, chat: Chat, held: Iterable[str]) -> None: ...


class Voices(Protocol):
    """`bot.pipeline.voices.Voices`."""

    async def of(self, places: Collection[str]) -> Situation: ...


class Review(Protocol):
    """Decides what waits; False if somebody decided before. `bot.pipeline.review.Review`."""

    async def approve(self, advisory_id: str, by: str | None = None) -> bool: ...
    async def reject(self, advisory_id: str, by: str | None = None) -> bool: ...
    async def foresee(self, advisory: Advisory, author: int) -> Ruling: ...


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
    checklists: TickStore
    questions: Questions
    shelters: PublicShelters
    contacts: Contacts
    pins: Pins
    errands: Errands
    rollcalls: RollCalls
    channels: Channels
    advisories: Advisories
    forgeries: Forgeries
    live: Live
    voices: Voices
    review: Review
    notices: Notices
    renderer: Renderer
    gazetteer: Gazetteer
    suggest: Suggest
    dialogue: Dialogue
    status_texts: StatusTexts
    settings_texts: SettingsTexts
    tick_lists: TickLists
    household_menu: HouseholdMenu
    shelter_texts: ShelterTexts
    operator_texts: OperatorTexts
    offline: Offline
    rollcall_texts: RollCallTexts
    rollcall_minutes: int
    clock: Callable[[], datetime]
    office: Office

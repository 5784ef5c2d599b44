"""A village that is warned: the real pipeline and Redis, and a Telegram that takes everything.

What the dispatcher would send is claimed, rendered and kept here, so that a test sees each chat as
its reader does. Time is a test's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from bot.assembly.reception import tick_lists
from bot.config import Settings
from bot.domain.advisory import Advisory, Severity
from bot.domain.broadcast import Claimed, Entry, Manner
from bot.domain.delivery import End
from bot.domain.errand import Errand, Task
from bot.domain.life import Mark, Purpose
from bot.domain.message import Layout
from bot.domain.preferences import Fate, Preferences
from bot.domain.subscriber import Chat, Kind
from bot.domain.trust import Source, Unsigned
from bot.formats import parse
from bot.loading import Content, load_content
from bot.pipeline.discretion import Discretion
from bot.pipeline.job import Job
from bot.pipeline.lineage import Lineage
from bot.pipeline.live import Live
from bot.pipeline.notices import Notices
from bot.pipeline.review import Arrival, Review, Rules
from bot.pipeline.roster import Roster
from bot.pipeline.timekeeper import Timekeeper
from bot.pipeline.voices import Voices
from bot.rendering.advisory import Renderer
from bot.rendering.notice import LIVE
from bot.sections.operators import OperatorSettings
from bot.storage.opening import Storage, open_storage
from tests.acceptance.advisories import payload
from tests.integration.storage.conftest import Clock

ROLE = "the village"
KYIV, LVIV = "703448", "702550"
HOUR = timedelta(hours=1)


class Quiet:
    """A desk and a meter that nobody reads."""

    async def ask(self, _: object, *, escalated: bool = False) -> bool:
        return True

    async def urge(self, _: object, __: object) -> None:
        return None

    async def tell(self, text_key: str, **values: object) -> None:
        return None

    def count(self, _: str, __: int = 1, /, **___: str) -> None:
        return None

    def observe(self, _: str, __: float, /) -> None:
        return None

    def show(self, _: str, __: float, /) -> None:
        return None


@dataclass(slots=True)
class Shown:
    """A message as it stands in a chat."""

    id: int
    chat_id: int
    purpose: Purpose
    mark: Mark | None
    text: str
    has_buttons: bool
    silent: bool
    answers: int | None

    @property
    def is_live(self) -> bool:
        """Whether it tells what to do, and nothing says that it no longer counts."""
        return self.purpose in LIVE and self.mark is None


@cache
def content() -> Content:
    """Loaded once: texts, guidance and places."""
    return load_content(Settings())


class Village:
    """What a test acts through."""

    def __init__(
        self, storage: Storage, clock: Clock, sources: Mapping[str, Source] | None = None
    ) -> None:
        self.storage, self.clock, self.sources = storage, clock, sources or {}
        self.shown: list[Shown] = []
        self.sent: list[Shown] = []
        self.busy: set[int] = set()
        """Chats that Telegram takes nothing for now."""
        self._numbers = count(1)
        self.restart()

    def restart(self) -> None:
        """Build every part anew: nothing is known but what Redis holds."""
        storage, made, policy = self.storage, content(), Settings().life.policy
        quiet, clock = Quiet(), self.clock
        lineage = Lineage(storage.advisories, made.guidance, policy, clock)
        self.renderer = Renderer(made.texts, made.guidance, "forewarn_bot")
        self.notices = Notices(
            advisories=storage.advisories,
            lineage=lineage,
            policy=policy,
            gazetteer=made.gazetteer,
            guidance=made.guidance,
            sources=self.sources,
            days=3,
            profile="ua",
            clock=clock,
        )
        self.discretion = Discretion(
            advisories=storage.advisories,
            notices=self.notices,
            gazetteer=made.gazetteer,
            lists=storage.checklists,
            tick_lists=tick_lists(Settings(), made),
            households=storage.chats,
            clock=clock,
        )
        self.review = Review(
            advisories=storage.advisories,
            broadcasts=storage.broadcasts,
            timers=storage.timers,
            lineage=lineage,
            policy=policy,
            gazetteer=made.gazetteer,
            sources=self.sources,
            unsigned=Unsigned.PUBLISH,
            roster=Roster(storage.operators, (), made.gazetteer),
            authors=storage.drafts,
            rules=Rules(Severity.EXTREME, OperatorSettings().patience),
            desk=quiet,
            clock=clock,
            wake=lambda: None,
        )
        self.timekeeper = Timekeeper(
            timers=storage.timers,
            advisories=storage.advisories,
            broadcasts=storage.broadcasts,
            lineage=lineage,
            policy=policy,
            meter=quiet,
            clock=clock,
            wake=lambda: None,
        )
        self.voices = Voices(
            advisories=storage.advisories,
            lineage=lineage,
            notices=self.notices,
            guidance=made.guidance,
            gazetteer=made.gazetteer,
            sources=self.sources,
            contacts=storage.source_contacts,
            clock=clock,
        )
        self.live = Live(
            advisories=storage.advisories,
            broadcasts=storage.broadcasts,
            clock=clock,
            wake=lambda: None,
        )

    async def follow(
        self,
        chat_id: int,
        *places: str,
        kind: Kind = Kind.PRIVATE,
        chosen: Preferences | None = None,
    ) -> None:
        """Subscribe as a person does: what is active is told at once."""
        chosen = chosen or Preferences()
        chat = Chat(chat_id, kind, "en", places or (KYIV,), preferences=chosen)
        await self.storage.chats.save(chat)
        await self.live.join(chat)

    async def receive(self, alert: dict[str, Any], source: str | None = None) -> Advisory:
        """An advisory comes in, by the word of a configured source or of nobody known."""
        (advisory,) = parse(payload(alert)).advisories
        signed = source is not None
        await self.review.consider(Arrival(advisory, self.clock.now, source, signed=signed))
        return advisory

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass and the timekeeper look."""
        self.clock.now += by
        await self.timekeeper.catch_up()

    async def deliver(self, most: int | None = None) -> list[Shown]:
        """Send what is due, or at most so many messages of one broadcast; what was sent."""
        before = len(self.sent)
        while await self.storage.broadcasts.all_active():
            turn = await self.storage.broadcasts.turn()
            if turn is None:
                if most is not None:
                    break
                self.clock.now += timedelta(seconds=0.5)
                continue
            claim = await self.storage.broadcasts.claim(ROLE, turn, most or 50)
            entries = [await self._take(turn, one) for one in claim.chats]
            await self.storage.broadcasts.record(ROLE, turn, entries)
            if most is not None:
                break
        return self.sent[before:]

    async def _take(self, broadcast_id: str, chat: Claimed) -> Entry:
        broadcast = await self.storage.broadcasts.get(broadcast_id)
        assert broadcast is not None
        job = Job(broadcast.id, broadcast.lane, broadcast.expires, chat, manner=broadcast.manner)
        if job.recipient.chat_id in self.busy:
            return job.again(self.clock.now + HOUR, failed=False)
        tact = await self.discretion.of(job)
        if tact.fate is Fate.DROPPED:
            return Entry(chat.recipient, End.SUPPRESSED)
        if tact.until is not None:
            rests = (tact.until - self.clock.now).total_seconds()
            await self.storage.errands.add(Task.RESTED, Errand(chat.recipient.chat_id), rests)
            return Entry(chat.recipient, End.HELD)
        notice = await self.notices.for_broadcast(broadcast_id)
        message = self.renderer.render(notice, "en", Layout.PRIVATE)
        edits = broadcast.manner in (Manner.EDIT, Manner.EDIT_OR_SEND)
        is_change = edits and chat.answers is not None
        if broadcast.manner is Manner.EDIT and not is_change:
            return Entry(chat.recipient, End.SUPPRESSED)
        if broadcast.manner is Manner.UNTOLD and chat.answers is not None:
            return Entry(chat.recipient, End.SUPPRESSED)
        shown = Shown(
            id=chat.answers if is_change and chat.answers else next(self._numbers),
            chat_id=chat.recipient.chat_id,
            purpose=notice.purpose,
            mark=notice.mark,
            text=message.html,
            has_buttons=bool(message.keyboard),
            silent=message.silent or tact.fate is Fate.SILENT,
            answers=chat.answers,
        )
        if is_change:
            (old,) = (one for one in self.shown if one.id == shown.id)
            shown.purpose = old.purpose if notice.mark else shown.purpose
            self.shown.remove(old)
        else:
            self.sent.append(shown)
        self.shown.append(shown)
        return Entry(chat.recipient, End.SENT, message_id=shown.id)

    def of(self, chat_id: int) -> list[Shown]:
        """What stands in a chat, in the order in which it was sent."""
        return sorted((s for s in self.shown if s.chat_id == chat_id), key=lambda s: s.id)

    def alert(self, name: str, **changes: Any) -> dict[str, Any]:
        """A warning of a possible air attack, from 6 to 18 hours on; `info` changes that part."""
        now = self.clock.now.replace(microsecond=0)
        info: dict[str, Any] = {
            "language": "en-US",
            "category": ["Security"],
            "event": "Air attack",
            "responseType": ["Prepare"],
            "urgency": "Expected",
            "severity": "Severe",
            "certainty": "Possible",
            "onset": (now + 6 * HOUR).isoformat(),
            "expires": (now + 18 * HOUR).isoformat(),
            "headline": name,
            "area": [area(KYIV)],
        }
        return {
            "identifier": name,
            "sender": "acs@embassy.example",
            "sent": now.isoformat(),
            "status": "Actual",
            "msgType": "Alert",
            "scope": "Public",
            "info": [info | changes.pop("info", {})],
        } | changes

    def after(self, original: Advisory, name: str, **changes: Any) -> dict[str, Any]:
        """An Update of `original` with the same window, unless it is changed."""
        first = original.info[0]
        assert first.onset is not None
        assert first.expires is not None
        same = {"onset": first.onset.isoformat(), "expires": first.expires.isoformat()}
        info = same | changes.pop("info", {})
        changes = {"msgType": "Update", "references": reference(original)} | changes
        return self.alert(name, info=info, **changes)

    def withdrawal(self, original: Advisory, name: str, **changes: Any) -> dict[str, Any]:
        """A Cancel of `original` that says nothing else."""
        found = self.after(original, name, msgType="Cancel", **changes)
        del found["info"]
        return found


def area(place: str) -> dict[str, Any]:
    """A place by its id."""
    code = {"valueName": "GEONAMES", "value": place}
    return {"areaDesc": place, "geocode": [code]}


def reference(original: Advisory) -> str:
    """How a later message names it."""
    return f"{original.sender},{original.identifier},{original.sent.isoformat()}"


@asynccontextmanager
async def village(
    redis_url: str, clock: Clock | None = None, sources: Mapping[str, Source] | None = None
) -> AsyncIterator[Village]:
    """A village whose dispatcher's role is held."""
    clock = clock or Clock()
    async with open_storage(redis_url, Path("unused"), story=clock) as storage:
        assert await storage.role.acquire(ROLE, 3600)
        yield Village(storage, clock, sources)

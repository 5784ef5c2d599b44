"""From a finished draft to the queue, by the same way as every source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.advisory import Advisory
from bot.domain.change import Policy
from bot.domain.draft import Draft, DraftState, Hand, Imprint, Kept, begun, build
from bot.domain.followup import Finish, Said, finish, finish_id
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook
from bot.domain.operators import SOURCE
from bot.domain.place import Place
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.formats import parse
from bot.pipeline.plan import expiry, locate, short_code

log = structlog.get_logger(__name__)


class Drafts(Protocol):
    """What is being written, as stored."""

    async def close(
        self, kept: Kept, state: DraftState, hand: Hand, payload: bytes = b""
    ) -> Kept | None: ...
    async def create(
        self, draft: Draft, hand: Hand, draft_id: str | None = None
    ) -> Kept | None: ...
    async def get(self, draft_id: str) -> Kept | None: ...
    async def due(self) -> tuple[Kept, ...]: ...
    async def note_author(self, advisory_id: str, operator_id: int) -> None: ...


class Stream(Protocol):
    """The public stream, as a producer sees it."""

    async def add(
        self, payload: bytes, source: str | None = None, signature: str | None = None
    ) -> str: ...


class Publishing:
    """Fixes a draft as an advisory, signs it with the operators' key and puts it on the queue.

    A crash between any two steps is made good by :meth:`push_due`: the advisory is fixed first,
    and the same advisory twice on the queue is acted on once.
    """

    def __init__(
        self,
        *,
        drafts: Drafts,
        queue: Stream,
        gazetteer: Gazetteer,
        guidance: GuidanceBook,
        sign: Callable[[bytes], str],
        sender: str,
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._drafts = drafts
        self._queue = queue
        self._gazetteer = gazetteer
        self._guidance = guidance
        self._sign = sign
        self._sender = sender
        self._policy = policy
        self._clock = clock

    def places(self, draft: Draft) -> tuple[Place, ...]:
        """The chosen places that the bot still holds."""
        return tuple(place for id in draft.places if (place := self._gazetteer.get(id)))

    def advisory(self, kept: Kept) -> Advisory:
        """What the draft would be if it were issued now. Raises ValueError where it lacks much."""
        events = self._events(kept.draft.hazard or self._guidance.otherwise)
        now = self._clock()
        imprint = Imprint(kept.id, self._sender, now, events)
        return build(begun(kept.draft, now), self.places(kept.draft), imprint)

    def record(
        self, advisory: Advisory, author: int | None = None, original: Advisory | None = None
    ) -> AdvisoryRecord:
        """The record of an advisory that is not stored yet, to show it as it will be seen.

        What ends an `original` names no place, and has its code from where that one is for.
        """
        resolution = locate(advisory, self._gazetteer)
        named = resolution.named
        if not named and original is not None:
            named = locate(original, self._gazetteer).named
        first = self._gazetteer.get(named[0]) if named else None
        now = self._clock()
        return AdvisoryRecord(
            id=advisory.id,
            payload=advisory.to_json(),
            raw=b"",
            source=SOURCE,
            signed=True,
            state=AdvisoryState.PENDING,
            code=short_code(advisory.id, first.name("en") if first else ""),
            places=tuple(sorted(resolution.places)),
            named=resolution.named,
            unresolved=(),
            reasons=(),
            received=now,
            expires=expiry(advisory, now, self._policy),
            author=author,
        )

    def finish(self, what: Finish, original: Advisory, said: Said) -> Advisory:
        """The message that ends a warning, as if it were issued now."""
        return finish(what, original, said, self._sender, self._clock())

    async def submit_finish(
        self, what: Finish, original: Advisory, said: Said, hand: Hand
    ) -> AdvisoryRecord | Kept:
        """Issue it; the draft of whoever was first where somebody issued it before."""
        about = finish_id(what, original.id)
        kept = await self._drafts.create(Draft(), hand, about) or await self._drafts.get(about)
        if kept is None:
            raise LookupError(f"the draft {about} is there and cannot be read")
        if kept.state is DraftState.OPEN:
            # Also one whose maker died before it was issued.
            advisory = self.finish(what, original, said)
            record = await self.submit(kept, hand, advisory, original, drill=original.is_drill)
            if record is not None:
                return record
        return await self._drafts.get(about) or kept

    async def submit(
        self,
        kept: Kept,
        hand: Hand,
        advisory: Advisory | None = None,
        original: Advisory | None = None,
        *,
        drill: bool = False,
    ) -> AdvisoryRecord | None:
        """Issue a complete draft, or `advisory`, which ends an `original`, in its name; None if
        somebody changed or issued it meanwhile.

        Raises ValueError for a drill that does not say so: the real thing and a drill never go the
        same last step.
        """
        if (advisory or kept.draft).is_drill is not drill:
            raise ValueError("a drill and the real thing are each confirmed in their own way")
        advisory = advisory or self.advisory(kept)
        record = self.record(advisory, hand.id, original)
        # Before it is on the queue: review asks who wrote it.
        await self._drafts.note_author(record.id, hand.id)
        closed = await self._drafts.close(kept, DraftState.SUBMITTED, hand, record.payload)
        if closed is None:
            return None
        await self._push(closed)
        return record

    async def push_due(self) -> None:
        """Put on the queue what was issued before a crash or an outage came between."""
        for kept in await self._drafts.due():
            log.info("draft taken up again", draft=kept.id)
            await self._push(kept)

    async def _push(self, kept: Kept) -> None:
        await self._queue.add(kept.payload, SOURCE, self._sign(kept.payload))
        await self._drafts.close(kept, DraftState.QUEUED, kept.hand)
        (advisory,) = parse(kept.payload).advisories
        log.info("advisory issued", draft=kept.id, advisory=advisory.id, operator=kept.hand.id)

    def _events(self, hazard: str) -> Mapping[str, str]:
        texts = (
            self._guidance.hazards.get(hazard) or self._guidance.hazards[self._guidance.otherwise]
        )
        return {language: text.possible for language, text in texts.items()}

"""From the public stream to a judged advisory, or to a dead letter that says why."""

from __future__ import annotations

import time
from collections.abc import Mapping

import structlog

from bot.domain.advisory import Reason
from bot.domain.change import Policy, is_warning
from bot.domain.record import QueueEntry
from bot.domain.trust import Source, Verdict
from bot.formats import Parsed, Refused, parse
from bot.formats.signature import verify
from bot.pipeline.plan import expiry
from bot.pipeline.ports import Contacts, Meter, Queue
from bot.pipeline.review import Arrival, Review

log = structlog.get_logger(__name__)

BLOCK_S = 5.0

UNNAMED, UNKNOWN = "-", "?"
"""Under which contacts are counted that name no source, or one that is not configured."""

DEAD = "dead"
"""The verdict on an entry that could not be used."""


class Intake:
    """Reads entries in order. An entry is acknowledged only after all of it was acted upon."""

    def __init__(
        self,
        *,
        queue: Queue,
        review: Review,
        policy: Policy,
        sources: Mapping[str, Source],
        meter: Meter,
        contacts: Contacts,
    ) -> None:
        self._queue = queue
        self._review = review
        self._policy = policy
        self._sources = sources
        self._meter = meter
        self._contacts = contacts

    async def run(self) -> None:
        """Read for ever; raises StorageUnavailable when Redis goes away."""
        while True:
            for entry in await self._queue.read(BLOCK_S):
                await self.take(entry)

    async def take(self, entry: QueueEntry) -> None:
        """Act on one entry: each good alert in it is judged, each bad one is a dead letter."""
        started = time.monotonic()
        source = self._sources.get(entry.source) if entry.source else None
        try:
            signed = _vouched(entry, source)
        except Refused as refusal:
            parsed = Parsed((), (refusal,))
        else:
            parsed = parse(entry.payload)
            for advisory in parsed.advisories:
                arrival = Arrival(advisory, entry.received, entry.source, signed)
                await self._judge(entry, arrival)
        for refused in parsed.refusals:
            await self._bury(entry, refused.reason.value, refused.detail, refused.raw)
        await self._queue.ack(entry.id)
        self._meter.observe("intake_seconds", time.monotonic() - started)

    async def _judge(self, entry: QueueEntry, arrival: Arrival) -> None:
        advisory = arrival.advisory
        ends = expiry(advisory, entry.received, self._policy)
        if ends <= entry.received and is_warning(advisory):
            detail = f"expires {ends.isoformat()} was over when it arrived; send what is valid"
            await self._bury(entry, "expired", detail)
            return
        ruling = await self._review.consider(arrival)
        self._meter.count("advisories", verdict=ruling.verdict.value)
        await self._contacts.note(self._contact(entry), ruling.verdict.value)
        log.info(
            "advisory judged",
            advisory=advisory.id,
            verdict=ruling.verdict.value,
            reasons=[reason.value for reason in ruling.reasons],
        )
        if ruling.verdict is Verdict.REFUSE:
            reasons = ", ".join(reason.value for reason in ruling.reasons)
            detail = f"trust: refused ({reasons}); sign it with the key of a configured source"
            await self._bury(entry, "trust", detail)
        if ruling.verdict is Verdict.IGNORE:
            detail = f"status {advisory.status}, msgType {advisory.msg_type}: not for the public"
            await self._bury(entry, "not_public", detail)

    def _contact(self, entry: QueueEntry) -> str:
        """Under which name a contact is counted: a stranger's own would fill the database."""
        if entry.source is None:
            return UNNAMED
        return entry.source if entry.source in self._sources else UNKNOWN

    async def _bury(self, entry: QueueEntry, reason: str, detail: str, part: bytes = b"") -> None:
        """Keep what cannot be used: of a wrapper only the `part` that was bad."""
        await self._queue.bury(entry, reason, detail, part)
        await self._contacts.note(self._contact(entry), DEAD)
        self._meter.count("dead_letters", reason=reason)
        log.warning("dead letter", entry=entry.id, reason=reason, detail=detail)


def _vouched(entry: QueueEntry, source: Source | None) -> bool:
    """Whether the source's key vouches for the payload; raises Refused for a wrong signature."""
    if entry.signature is None or source is None or source.public_key is None:
        return False
    if verify(entry.payload, entry.signature, source.public_key):
        return True
    raise Refused(
        Reason.SIGNATURE,
        f"signature: does not fit the payload and the key of source {entry.source!r}; sign the "
        "payload's bytes again",
    )

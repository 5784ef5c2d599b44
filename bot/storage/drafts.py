"""Drafts: one hash each with a version, so that two hands at once do not undo each other."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import timedelta

from redis.asyncio import Redis

from bot.domain.draft import Draft, DraftState, Focus, Hand, Kept
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, Value, from_ms, to_ms

KEPT = timedelta(days=30)
AUTHOR_KEPT_S = 120 * 24 * 3600
FOCUS_KEPT_S = 24 * 3600


class Drafts:
    """Open drafts of everybody, and what each operator is typing about."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def create(self, draft: Draft, hand: Hand, draft_id: str | None = None) -> Kept | None:
        """A new draft; None where one of this id exists."""
        made = draft_id or secrets.token_hex(5)
        return await self._write(made, 0, DraftState.OPEN, draft, hand)

    async def save(self, kept: Kept, draft: Draft, hand: Hand) -> Kept | None:
        """The next version; None where somebody changed it since `kept` was read."""
        return await self._write(kept.id, kept.version, DraftState.OPEN, draft, hand)

    async def close(
        self, kept: Kept, state: DraftState, hand: Hand, payload: bytes = b""
    ) -> Kept | None:
        """Submit it with its advisory, note that it is queued, or drop it; None as for `save`."""
        payload = payload or kept.payload
        return await self._write(kept.id, kept.version, state, kept.draft, hand, payload)

    async def get(self, draft_id: str) -> Kept | None:
        """The draft as it stands."""
        (kept,) = await self._read([draft_id])
        return kept

    async def open(self) -> tuple[Kept, ...]:
        """All that are open, the last changed first."""
        return await self._listed(self._keys.drafts, DraftState.OPEN)

    async def due(self) -> tuple[Kept, ...]:
        """What was submitted and is not known to be on the queue, because of a crash perhaps."""
        return await self._listed(self._keys.drafts_due, DraftState.SUBMITTED)

    async def note_author(self, advisory_id: str, operator_id: int) -> None:
        """Keep who wrote an advisory; before it goes to the queue, for review asks for it."""
        key = self._keys.authored(advisory_id)
        await self._server.call("SET", key, operator_id, "EX", AUTHOR_KEPT_S)

    async def claim_author(self, advisory_id: str, operator_id: int) -> int:
        """As :meth:`note_author`, where nobody is noted yet; who is noted then."""
        key = self._keys.authored(advisory_id)
        kept = ("SET", key, operator_id, "NX", "EX", AUTHOR_KEPT_S)
        _, author = await self._server.pipe(kept, ("GET", key))
        return int(author)

    async def author_of(self, advisory_id: str) -> int | None:
        """Who wrote an advisory here; None for one that came from elsewhere."""
        found = await self._server.call("GET", self._keys.authored(advisory_id))
        return None if found is None else int(found)

    async def focus(self, operator_id: int) -> Focus | None:
        """What the next text of an operator is about."""
        raw = await self._server.call("GET", self._keys.focus(operator_id))
        return None if raw is None else Focus(*json.loads(raw))

    async def set_focus(self, operator_id: int, focus: Focus | None) -> None:
        """Say what it is about, or that it is about nothing."""
        key = self._keys.focus(operator_id)
        if focus is None:
            await self._server.call("DEL", key)
            return
        raw = json.dumps([focus.about, focus.field, focus.message_id])
        await self._server.call("SET", key, raw, "EX", FOCUS_KEPT_S)

    async def _write(
        self,
        draft_id: str,
        version: int,
        state: DraftState,
        draft: Draft,
        hand: Hand,
        payload: bytes = b"",
    ) -> Kept | None:
        keys = [self._keys.draft(draft_id), self._keys.drafts, self._keys.drafts_due]
        by = json.dumps([hand.id, hand.name], ensure_ascii=False)
        args: list[Value] = [
            *(self._server.now_arg, draft_id, version, secrets.token_hex(8), state.value),
            *(draft.model_dump_json(exclude_defaults=True), by, hand.what, payload),
            to_ms(from_ms(0) + KEPT),
        ]
        answer = int(await self._server.run("draft_save", keys, args))
        return await self.get(draft_id) if answer > 0 else None

    async def _listed(self, key: str, state: DraftState) -> tuple[Kept, ...]:
        ids = await self._server.call("ZREVRANGE", key, 0, -1)
        found = await self._read(member.decode() for member in ids)
        return tuple(kept for kept in found if kept and kept.state is state)

    async def _read(self, ids: Iterable[str]) -> tuple[Kept | None, ...]:
        wanted = list(ids)
        replies = await self._server.pipe(*(("HGETALL", self._keys.draft(i)) for i in wanted))
        return tuple(_kept(i, f) if f else None for i, f in zip(wanted, replies, strict=True))


def _kept(draft_id: str, fields: dict[bytes, bytes]) -> Kept:
    (author_id, author), (by_id, by) = map(json.loads, (fields[b"author"], fields[b"by"]))
    return Kept(
        id=draft_id,
        version=int(fields[b"version"]),
        state=DraftState(fields[b"state"].decode()),
        draft=Draft.model_validate_json(fields[b"data"]),
        author=Hand(author_id, author, "created"),
        hand=Hand(by_id, by, fields[b"what"].decode()),
        changed=from_ms(fields[b"changed"]),
        payload=fields[b"payload"],
    )

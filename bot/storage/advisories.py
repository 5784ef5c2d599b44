"""Advisories: what arrived and what was decided, kept for 90 days after expiry."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import datetime

from redis.asyncio import Redis

from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, Value, from_ms, text_or_none, to_ms

__all__ = ["Advisories", "AdvisoryRecord", "AdvisoryState"]


class Advisories:
    """Records by id, by CAP's reference, by the code that people see, and by state."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def add(self, record: AdvisoryRecord) -> bool:
        """Keep a record; False when its id is known, which is an exact repeat."""
        keys = [
            self._keys.advisory(record.id),
            self._keys.advisories_in(record.state.value),
            self._keys.advisory_code(record.code),
        ]
        sent_ms: Value = ""
        if triple := _triple(record.payload):
            sender, identifier, sent = triple
            keys.append(self._keys.advisories_of(sender, identifier))
            sent_ms = to_ms(sent)
        args: list[Value] = [self._server.now_arg, record.id, secrets.token_hex(8)]
        args += (to_ms(record.expires), sent_ms, *_fields(record))
        return bool(await self._server.run("advisory_add", keys, args))

    async def get(self, advisory_id: str) -> AdvisoryRecord | None:
        """The record of an id."""
        (record,) = await self._records([advisory_id])
        return record

    async def by_reference(
        self, sender: str, identifier: str, sent: datetime | None
    ) -> AdvisoryRecord | None:
        """The message a reference means: exactly that one, else the latest of its identifier."""
        key = self._keys.advisories_of(sender, identifier)
        exact = to_ms(sent) if sent else 0
        same, latest = await self._server.pipe(
            ("ZRANGEBYSCORE", key, exact, exact), ("ZREVRANGE", key, 0, 0)
        )
        found = same or latest
        return await self.get(found[-1].decode()) if found else None

    async def by_code(self, code: str) -> AdvisoryRecord | None:
        """The record that people know by `code`."""
        found: bytes | None = await self._server.call("GET", self._keys.advisory_code(code))
        return await self.get(found.decode()) if found else None

    async def set_state(
        self,
        advisory_id: str,
        state: AdvisoryState,
        *,
        expected: AdvisoryState,
        by: str | None = None,
        decided_by: str | None = None,
    ) -> bool:
        """Decide, unless somebody decided before: of two at once, one gets True.

        `by` is the id of the advisory that ended this one, `decided_by` the name of a person.
        """
        decided = await self._server.run(
            "advisory_decide",
            [
                self._keys.advisory(advisory_id),
                self._keys.advisories_in(expected.value),
                self._keys.advisories_in(state.value),
            ],
            [
                *(advisory_id, expected.value, state.value, by or "", secrets.token_hex(8)),
                decided_by or "",
            ],
        )
        return bool(decided)

    async def current(self, now: datetime) -> tuple[AdvisoryRecord, ...]:
        """Published, not ended, not expired."""
        return await self._in(AdvisoryState.PUBLISHED, to_ms(now))

    async def pending(self) -> tuple[AdvisoryRecord, ...]:
        """What waits for a person and has not expired while waiting."""
        now = self._server.now_ms(await self._server.call("TIME"))
        return await self._in(AdvisoryState.PENDING, now)

    async def _in(self, state: AdvisoryState, after_ms: int) -> tuple[AdvisoryRecord, ...]:
        key = self._keys.advisories_in(state.value)
        ids = await self._server.call("ZRANGEBYSCORE", key, f"({after_ms}", "+inf")
        records = await self._records(member.decode() for member in ids)
        # Decided between the two reads: no longer here.
        return tuple(record for record in records if record and record.state is state)

    async def _records(self, ids: Iterable[str]) -> tuple[AdvisoryRecord | None, ...]:
        wanted = list(ids)
        replies = await self._server.pipe(*(("HGETALL", self._keys.advisory(i)) for i in wanted))
        return tuple(_record(i, f) if f else None for i, f in zip(wanted, replies, strict=True))


_LISTS = ("places", "named", "unresolved", "reasons")


def _fields(record: AdvisoryRecord) -> list[Value]:
    fields: dict[str, Value] = {
        "payload": record.payload,
        "raw": record.raw,
        "signed": int(record.signed),
        "state": record.state.value,
        "code": record.code,
        "received": to_ms(record.received),
        "expires": to_ms(record.expires),
    }
    for name in ("source", "ended_by", "author", "decided_by"):
        if (value := getattr(record, name)) is not None:
            fields[name] = value
    for name in _LISTS:
        fields[name] = json.dumps(getattr(record, name), ensure_ascii=False)
    return [part for item in fields.items() for part in item]


def _record(advisory_id: str, fields: dict[bytes, bytes]) -> AdvisoryRecord:
    lists = {name: tuple(json.loads(fields[name.encode()])) for name in _LISTS}
    return AdvisoryRecord(
        id=advisory_id,
        payload=fields[b"payload"],
        raw=fields[b"raw"],
        source=text_or_none(fields.get(b"source")),
        signed=fields[b"signed"] == b"1",
        state=AdvisoryState(fields[b"state"].decode()),
        code=fields[b"code"].decode(),
        received=from_ms(fields[b"received"]),
        expires=from_ms(fields[b"expires"]),
        ended_by=text_or_none(fields.get(b"ended_by")),
        author=int(fields[b"author"]) if b"author" in fields else None,
        decided_by=text_or_none(fields.get(b"decided_by")),
        **lists,
    )


def _triple(payload: bytes) -> tuple[str, str, datetime] | None:
    """Sender, identifier and sent of the stored JSON, by which others refer to it."""
    try:
        alert = json.loads(payload)
        sent = datetime.fromisoformat(alert["sent"])
        return str(alert["sender"]), str(alert["identifier"]), sent.astimezone()
    except (ValueError, TypeError, KeyError):
        return None

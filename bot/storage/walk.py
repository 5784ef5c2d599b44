"""Reading ahead of the cursor: which chats a claim may take, without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from bot.domain.broadcast import BroadcastState
from bot.domain.subscriber import Recipient
from bot.storage.keys import Keys
from bot.storage.layout import END, Cursor, Layout, Segment
from bot.storage.server import Server, Value

COUNTED_AT_ONCE = 1000
"""Chats of a cancelled or expired broadcast that one claim counts; nothing is sent for them."""

CLAIMS_AHEAD = 10
"""Claims that one reading of a place serves: at 5,000 a second each round trip counts."""

WAIT_FOR_TOLD_MS = 500
TOLD = (b"k", b"s")
"""Receipts, as prelude.lua has them, of who may have been told, and who was by no message of its
own."""

SEGMENTS_AT_ONCE = 8
SEGMENTS_A_CLAIM = 256


class Candidate(NamedTuple):
    """A chat to claim, with the place it was met in; `later` when it was postponed."""

    recipient: Recipient
    place: str | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class Peek:
    """What was read: candidates, the cursor as `seen` and as it is `after` them."""

    candidates: tuple[Candidate, ...] = ()
    seen: str = END
    after: str = END
    pause_ms: int | None = None
    ahead: Ahead | None = None

    @property
    def idle(self) -> bool:
        """Whether there is nothing more to read now."""
        return not self.candidates and (self.after == END or self.pause_ms is not None)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Chats read beyond a claim, so that the next ones need no reading, each with its segment.

    A claim looks at everything again, so that what is old here is a chat skipped or, for one that
    subscribed meanwhile behind the cursor, told from `later`. `end` is the cursor behind them all.
    """

    layout: Layout
    seen: Cursor
    found: tuple[tuple[int, Candidate], ...]
    end: Cursor

    def fits(self, layout: Layout, n: int) -> bool:
        """Whether it was read for this broadcast and is enough for a claim of `n`."""
        return self.layout is layout and len(self.found) >= n

    def next(self, n: int) -> Peek:
        """The first `n`, and what is ahead of them."""
        taken, rest = self.found[:n], self.found[n:]
        after = self.end
        if rest:
            (last, candidate), (following, _) = taken[-1], rest[0]
            chat_id = candidate.recipient.chat_id if following == last else None
            after = Cursor(self.seen.told, following, chat_id)
        ahead = Ahead(self.layout, after, rest, self.end) if rest else None
        is_end = after.segment >= len(self.layout.segments)
        chats = tuple(candidate for _, candidate in taken)
        return Peek(chats, str(self.seen), END if is_end else str(after), ahead=ahead)


async def peek(server: Server, keys: Keys, layout: Layout, n: int) -> Peek:
    """Read up to `n` chats: those due in `later` first, then the next ones behind the cursor."""
    time, fields, waiting, *told = await server.pipe(
        ("TIME",),
        ("HMGET", keys.broadcast(layout.id), "state", "expires", "cursor"),
        ("ZRANGE", keys.later(layout.id), 0, max(n, 100) - 1, "WITHSCORES"),
        *(command for one in layout.told_by for command in _standing_of(keys, one)),
    )
    if fields[0] is None:
        return Peek()
    now = server.now_ms(time)
    state, expires, seen = fields[0].decode(), int(fields[1]), fields[2].decode()
    counting = state in _COUNTED or now >= expires
    limit = COUNTED_AT_ONCE if counting else n
    postponed = (
        Candidate(Recipient.from_key(key.decode()), later=True)
        for key, due in waiting
        if counting or due <= now
    )
    due = tuple(islice(postponed, limit))
    if seen == END:
        return Peek(due)
    walk = _Walk(server, keys, layout, Cursor.parse(seen))
    if not (due or counting or layout.told_by):
        await walk.read(limit * CLAIMS_AHEAD)
        return walk.ahead.next(limit)
    await walk.read(limit - len(due))
    candidates = (*due, *(candidate for _, candidate in walk.found))
    if walk.cursor.segment < len(layout.segments):
        return Peek(candidates, seen, str(walk.cursor))
    if not layout.told_by or counting:
        return Peek(candidates, seen)
    return _end_of_pass(candidates, seen, walk.cursor, told)


def _standing_of(keys: Keys, told_by: str) -> tuple[tuple[Value, ...], ...]:
    """What tells whether a broadcast that is followed may still tell somebody."""
    return (
        ("HMGET", keys.broadcast(told_by), "state", "n:sent", "n:unknown"),
        ("HLEN", keys.in_flight(told_by)),
        ("ZCARD", keys.later(told_by)),
    )


_COUNTED = (BroadcastState.CANCELLED, BroadcastState.EXPIRED)
_UNDER_WAY = (BroadcastState.SENDING, BroadcastState.HALTED)


def _end_of_pass(
    candidates: tuple[Candidate, ...],
    seen: str,
    cursor: Cursor,
    told: Sequence[Any],
) -> Peek:
    """Whether the receipts can still grow behind the cursor; `told` is each `_standing_of`.

    A message of a corrected broadcast that was in flight when the correction began may have been
    recorded in a bucket that was passed already, and one that waits for another try may be of
    unknown fate. The walk is over once those broadcasts can tell nobody any more and have told as
    many as when the pass began; otherwise it goes round again, and whoever has the correction is
    skipped.
    """
    sent = 0
    for (state, *counts), in_flight, later in zip(told[::3], told[1::3], told[2::3], strict=True):
        if state is not None and (state.decode() in _UNDER_WAY or in_flight or later):
            return Peek(candidates, seen, str(cursor), WAIT_FOR_TOLD_MS)
        sent += sum(int(n or 0) for n in counts)
    if sent == cursor.told:
        return Peek(candidates, seen)
    return Peek(candidates, seen, str(Cursor(sent)))


class _Walk:
    """One reading of segments; `cursor` moves behind what was `found`."""

    def __init__(self, server: Server, keys: Keys, layout: Layout, cursor: Cursor) -> None:
        self._server, self._keys, self._layout = server, keys, layout
        self.cursor = self._begin = cursor
        self.found: list[tuple[int, Candidate]] = []

    @property
    def ahead(self) -> Ahead:
        """What was found, to be claimed piece by piece."""
        return Ahead(self._layout, self._begin, tuple(self.found), self.cursor)

    async def read(self, room: int) -> None:
        """Find up to `room` chats; many tiny segments cost few round trips."""
        segments, last = self._layout.segments, self.cursor.segment + SEGMENTS_A_CLAIM
        width = SEGMENTS_AT_ONCE
        while room > len(self.found) and self.cursor.segment < min(len(segments), last):
            batch = segments[self.cursor.segment : min(self.cursor.segment + width, last)]
            replies = await self._server.pipe(
                *(self._command(segment, room, i == 0) for i, segment in enumerate(batch))
            )
            for segment, reply in zip(batch, replies, strict=True):
                if not self._take(segment, reply, room):
                    return
            width *= 2

    def _command(self, segment: Segment, room: int, first: bool) -> tuple[Value, ...]:
        if segment.place is None:
            # One that was published before broadcasts could follow several has no name in it.
            told_by = segment.told_by or self._layout.told_by[0]
            return ("HGETALL", self._keys.receipts(told_by, segment.kind, segment.bucket))
        after = self.cursor.after if first else None
        lowest = "-inf" if after is None else f"({after}"
        key = self._keys.place(segment.place, segment.kind)
        # One more than needed tells whether the segment ends here.
        return ("ZRANGEBYSCORE", key, lowest, "+inf", "LIMIT", 0, room + 1)

    def _take(self, segment: Segment, reply: Any, room: int) -> bool:
        """Take from one segment; False when there is no room for all of it."""
        ids = self._told(reply) if segment.place is None else [int(member) for member in reply]
        chosen = ids[: room - len(self.found)]
        at = self.cursor
        self.found += (
            (at.segment, Candidate(Recipient(segment.kind, i), segment.place))
            for i in chosen
            if self._layout.meets(segment, i)
        )
        if len(chosen) == len(ids):
            self.cursor = Cursor(at.told, at.segment + 1)
            return True
        self.cursor = Cursor(at.told, at.segment, chosen[-1] if chosen else at.after)
        return False

    def _told(self, receipts: dict[bytes, bytes]) -> list[int]:
        """Those of a bucket, behind the cursor, who have a message or may have one."""
        after = self.cursor.after
        told = sorted(
            int(chat) for chat, value in receipts.items() if value.isdigit() or value in TOLD
        )
        return told if after is None else [chat for chat in told if chat > after]

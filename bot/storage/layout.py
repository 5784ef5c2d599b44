"""What a broadcast walks and where its receipts are: fixed when it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.drill import in_share
from bot.domain.subscriber import REACH_FIRST, Kind, Recipient
from bot.storage.keys import Keys, bucket_of
from bot.storage.server import from_ms

PER_BUCKET = 64
"""Receipts a bucket is meant to hold: well inside a listpack, few enough keys."""

KIND_BY_LETTER = {kind.value[0]: kind for kind in Kind}
Buckets = Mapping[Kind, int]


def buckets_for(estimate: Mapping[Kind, int]) -> dict[Kind, int]:
    """How many buckets the receipts of such an audience want, at least one of each kind."""
    return {kind: max(1, -(-estimate.get(kind, 0) // PER_BUCKET)) for kind in REACH_FIRST}


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch that the cursor walks by ascending chat id.

    Either the subscribers of `place`, or one `bucket` of the receipts of broadcast `told_by`.
    """

    kind: Kind
    place: str | None = None
    bucket: int = 0
    told_by: str = ""

    @classmethod
    def parse(cls, text: str) -> Segment:
        """Read `z:<kind letter>:<place>` or `r:<kind letter>:<bucket>:<broadcast>`."""
        form, letter, rest = text.split(":", 2)
        kind = KIND_BY_LETTER[letter]
        if form == "z":
            return cls(kind, rest)
        bucket, _, told_by = rest.partition(":")
        return cls(kind, None, int(bucket), told_by)


@dataclass(frozen=True, slots=True)
class Layout:
    """`made` is new for each publication: an id published again after a flush is another one.

    The receipts of the broadcasts `told_by` are walked; `answers` are those with the messages
    that are answered or changed, the newest first, each with its buckets. `started` is when it
    was published. Of the subscribers of places a `share` in percent is met, where it is not None.
    """

    id: str
    made: str
    buckets: Buckets
    segments: tuple[Segment, ...]
    told_by: tuple[str, ...]
    answers: tuple[tuple[str, Buckets], ...]
    started: datetime
    share: int | None = None

    @classmethod
    def parse(cls, broadcast_id: str, fields: Mapping[bytes, bytes], raw: list[bytes]) -> Layout:
        """Read the broadcast's hash and its list of segments."""
        return cls(
            id=broadcast_id,
            made=fields[b"made"].decode(),
            buckets=read_buckets(fields[b"buckets"]),
            segments=tuple(Segment.parse(item.decode()) for item in raw),
            told_by=tuple(fields[b"told_by"].decode().split()),
            answers=read_answers(fields.get(b"answers", b"").decode()),
            started=from_ms(fields[b"started"]),
            share=int(fields[b"share"]) if b"share" in fields else None,
        )

    def meets(self, segment: Segment, chat_id: int) -> bool:
        """Whether a chat of the segment is for this broadcast."""
        if self.share is None or segment.place is None:
            return True
        return in_share(chat_id, self.id, self.share)

    def receipts(self, keys: Keys, recipient: Recipient) -> str:
        """The key with the recipient's receipt."""
        bucket = bucket_of(recipient, self.buckets[recipient.kind])
        return keys.receipts(self.id, recipient.kind, bucket)

    def told(self, keys: Keys, recipient: Recipient) -> tuple[str, ...]:
        """The keys that may hold the message which the recipient is answered, newest first."""
        if not self.answers:
            return ()
        kind = recipient.kind
        return tuple(
            keys.receipts(told_by, kind, bucket_of(recipient, buckets[kind]))
            for told_by, buckets in self.answers
        )


def read_buckets(field: bytes) -> Buckets:
    """Read the three numbers as publish.lua wrote them."""
    return dict(zip(REACH_FIRST, map(int, field.split()), strict=True))


def write_answers(answers: Mapping[str, Buckets]) -> str:
    """Broadcasts with their buckets as one text."""
    return " ".join(
        f"{told_by}:{':'.join(str(buckets[kind]) for kind in REACH_FIRST)}"
        for told_by, buckets in answers.items()
    )


def read_answers(text: str) -> tuple[tuple[str, Buckets], ...]:
    """Read what :func:`write_answers` wrote."""
    found = (item.split(":") for item in text.split())
    return tuple(
        (told_by, dict(zip(REACH_FIRST, map(int, numbers), strict=True)))
        for told_by, *numbers in found
    )


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the walk stands: behind chat id `after` of segment number `segment`.

    `told` is how many receipts of all `told_by` there were when this pass over them began.
    """

    told: int
    segment: int = 0
    after: int | None = None

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what `str()` wrote; the end of the walk is no cursor."""
        told, segment, after = text.split(":")
        return cls(int(told), int(segment), int(after) if after else None)

    def __str__(self) -> str:
        after = "" if self.after is None else self.after
        return f"{self.told}:{self.segment}:{after}"


END = "end"
"""The cursor of a broadcast that has met everyone."""

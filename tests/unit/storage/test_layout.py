"""What a broadcast walks, in the form in which Redis keeps it."""

from __future__ import annotations

import pytest

from bot.domain.subscriber import Kind, Recipient
from bot.storage.keys import Keys, bucket_of
from bot.storage.layout import Cursor, Segment, buckets_for


@pytest.mark.parametrize("text", ["0:0:", "5:3:-1001234567890123", "0:12:4503599627370495"])
def test_cursor_is_read_as_it_was_written(text: str) -> None:
    assert str(Cursor.parse(text)) == text


def test_segment_is_a_place_or_a_bucket() -> None:
    assert Segment.parse("z:c:UA:32") == Segment(Kind.CHANNEL, "UA:32")
    assert Segment.parse("r:p:17") == Segment(Kind.PRIVATE, None, 17)


def test_buckets_grow_with_the_audience_and_are_never_none() -> None:
    expected = {Kind.CHANNEL: 1, Kind.GROUP: 1, Kind.PRIVATE: 2}
    assert buckets_for({Kind.GROUP: 64, Kind.PRIVATE: 65}) == expected


def test_buckets_are_even() -> None:
    sizes = [0] * 16
    for chat_id in range(-1009999999999, -1009999999999 + 1024 * 16, 16):
        sizes[bucket_of(Recipient(Kind.GROUP, chat_id), 16)] += 1
    assert max(sizes) < 128


def test_every_tagged_key_is_in_one_slot_and_names_do_not_meet() -> None:
    keys = Keys("test")
    names = [
        *(keys.dispatcher, keys.pace, keys.active, keys.wake, keys.served),
        *(keys.chat(-5), keys.place("a", Kind.GROUP), keys.places(Kind.GROUP)),
        *(keys.broadcast("b"), keys.segments("b"), keys.in_flight("b"), keys.later("b")),
        *(keys.attempts("b"), keys.receipts("b", Kind.GROUP, 1), keys.advisory("a")),
        *(keys.advisories_of("a:b", "c"), keys.advisories_of("a", "b:c")),
        *(keys.advisories_in("pending"), keys.advisory_code("KYV")),
    ]
    assert all(name.startswith("{test}:") for name in names)
    assert len(set(names)) == len(names)

"""Chats and recipients as values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.subscriber import Chat, Kind, Recipient


@given(kind=st.sampled_from(Kind), chat_id=st.integers(-(2**52), 2**52))
def test_recipient_key_reads_back(kind: Kind, chat_id: int) -> None:
    recipient = Recipient(kind, chat_id)
    assert Recipient.from_key(recipient.key) == recipient


def test_following_twice_changes_nothing() -> None:
    chat = Chat(1, Kind.PRIVATE, "uk").following("703448")
    assert chat.following("703448") is chat


def test_without_removes_one_place_and_keeps_the_order() -> None:
    chat = Chat(1, Kind.PRIVATE, "uk", places=("a", "b", "c"))
    assert chat.without("b").places == ("a", "c")

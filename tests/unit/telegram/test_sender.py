"""What a prepared message looks like on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.message import Button, Message
from bot.telegram.sender import Sender, addressed, replacing

MESSAGE = Message(
    html='<b>Підготуйтеся</b>: «can\'t wait» & "more" \U0001f6d1',
    keyboard=(
        (Button("Checklist", data="c:1"), Button("My shelter", data="s:1")),
        (Button("Is this genuine?", url="https://embassy.example/alerts/1"),),
    ),
)
PLAIN: dict[str, Any] = {
    "text": MESSAGE.html,
    "parse_mode": "HTML",
    "link_preview_options": {"is_disabled": True},
    "reply_markup": {
        "inline_keyboard": [
            [
                {"text": "Checklist", "callback_data": "c:1"},
                {"text": "My shelter", "callback_data": "s:1"},
            ],
            [{"text": "Is this genuine?", "url": "https://embassy.example/alerts/1"}],
        ]
    },
}


ADDRESSES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("a private chat needs its id only", {"chat_id": 703448}, {"chat_id": 703448}),
    (
        "a supergroup's id is negative and larger than 32 bits",
        {"chat_id": -1001234567890},
        {"chat_id": -1001234567890},
    ),
    (
        "a topic is named",
        {"chat_id": -100, "thread_id": 42},
        {"chat_id": -100, "message_thread_id": 42},
    ),
    (
        "General is not named, Telegram refuses its number",
        {"chat_id": -100, "thread_id": 1},
        {"chat_id": -100},
    ),
    (
        "a reply survives the loss of what it answers",
        {"chat_id": 5, "reply_to": 77},
        {
            "chat_id": 5,
            "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True},
        },
    ),
    (
        "a reply in a topic has both",
        {"chat_id": -100, "thread_id": 42, "reply_to": 77},
        {
            "chat_id": -100,
            "message_thread_id": 42,
            "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True},
        },
    ),
)


@pytest.mark.parametrize(
    ("sentence", "address", "expected"), ADDRESSES, ids=[row[0] for row in ADDRESSES]
)
def test_addressed_splices_the_address_into_the_body(
    sentence: str, address: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert json.loads(addressed(Sender.prepare(MESSAGE), **address)) == PLAIN | expected, sentence


def test_replacing_names_the_message_and_nothing_that_edits_lack() -> None:
    prepared = Sender.prepare(Message("x", silent=True), paid=True)
    assert json.loads(replacing(prepared, -100, 9)) == {
        "chat_id": -100,
        "message_id": 9,
        "text": "x",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def test_sender_prepare_tells_silent_and_paid() -> None:
    sent = json.loads(Sender.prepare(Message("x", silent=True), paid=True).new)
    assert sent["disable_notification"] is True
    assert sent["allow_paid_broadcast"] is True


def test_sender_prepare_writes_letters_as_they_are() -> None:
    assert "Підготуйтеся".encode() in Sender.prepare(MESSAGE).new


def test_sender_prepare_survives_half_a_character() -> None:
    assert json.loads(Sender.prepare(Message("a \ud83d b")).new)["text"] == "a ? b"

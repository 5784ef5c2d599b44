"""Every button the bot writes has somebody who answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from telegram.ext import CallbackQueryHandler

from bot.chat import hints
from bot.chat.choice import Match
from bot.chat.handlers import handlers
from bot.content.guidance import load_guidance
from bot.content.texts import Texts
from bot.domain.message import Message
from bot.domain.subscriber import Chat, Kind
from bot.rendering.dialogue import Coming, Dialogue
from bot.rendering.status import Situation, StatusTexts
from tests.unit.chat.places import GAZETTEER, KYIV, LVIV

DIALOGUE = Dialogue(Texts.load(), GAZETTEER)
CHAT = Chat(id=5, kind=Kind.PRIVATE, language="en", places=(KYIV.id, LVIV.id))
NOW = datetime(2024, 11, 20, 12, 5, tzinfo=UTC)
WRITTEN = [
    DIALOGUE.choose("en"),
    DIALOGUE.offer("en", Match.SIMILAR, (KYIV,)),
    DIALOGUE.nearest("en", KYIV),
    DIALOGUE.followed("en", CHAT, KYIV, is_new=True, coming=Coming.QUIET, sent=0),
    DIALOGUE.full("en"),
    DIALOGUE.cities("en", CHAT),
    DIALOGUE.cities("en", replace(CHAT, places=())),
    StatusTexts(Texts.load(), load_guidance(Texts.load().languages), DIALOGUE).status(
        "en", CHAT, Situation(), NOW
    ),
    DIALOGUE.languages("en"),
    DIALOGUE.privacy("en", CHAT),
    DIALOGUE.confirm_deletion("en"),
]
ID = "abcdefghij234567klmn"


def data_of(messages: list[Message]) -> set[str]:
    buttons = (button for message in messages for row in message.keyboard for button in row)
    return {button.data for button in buttons if button.data is not None}


@pytest.mark.parametrize(
    "data",
    [
        *sorted(data_of(WRITTEN)),
        f"ok:{ID}",
        f"no:{ID}",
        f"more:{ID}",
        f"verify:{ID}",
        "test",
        "test:loud",
    ],
)
def test_button_has_a_handler_of_its_own(data: str) -> None:
    pressed = [one for one in handlers() if isinstance(one, CallbackQueryHandler)]
    first = next(one for one in pressed if one.pattern is None or one.pattern.match(data))  # type: ignore[union-attr]
    assert first.callback is not hints.old_button


def test_last_handler_answers_whatever_button_is_left() -> None:
    last = handlers()[-1]
    assert isinstance(last, CallbackQueryHandler)
    assert (last.callback, last.pattern) == (hints.old_button, None)

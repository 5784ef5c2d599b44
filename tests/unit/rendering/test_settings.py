"""Every page of the settings, in every language, within Telegram's limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.advisory import Severity
from bot.domain.message import Message
from bot.domain.preferences import Follow, Preferences, Quiet
from bot.domain.subscriber import Chat, Kind
from bot.rendering.dialogue import Dialogue
from bot.rendering.settings import SettingsTexts
from tests.integration.pipeline.village import content
from tests.unit.rendering import telegram_html

NOW = datetime(2024, 11, 19, 20, 0, tzinfo=UTC)
KYIV, LVIV = "703448", "702550"
MADE = content()
WORDS = SettingsTexts(MADE.texts, MADE.guidance, Dialogue(MADE.texts, MADE.gazetteer))
CHOSEN = Preferences(
    Quiet(1320, 420),
    NOW + timedelta(hours=2),
    daily=True,
    places={
        KYIV: Follow(Severity.SEVERE, frozenset({"flood", "drone"})),
        LVIV: Follow(secondary=True),
    },
)
CHAT = Chat(1, Kind.PRIVATE, "uk", (KYIV, LVIV), preferences=CHOSEN)


def pages(language: str, chat: Chat) -> list[Message]:
    return [
        WORDS.menu(language, chat, NOW, "note"),
        WORDS.hours(language),
        WORDS.place(language, chat, KYIV),
        WORDS.threats(language, chat, KYIV),
        WORDS.pause(language, chat, NOW),
    ]


@pytest.mark.parametrize("language", MADE.texts.languages)
def test_pages_fit_and_their_buttons_are_told_apart(language: str) -> None:
    for chat in (CHAT, Chat(2, Kind.GROUP, language, (KYIV,))):
        for page in pages(language, chat):
            assert 0 < telegram_html.units(page.html) <= 4096
            buttons = [button for row in page.keyboard for button in row]
            assert buttons
            assert len({button.data for button in buttons}) == len(buttons)
            assert len({button.text for button in buttons}) == len(buttons)


def test_menu_says_everything_that_was_chosen() -> None:
    html = WORDS.menu("en", CHAT, NOW).html
    for words in (
        "Paused until Wed 20 Nov, 00:00.",
        "Quiet hours: 22:00–07:00, Kyiv time.",
        "Kyiv. From: Severe threat. Not told: drone attack and flood.",
        "Lviv. Without a sound.",
        "On days when nothing is active",
        "A warning to take shelter now always comes, with a sound.",
    ):
        assert words in html


def test_pause_that_is_over_is_not_mentioned() -> None:
    assert WORDS.paused("en", CHAT, NOW + timedelta(hours=2)) == ""
    assert "There is no pause" in WORDS.pause("en", CHAT, NOW + timedelta(hours=3)).html


def test_group_is_not_offered_what_is_for_one_person() -> None:
    buttons = [
        b.data
        for row in WORDS.menu("en", Chat(2, Kind.GROUP, "en", (KYIV,)), NOW).keyboard
        for b in row
    ]
    assert buttons == ["set:quiet", f"set:place:{KYIV}", "set:drills:1"]


def test_what_was_typed_is_shown_short_and_with_the_cure() -> None:
    assert WORDS.bad_pause("en", "x" * 900).startswith("“xxx")
    assert len(WORDS.bad_pause("en", "x" * 900)) < 200
    assert "at most 72 hours" in WORDS.bad_pause("en", "soon")
    assert "/settings 22:30-06:30" in WORDS.bad_hours("en", "night")

"""Every button on an operator's card or page fits Telegram and has somebody who answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from telegram.ext import CallbackQueryHandler

from bot.chat import hints
from bot.chat.handlers import handlers
from bot.content.guidance import load_guidance
from bot.content.templates import load_templates
from bot.content.texts import Texts
from bot.domain.audit import Doing, Span, chained
from bot.domain.draft import Draft, DraftState, Field, Hand, Kept, from_template
from bot.domain.message import Message
from bot.domain.operators import Operator, Role
from bot.domain.paid import estimate
from bot.domain.record import Contact
from bot.domain.subscriber import Kind
from bot.rendering.card import Cards, Outlook
from bot.rendering.pages import Pages
from bot.rendering.text import MAX_UNITS, parsed_units
from tests.unit.chat.places import GAZETTEER, KYIV, LVIV
from tests.unit.rendering.test_dialogue import advisory, record

TEXTS = Texts.load()
GUIDANCE = load_guidance(TEXTS.languages)
SPOKEN = [tag for tag in TEXTS.languages if TEXTS.covering(tag, "operator.preview") == tag]
TEMPLATES = load_templates(SPOKEN, GUIDANCE.hazards)
CARDS = Cards(TEXTS, GAZETTEER, GUIDANCE, TEMPLATES, "Europe/Kyiv")
PAGES = Pages(TEXTS, GAZETTEER, "Europe/Kyiv")
NOW = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
LONG = "Ім’я <дуже> довге " * 20
FULL = from_template(TEMPLATES["air_attack"]).model_copy(
    update={
        "places": (KYIV.id, LVIV.id),
        "ends": NOW + timedelta(hours=6),
        "says": "<b>" * 1000,
        "source": "x" * 120,
        "web": "https://e.example/1",
    }
)
OUTLOOK = Outlook({Kind.PRIVATE: 5}, estimate(5, free_rate=28, paid_rate=500), False,
                  ("second_person", "outside_places", "author_removed"), None)  # fmt: skip
PEOPLE = tuple(Operator(10**15 + n, role, LONG) for n, role in enumerate(Role))
ENTRY = chained(Span(), Doing("approved", 7, LONG, "a" * 20, {"state": LONG}, {}), NOW)


def kept(draft: Draft, version: int = 1, state: DraftState = DraftState.OPEN) -> Kept:
    by = Hand(7, LONG, "places")
    return Kept("0123456789", version, state, draft, by, by, NOW)


def written(language: str) -> list[Message]:
    """Every card and page, with as much on it as there can be."""
    full, bare = kept(FULL, 123_456), kept(Draft())
    return [
        CARDS.start(language, [full] * 9),
        CARDS.pasting(language, LONG),
        *(CARDS.step(language, one, field, note=LONG) for one in (full, bare) for field in Field),
        CARDS.overview(language, full, LONG),
        CARDS.confirm(language, full, OUTLOOK, LONG),
        CARDS.confirm(language, full, replace(OUTLOOK, city="Київ")),
        CARDS.issued(language, record(advisory()), ("second_person",)),
        CARDS.issued(language, record(advisory()), ()),
        *(CARDS.closed(language, kept(FULL, state=state)) for state in DraftState
          if state is not DraftState.OPEN),
        CARDS.pointer(language),
        PAGES.people(language, PEOPLE, may_manage=True),
        *(PAGES.person(language, one, is_fixed=False) for one in PEOPLE),
        PAGES.invite(language),
        PAGES.invitation(language, Role.OWNER, "https://t.me/b?start=o_x", 24),
        PAGES.sources(language, {str(n): LONG for n in range(40)},
                      {str(n): Contact(NOW, {"publish": 10**9}) for n in range(40)}),
        PAGES.pending(language, [CARDS.resume(language, full)], 2, 1),
        PAGES.audit(language, [ENTRY] * 8, has_more=True),
    ]  # fmt: skip


@pytest.mark.parametrize("language", SPOKEN)
def test_every_button_of_operators_is_answered(language: str) -> None:
    pressed = [one for one in handlers() if isinstance(one, CallbackQueryHandler)]
    data = {
        button.data
        for message in written(language)
        for row in message.keyboard
        for button in row
        if button.data is not None
    }
    assert len(data) > 60
    for one in data:
        first = next(h for h in pressed if h.pattern is None or h.pattern.match(one))  # type: ignore[union-attr]
        assert first.callback is not hints.old_button, one


@pytest.mark.parametrize("language", SPOKEN)
def test_cards_and_pages_fit_a_message(language: str) -> None:
    for message in written(language):
        assert 0 < parsed_units(message.html) <= MAX_UNITS
        assert all(len(row) <= 2 for row in message.keyboard)
        assert "<дуже>" not in message.html


def test_button_says_for_which_version_it_was_made() -> None:
    for field in Field:
        rows = CARDS.step("en", kept(FULL, 17), field).keyboard
        assert all(str(button.data).split(":")[2] == "17" for row in rows for button in row)


def test_overtaken_names_who_and_what_within_a_popup() -> None:
    for language in SPOKEN:
        assert len(CARDS.overtaken(language, kept(FULL))) <= 200


def test_place_that_is_a_namesake_is_told_apart() -> None:
    card = CARDS.step("en", kept(Draft()), Field.PLACES, offered=(KYIV.id,))
    labels = [button.text for row in card.keyboard for button in row]
    assert labels[0].startswith("Kyiv")

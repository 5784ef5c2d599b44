"""What operators read before and after they decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.content.texts import Texts
from bot.domain.message import Button, Message
from bot.domain.record import AdvisoryState
from bot.domain.subscriber import Kind
from bot.domain.trust import Reason
from bot.rendering.operator import OperatorTexts, Waiting
from bot.rendering.text import MAX_UNITS, parsed_units, unmarked
from tests.unit.rendering.test_dialogue import advisory, every_language, record

WORDS = OperatorTexts(Texts.load())
ABOUT = advisory()
WAITING = Waiting(
    record=replace(record(ABOUT), reasons=tuple(Reason), unresolved=("“Atlantis” <is> unknown",)),
    advisory=ABOUT,
    source="Embassy & sons",
    timezone="Europe/Kyiv",
    audience={Kind.PRIVATE: 1204, Kind.GROUP: 12, Kind.CHANNEL: 1},
)


@every_language
def test_question_says_why_whom_and_until_when(language: str) -> None:
    question = WORDS.question(language, WAITING)
    shown = unmarked(question.html)
    for reason in Reason:
        words = WORDS.reason(language, reason)
        assert words != reason.value
        assert words in shown
    for part in ("KYI-7Q2F", "Potential air attack", "“Atlantis” <is> unknown", "12", "00:05"):
        assert part in shown
    assert "Embassy &amp; sons" in question.html


@every_language
def test_question_has_buttons_for_those_who_decide(language: str) -> None:
    buttons = [button.data for row in WORDS.question(language, WAITING).keyboard for button in row]
    assert buttons == [f"ok:{ABOUT.id}", f"ed:{ABOUT.id}", f"no:{ABOUT.id}"]
    assert WORDS.question(language, WAITING, may_decide=False).keyboard == ()


@every_language
def test_question_with_endless_values_fits(language: str) -> None:
    endless = replace(
        WAITING,
        source="source " * 500,
        record=replace(WAITING.record, unresolved=tuple("area " * 200 for _ in range(50))),
        advisory=advisory("headline " * 500),
    )
    assert parsed_units(WORDS.question(language, endless).html) <= MAX_UNITS


@every_language
def test_question_about_a_withdrawal_names_no_places_audience(language: str) -> None:
    withdrawal = replace(WAITING, advisory=advisory(msg_type="Cancel"))
    told = WORDS.text(language, "audience_told")
    assert told in unmarked(WORDS.question(language, withdrawal).html)


@every_language
def test_preview_is_marked_at_both_ends_and_has_no_buttons(language: str) -> None:
    seen = Message("<b>Prepare</b>", ((Button("More", data="more:x"),),))
    (preview,) = WORDS.preview(language, seen)
    mark = WORDS.text(language, "preview")
    assert unmarked(preview.html) == f"{mark}\n\nPrepare\n\n{mark}"
    assert preview.keyboard == ()


@every_language
def test_preview_of_a_full_message_stands_between_marks(language: str) -> None:
    before, full, after = WORDS.preview(language, Message("x" * MAX_UNITS))
    assert unmarked(before.html) == unmarked(after.html) == WORDS.text(language, "preview")
    assert parsed_units(full.html) == MAX_UNITS


@every_language
@pytest.mark.parametrize("state", AdvisoryState)
def test_decision_names_who_decided(language: str, state: AdvisoryState) -> None:
    decided = replace(WAITING.record, state=state)
    by_somebody = WORDS.decided(language, decided, by="Ірина <b>")
    assert "Ірина &lt;b&gt;" in by_somebody.html
    assert by_somebody.keyboard == ()
    assert "KYI-7Q2F" in WORDS.decided(language, decided, by=None).html


@every_language
@pytest.mark.parametrize("key", ["strangers", "expired", "too_late"])
def test_answers_to_operators_buttons_fit(language: str, key: str) -> None:
    assert len(WORDS.text(language, key)) <= 200


@every_language
def test_note_shortens_and_escapes_its_values(language: str) -> None:
    note = WORDS.note(language, "dead_letter", reason="schema", detail="<alert>" * 1000)
    assert "&lt;alert&gt;" in note.html
    assert parsed_units(note.html) <= MAX_UNITS

"""What comes after a warning: plain, and never to be taken for another thing than it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.message import Layout, Message
from bot.domain.shelter import ShelterNote
from bot.rendering.notice import LIVE, OF_ORIGINAL, Mark, Notice, Purpose, Sound
from bot.rendering.times import Times
from tests.golden.messages import odd_cases
from tests.unit.rendering.samples import (
    KYIV_ADVISORY,
    RENDERER,
    SIREN,
    TEXTS,
    advisory,
    cancel_notice,
    info,
    notice,
)

every_language = pytest.mark.parametrize("language", TEXTS.languages)
every_layout = pytest.mark.parametrize("layout", Layout)
NO_ALARM = {
    "en": "no alarm",
    "uk": "не тривога",
    "de": "kein Alarm",
    "fr": "pas d’alarme",
    "pl": "nie alarm",
    "es": "no es una alarma",
    "it": "nessun allarme",
    "el": "όχι συναγερμός",
    "ro": "nu este alarmă",
}
MARKED = {
    "en": ("REPLACED", "ENDED"),
    "uk": ("ЗАМІНЕНО", "ЗАВЕРШЕНО"),
    "de": ("ERSETZT", "BEENDET"),
    "fr": ("REMPLACÉ", "TERMINÉ"),
    "pl": ("ZASTĄPIONE", "ZAKOŃCZONE"),
    "es": ("SUSTITUIDO", "TERMINADO"),
    "it": ("SOSTITUITO", "CONCLUSO"),
    "el": ("ΑΝΤΙΚΑΤΑΣΤΑΘΗΚΕ", "ΕΛΗΞΕ"),
    "ro": ("ÎNLOCUIT", "ÎNCHEIAT"),
}
NO_CLEAR = {
    "en": "No all-clear has come",
    "uk": "Відбою не було",
    "de": "Eine Entwarnung kam nicht",
    "fr": "La fin du danger n’a pas été annoncée",
    "pl": "Nie było odwołania",
    "es": "No se anunció el fin del peligro",
    "it": "La fine del pericolo non è stata annunciata",
    "el": "Λήξη κινδύνου δεν ανακοινώθηκε",
    "ro": "Nu s-a anunțat încetarea pericolului",
}
NO_END = {
    "en": "The source states no end",
    "uk": "Джерело не вказало, до якого часу",
    "de": "Die Quelle nennt kein Ende",
    "fr": "La source n’indique pas de fin",
    "pl": "Źródło nie podało końca",
    "es": "La fuente no indica un final",
    "it": "La fonte non indica una fine",
    "el": "Η πηγή δεν αναφέρει λήξη",
    "ro": "Sursa nu indică un sfârșit",
}
FOLLOWING = {title: told for title, told in odd_cases().items() if told.purpose not in LIVE}


def render(told: Notice, language: str, layout: Layout = Layout.PRIVATE) -> Message:
    return RENDERER.render(told, language, layout)


def clear(**changes: Any) -> Notice:
    about = advisory(info(responseType=["AllClear"], severity="Minor"))
    return cancel_notice(about=about, **{"purpose": Purpose.ALL_CLEAR, **changes})


@every_language
@every_layout
def test_all_clear_cannot_be_taken_for_an_alarm(language: str, layout: Layout) -> None:
    alarm = render(notice(), language, layout).html
    for purpose in (Purpose.ALL_CLEAR, Purpose.EASED):
        said = render(clear(purpose=purpose), language, layout).html
        first = said.partition("\n")[0]
        assert NO_ALARM[language] in first[:60]
        action = TEXTS.get(language, "advisory.action.prepare")
        assert action in alarm
        assert action not in said
        assert SIREN[language] in said.lower()


@every_language
def test_all_clear_of_a_severe_warning_is_heard_however_mild_it_says_it_is(language: str) -> None:
    assert not render(clear(), language).silent


@every_language
@pytest.mark.parametrize("title", FOLLOWING)
def test_follow_up_carries_its_code_and_what_a_siren_means(title: str, language: str) -> None:
    for layout in Layout:
        said = render(FOLLOWING[title], language, layout).html
        assert FOLLOWING[title].code in said
        assert SIREN[language] in said.lower()


def _of_every_purpose() -> dict[Purpose, Notice]:
    opens, ends = KYIV_ADVISORY.window
    told = {
        purpose: cancel_notice(about=KYIV_ADVISORY, purpose=purpose)
        if purpose in OF_ORIGINAL
        else notice(purpose=purpose, opens=opens, ends=ends)
        for purpose in Purpose
    }
    assert set(told) == set(Purpose)
    return told


@every_language
@every_layout
@pytest.mark.parametrize("purpose", Purpose)
def test_every_message_carries_issue_date_validity_and_code(
    language: str, layout: Layout, purpose: Purpose
) -> None:
    told = _of_every_purpose()[purpose]
    times = Times(TEXTS, language, told.timezone)
    valid_until = KYIV_ADVISORY.window[1]
    assert valid_until is not None
    for mark in (None, *Mark):
        said = render(replace(told, mark=mark, ended_as=Purpose.PASSED), language, layout).html
        assert times.dated(KYIV_ADVISORY.sent) in said
        assert times.dated(valid_until) in said
        assert told.code in said
    for page in RENDERER.details(told, language):
        assert times.dated(KYIV_ADVISORY.sent) in page.html
        assert times.dated(valid_until) in page.html
        assert told.code in page.html


@every_language
@every_layout
@pytest.mark.parametrize("mark", Mark)
def test_message_that_is_no_longer_live_says_so_first_and_has_no_buttons(
    language: str, layout: Layout, mark: Mark
) -> None:
    word = dict(zip(Mark, MARKED[language], strict=True))[mark]
    told = notice(mark=mark, ended_as=Purpose.PASSED)
    message = render(told, language, layout)
    assert message.html.removeprefix("<b>").startswith(f"{word}.")
    assert message.keyboard == ()
    assert "KYI-7Q2F" in message.html


@every_language
@pytest.mark.parametrize("mark", Mark)
def test_letter_for_one_reader_is_marked_as_all_are(language: str, mark: Mark) -> None:
    note = ShelterNote("the cellar of number 7", 4)
    told = notice(mark=mark, ended_as=Purpose.CANCEL)
    message = RENDERER.render(told, language, Layout.PRIVATE, note)
    word = dict(zip(Mark, MARKED[language], strict=True))[mark]
    assert message.html.startswith(f"<b>{word}.")
    assert message.keyboard == ()


@every_language
def test_passed_window_is_neither_all_clear_nor_alarm(language: str) -> None:
    ends = KYIV_ADVISORY.window[1]
    message = render(
        notice(purpose=Purpose.PASSED, sound=Sound.SILENT, ends=ends), language, Layout.PRIVATE
    )
    assert message.silent
    assert NO_CLEAR[language] in message.html


@every_language
def test_late_message_says_when_it_was_due(language: str) -> None:
    due = KYIV_ADVISORY.window[0]
    told = notice(purpose=Purpose.WINDOW_OPEN, late_for=due)
    times = Times(TEXTS, language, told.timezone)
    words = TEXTS.get(language, "advisory.late", time=times.moment(due), zone=times.zone)
    for layout in Layout:
        assert words in render(told, language, layout).html
        assert words not in render(replace(told, late_for=None), language, layout).html


@every_language
def test_validity_that_the_source_does_not_state_is_said_to_be_ours(language: str) -> None:
    told = notice(advisory(info(expires=None)), ends=KYIV_ADVISORY.window[1])
    assert NO_END[language] in render(told, language).html


@every_layout
@pytest.mark.parametrize("purpose", Purpose)
def test_every_message_shares_a_link_to_the_advisory_as_it_stands(
    purpose: Purpose, layout: Layout
) -> None:
    made = RENDERER.render(notice(purpose=purpose), "en", layout)
    urls = [button.url or "" for row in made.keyboard for button in row]
    shared = [url for url in urls if url.startswith("https://t.me/share/url?url=")]
    assert len(shared) == 1
    assert f"start%3Da_{KYIV_ADVISORY.id}" in shared[0]

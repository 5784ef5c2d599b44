from __future__ import annotations

import itertools
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from bot.domain.advisory import Status
from bot.domain.delivery import Lane
from bot.domain.guidance import Stage, Trigger
from bot.domain.message import Layout
from bot.rendering.advisory import Renderer, plain
from bot.rendering.notice import Notice, Purpose
from bot.rendering.text import parsed_units
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import (
    GUIDANCE,
    KYIV,
    KYIV_ADVISORY,
    LONGEST_NAME,
    RENDERER,
    SIREN,
    TEXTS,
    advisory,
    cancel,
    cancel_notice,
    info,
    notice,
    place,
)


@pytest.mark.parametrize("hazard", GUIDANCE.hazards)
@pytest.mark.parametrize("language", TEXTS.languages)
def test_every_threat_and_stage_fits_and_says_what_where_and_what_to_do_first(
    hazard: str, language: str
) -> None:
    for stage, layout in itertools.product(Stage, Layout):
        assert_says_what_where_and_what_to_do(hazard, stage, language, layout)


def assert_says_what_where_and_what_to_do(
    hazard: str, stage: Stage, language: str, layout: Layout
) -> None:
    told = notice(hazard=hazard, stage=stage, places=(LONGEST_NAME,))
    message = RENDERER.render(told, language, layout)
    shown = telegram_html.read(message.html)
    assert telegram_html.units(shown) == parsed_units(message.html) <= 4096
    words = GUIDANCE.hazard_text(hazard, language)
    do = (
        TEXTS.get(language, f"advisory.action.{stage}")
        if stage != "take_shelter"
        else words.act_now
    )
    for said in (do, words.possible, LONGEST_NAME.name(language)):
        assert said in shown[:100]
    asks_for_siren = GUIDANCE.trigger(hazard) is Trigger.SIREN
    assert (SIREN[language] in shown.split("\n")[1].lower()) is asks_for_siren
    first_step = GUIDANCE.steps(hazard, stage).steps[0].text[language]
    assert f"1. {first_step}" in shown
    assert "KYI-7Q2F" in shown


@pytest.mark.parametrize("language", ["en", "uk"])
def test_warning_holds_all_that_it_promises(language: str) -> None:
    html = RENDERER.render(notice(), language, Layout.PRIVATE).html
    shown = telegram_html.read(html)
    promised = {
        "en": (
            "Prepare: possible air attack, Kyiv, Wed 20 Nov",
            "This is advance warning, not a siren.",
            "Drinking water: 9 litres (3 litres a day)",
            "Long-life food that needs no cooking: for 3 days",
            "The medicines you need: for 3 days",
            "Expected: Wed 20 Nov, 00:00 – Thu 21 Nov, 00:00, Kyiv time.",
            "Example Embassy in Kyiv (embassy). It is closed.",
            "In its own words (English):",
            "Issued Tue 19 Nov 2024, 22:30, valid until Thu 21 Nov 2024, 00:00, Kyiv time.",
        ),
        "uk": (
            "Готуйтеся: можлива повітряна атака, Київ, ср 20 лист.",
            "Це завчасне попередження, а не сирена.",
            "Питна вода: 9 літрів (по 3 літри на добу)",
            "Готові до вживання продукти тривалого зберігання: на 3 дні",
            "Ліки, які вам потрібні: на 3 дні",
            "Очікується: ср 20 лист., 00:00 – чт 21 лист., 00:00, за київським часом.",
            "Example Embassy in Kyiv (посольство). Зачинено.",
            "Слова джерела мовою оригіналу (англійська):",
            "Видано вт 19 лист. 2024, 22:30, діє до чт 21 лист. 2024, 00:00, за київським часом.",
        ),
    }
    for words in promised[language]:
        assert words in shown
    assert '<a href="https://embassy.example/alerts/1">embassy.example</a>' in html
    assert '<tg-time unix="1732140000"' in html
    assert "The Embassy will be closed." in shown


@pytest.mark.parametrize("purpose", [Purpose.ALERT, Purpose.UPDATE])
@pytest.mark.parametrize("language", TEXTS.languages)
def test_first_100_characters_also_say_what_the_siren_means(
    purpose: Purpose, language: str
) -> None:
    told = notice(purpose=purpose)
    shown = telegram_html.read(RENDERER.render(told, language, Layout.GROUP).html)
    assert SIREN[language] in shown[:100].lower()


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("status", [one for one in Status if one is not Status.ACTUAL])
@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_not_actual_is_marked_at_both_ends_and_silent(
    status: Status, layout: Layout, language: str, purpose: Purpose
) -> None:
    about = KYIV_ADVISORY.model_copy(update={"status": status})
    told = notice(about, purpose=purpose)
    message = RENDERER.render(told, language, layout)
    mark = TEXTS.get(language, f"advisory.mark.{status}")
    for text in (message, plain(message), *RENDERER.details(told, language)):
        lines = telegram_html.read(text.html).split("\n")
        assert lines[0] == lines[-1] == mark
    assert message.silent
    assert not any("share" in (b.url or "") for row in message.keyboard for b in row)


def test_drill_lane_is_marked_even_if_the_advisory_says_actual() -> None:
    lines = telegram_html.read(
        RENDERER.render(notice(lane=Lane.DRILL), "en", Layout.PRIVATE).html
    ).split("\n")
    assert lines[0] == lines[-1] == "DRILL, not real"


@pytest.mark.parametrize("purpose", [Purpose.UPDATE, Purpose.CANCEL])
def test_real_message_never_takes_the_mark_of_a_drill_it_names(purpose: Purpose) -> None:
    drill = KYIV_ADVISORY.model_copy(update={"status": Status.EXERCISE})
    told = notice(purpose=purpose, original=drill, original_code="KYI-OLD1")
    message = RENDERER.render(told, "en", Layout.PRIVATE)
    assert "DRILL" not in message.html
    assert not message.silent


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("layout", Layout)
def test_cancel_without_info_says_what_is_withdrawn_and_looks_like_no_alarm(
    language: str, layout: Layout
) -> None:
    message = RENDERER.render(cancel_notice(), language, layout)
    shown = telegram_html.read(message.html)
    what = GUIDANCE.hazard_text("combined_air_attack", language).possible
    action = TEXTS.get(language, "advisory.action.cancel")
    headline = {"action": action, "threat": what, "place": KYIV.name(language)}
    assert shown.startswith(TEXTS.get(language, "advisory.headline.now", **headline))
    assert SIREN[language] in shown.lower()
    for known in ("KYI-7Q2F", "Example Embassy in Kyiv", "KYI-AB12", "09:00"):
        assert known in shown
    assert "\n1. " not in shown
    assert TEXTS.get(language, "advisory.posture.closed") not in shown
    assert GUIDANCE.hazard_text("missile", language).act_now not in shown
    assert not message.silent


@pytest.mark.parametrize("language", TEXTS.languages)
def test_cancel_of_something_unknown_still_reads(language: str) -> None:
    told = cancel_notice(original=None, original_code=None, places=())
    shown = telegram_html.read(RENDERER.render(told, language, Layout.PRIVATE).html)
    assert TEXTS.get(language, "advisory.place.unknown") not in shown
    assert shown.startswith(TEXTS.get(language, "advisory.action.cancel"))
    assert RENDERER.details(told, language) == ()


def test_cancel_quotes_its_note() -> None:
    told = cancel_notice(about=cancel(note="Issued in <error>."))
    assert "Issued in &lt;error&gt;." in RENDERER.render(told, "en", Layout.PRIVATE).html


def test_cancel_of_something_silent_is_silent() -> None:
    mild = advisory(info(severity="Minor", responseType=["Monitor"]))
    assert RENDERER.render(cancel_notice(original=mild), "en", Layout.PRIVATE).silent


def test_update_says_so_and_names_what_it_replaces() -> None:
    told = notice(purpose=Purpose.UPDATE, original=KYIV_ADVISORY, original_code="KYI-OLD1")
    shown = telegram_html.read(RENDERER.render(told, "en", Layout.PRIVATE).html)
    assert shown.startswith("Updated. Prepare: possible air attack, Kyiv")
    assert "KYI-OLD1" in shown


@pytest.mark.parametrize(
    ("lane", "silent"),
    [
        (Lane.SHELTER_NOW, False),
        (Lane.PREPARE, False),
        (Lane.ROUTINE, True),
        (Lane.DRILL, True),
    ],
)
def test_drills_and_routine_are_silent(lane: Lane, silent: bool) -> None:
    assert RENDERER.render(notice(lane=lane), "en", Layout.PRIVATE).silent is silent


def test_unverified_source_is_named_as_such() -> None:
    about = advisory(info(senderName="nobody@x.example"))
    told = notice(about, verified=False, source_kind="unverified", source_name="nobody@x.example")
    shown = telegram_html.read(RENDERER.render(told, "en", Layout.PRIVATE).html)
    assert "Source not verified: nobody@x.example (unknown sender)" in shown


def test_source_is_named_as_it_calls_itself_in_the_readers_language() -> None:
    about = advisory(info(), info(language="uk", senderName="Посольство-приклад"))
    message = RENDERER.render(notice(about), "uk", Layout.PRIVATE)
    assert "Посольство-приклад" in message.html
    assert "Example Embassy" not in message.html


def test_many_places_are_counted_in_the_headline_and_listed_below() -> None:
    cities = tuple(place(str(n), f"City {n}", f"Місто {n}") for n in range(9))
    shown = telegram_html.read(
        RENDERER.render(notice(places=(KYIV, *cities)), "en", Layout.PRIVATE).html
    )
    assert "and 5 more" in shown[:100]
    assert "Where: Kyiv, City 0, " in shown
    assert "City 8" in shown


def test_place_of_the_source_s_own_words_is_used_where_none_is_known() -> None:
    shown = telegram_html.read(RENDERER.render(notice(places=()), "uk", Layout.PRIVATE).html)
    assert "Kyiv" in shown[:100]


def test_language_is_the_closest_and_the_quotation_the_reader_s_if_there_is_one() -> None:
    both = advisory(info(), info(language="uk-UA", description="Посольство буде зачинене."))
    shown = telegram_html.read(RENDERER.render(notice(both), "uk-UA", Layout.PRIVATE).html)
    assert "Слова джерела (мова: українська):" in shown
    assert "Посольство буде зачинене." in shown
    assert RENDERER.render(notice(), "tlh", Layout.PRIVATE) == RENDERER.render(
        notice(), "en", Layout.PRIVATE
    )


def test_buttons_of_each_layout() -> None:
    def shown(layout: Layout) -> list[str]:
        keyboard = RENDERER.render(notice(), "en", layout).keyboard
        return [button.data or button.url or "" for row in keyboard for button in row]

    def share(layout: Layout) -> str:
        return unquote(next(one for one in shown(layout) if is_share(one)))

    def is_share(button: str) -> bool:
        return button.startswith("https://t.me/share/url?url=")

    id, bot = KYIV_ADVISORY.id, "https://t.me/forewarn_bot?start=c_703448"
    web = "https://embassy.example/alerts/1"
    private = shown(Layout.PRIVATE)
    assert private[:3] == [f"more:{id}", f"verify:{id}", web]
    assert private[4:] == ["list:open", "shelter:open"]
    assert [one for one in shown(Layout.GROUP) if not is_share(one)] == [
        *(bot, f"verify:{id}", web, "list:open")
    ]
    assert shown(Layout.CHANNEL)[:-1] == [bot, "https://t.me/forewarn_bot?start=k", web]
    assert is_share(private[3])
    for layout in Layout:
        link, _, said = share(layout).removeprefix("https://t.me/share/url?url=").partition("&")
        assert link == f"https://t.me/forewarn_bot?start=a_{id}"
        # What is passed on is a link, not a copy that grows old.
        assert "Prepare" not in said
        assert "how it stands now" in said


def test_without_a_bot_name_or_a_proper_address_there_is_no_such_button() -> None:
    bare = Renderer(TEXTS, GUIDANCE, "")
    told = notice(advisory(info(web="javascript:alert(1)")))
    assert bare.render(told, "en", Layout.CHANNEL).keyboard == ()


def test_plain_text_is_the_same_without_markup() -> None:
    message = RENDERER.render(notice(), "uk", Layout.PRIVATE)
    fallback = plain(message)
    assert "<" not in fallback.html
    assert telegram_html.read(fallback.html) == telegram_html.read(message.html)
    assert fallback.keyboard == message.keyboard


def test_what_does_not_fit_gives_way_to_the_button() -> None:
    long = {tag: "слово " * 33 for tag in GUIDANCE.languages}
    steps = tuple(
        replace_steps.model_copy(
            update={"steps": tuple(step.model_copy(update={"text": long}) for step in
                                   (*replace_steps.steps, *replace_steps.steps))}
        )
        for replace_steps in GUIDANCE.guidance
    )  # fmt: skip
    wordy = GUIDANCE.model_copy(update={"guidance": steps})
    message = Renderer(TEXTS, wordy, "forewarn_bot").render(notice(), "en", Layout.PRIVATE)
    assert parsed_units(message.html) <= 4096
    assert message.keyboard[0][0].data == f"more:{KYIV_ADVISORY.id}"


def test_rendering_the_same_twice_gives_the_same() -> None:
    told = notice()
    assert RENDERER.render(told, "en", Layout.GROUP) == RENDERER.render(
        replace(told), "en", Layout.GROUP
    )


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("told", [notice(), cancel_notice()], ids=["warning", "withdrawal"])
def test_message_for_a_weak_network_is_short_and_still_says_what_to_do(
    told: Notice, language: str
) -> None:
    message = RENDERER.render(told, language, Layout.LOW)
    shown = telegram_html.read(message.html)
    full = telegram_html.read(RENDERER.render(told, language, Layout.PRIVATE).html)
    assert len(shown) < len(full) * (0.5 if told.purpose is Purpose.ALERT else 1)
    assert shown.split("\n")[:2] == full.split("\n")[:2]
    assert not re.search("http|<", message.html)
    more = [button.data for row in message.keyboard for button in row if button.data]
    assert more == ([f"more:{told.advisory.id}"] if RENDERER.details(told, language) else [])
    if told.purpose is Purpose.ALERT:
        for step in GUIDANCE.steps(told.hazard, told.stage).steps:
            assert step.text[language] in shown
        assert "Example Embassy in Kyiv" in shown

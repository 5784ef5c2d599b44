"""Whatever comes from outside arrives as text, and the message stays one that Telegram takes."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.message import Layout
from bot.rendering.dialogue import Dialogue
from bot.rendering.text import clean
from tests.unit.chat.places import GAZETTEER
from tests.unit.rendering import telegram_html
from tests.unit.rendering.samples import (
    KYIV,
    RENDERER,
    TEXTS,
    advisory,
    cancel,
    cancel_notice,
    info,
    notice,
)

CARRIED = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\n\t"
)
"""What an advisory can carry; the model refuses the rest (XML 1.0, 2.2)."""

NASTY = st.one_of(
    st.text(alphabet=CARRIED, min_size=1),
    st.sampled_from(
        [
            "<b>bold</b><script>",
            "</blockquote><a href='https://evil.example'>x</a>",
            "&lt;&amp;&#60;",
            "*bold* _it_ [x](https://evil.example) `code`",
            "\u202eevil\u202c",
            "\u200b" * 50,
            "{name} {0} %s {",
            "אזעקה שווא",
            "אזעקה\nغارة جوية\nair raid " * 300,
            "😀" * 5000,
            "слово. " * 1500,
            "x" * 10_000,
            "<" * 10_000,
            "\u0301" * 500,
            "🇺🇦" * 2000,
            "a\n" * 5000,
            "".join(chr(plane * 0x10000 + 0x250) for plane in range(17)) * 600,
            "\"'><",
        ]
    ),
)
PURELY_VISIBLE = "Stay <b>inside</b> & read *this* [x](http://y) {now}."


@settings(deadline=None)
@given(NASTY, NASTY, NASTY, NASTY, st.sampled_from(TEXTS.languages), st.sampled_from(Layout))
@example("<b>", "&", PURELY_VISIBLE, "x", "en", Layout.PRIVATE)
def test_any_text_from_outside_makes_a_proper_message(
    description: str, name: str, headline: str, area: str, language: str, layout: Layout
) -> None:
    words = info(
        description=description,
        headline=headline,
        instruction=description,
        audience=name,
        contact=headline,
        web=description,
        event="air attack " + name,
        area=[{"areaDesc": "x" + area}],
        parameter=[{"valueName": "embassyPosture", "value": name}],
    )
    told = notice(
        advisory(words),
        places=(KYIV,) if len(area) % 2 else (),
        source_name=name,
        source_kind=headline,
        verified=False,
    )
    for message in (RENDERER.render(told, language, layout), *RENDERER.details(told, language)):
        shown = telegram_html.read(message.html)
        assert telegram_html.units(shown) <= 4096
        assert all(len((b.data or "").encode()) <= 64 for row in message.keyboard for b in row)
        assert all(len(b.url or "") <= 2048 for row in message.keyboard for b in row)


@settings(deadline=None)
@given(NASTY, st.sampled_from(TEXTS.languages))
def test_any_note_of_a_cancel_makes_a_proper_message(note: str, language: str) -> None:
    told = cancel_notice(about=cancel(note=note), source_name=note)
    for message in (
        RENDERER.render(told, language, Layout.PRIVATE),
        *RENDERER.details(told, language),
    ):
        assert telegram_html.units(telegram_html.read(message.html)) <= 4096


def test_markup_from_outside_is_shown_as_it_was_written() -> None:
    told = notice(advisory(info(description=PURELY_VISIBLE)))
    for message in (RENDERER.render(told, "en", Layout.PRIVATE), *RENDERER.details(told, "en")):
        assert PURELY_VISIBLE in telegram_html.read(message.html)


@settings(deadline=None)
@given(st.text(alphabet=CARRIED, max_size=3000))
def test_details_hold_all_of_the_source_s_text(text: str) -> None:
    told = notice(advisory(info(headline=None, instruction=None, description="x" + text)))
    shown = "".join(telegram_html.read(one.html) for one in RENDERER.details(told, "en"))
    bare = str.maketrans("", "", "\u2068\u2069 \n\u3000")
    wanted = "".join(clean("x" + text).split())
    assert wanted.translate(bare) in "".join(shown.split()).translate(bare)


def test_long_text_is_shortened_at_a_sentence_with_a_button_for_the_rest() -> None:
    sentence = "Stay in shelter until the all clear is announced."
    told = notice(advisory(info(description=" ".join([sentence] * 300), headline=None)))
    message = RENDERER.render(told, "en", Layout.PRIVATE)
    quoted = telegram_html.read(message.html).partition("own words (English):\n")[2]
    assert quoted.partition("\n")[0].endswith("announced. …")
    assert message.keyboard[0][0].data == f"more:{told.advisory.id}"
    pages = RENDERER.details(told, "en")
    assert len(pages) > 3
    assert sum(one.html.count(sentence) for one in pages) == 300


def test_a_megabyte_of_text_ends_in_a_reference_to_the_source() -> None:
    told = notice(advisory(info(description="word " * 200_000)))
    pages = RENDERER.details(told, "en")
    assert len(pages) == 11
    shown = [telegram_html.read(page.html) for page in pages]
    assert sum(TEXTS.get("en", "advisory.details.cut") in page for page in shown) == 1
    assert "Drinking water: 9 litres" in shown[-1]


@settings(deadline=None)
@given(NASTY, st.sampled_from(TEXTS.languages))
def test_any_title_or_typed_code_arrives_as_text_in_an_answer(text: str, language: str) -> None:
    dialogue = Dialogue(TEXTS, GAZETTEER)
    for message in (
        dialogue.say(language, "channel.promoted", title=text[:128], city=text[:40]),
        dialogue.say(language, "verify.unknown", code=text[:40]),
    ):
        shown = telegram_html.read(message.html)
        assert clean(text[:40], one_line=True) in shown
        assert "\u202e" not in shown

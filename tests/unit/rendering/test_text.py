from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.text import (
    clean,
    escape,
    link,
    parsed_units,
    safe_url,
    shorten,
    split,
    unmarked,
)
from tests.unit.rendering import telegram_html

ANY_TEXT = st.text(alphabet=st.characters())
"""Every plane, half surrogates too: JSON can carry them."""

BOTH_WAYS = st.text(
    alphabet=st.sampled_from("אבגغارة abc.12\n\u2068\u2069"), min_size=40, max_size=300
)
"""Lines that run in either direction, with isolates of their own."""

WRITTEN = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert telegram_html.read(escape(text)) == text
    assert unmarked(escape(text)) == text


@given(WRITTEN)
def test_units_are_those_of_utf16(text: str) -> None:
    assert parsed_units(escape(text)) == telegram_html.units(text)


@given(ANY_TEXT)
def test_cleaned_text_has_nothing_invisible(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    lines = [one.removeprefix("\u2068").removesuffix("\u2069") for one in cleaned.split("\n")]
    inner = "\n".join(lines)
    invisible = [c for c in inner if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")]
    assert set(invisible) <= {"\n", "\u200c", "\u200d"}
    assert "\n\n\n" not in cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("a\u200bb\ufeffc\u00add", "abcd", id="zero-width characters go"),
        pytest.param("safe\u202egnp.exe", "safegnp.exe", id="a direction override goes"),
        pytest.param("a\x00\x07b", "ab", id="control characters go"),
        pytest.param("a\ud800b", "ab", id="half a surrogate pair goes"),
        pytest.param("a\r\nb\u2028c\td", "a\nb\nc d", id="line ends and spaces are made one kind"),
        pytest.param("a \n\n\n\n b", "a\n\nb", id="empty lines are at most one"),
        pytest.param("z" + "\u0301" * 40, "z" + "\u0301" * 4, id="stacked marks are capped"),
        pytest.param("👩\u200d🚒", "👩\u200d🚒", id="an emoji keeps the joiner it needs"),
        pytest.param("می\u200cروم", "\u2068می\u200cروم\u2069", id="so does Persian, isolated"),
        pytest.param("a\u200db", "ab", id="a joiner between Latin letters goes"),
        pytest.param("אזעקה", "\u2068אזעקה\u2069", id="right-to-left text is isolated"),
        pytest.param(
            "one\nשתיים\nארבע",
            "one\n\u2068שתיים\u2069\n\u2068ארבע\u2069",
            id="line by line, for an isolate ends with its paragraph",
        ),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        pytest.param("One. Two.", 9, "One. Two.", id="what fits stays"),
        pytest.param("Stay inside. Shut windows.", 20, "Stay inside. …", id="after a sentence"),
        pytest.param(
            "Read it? Yes! Go on now", 16, "Read it? Yes! …", id="any sentence end counts"
        ),
        pytest.param("The U.S. Embassy is closed", 14, "The U.S.…", id="an initial ends nothing"),
        pytest.param(
            "Залишайтеся у м. Київ завтра", 24, "Залишайтеся у м. Київ…", id="nor does м."
        ),
        pytest.param("no sentence ends here at all", 20, "no sentence ends…", id="between words"),
        pytest.param("x" * 30, 10, "x" * 8 + "…", id="a word without end is broken"),
        pytest.param("😀" * 10, 9, "😀" * 3 + "…", id="never inside a surrogate pair"),
        pytest.param("e\u0301" * 10, 8, "e\u0301" * 3 + "…", id="never before a mark"),
        pytest.param("👍🏽👍🏽👍🏽", 9, "👍🏽…", id="never before a skin tone"),
        pytest.param("🇺🇦🇺🇦🇺🇦", 9, "🇺🇦…", id="never inside a flag"),
        pytest.param("\u2068אבגד הוזח\u2069", 8, "\u2068אבגד…\u2069", id="an isolate is closed"),
    ],
)
def test_shorten(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(ANY_TEXT, st.integers(min_value=0, max_value=120))
def test_shortened_text_keeps_the_limit_and_its_beginning(text: str, limit: int) -> None:
    text = clean(text)
    short = shorten(text, limit)
    assert telegram_html.units(short) <= limit
    if short != text:
        assert text.startswith(short.rstrip("… \u2069"))


@given(BOTH_WAYS, st.integers(min_value=3, max_value=120))
def test_isolates_are_closed_on_their_own_line_wherever_a_text_is_cut(
    text: str, limit: int
) -> None:
    text = clean(text)
    for piece in (text, shorten(text, limit), *split(text, max(limit // 4, 12))):
        for line in piece.split("\n"):
            at = [char for char in line if char in "\u2068\u2069"]
            assert at in ([], ["\u2068", "\u2069"])


@given(ANY_TEXT, st.integers(min_value=20, max_value=120))
def test_split_text_loses_nothing(text: str, limit: int) -> None:
    text = clean(text)
    pieces = split(text, limit)
    assert all(telegram_html.units(piece) <= limit for piece in pieces)
    bare = "".join("".join(pieces).split()).translate({0x2068: None, 0x2069: None})
    assert bare == "".join(text.split()).translate({0x2068: None, 0x2069: None})


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        pytest.param("https://a.example/x?y=1", "https://a.example/x?y=1", id="https"),
        pytest.param("HTTP://A.Example", "http://a.example", id="scheme and host in small letters"),
        pytest.param("https://a.example:8443/", "https://a.example:8443/", id="a port stays"),
        pytest.param("https://a.example/ї", "https://a.example/%D1%97", id="a path is encoded"),
        pytest.param("https://аррle.com/", "https://xn--le-6kc8da.com/", id="look-alikes show"),
        pytest.param("https://bank.example@evil.example/", None, id="a name before the host"),
        pytest.param("javascript:alert(1)", None, id="a script"),
        pytest.param("tg://user?id=1", None, id="a Telegram address"),
        pytest.param('https://a.example/"><b>', None, id="markup"),
        pytest.param("https://a.example/a b", None, id="a space"),
        pytest.param("https://a.example/\ud800", None, id="half a character"),
        pytest.param("https://localhost/", None, id="a host without a domain"),
        pytest.param("https://a.example:99999/", None, id="no such port"),
        pytest.param("https://[::1/", None, id="half an IPv6 address"),
        pytest.param("//a.example/", None, id="no scheme"),
        pytest.param("https://a.example/" + "x" * 2000, None, id="endless"),
        pytest.param("", None, id="nothing"),
        pytest.param(None, None, id="none"),
    ],
)
def test_safe_url(url: str | None, safe: str | None) -> None:
    assert safe_url(url) == safe


@given(st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: f"https://{text}"),
                 ANY_TEXT.map(lambda text: f"https://a.example/{text}")))  # fmt: skip
def test_any_address_makes_a_proper_link_or_none(url: str) -> None:
    made = link(url)
    if made is not None:
        assert telegram_html.read(made) in made

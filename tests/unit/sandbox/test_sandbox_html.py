"""Telegram's HTML in the sandbox: what each tag becomes, and the words for each mistake."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.errors import ApiError
from bot.sandbox.formatted import parse
from bot.sandbox.html_entities import parse_html
from bot.sandbox.units import utf16_length

TAGS = [
    ("bold", "<b>x</b>", {"type": "bold"}),
    ("strong is bold", "<strong>x</strong>", {"type": "bold"}),
    ("italic", "<i>x</i>", {"type": "italic"}),
    ("emphasis is italic", "<em>x</em>", {"type": "italic"}),
    ("underline", "<u>x</u>", {"type": "underline"}),
    ("inserted is underlined", "<ins>x</ins>", {"type": "underline"}),
    ("struck", "<s>x</s>", {"type": "strikethrough"}),
    ("strike is struck", "<strike>x</strike>", {"type": "strikethrough"}),
    ("deleted is struck", "<del>x</del>", {"type": "strikethrough"}),
    ("spoiler", "<tg-spoiler>x</tg-spoiler>", {"type": "spoiler"}),
    ("spoiler as a span", '<span class="tg-spoiler">x</span>', {"type": "spoiler"}),
    ("code", "<code>x</code>", {"type": "code"}),
    ("code drops its language", '<code class="language-py">x</code>', {"type": "code"}),
    ("preformatted", "<pre>x</pre>", {"type": "pre"}),
    (
        "preformatted with a language",
        '<pre><code class="language-py">x</code></pre>',
        {"type": "pre", "language": "py"},
    ),
    ("quote", "<blockquote>x</blockquote>", {"type": "blockquote"}),
    (
        "expandable quote",
        "<blockquote expandable>x</blockquote>",
        {"type": "expandable_blockquote"},
    ),
    (
        "link, completed with a path",
        '<a href="https://Example.org">x</a>',
        {"type": "text_link", "url": "https://example.org/"},
    ),
    (
        "link with references in it",
        "<a href='https://a.ua/?b=1&amp;c=2'>x</a>",
        {"type": "text_link", "url": "https://a.ua/?b=1&c=2"},
    ),
    (
        "link to a person",
        '<a href="tg://user?id=7">x</a>',
        {
            "type": "text_mention",
            "user": {"id": 7, "is_bot": False, "first_name": "User"},
        },
    ),
    (
        "custom emoji",
        '<tg-emoji emoji-id="5368324170671202286">x</tg-emoji>',
        {"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"},
    ),
    (
        "moment with a format",
        '<tg-time unix="1732053600" format="wDT">x</tg-time>',
        {"type": "date_time", "unix_time": 1732053600, "date_time_format": "wDT"},
    ),
    (
        "moment",
        "<tg-time unix=1732053600>x</tg-time>",
        {"type": "date_time", "unix_time": 1732053600},
    ),
    ("names are read in any case", "<B>x</b>", {"type": "bold"}),
    ("an empty end tag closes the last", "<b>x</>", {"type": "bold"}),
]


@pytest.mark.parametrize(("_why", "text", "entity"), TAGS, ids=[row[0] for row in TAGS])
def test_html_tag_becomes_its_entity(_why: str, text: str, entity: dict[str, Any]) -> None:
    assert parse_html(text) == ("x", [{"offset": 0, "length": 1, **entity}])


PLAIN = [
    ("references are decoded", "&lt;&gt;&amp;&quot;&#75;&#x457;", '<>&"Kї'),
    ("the semicolon may be missing", "&lt b", "< b"),
    ("unknown references stand for themselves", "&nbsp; &copy; & &#0;", "&nbsp; &copy; & &#0;"),
    ("a link to nowhere is only text", '<a href="nowhere">x</a>', "x"),
    ("empty tags leave nothing", "a<b></b>b", "ab"),
    ("a lone mark is a mark", "a > b", "a > b"),
]


@pytest.mark.parametrize(("_why", "text", "plain"), PLAIN, ids=[row[0] for row in PLAIN])
def test_html_becomes_plain_text(_why: str, text: str, plain: str) -> None:
    assert parse_html(text) == (plain, [])


MISTAKES = [
    ("unknown tag", "текст<x>a</x>", 'Unsupported start tag "x" at byte offset 10'),
    ("tags of ordinary HTML", "<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
    ("a comparison", "a <5 b> c", 'Unsupported start tag "5" at byte offset 2'),
    ("never closed", "<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    (
        "closed crosswise",
        "<b><i>a</b></i>",
        'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
    ),
    ("closed without opening", "a</b>", "Unexpected end tag at byte offset 1"),
    ("cut in a start tag", "a<b", "Unclosed start tag at byte offset 1"),
    ("cut in an attribute", '<a href="x', "Unclosed start tag at byte offset 0"),
    ("cut before a value", "<a href=", 'Unclosed start tag "a" at byte offset 0'),
    ("cut in an end tag", "<b>a</b", "Unclosed end tag at byte offset 4"),
    (
        "a span of no class",
        "<span>a</span>",
        'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
    (
        "an attribute without a name",
        '<a ="x">a</a>',
        'Empty attribute name in the tag "a" at byte offset 0',
    ),
    (
        "an attribute without a value",
        "<a href>a</a>",
        'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
    ),
    (
        "a bare value with a slash",
        "<a href=a/b>a</a>",
        "Unexpected end of name token at byte offset 8",
    ),
    (
        "an emoji without a number",
        "<tg-emoji>a</tg-emoji>",
        "Invalid custom emoji identifier specified",
    ),
    (
        "a moment without a time",
        "<tg-time>a</tg-time>",
        'Tag "tg-time" must have attribute "unix" at byte offset 0',
    ),
    ("a moment that is none", '<tg-time unix="soon">a</tg-time>', "Invalid date specified"),
    (
        "a moment of no known format",
        '<tg-time unix="1" format="x">a</tg-time>',
        "Invalid date format specified",
    ),
]


@pytest.mark.parametrize(("_why", "text", "words"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_html_mistake_is_told_in_tdlibs_words(_why: str, text: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(text)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


def test_html_offsets_are_utf16_and_tags_nest() -> None:
    plain, entities = parse("🚀 <b>Увага <i>😀</i></b>", "html")
    assert plain == "🚀 Увага 😀"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 8},
        {"type": "italic", "offset": 9, "length": 2},
    ]


def test_text_is_trimmed_and_its_entities_with_it() -> None:
    assert parse("  <b> hi </b>\n", "html") == ("hi", [{"type": "bold", "offset": 0, "length": 2}])
    assert parse("<b> \n</b>", "html") == ("", [])


FOUND = [
    ("a command", "/city Київ", [("bot_command", "/city")]),
    ("a command to one bot", "/city@forewarn_bot Київ", [("bot_command", "/city@forewarn_bot")]),
    ("a command in the middle", "try /help now", [("bot_command", "/help")]),
    ("no command in a path", "a/b https://a.ua/start", [("url", "https://a.ua/start")]),
    ("no command in other letters", "/місто", []),
    ("an address and its full stop", "see https://a.ua/x.", [("url", "https://a.ua/x")]),
    ("a bare address", "see embassy.gov/alerts, now", [("url", "embassy.gov/alerts")]),
    ("a mention", "ask @forewarn_bot", [("mention", "@forewarn_bot")]),
    ("a mail address", "to a.b@c.org", [("email", "a.b@c.org")]),
    ("a hashtag", "🚀 #Київ #1", [("hashtag", "#Київ")]),
]


@pytest.mark.parametrize(("_why", "text", "found"), FOUND, ids=[row[0] for row in FOUND])
def test_entities_are_found_by_themselves(
    _why: str, text: str, found: list[tuple[str, str]]
) -> None:
    plain, entities = parse(text, "")
    units = plain.encode("utf-16-le")
    assert [
        (
            entity["type"],
            units[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode(
                "utf-16-le"
            ),
        )
        for entity in entities
    ] == found


def test_nothing_is_found_in_code_and_links() -> None:
    _, entities = parse('<code>/start</code> <a href="https://a.ua">@someone</a>', "html")
    assert [entity["type"] for entity in entities] == ["code", "text_link"]


@given(st.text())
def test_html_escaped_text_comes_back_whole(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(f"<b>{escaped}</b>")[0] == text


@given(st.text(alphabet="ab<>/&;=\"' 🚀іbiu"))
def test_html_never_breaks_on_nonsense(text: str) -> None:
    try:
        plain, entities = parse_html(text)
    except ApiError:
        return
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(plain)


MARKDOWN = [
    ("bold", "*x*", [("bold", 0, 1)]),
    ("italic", "_x_", [("italic", 0, 1)]),
    ("underline", "__x__", [("underline", 0, 1)]),
    ("spoiler", "||x||", [("spoiler", 0, 1)]),
    ("struck", "~x~", [("strikethrough", 0, 1)]),
    ("code", "`x`", [("code", 0, 1)]),
    ("preformatted", "```py\nx```", [("pre", 0, 1)]),
    ("link", "[x](https://a.ua)", [("text_link", 0, 1)]),
    ("escaped", "x\\.", []),
]


@pytest.mark.parametrize(("_why", "text", "expected"), MARKDOWN, ids=[row[0] for row in MARKDOWN])
def test_markdown_becomes_entities(
    _why: str, text: str, expected: list[tuple[str, int, int]]
) -> None:
    plain, entities = parse(text, "markdownv2")
    assert plain.startswith("x")
    assert [(item["type"], item["offset"], item["length"]) for item in entities] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("*x", "Can't find end of Bold entity at byte offset 0"),
        ("a `x", "Can't find end of Code entity at byte offset 2"),
    ],
)
def test_markdown_mistake_is_told(text: str, words: str) -> None:
    with pytest.raises(ApiError, match="can't parse entities") as refused:
        parse(text, "markdownv2")
    assert words in refused.value.description

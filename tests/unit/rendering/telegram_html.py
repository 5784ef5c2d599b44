"""A strict reader of the HTML that Telegram takes (Bot API, HTML style), as the tests' oracle."""

from __future__ import annotations

import re

_ALLOWED = {"b": set(), "blockquote": set(), "a": {"href"}, "tg-time": {"unix", "format"}}
_TOKEN = re.compile(r"<(/?)([a-z-]+)((?: [a-z]+=\"[^\"<>]*\")*)>|&(lt|gt|amp|quot);|([^<>&]+)")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def read(html: str) -> str:
    """The text that Telegram would show. Fails on anything but well-nested tags it knows."""
    at, open_tags, shown = 0, list[str](), list[str]()
    while at < len(html):
        match = _TOKEN.match(html, at)
        assert match, f"no markup that Telegram reads: {html[at : at + 40]!r}"
        at = match.end()
        closes, tag, attributes, entity, text = match.groups()
        if tag and closes:
            assert open_tags.pop() == tag, f"</{tag}> closes another tag"
        elif tag:
            _check_tag(tag, attributes, open_tags)
            open_tags.append(tag)
        else:
            shown.append(_ENTITIES[entity] if entity else text)
    assert not open_tags, f"{open_tags} are left open"
    return "".join(shown)


def units(text: str) -> int:
    """UTF-16 code units, by encoding."""
    return len(text.encode("utf-16-le")) // 2


def _check_tag(tag: str, attributes: str, open_tags: list[str]) -> None:
    given = dict(_ATTRIBUTE.findall(attributes))
    assert tag in _ALLOWED, f"<{tag}> is not ours"
    assert set(given) == _ALLOWED[tag], f"<{tag}> has {sorted(given)}"
    assert tag not in open_tags, f"<{tag}> inside itself"
    if tag == "a":
        assert re.match(r"https?://[^/@\s]+(/|$)", given["href"])
    if tag == "tg-time":
        assert re.fullmatch(r"r|w?[dD]?[tT]?", given["format"])
        assert given["unix"].isdigit()

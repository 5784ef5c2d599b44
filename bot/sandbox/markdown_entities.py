"""Telegram's MarkdownV2, in the part a warning bot may use: emphasis, code, links, quotes."""

import re
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.links import check_url
from bot.sandbox.units import byte_offset, utf16_length

_RESERVED = set("_*[]()~`>#+-=|{}.!")
_MARKS = {
    "__": "underline",
    "||": "spoiler",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
}
_CODE = re.compile(r"```(?:([A-Za-z0-9_+-]+)\n)?((?:\\.|[^\\])*?)```|`((?:\\.|[^`\\])*)`", re.S)
_TARGET = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")


def parse_markdown(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the plain text and its entities; raises 400 where a reserved mark is not escaped."""
    out: list[str] = []
    entities: list[dict[str, Any]] = []
    opened: list[tuple[str, int, int]] = []
    pos = 0
    while pos < len(text):
        offset = utf16_length("".join(out))
        char = text[pos]
        if char == "\\" and text[pos + 1 : pos + 2] and ord(text[pos + 1]) < 127:
            out.append(text[pos + 1])
            pos += 2
        elif char == "`":
            pos = _code(text, pos, out, entities)
        elif char == "[":
            opened.append(("[", offset, pos))
            pos += 1
        elif char == "]" and opened and opened[-1][0] == "[":
            pos = _link(text, pos, offset, opened.pop(), entities)
        elif (mark := text[pos : pos + 2]) in _MARKS or (mark := char) in _MARKS:
            _toggle(mark, offset, pos, opened, entities)
            pos += len(mark)
        elif char in _RESERVED:
            raise bad_request(
                f"can't parse entities: Character '{char}' is reserved and must be escaped "
                "with the preceding '\\'"
            )
        else:
            out.append(char)
            pos += 1
    if opened:
        raise _unclosed(text, *opened[-1])
    return "".join(out), entities


def _toggle(
    mark: str,
    offset: int,
    pos: int,
    opened: list[tuple[str, int, int]],
    entities: list[dict[str, Any]],
) -> None:
    if opened and opened[-1][0] == mark:
        start = opened.pop()[1]
        if offset > start:
            entities.append({"type": _MARKS[mark], "offset": start, "length": offset - start})
    else:
        opened.append((mark, offset, pos))


def _code(text: str, pos: int, out: list[str], entities: list[dict[str, Any]]) -> int:
    match = _CODE.match(text, pos)
    if match is None:
        raise _unclosed(text, "```" if text.startswith("```", pos) else "`", 0, pos)
    raw = match[2] if match[3] is None else match[3]
    plain = re.sub(r"\\(.)", r"\1", raw, flags=re.S)
    start = utf16_length("".join(out))
    out.append(plain)
    entity = {
        "type": "code" if match[3] is not None else "pre",
        "offset": start,
        "length": utf16_length(plain),
    }
    if match[1]:
        entity["language"] = match[1]
    if plain:
        entities.append(entity)
    return match.end()


def _link(
    text: str, pos: int, offset: int, start: tuple[str, int, int], entities: list[dict[str, Any]]
) -> int:
    match = _TARGET.match(text, pos)
    if match is None:
        return pos + 1
    url, reason = check_url(re.sub(r"\\(.)", r"\1", match[1]))
    if not reason and offset > start[1]:
        entities.append(
            {"type": "text_link", "offset": start[1], "length": offset - start[1], "url": url}
        )
    return match.end()


def _unclosed(text: str, mark: str, _offset: int, pos: int) -> Exception:
    kind = {"[": "TextUrl", "`": "Code", "```": "Pre"}.get(mark, _MARKS.get(mark, "").title())
    return bad_request(
        f"can't parse entities: Can't find end of {kind} entity at byte offset "
        f"{byte_offset(text, pos)}"
    )

"""Telegram's HTML: the tags it knows, its own rules, and tdlib's wording of every mistake."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.links import check_url, linked_user
from bot.sandbox.units import byte_offset, utf16_length

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAGS = {*_SIMPLE, "a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}

_SPACE = " \t\r\n\v\f\0"
_MARK = re.compile(r"[<&]")
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#([0-9]{1,8})|#[xX]([0-9a-fA-F]{1,8}));?")
_NAME = re.compile(rf"[^>{_SPACE}]*")
_ATTRIBUTE_NAME = re.compile(rf"[^=>{_SPACE}]*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_BLANKS = re.compile(rf"[{_SPACE}]*")
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the plain text and its entities in UTF-16 offsets.

    Raises:
        ApiError: 400 with the byte offset at which the markup is wrong.
    """
    return _Parser(text).parse()


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    start: int = 0


@dataclass(slots=True)
class _Parser:
    text: str
    pos: int = 0
    offset: int = 0
    out: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def parse(self) -> tuple[str, list[dict[str, Any]]]:
        while (mark := _MARK.search(self.text, self.pos)) is not None:
            self._emit(self.text[self.pos : mark.start()])
            self.pos = mark.start()
            if mark[0] == "&":
                self._reference()
            elif self.text.startswith("</", self.pos):
                self._end_tag()
            else:
                self._start_tag()
        self._emit(self.text[self.pos :])
        if self.stack:
            tag = self.stack[-1].tag
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{tag}"')
        for entity in self.entities:
            entity.pop("_language", None)
        return "".join(self.out), self.entities

    def _emit(self, piece: str) -> None:
        if piece:
            self.out.append(piece)
            self.offset += utf16_length(piece)

    def _reference(self) -> None:
        char, self.pos = _decode(self.text, self.pos)
        self._emit(char)

    def _start_tag(self) -> None:
        begin = self.pos
        name = _NAME.match(self.text, begin + 1)
        assert name is not None
        if name.end() >= len(self.text):
            raise self._wrong_at("Unclosed start tag", begin)
        tag = name[0].lower()
        if tag not in _TAGS:
            raise self._wrong_at(f'Unsupported start tag "{tag}"', begin)
        self.pos = name.end()
        attributes = dict(self._attributes(tag, begin))
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._wrong_at('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "tg-time" and "unix" not in attributes:
            raise self._wrong_at('Tag "tg-time" must have attribute "unix"', begin)
        self.stack.append(_Open(tag, attributes, self.offset, len(self.out)))

    def _attributes(self, tag: str, begin: int) -> Iterator[tuple[str, str]]:
        while True:
            self._blanks()
            if self._at_end():
                raise self._wrong_at("Unclosed start tag", begin)
            if self.text[self.pos] == ">":
                self.pos += 1
                return
            yield self._attribute(tag, begin)

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        match = _ATTRIBUTE_NAME.match(self.text, self.pos)
        assert match is not None
        name = match[0]
        if not name:
            raise self._wrong_at(f'Empty attribute name in the tag "{tag}"', begin)
        self.pos = match.end()
        self._blanks()
        if not self.text.startswith("=", self.pos):
            if (tag, name) == ("blockquote", "expandable") and not self._at_end():
                return name, ""
            raise self._wrong_at(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin
            )
        self.pos += 1
        self._blanks()
        if self._at_end():
            raise self._wrong_at(f'Unclosed start tag "{tag}"', begin)
        return name, self._value(begin)

    def _value(self, begin: int) -> str:
        quote = self.text[self.pos]
        if quote not in "'\"":
            token = _TOKEN.match(self.text, self.pos)
            assert token is not None
            follows = self.text[token.end() : token.end() + 1]
            if follows != ">" and (not follows or follows not in _SPACE):
                raise self._wrong_at("Unexpected end of name token", self.pos)
            self.pos = token.end()
            return token[0].lower()
        end = self.text.find(quote, self.pos + 1)
        if end < 0:
            raise self._wrong_at("Unclosed start tag", begin)
        raw = self.text[self.pos + 1 : end]
        self.pos = end + 1
        return _REFERENCE.sub(lambda match: _decode(match[0], 0)[0], raw)

    def _end_tag(self) -> None:
        begin = self.pos
        if not self.stack:
            raise self._wrong_at("Unexpected end tag", begin)
        name = _NAME.match(self.text, begin + 2)
        assert name is not None
        self.pos = name.end()
        self._blanks()
        if not self.text.startswith(">", self.pos):
            raise self._wrong_at("Unclosed end tag", begin)
        self.pos += 1
        opened = self.stack.pop()
        tag = name[0].lower()
        if tag and tag != opened.tag:
            raise _wrong(
                f"Unmatched end tag at byte offset {byte_offset(self.text, begin)}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: dict[str, Any] | None = {
            "type": _SIMPLE.get(opened.tag, opened.tag),
            "offset": opened.offset,
            "length": self.offset - opened.offset,
        }
        assert entity is not None
        if opened.tag == "a":
            entity = self._link(opened, entity)
        elif opened.tag in ("pre", "code"):
            entity = self._code(opened, entity)
        elif opened.tag == "blockquote":
            expandable = "expandable" in opened.attributes
            entity["type"] = "expandable_blockquote" if expandable else "blockquote"
        elif opened.tag == "tg-emoji":
            entity |= {"type": "custom_emoji", "custom_emoji_id": _emoji_id(opened)}
        elif opened.tag == "tg-time":
            entity |= {"type": "date_time", **_time_fields(opened)}
        if entity is not None:
            self.entities.append(entity)

    def _link(self, opened: _Open, entity: dict[str, Any]) -> dict[str, Any] | None:
        url = opened.attributes.get("href") or "".join(self.out[opened.start :])
        user_id = linked_user(url)
        if user_id is not None:
            user = {"id": user_id, "is_bot": False, "first_name": "User"}
            return {**entity, "type": "text_mention", "user": user}
        checked, reason = check_url(url)
        return None if reason else {**entity, "type": "text_link", "url": checked}

    def _code(self, opened: _Open, entity: dict[str, Any]) -> dict[str, Any]:
        """Write code with a language inside pre, or around it, as one `pre` with a language."""
        language = opened.attributes.get("class", "")
        if opened.tag == "code" and language.startswith("language-"):
            entity["_language"] = language.removeprefix("language-")
        last = self.entities[-1] if self.entities else {}
        same = all(last.get(key) == entity[key] for key in ("offset", "length"))
        named = entity.get("_language") or last.get("_language")
        if same and named and {opened.tag, last["type"]} == {"pre", "code"}:
            self.entities.pop()
            entity |= {"type": "pre", "language": named}
        return entity

    def _blanks(self) -> None:
        match = _BLANKS.match(self.text, self.pos)
        assert match is not None
        self.pos = match.end()

    def _at_end(self) -> bool:
        return self.pos >= len(self.text)

    def _wrong_at(self, what: str, position: int) -> Exception:
        return _wrong(f"{what} at byte offset {byte_offset(self.text, position)}")


def _wrong(what: str) -> Exception:
    return bad_request(f"can't parse entities: {what}")


def _decode(text: str, position: int) -> tuple[str, int]:
    """Decode a character reference; what is none stands for itself."""
    match = _REFERENCE.match(text, position)
    if match is None:
        return "&", position + 1
    if match[1]:
        return html.unescape(f"&{match[1]};"), match.end()
    code = int(match[2]) if match[2] else int(match[3], 16)
    if code == 0 or code >= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "&", position + 1
    return chr(code), match.end()


def _emoji_id(opened: _Open) -> str:
    value = opened.attributes.get("emoji-id", "")
    if not value.isdigit() or int(value) == 0:
        raise _wrong("Invalid custom emoji identifier specified")
    return value


def _time_fields(opened: _Open) -> dict[str, Any]:
    unix = opened.attributes["unix"]
    if not re.fullmatch(r"\d{1,12}", unix):
        raise _wrong("Invalid date specified")
    fields: dict[str, Any] = {"unix_time": int(unix)}
    form = opened.attributes.get("format", "")
    if not _TIME_FORMAT.fullmatch(form):
        raise _wrong("Invalid date format specified")
    if form:
        fields["date_time_format"] = form
    return fields

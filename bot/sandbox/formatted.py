"""Text with its entities as a message carries them: measured in UTF-16, trimmed, in order."""

import functools
from collections.abc import Sequence
from typing import Any

from bot.sandbox.detect import detect
from bot.sandbox.errors import bad_request
from bot.sandbox.html_entities import parse_html
from bot.sandbox.markdown_entities import parse_markdown
from bot.sandbox.params import Params
from bot.sandbox.units import utf16_length

Entity = dict[str, Any]

_MAX_ENTITIES = 100
_BARE = {
    *("bold", "italic", "underline", "strikethrough", "spoiler", "blockquote"),
    *("expandable_blockquote", "code", "pre", "text_link", "text_mention", "custom_emoji"),
    *("date_time", "mention", "hashtag", "cashtag", "bot_command", "url", "email"),
    *("phone_number", "bank_card_number"),
}
#: What an entity of these types cannot be without.
_NEEDS = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}


def read_text(params: Params, text: str, *, entities_name: str) -> tuple[str, list[Entity]]:
    """Parse a text parameter with the method's `parse_mode` or its explicit entities."""
    mode = params.text("parse_mode").lower()
    if mode:
        return parse(text, mode)
    given = params.array(entities_name)
    if given:
        return finish(text, [_checked(entity, text) for entity in given])
    return parse(text, "")


@functools.lru_cache(maxsize=2048)
def parse(text: str, mode: str) -> tuple[str, list[Entity]]:
    """Parse marked-up text; the result is shared, so nobody may change it."""
    if mode == "":
        return finish(text, [])
    if mode == "html":
        return finish(*parse_html(text))
    if mode in ("markdownv2", "markdown"):
        return finish(*parse_markdown(text))
    raise bad_request("unsupported parse_mode")


def finish(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Drop the white space around the text, find links and commands in it, put all in order."""
    start = len(text) - len(text.lstrip())
    cut = utf16_length(text[:start])
    trimmed = text.strip()
    size = utf16_length(trimmed)
    kept = [moved for entity in entities if (moved := _moved(entity, -cut, size)) is not None]
    kept += detect(trimmed, kept)
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return trimmed, kept[:_MAX_ENTITIES]


def _moved(entity: Entity, by: int, size: int) -> Entity | None:
    start = max(0, entity["offset"] + by)
    end = min(size, entity["offset"] + entity["length"] + by)
    if end <= start:
        return None
    return {**entity, "offset": start, "length": end - start}


def _checked(entity: object, text: str) -> Entity:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    kind = entity.get("type")
    if kind not in _BARE:
        raise bad_request("can't parse MessageEntity: unsupported entity type specified")
    for name in ("offset", "length"):
        if not isinstance(entity.get(name), int):
            raise bad_request(f'can\'t parse MessageEntity: field "{name}" must be of type Number')
    needed = _NEEDS.get(kind)
    if needed and not entity.get(needed):
        raise bad_request(f"can't parse MessageEntity: can't find field \"{needed}\"")
    start, end = entity["offset"], entity["offset"] + entity["length"]
    if start < 0 or end <= start or end > utf16_length(text):
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends after the end of the text"
        )
    return entity

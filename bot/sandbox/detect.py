"""The entities Telegram finds by itself: commands, mentions, hashtags, addresses."""

import re
from collections.abc import Sequence
from typing import Any

from bot.sandbox.units import utf16_length

_TLD = "com|org|net|info|int|edu|gov|mil|ua|eu|us|uk|de|fr|pl|me|io|app|dev|укр"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("url", re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        "url",
        re.compile(rf"(?<![\w.@/-])(?:[\w-]+\.)+(?:{_TLD})(?![\w-])(?:[/?#][^\s<>\"]*)?", re.I),
    ),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>@.:])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)"),
    ),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{4,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}")),
)
#: Nothing is looked for inside these.
_OPAQUE = {"code", "pre", "text_link", "text_mention", "custom_emoji", "url", "email"}
_TRAILING = ".,:;!?)'\u00bb\u201d\u2026"
_WORTH_LOOKING = re.compile(r"[/@#.]")


def detect(text: str, known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the entities found in the text outside code and links, without overlaps."""
    if not _WORTH_LOOKING.search(text):
        return []
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in known
        if entity["type"] in _OPAQUE
    ]
    found: list[dict[str, Any]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            value = match[0].rstrip(_TRAILING) if kind == "url" else match[0]
            start = utf16_length(text[: match.start()])
            end = start + utf16_length(value)
            if value and not any(start < right and left < end for left, right in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return found

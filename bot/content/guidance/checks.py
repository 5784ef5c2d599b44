"""What guidance must keep so that people can act on it: languages, lengths, sources, sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from bot.content.guidance.files import GuidanceError

SLOTS: Final[Mapping[str, int]] = {
    "step": 200,
    "item": 120,
    "hazard": 36,
    "source": 120,
    "profile": 80,
}
"""The most characters of a text, by where it stands; whole messages are reckoned with them."""

MAX_WORDS: Final = 20
"""The most words of a sentence in an action list."""

_SENTENCES: Final = re.compile(r"[.!?]+(?:\s+|$)")


def check_text(text: str, slot: str, file: str, key: str) -> None:
    """Refuse an empty text, and a text or sentence that is too long for its place."""
    if not text.strip():
        raise GuidanceError(f"{file}: {key}: is missing; write the text")
    where = f"{file}: {key}: {text!r}"
    if len(text) > SLOTS[slot]:
        raise GuidanceError(f"{where}: has {len(text)} characters; shorten it to {SLOTS[slot]}")
    if any(char in text for char in "<>\n"):
        raise GuidanceError(f"{where}: holds markup or a line break; write plain text")
    for sentence in _SENTENCES.split(text):
        if len(sentence.split()) > MAX_WORDS:
            raise GuidanceError(
                f"{where}: a sentence has {len(sentence.split())} words; "
                f"split it, {MAX_WORDS} at most"
            )


def check_known(
    keys: Iterable[str], known: Collection[str], what: str, file: str, key: str
) -> None:
    """Refuse a key that names nothing."""
    for one in keys:
        if one not in known:
            raise GuidanceError(
                f"{file}: {key}: {one!r} is no {what}; correct it or add it to {what}s"
            )


def check_used(keys: Iterable[str], used: Collection[str], file: str) -> None:
    """Refuse what nothing refers to: it would be translated and reviewed for nobody."""
    for key in keys:
        if key not in used:
            raise GuidanceError(f"{file}: {key}: is used nowhere; use it or take it out")

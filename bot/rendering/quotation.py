"""The source's own words: in its language, marked as such, quoted and shortened."""

from __future__ import annotations

from typing import Final

from bot.domain.advisory import Info
from bot.rendering.notice import Purpose
from bot.rendering.text import clean, escape, shorten, split, units
from bot.rendering.words import Words

MAX_PIECES: Final = 10
MAX_CHARS: Final = 60_000
"""An advisory may hold a megabyte of text: nobody is sent so much, and it is not even read."""

EXTRA_UNITS: Final = 500


def own_words(words: Words) -> tuple[str, str]:
    """The source's text, cleaned, and its language tag; both empty if it says nothing.

    A cancel speaks for itself, in its note where it has no info.
    """
    advisory = words.notice.advisory
    info = advisory.info_for(words.language)
    if info is None:
        note = advisory.note if words.notice.purpose is Purpose.CANCEL else None
        return clean((note or "")[:MAX_CHARS]), ""
    return clean("\n".join(_parts(info))[:MAX_CHARS]), info.language


def _parts(info: Info) -> list[str]:
    parts: list[str] = []
    for text in (info.headline, info.description, info.instruction):
        if text and not any(text in other for other in parts):
            # A headline that the description repeats is said once.
            parts = [other for other in parts if other not in text]
            parts.append(text)
    return parts or [info.event]


def heading(words: Words, tag: str) -> str:
    """HTML: that what follows is the source's text, and in which language if it says so."""
    if not tag:
        return escape(words.say("quote.plain"))
    key = "quote" if words.speaks(tag) else "quote.foreign"
    return escape(words.say(key, language=words.language_name(tag)))


def quoted(words: Words, room: int) -> tuple[tuple[str, ...], bool]:
    """HTML lines of the quotation in at most ``room`` units of text, and whether it was cut."""
    text, tag = own_words(words)
    if not text:
        return (), False
    lines = (heading(words, tag), f"<blockquote>{escape(shorten(text, room))}</blockquote>")
    return lines, units(text) > room


def quoted_in_full(words: Words, room: int) -> tuple[str, ...]:
    """HTML lines with all of it, in quotations of at most ``room`` units each.

    Beyond MAX_PIECES of them the reader is sent to the source.
    """
    text, tag = own_words(words)
    pieces = split(text, room)
    lines = [f"<blockquote>{escape(piece)}</blockquote>" for piece in pieces[:MAX_PIECES]]
    if len(pieces) > MAX_PIECES:
        lines.append(escape(words.say("details.cut")))
    return (*((heading(words, tag), *lines) if lines else ()), *_extra(words))


def _extra(words: Words) -> tuple[str, ...]:
    info = words.notice.advisory.info_for(words.language)
    if info is None:
        return ()
    said = (
        (key, shorten(clean(text[:EXTRA_UNITS], one_line=True), EXTRA_UNITS))
        for key, text in (("audience", info.audience), ("contact", info.contact))
        if text
    )
    return tuple(escape(words.say(key, **{key: text})) for key, text in said if text)

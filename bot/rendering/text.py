"""Text from anywhere made fit for Telegram: cleaned, escaped, measured and shortened.

Telegram counts UTF-16 code units of the text that is left after parsing (Bot API, sendMessage).
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final
from urllib.parse import quote, urlsplit

MAX_UNITS: Final = 4096
ELLIPSIS: Final = "…"

_TAG: Final = re.compile(r"<[^>]*>")
_LINE_ENDS: Final = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES: Final = re.compile(r"[^\S\n]+")
_BLANK_LINES: Final = re.compile(r" ?\n ?(?:\n ?)+")
_FSI, _PDI = "\u2068", "\u2069"
_JOINERS: Final = "\u200c\u200d"
_MAX_MARKS: Final = 4
"""Scripts stack up to about so many marks on a letter; more of them only hides text."""

_SENTENCE_END: Final = re.compile(
    r"""(?:[!?…。！？؟।]|(?<![^\W\d_]\.)(?<!\b[^\W\d_])\.)[.!?…]*["'»”’)\]]*(?=\s+[^\s\W]|\s*\n|\s*$)"""
)
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)")
_MAX_URL: Final = 1024


def escape(text: str) -> str:
    """Telegram HTML that shows exactly ``text`` (Bot API, HTML style)."""
    return html.escape(text, quote=False).replace('"', "&quot;")


def units(text: str) -> int:
    """UTF-16 code units of a plain text."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def unmarked(markup: str) -> str:
    """What is left of our own Telegram HTML after parsing."""
    return html.unescape(_TAG.sub("", markup))


def parsed_units(markup: str) -> int:
    """UTF-16 code units that Telegram counts for our own HTML."""
    return units(unmarked(markup))


def clean(text: str, *, one_line: bool = False) -> str:
    """Text from outside without what cannot be seen or would change how the rest is seen.

    Control, zero-width and direction characters and half surrogates go; joiners stay between
    letters that need them; marks are capped. Lines with a right-to-left letter are isolated, so
    that they cannot reorder ours.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _BLANK_LINES.sub("\n\n", _SPACES.sub(" ", _visible(text)))
    if one_line:
        text = " ".join(text.split())
    return isolate(text.strip())


def isolate(text: str) -> str:
    """Wrap each line that holds a right-to-left letter in first-strong isolates (UAX 9, 2.4).

    An isolate ends with its paragraph (UAX 9, X8), so one around several lines guards the first.
    """
    return "\n".join(map(_isolated, text.split("\n")))


def _isolated(line: str) -> str:
    if any(unicodedata.bidirectional(char) in ("R", "AL") for char in line):
        return f"{_FSI}{line}{_PDI}"
    return line


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MAX_MARKS:
                continue
        elif char not in _JOINERS:
            marks = 0
        if char in _JOINERS:
            if _joins(text, index):
                kept.append(char)
        elif char in "\n\t" or category not in ("Cc", "Cf", "Cs", "Cn", "Co"):
            kept.append(char)
    return "".join(kept)


def _joins(text: str, index: int) -> bool:
    around = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
    return len(around) == 2 and all(
        char > "\u02ff" and unicodedata.category(char) in ("Lo", "So", "Mn", "Mc", "Sk")
        for char in around
    )


def shorten(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` UTF-16 units, with "…" where something was cut off.

    The cut is after a sentence, else between words, else between whole characters as a reader
    sees them. An isolate that was opened is closed.
    """
    if units(text) <= limit:
        return text
    room = limit - units(ELLIPSIS) - (1 if _FSI in text else 0) - 1
    if room < 1:
        return ELLIPSIS[: max(limit, 0)]
    head = text[: _cut(text, room)].rstrip().removesuffix(_FSI).rstrip()
    closing = _PDI if _is_open(head) else ""
    if not closing and head.endswith(_PDI):
        head, closing = head.removesuffix(_PDI), _PDI
    gap = " " if _SENTENCE_END.search(head[-4:] + "\n") else ""
    return f"{head}{gap}{ELLIPSIS}{closing}"


def split(text: str, limit: int) -> tuple[str, ...]:
    """``text`` in pieces of at most ``limit`` units, cut as :func:`shorten` cuts; none is lost."""
    pieces: list[str] = []
    while units(text) > limit:
        cut = _cut(text, limit - 1 if _FSI in text else limit)
        head, text = text[:cut].rstrip(), text[cut:].lstrip()
        if _is_open(head):
            head, text = head + _PDI, _FSI + text
        pieces.append(head)
    return tuple(piece for piece in (*pieces, text) if piece.strip(_FSI + _PDI))


def _is_open(text: str) -> bool:
    return text.rfind(_FSI) > text.rfind(_PDI)


def _cut(text: str, limit: int) -> int:
    """Where to cut a longer text so that at most ``limit`` units stay before the cut."""
    end = _index_at(text, limit)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, min(len(text), end + 1))]
    sentence = max((one for one in ends if one <= end), default=0)
    if sentence >= end // 3:
        return sentence
    word = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if word >= end // 3 and word > 0:
        return word
    cut = end
    while cut > 1 and not _breaks(text, cut):
        cut -= 1
    return cut if cut > 1 or end <= 1 else end


def _index_at(text: str, limit: int) -> int:
    count = 0
    for index, char in enumerate(text):
        count += 2 if char > "\uffff" else 1
        if count > limit:
            return max(index, 1)
    return len(text)


def _breaks(text: str, at: int) -> bool:
    """Whether a reader sees a boundary there (the common cases of UAX 29 grapheme clusters)."""
    before, after = text[at - 1], text[at]
    if after in _JOINERS or before in _JOINERS or unicodedata.category(after)[0] == "M":
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\u1160" <= after <= "\u11ff":
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        run = at
        while run > 0 and _is_flag_letter(text[run - 1]):
            run -= 1
        return (at - run) % 2 == 0
    return True


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def safe_url(url: str | None) -> str | None:
    """An http or https address that Telegram takes as a link, else None.

    A name before the host ("bank.example@evil.example") is refused: it shows one host and opens
    another. A host in other letters is given in its ASCII form, which shows look-alikes.
    """
    if not url or len(url) > _MAX_URL or re.search(r"[\s\\<>\"\x00-\x1f\x7f\ud800-\udfff]", url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc:
        return None
    if len(host) > 253 or not _HOST.fullmatch(host):
        return None
    rest = quote(url[url.find(parts.netloc) + len(parts.netloc) :], safe="/?#%&=+:@,;!$'()*~-._[]")
    return f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}{rest}"


def link(url: str | None) -> str | None:
    """A safe address as Telegram HTML, shown by its host, else None."""
    safe = safe_url(url)
    return safe and f'<a href="{escape(safe)}">{escape(host_of(safe))}</a>'


def host_of(safe: str) -> str:
    """The host of an address from :func:`safe_url`."""
    return urlsplit(safe).hostname or ""

"""Bring a language's catalogues up to the English ones, so that a translator sees what to do.

A new message comes in empty, one whose English has changed is marked fuzzy, one that English no
longer has goes, and above each stands the English text. What was translated stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import write_po

from bot.content.catalogues import english_notes, forms_of, key_of, label_of, note_of, parse
from bot.content.languages import SOURCE

_NEVER_WRAP: Final = 100_000
_HEADER: Final = """\
# {name}. Keys are symbols; {{names}} are filled in. Plain text, no markup.
msgid ""
msgstr ""
"Language: {tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"X-Reviewed-By-Native: no\\n"
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One file after a refresh: how many messages wait for a translator."""

    label: str
    empty: int
    fuzzy: int


def refresh(path: Path) -> Refreshed:
    """Write ``<tag>/<domain>.po`` anew from the English file of its domain and from itself."""
    english = parse(path.parents[1] / SOURCE / path.name)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(_header(path), "utf-8")
    mine = parse(path)
    made = Catalog(locale=mine.locale)
    own = {key_of(message): message for message in mine if message.id}
    for message in english:
        if message.id:
            made[message.id] = _refreshed(message, own.get(key_of(message)), made.num_plurals)
    written = BytesIO()
    write_po(written, made, width=_NEVER_WRAP, omit_header=True, no_location=True)
    header = path.read_text("utf-8").partition("\n\n")[0].rstrip("\n")
    path.write_text(f"{header}\n\n{written.getvalue().decode().strip()}\n", "utf-8")
    messages = [message for message in made if message.id]
    return Refreshed(
        label_of(path),
        empty=sum(not all(forms_of(one)) for one in messages),
        fuzzy=sum(one.fuzzy for one in messages),
    )


def _refreshed(english: Message, old: Message | None, num_plurals: int) -> Message:
    notes = english_notes(english)
    forms = ("",) * num_plurals if english.pluralizable else ("",)
    flags: set[str] = set()
    if old is not None:
        written = forms_of(old)
        forms = written if len(written) == len(forms) else forms
        # One without a note is new, and was written from the English that stands there now.
        before = _source(old.auto_comments)
        changed = bool(before) and before != _source(notes)
        flags = {"fuzzy"} if any(forms) and (old.fuzzy or changed) else set()
    return Message(
        english.id,
        forms if english.pluralizable else forms[0],
        auto_comments=notes,
        user_comments=english.user_comments,
        flags=flags,
    )


def _source(notes: Sequence[str]) -> str:
    """The English in a note, without what was remarked about it."""
    note = note_of(list(notes))
    starts = [at for at in (note.find(f"{SOURCE}: "), note.find(f"{SOURCE}[0]: ")) if at >= 0]
    return note[min(starts) :] if starts else ""


def _header(path: Path) -> str:
    tag = path.parent.name
    locale = Locale.parse(tag, sep="-")
    plural = get_plural(tag.replace("-", "_"))
    name = f"{locale.get_display_name('en')}: {path.stem}"
    return _HEADER.format(name=name, tag=tag, plurals=plural)

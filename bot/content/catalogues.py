"""One gettext catalogue read and checked by itself: a ``.po`` file of symbolic keys.

Above each translated message stands, as an extracted comment (``#.``), the English text it was
made from. Where English has changed since, the message is outdated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final

from babel import UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po

from bot.content.languages import SOURCE

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_REVIEWED: Final = re.compile(rb'^"X-Reviewed-By-Native: (yes|no)\\n"$', re.MULTILINE)


class TextsError(Exception):
    """The catalogues cannot be used; the text names file, key, value and cure."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message: its plural forms (one if it has none), and the English it was made from."""

    forms: tuple[str, ...]
    placeholders: frozenset[str]
    note: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A checked file. ``reviewed``: whether a native reader has read it."""

    label: str
    texts: dict[str, Text]
    plural_expr: str
    reviewed: bool


def read_catalogue(path: Path) -> Catalogue:
    """Read ``<tag>/<domain>.po``.

    Raises :class:`TextsError` for a file that is no catalogue, a header without CLDR's number of
    plural forms or without the word on the review, and for any message that is fuzzy, empty,
    there twice or has placeholders other than ``{name}``.
    """
    label = label_of(path)
    _refuse_repeated_keys(path, label)
    catalog = parse(path)
    tag = path.parent.name
    wanted = get_plural(str(catalog.locale)).num_plurals
    if catalog.num_plurals != wanted:
        raise TextsError(
            f"{label}: Plural-Forms: nplurals={catalog.num_plurals}; {tag} has {wanted} forms"
        )
    reviewed = _REVIEWED.search(path.read_bytes())
    if reviewed is None:
        raise TextsError(f"{label}: X-Reviewed-By-Native: is missing in the header; say yes or no")
    texts = dict(_texts_of(catalog, label))
    return Catalogue(label, texts, catalog.plural_expr, reviewed[1] == b"yes")


def parse(path: Path) -> Catalog:
    """The file as Babel reads it; raises :class:`TextsError` where it cannot."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parent.name.replace("-", "_"), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, UnknownLocaleError, ValueError) as error:
        raise TextsError(f"{label_of(path)}: is no catalogue: {error}; correct that line") from None


def compare(mine: Catalogue, english: Catalogue) -> None:
    """Raise :class:`TextsError` where a translation is not that of the English catalogue."""
    for key, text in english.texts.items():
        if key not in mine.texts:
            raise TextsError(f"{mine.label}: {key}: is missing, {english.label} has it; write it")
        own = mine.texts[key]
        if text.placeholders != own.placeholders:
            raise TextsError(
                f"{mine.label}: {key}: has placeholders {_listed(own.placeholders)}, "
                f"{english.label} has {_listed(text.placeholders)}; use the same"
            )
        if (len(text.forms) == 1) != (len(own.forms) == 1):
            raise TextsError(
                f"{mine.label}: {key}: is a plural in one language only, see {english.label}"
            )
        if own.note != text.note:
            raise TextsError(
                f"{mine.label}: {key}: is outdated, {english.label} has changed; run `make texts`, "
                "then check it and drop the fuzzy mark"
            )
    for key in mine.texts:
        if key not in english.texts:
            raise TextsError(f"{mine.label}: {key}: is not in {english.label}; take it out")


def label_of(path: Path) -> str:
    """How a message names a file: by language and name."""
    return f"{path.parent.name}/{path.name}"


def key_of(message: Message) -> str:
    """The symbolic key of a message."""
    return message.id if isinstance(message.id, str) else str(message.id[0])


def forms_of(message: Message) -> tuple[str, ...]:
    """The text, or its plural forms; empty strings where nothing is written yet."""
    raw = message.string
    return (raw,) if isinstance(raw, str) else tuple(raw or ())


def english_notes(message: Message) -> list[str]:
    """The comment lines that stand above each translation of an English message."""
    forms = [form.replace("\n", "\\n") for form in forms_of(message)]
    if len(forms) == 1:
        return [*message.auto_comments, f"{SOURCE}: {forms[0]}"]
    return [*message.auto_comments, *(f"{SOURCE}[{i}]: {one}" for i, one in enumerate(forms))]


def note_of(lines: list[str]) -> str:
    """Comment lines as one text: editors break and join them as they like."""
    return " ".join(" ".join(lines).split())


def _refuse_repeated_keys(path: Path, label: str) -> None:
    # Babel keeps the last of several entries and says nothing.
    seen: set[bytes] = set()
    for key in re.findall(rb'^msgid "(.+)"', path.read_bytes(), re.MULTILINE):
        if key in seen:
            raise TextsError(f"{label}: {key.decode(errors='replace')}: stands twice; drop one")
        seen.add(key)


def _texts_of(catalog: Catalog, label: str) -> Iterator[tuple[str, Text]]:
    for message in catalog:
        if not message.id:
            continue
        key = key_of(message)
        if message.fuzzy:
            raise TextsError(f"{label}: {key}: is marked fuzzy; check it and drop the mark")
        yield key, _text(message, key, label, catalog.num_plurals)


def _text(message: Message, key: str, label: str, num_plurals: int) -> Text:
    forms = forms_of(message)
    if message.pluralizable and len(forms) != num_plurals:
        raise TextsError(f"{label}: {key}: has {len(forms)} plural forms; write {num_plurals}")
    if not forms or not all(form and form.strip() for form in forms):
        raise TextsError(f"{label}: {key}: is empty; write the text")
    found = [_placeholders(form, key, label) for form in forms]
    is_source = label.partition("/")[0] == SOURCE
    lines = english_notes(message) if is_source else message.auto_comments
    return Text(forms, frozenset[str]().union(*found), note_of(lines))


def _placeholders(form: str, key: str, label: str) -> frozenset[str]:
    try:
        parts = [part for part in Formatter().parse(form) if part[1] is not None]
    except ValueError as error:
        raise TextsError(
            f"{label}: {key}: {form!r}: {error}; double a brace that is text"
        ) from None
    for _, name, spec, conversion in parts:
        if not _NAME.fullmatch(name or "") or spec or conversion:
            raise TextsError(f"{label}: {key}: {{{name}}}: write a placeholder as {{name}} only")
    return frozenset(name for _, name, _, _ in parts if name)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"

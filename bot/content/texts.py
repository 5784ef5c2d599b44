"""The interface texts: gettext catalogues with symbolic keys, checked whole before use.

A folder holds one folder for each language tag, and in it one ``.po`` file for each domain.
Templates are plain text with ``{name}`` placeholders; whoever renders them escapes.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

LOCALES: Final = Path(__file__).parent / "locales"
FALLBACK: Final = "en"
LOCALE_KEY: Final = "language.locale"
"""The key under which a language names the CLDR locale of its dates and numbers."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class TextsError(Exception):
    """The catalogues cannot be used; the text names file, key, value and cure."""


@dataclass(frozen=True, slots=True)
class _Text:
    forms: tuple[str, ...]
    placeholders: frozenset[str]


class Texts:
    """Every text in every language. Build it with :meth:`load`."""

    def __init__(
        self, texts: Mapping[str, Mapping[str, _Text]], plurals: Mapping[str, str]
    ) -> None:
        self._texts = texts
        self._plural_index = {tag: gettext.c2py(expr) for tag, expr in plurals.items()}
        self._locales = {tag: _locale(tag, keys) for tag, keys in texts.items()}

    @classmethod
    def load(cls, folder: Path = LOCALES) -> Texts:
        """Read every domain of every language.

        Raises :class:`TextsError` for a fuzzy or empty text, a key or file that one language has
        and another lacks, placeholders that differ, plural forms other than CLDR's, and a file
        that is no catalogue.
        """
        texts: dict[str, dict[str, _Text]] = {}
        where: dict[tuple[str, str], str] = {}
        plurals: dict[str, str] = {}
        for path in sorted(folder.glob("*/*.po")):
            tag = path.parent.name
            catalog = _read(path, tag)
            plurals[tag] = catalog.plural_expr
            for key, text in _texts_of(catalog, _label(path)):
                if (tag, key) in where:
                    raise TextsError(
                        f"{_label(path)}: {key}: is in {where[tag, key]} too; drop one"
                    )
                where[tag, key] = _label(path)
                texts.setdefault(tag, {})[key] = text
        if FALLBACK not in texts:
            raise TextsError(f"{folder}: has no {FALLBACK}/*.po; the fallback language is needed")
        _compare(texts, where)
        return cls(texts, plurals)

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages that are complete, in alphabetical order."""
        return tuple(self._texts)

    def closest(self, tag: str | None) -> str:
        """The language for a tag: the same, else its primary subtag (uk-UA: uk), else English."""
        wanted = (tag or "").replace("_", "-").lower()
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in self._texts:
                return candidate
        return FALLBACK

    def locale(self, language: str) -> Locale:
        """The CLDR locale for a language's dates, numbers and lists."""
        return self._locales[language]

    def has(self, key: str) -> bool:
        """Whether there is such a text: every language has the same ones."""
        return key in self._texts[FALLBACK]

    def get(self, language: str, key: str, /, **values: object) -> str:
        """The text of a key with its placeholders filled in; values are not escaped.

        Raises KeyError for an unknown language, key or missing value.
        """
        return self._find(language, key).forms[0].format(**values)

    def plural(self, language: str, key: str, n: int, /, **values: object) -> str:
        """The form of a text for ``n``, which is written in the language's way into ``{n}``."""
        forms = self._find(language, key).forms
        index = self._plural_index[language](abs(n)) if len(forms) > 1 else 0
        shown = format_decimal(n, locale=self._locales[language])
        return forms[index].format(n=shown, **values)

    def _find(self, language: str, key: str) -> _Text:
        try:
            return self._texts[language][key]
        except KeyError:
            raise KeyError(f"there is no text {key!r} in language {language!r}") from None


def _label(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _locale(tag: str, keys: Mapping[str, _Text]) -> Locale:
    named = keys[LOCALE_KEY].forms[0] if LOCALE_KEY in keys else tag
    try:
        return Locale.parse(named.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise TextsError(
            f"{tag}: {LOCALE_KEY}: {named!r} is no CLDR locale; write one such as en_GB"
        ) from None


def _read(path: Path, tag: str) -> Catalog:
    label = _label(path)
    _refuse_repeated_keys(path, label)
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=tag.replace("-", "_"), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, UnknownLocaleError, ValueError) as error:
        raise TextsError(f"{label}: is no catalogue: {error}; correct that line") from None
    wanted = get_plural(str(catalog.locale)).num_plurals
    if catalog.num_plurals != wanted:
        raise TextsError(
            f"{label}: Plural-Forms: nplurals={catalog.num_plurals}; {tag} has {wanted} forms"
        )
    return catalog


def _refuse_repeated_keys(path: Path, label: str) -> None:
    # Babel keeps the last of several entries and says nothing.
    seen: set[bytes] = set()
    for key in re.findall(rb'^msgid "(.+)"', path.read_bytes(), re.MULTILINE):
        if key in seen:
            raise TextsError(f"{label}: {key.decode(errors='replace')}: stands twice; drop one")
        seen.add(key)


def _texts_of(catalog: Catalog, label: str) -> Iterator[tuple[str, _Text]]:
    for message in catalog:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        if message.fuzzy:
            raise TextsError(f"{label}: {key}: is marked fuzzy; check it and drop the mark")
        yield key, _text(message, key, label, catalog.num_plurals)


def _text(message: Message, key: str, label: str, num_plurals: int) -> _Text:
    raw = message.string
    forms = (raw,) if isinstance(raw, str) else tuple(raw or ())
    if message.pluralizable and len(forms) != num_plurals:
        raise TextsError(f"{label}: {key}: has {len(forms)} plural forms; write {num_plurals}")
    if not forms or not all(form and form.strip() for form in forms):
        raise TextsError(f"{label}: {key}: is empty; write the text")
    found = [_placeholders(form, key, label) for form in forms]
    return _Text(forms, frozenset[str]().union(*found))


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


def _compare(
    texts: Mapping[str, Mapping[str, _Text]], where: Mapping[tuple[str, str], str]
) -> None:
    for tag, mine in texts.items():
        for other, theirs in texts.items():
            for key, text in theirs.items():
                label = where[other, key]
                if key not in mine:
                    file = label.partition("/")[2]
                    raise TextsError(f"{tag}/{file}: {key}: is missing, {label} has it; write it")
                if text.placeholders != mine[key].placeholders:
                    raise TextsError(
                        f"{where[tag, key]}: {key}: has placeholders "
                        f"{_listed(mine[key].placeholders)}, {label} has "
                        f"{_listed(text.placeholders)}; use the same"
                    )
                if (len(text.forms) == 1) != (len(mine[key].forms) == 1):
                    raise TextsError(
                        f"{where[tag, key]}: {key}: is a plural in one language only, see {label}"
                    )


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"

"""The interface texts: gettext catalogues with symbolic keys, checked whole before use.

A folder holds ``languages.yaml``, one folder for each language tag, and in it one ``.po`` file for
each domain. Templates are plain text with ``{name}`` placeholders; whoever renders them escapes.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from bot.content.catalogues import Catalogue, Text, TextsError, compare, read_catalogue
from bot.content.languages import SOURCE, LanguagesError, load_languages

__all__ = ["FALLBACK", "LOCALES", "LOCALE_KEY", "Texts", "TextsError"]

LOCALES: Final = Path(__file__).parent / "locales"
FALLBACK: Final = SOURCE
LOCALE_KEY: Final = "language.locale"
"""The key under which a language names the CLDR locale of its dates and numbers."""


class Texts:
    """Every text in every language. Build it with :meth:`load`."""

    def __init__(self, texts: Mapping[str, Mapping[str, Text]], plurals: Mapping[str, str]) -> None:
        self._texts = texts
        self._plural_index = {tag: gettext.c2py(expr) for tag, expr in plurals.items()}
        self._locales = {tag: _locale(tag, keys) for tag, keys in texts.items()}

    @classmethod
    def load(cls, folder: Path = LOCALES) -> Texts:
        """Read every domain of every language that is offered.

        Raises :class:`TextsError` for a text that is fuzzy, empty, missing, left over or older
        than the English one it was made from, for placeholders that differ, for plural forms
        other than CLDR's, and for files that ``languages.yaml`` does not name.
        """
        try:
            languages = load_languages(folder)
        except LanguagesError as error:
            raise TextsError(str(error)) from None
        english = {one: read_catalogue(folder / SOURCE / f"{one}.po")
                   for one in languages.domains(SOURCE)}  # fmt: skip
        texts = {FALLBACK: _joined(english.values())}
        plurals = {FALLBACK: next(iter(english.values())).plural_expr}
        for tag in languages.offered:
            if tag == SOURCE:
                continue
            own = {one: read_catalogue(folder / tag / f"{one}.po")
                   for one in languages.domains(tag)}  # fmt: skip
            for domain, catalogue in own.items():
                compare(catalogue, english[domain])
                plurals[tag] = catalogue.plural_expr
            texts[tag] = _joined(own.values())
        return cls(dict(sorted(texts.items())), plurals)

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages that are offered, in alphabetical order."""
        return tuple(self._texts)

    def closest(self, tag: str | None) -> str:
        """The language for a tag: the same, else its primary subtag (uk-UA: uk), else English."""
        wanted = (tag or "").replace("_", "-").lower()
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in self._texts:
                return candidate
        return FALLBACK

    def covering(self, language: str, key: str) -> str:
        """The language itself if it has the text, else English: operators' texts may lack."""
        return language if key in self._texts[language] else FALLBACK

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

    def _find(self, language: str, key: str) -> Text:
        try:
            return self._texts[language][key]
        except KeyError:
            raise KeyError(f"there is no text {key!r} in language {language!r}") from None


def _joined(catalogues: Iterable[Catalogue]) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    where: dict[str, str] = {}
    for catalogue in catalogues:
        for key, text in catalogue.texts.items():
            if key in where:
                raise TextsError(f"{catalogue.label}: {key}: is in {where[key]} too; drop one")
            where[key] = catalogue.label
            texts[key] = text
    return texts


def _locale(tag: str, keys: Mapping[str, Text]) -> Locale:
    named = keys[LOCALE_KEY].forms[0] if LOCALE_KEY in keys else tag
    try:
        return Locale.parse(named.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise TextsError(
            f"{tag}: {LOCALE_KEY}: {named!r} is no CLDR locale; write one such as en_GB"
        ) from None

"""Refresh the catalogues and the table of languages: `python -m bot.content.locales`.

Writes every file that ``languages.yaml`` names but the English ones, and says what waits for a
translator. A tag that is new there gets its files. Exits 1 while an offered language has gaps.
"""

from __future__ import annotations

import sys

from bot.content.catalogues import TextsError
from bot.content.languages import SOURCE, LanguagesError, load_languages
from bot.content.locales.refresh import Refreshed, refresh
from bot.content.locales.table import DOCUMENT, inserted, table
from bot.content.texts import LOCALES, Texts


def main() -> int:
    """Refresh, report, and return the exit status."""
    try:
        languages = load_languages(LOCALES)
        for tag in sorted(languages.languages):
            if tag != SOURCE:
                for domain in languages.domains(tag):
                    _report(refresh(LOCALES / tag / f"{domain}.po"))
        rows = table(LOCALES)
        DOCUMENT.write_text(inserted(DOCUMENT.read_text("utf-8"), rows), "utf-8")
        Texts.load()
    except (TextsError, LanguagesError) as error:
        _say(str(error))
        return 1
    return 0


def _report(one: Refreshed) -> None:
    if one.empty or one.fuzzy:
        _say(f"{one.label}: {one.empty} to write, {one.fuzzy} to check again (fuzzy)")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

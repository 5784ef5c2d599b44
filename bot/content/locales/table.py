"""The table of languages in ``docs/languages.md``, written from the catalogues' own headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel import Locale

from bot.content.languages import load_languages

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "languages.md"
BEGIN: Final = "<!-- written by `make texts` -->"
END: Final = "<!-- end -->"
_REVIEWED: Final = '"X-Reviewed-By-Native: yes\\n"'


def table(folder: Path) -> str:
    """The rows in Markdown: what each language covers, and whether a native reader has read it."""
    return "\n".join(_rows(folder))


def inserted(document: str, rows: str) -> str:
    """The document with ``rows`` between its two marks."""
    marked = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return marked.sub(lambda _: f"{BEGIN}\n{rows}\n{END}", document)


def _rows(folder: Path) -> Iterator[str]:
    yield "| language | offered | recipients' texts | operators' texts | read by a native reader |"
    yield "|---|---|---|---|---|"
    languages = load_languages(folder)
    for tag, language in sorted(languages.languages.items()):
        name = Locale.parse(tag, sep="-").get_display_name("en")
        files = [folder / tag / f"{domain}.po" for domain in languages.domains(tag)]
        read = [path.stem for path in files if _REVIEWED in path.read_text("utf-8")]
        reviewed = "yes" if len(read) == len(files) else ", ".join(read) or "not yet"
        yield (
            f"| {name} (`{tag}`) | {'yes' if language.offered else 'not yet'} "
            f"| {'complete' if language.offered else 'draft'} "
            f"| {'complete' if language.operators else 'in English'} | {reviewed} |"
        )

"""Ukrainian in Latin letters, by resolution 55 of the Cabinet of Ministers of 27 January 2010."""

import re
from typing import Final

_LETTERS: Final = {
    **dict(zip("абвгґдезийіїклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"},
    **{"є": "ie", "ю": "iu", "я": "ia"},
}
_AT_START: Final = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_UNWRITTEN: Final = "ьЬ'’ʼ`"
_WORD: Final = re.compile(r"[^\W\d_]+", re.UNICODE)


def transliterate(text: str) -> str:
    """Return Ukrainian text in Latin letters; what is not Ukrainian stays as it is."""
    for mark in _UNWRITTEN:
        text = text.replace(mark, "")
    return _WORD.sub(lambda match: _word(match.group()), text)


def _word(word: str) -> str:
    lower = word.lower().replace("зг", "зhh")
    latin = "".join(
        _AT_START.get(letter, _LETTERS.get(letter, letter))
        if index == 0
        else _LETTERS.get(letter, letter)
        for index, letter in enumerate(lower)
    ).replace("zhh", "zgh")
    return latin.capitalize() if word[0].isupper() else latin

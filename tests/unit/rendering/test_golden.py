"""Every message is the one that was read in review, and one that Telegram takes."""

from __future__ import annotations

import pytest

from bot.sandbox.formatted import parse
from bot.sandbox.units import utf16_length
from tests.golden.messages import FOLDER, files, messages
from tests.unit.rendering.samples import TEXTS

every_language = pytest.mark.parametrize("language", TEXTS.languages)


@every_language
def test_messages_are_those_that_were_reviewed(language: str) -> None:
    made = files(language)
    kept = {path.stem: path.read_text("utf-8") for path in (FOLDER / language).glob("*.txt")}
    differ = sorted(name for name in made | kept if made.get(name) != kept.get(name))
    assert not differ, (
        f"{language}: {', '.join(differ)}: the words have changed; run `make golden`, read "
        "`git diff tests/golden`, and commit both"
    )


@every_language
def test_every_message_is_one_that_telegram_takes(language: str) -> None:
    for file, title, message in messages(language):
        text, _ = parse(message.html, "html")
        assert 0 < utf16_length(text) <= 4096, f"{file}: {title}"
        assert all(len(one.text) <= 64 for row in message.keyboard for one in row)


def test_no_golden_file_is_left_of_a_language_that_is_gone() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/*.txt")}
    assert folders == set(TEXTS.languages)

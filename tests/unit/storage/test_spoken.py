from __future__ import annotations

import pytest

from bot.storage.spoken import spoken, spoken_of


@pytest.mark.parametrize("language", ["uk", "pt-br", ""])
@pytest.mark.parametrize("low_data", [True, False])
def test_field_is_read_back_as_it_was_written(language: str, low_data: bool) -> None:
    assert spoken_of(spoken(language, low_data=low_data)) == (language, low_data)


def test_field_of_before_there_were_short_messages_is_the_language() -> None:
    assert spoken_of("uk") == ("uk", False)

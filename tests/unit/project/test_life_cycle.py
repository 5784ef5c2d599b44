"""The life-cycle table in the documents is the one that decides."""

from __future__ import annotations

from bot.domain.life import TABLE
from tests.lifecycle.document import DOCUMENT, inserted, table


def test_life_cycle_document_is_up_to_date() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == inserted(document), "docs/life-cycle.md is old; run make life"
    assert table() in document


def test_every_row_of_the_table_is_written_down() -> None:
    assert len(table().splitlines()) == len(TABLE) + 2

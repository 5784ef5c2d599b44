"""Where a warning holds over its versions, and who hears what of it."""

from __future__ import annotations

import pytest

from bot.domain.life import Purpose
from bot.domain.reach import Reach

KYIV, LVIV, ODESA = "kyiv", "lviv", "odesa"
SHRUNK = Reach(
    frozenset({KYIV}),
    frozenset({KYIV, LVIV}),
    frozenset({KYIV, LVIV, ODESA}),
    frozenset({ODESA}),
)
LEFT = Purpose.NARROWED
ROWS = [
    ("who follows what is left hears how it goes on", Purpose.UPDATE, {KYIV}, True),
    ("who is left out does not", Purpose.UPDATE, {LVIV}, False),
    ("nor that the window opens", Purpose.WINDOW_OPEN, {LVIV}, False),
    ("nor that it passes", Purpose.PASSED, {LVIV}, False),
    ("they hear that they are left out", LEFT, {LVIV}, True),
    ("but not who was left out before", LEFT, {ODESA}, False),
    ("nor who follows what is left too", LEFT, {KYIV, LVIV}, False),
    ("who follows none of it any more was told, and hears it", LEFT, set(), True),
    ("everybody hears that it was withdrawn", Purpose.CANCEL, {ODESA}, True),
    ("and the all-clear", Purpose.ALL_CLEAR, {LVIV}, True),
    ("but no graded one, for they need not stay near shelter", Purpose.EASED, {LVIV}, False),
]


@pytest.mark.parametrize(
    ("purpose", "followed", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_message_concerns(purpose: Purpose, followed: set[str], expected: bool) -> None:
    assert SHRUNK.concerns(purpose, followed) is expected


def test_reach_knows_what_is_left_out_and_what_returns() -> None:
    assert SHRUNK.leaves_out == {LVIV}
    assert SHRUNK.is_narrower
    assert Reach(frozenset({KYIV}), frozenset({KYIV}), frozenset({KYIV})).leaves_out == set()
    back = Reach(frozenset({KYIV, ODESA}), frozenset({KYIV}), SHRUNK.ever, frozenset({LVIV, ODESA}))
    assert back.returns == {ODESA}
    wider = Reach(frozenset({KYIV, LVIV}), frozenset({KYIV}), frozenset({KYIV}))
    assert (wider.returns, wider.is_narrower) == (frozenset(), False)

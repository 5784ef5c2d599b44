"""Who takes part in a drill."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.advisory import Advisory
from bot.domain.drill import Audience, Reach, audience_of, in_share, is_audible, read_audience
from bot.domain.operators import SOURCE
from tests.unit.pipeline.test_plan import advisory, record

CHATS = range(703_448, 723_448)


def drill(status: str = "Exercise", **parameters: str) -> Advisory:
    info = advisory("x").info[0].model_dump(by_alias=True)
    said = [{"valueName": name, "value": value} for name, value in parameters.items()]
    return advisory("drill", status=status, info=[info | {"parameter": said}])


@pytest.mark.parametrize("percent", [1, 5, 50, 99])
def test_share_is_as_large_as_it_says(percent: int) -> None:
    chosen = sum(in_share(chat, "d1", percent) for chat in CHATS)
    wanted = len(CHATS) * percent / 100
    # Five standard deviations of a fair coin: wrong once in a million.
    assert abs(chosen - wanted) < 5 * (wanted * (1 - percent / 100)) ** 0.5 + 1


def test_share_holds_for_whole_and_none_and_grows_with_the_percentage() -> None:
    assert all(in_share(chat, "d1", 100) for chat in CHATS)
    assert not any(in_share(chat, "d1", 0) for chat in CHATS)
    assert all(in_share(chat, "d1", 60) for chat in CHATS if in_share(chat, "d1", 20))


def test_each_drill_asks_another_share() -> None:
    first = {chat for chat in CHATS if in_share(chat, "d1", 20)}
    second = {chat for chat in CHATS if in_share(chat, "d2", 20)}
    # A fifth of a fifth takes part in both, give or take.
    assert 0.15 < len(first & second) / len(first) < 0.25


@given(st.integers(min_value=-(2**52), max_value=2**52), st.integers(1, 100))
def test_audience_is_read_as_it_was_written(chat_id: int, percent: int) -> None:
    audiences = [Audience(Reach.OPERATORS), Audience(Reach.EVERYONE)]
    audiences.append(Audience(Reach.SHARE, percent=percent))
    if chat_id < 0:
        audiences.append(Audience(Reach.GROUP, chat_id=chat_id))
    for one in audiences:
        assert read_audience(str(one)) == one


@pytest.mark.parametrize(
    "text", ["", "nobody", "group:", "group:5", "share:0", "share:101", "share:-5", "share:5%"]
)
def test_what_is_no_audience_is_not_read(text: str) -> None:
    assert read_audience(text) is None


ROWS = [
    ("operators say so", "Exercise", True, SOURCE, "share:10", Audience(Reach.SHARE, percent=10)),
    ("they say that it is for everyone", "Exercise", True, SOURCE, "everyone", None),
    ("they say nothing", "Exercise", True, SOURCE, None, None),
    ("what nobody can read is for operators", "Exercise", True, SOURCE, "al",
     Audience(Reach.OPERATORS)),
    ("the real thing is for everybody, whatever it says", "Actual", True, SOURCE, "operators",
     None),
    ("a test is not for some", "Test", True, SOURCE, "operators", None),
    ("an outside source chooses nobody", "Exercise", True, "embassy", "operators", None),
    ("whoever only claims to be operators chooses nobody", "Exercise", False, SOURCE, "operators",
     None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "signed", "source", "said", "audience"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_audience_is_obeyed_in_a_drill_of_operators_alone(
    status: str, signed: bool, source: str, said: str | None, audience: Audience | None
) -> None:
    said_so = drill(status, **({"drillAudience": said} if said else {}), drillSound="audible")
    kept = replace(record(said_so), source=source, signed=signed)
    assert audience_of(kept, said_so) == audience
    is_theirs = status == "Exercise" and signed and source == SOURCE
    assert is_audible(kept, said_so) is is_theirs


def test_drill_is_silent_unless_it_says_otherwise() -> None:
    for one in (drill(), drill(drillSound="silent"), drill(drillSound="")):
        assert not is_audible(replace(record(one), source=SOURCE, signed=True), one)

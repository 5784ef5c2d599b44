"""Who takes part in a drill."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.advisory import Advisory
from bot.domain.draft import begun, build, drill_of, from_template
from bot.domain.drill import (
    LASTS,
    Audience,
    Plan,
    Reach,
    Rehearsed,
    audience_of,
    finishes,
    in_share,
    is_audible,
    may_go_on,
    read_audience,
    steps,
)
from bot.domain.followup import Finish
from bot.domain.operators import SOURCE
from tests.unit.chat.places import KYIV
from tests.unit.domain.test_draft import IMPRINT, TEMPLATES
from tests.unit.pipeline.test_plan import NOW, advisory, record

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


def test_rehearsals_come_in_an_order_in_which_each_can_be_told() -> None:
    both = Plan().toggled(Rehearsed.CORRECTION).toggled(Rehearsed.ALL_CLEAR)
    # What was taken back cannot be cleared: the all-clear comes first, and the drill stands on.
    assert list(finishes(both.rehearses).items()) == [
        (Rehearsed.ALL_CLEAR, Finish.EASED),
        (Rehearsed.CORRECTION, Finish.MISTAKE),
    ]
    alone = both.toggled(Rehearsed.CORRECTION)
    assert finishes(alone.rehearses) == {Rehearsed.ALL_CLEAR: Finish.CLEAR}
    assert finishes(both.toggled(Rehearsed.ALL_CLEAR).rehearses) == {
        Rehearsed.CORRECTION: Finish.MISTAKE
    }
    pause = timedelta(minutes=10)
    assert steps(both.rehearses, NOW, pause) == (
        ("all_clear", NOW + pause),
        ("correction", NOW + 2 * pause),
        ("report", NOW),
    )


def test_rehearsal_waits_for_everybody_but_not_beyond_the_hour() -> None:
    ends = NOW + LASTS
    assert may_go_on(is_told=True, now=NOW, expires=ends)
    assert not may_go_on(is_told=False, now=NOW + timedelta(minutes=40), expires=ends)
    assert may_go_on(is_told=False, now=NOW + timedelta(minutes=45), expires=ends)


def test_draft_of_a_drill_becomes_an_exercise_that_begins_when_it_is_started() -> None:
    draft = drill_of(TEMPLATES["air_attack"])
    plan = Plan(audience="share:10", audible=True)
    draft = draft.model_copy(update={"places": (KYIV.id,), "drill": plan})
    assert draft.is_drill
    assert not draft.missing
    made = build(begun(draft, IMPRINT.sent), (KYIV,), IMPRINT)
    assert made.status == "Exercise"
    assert made.window == (IMPRINT.sent, IMPRINT.sent + LASTS)
    assert (made.parameter("drillAudience"), made.parameter("drillSound")) == (
        "share:10",
        "audible",
    )
    real = from_template(TEMPLATES["air_attack"])
    assert not real.is_drill
    assert begun(real, NOW) == real

"""What needs a person: told once, again where a warning does not arrive, and over after a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.letters import KNOWN_FOR, Heap, Said, Tally, take
from bot.domain.paid import Terms
from bot.domain.record import Contact
from bot.domain.trust import Source
from bot.domain.watch import (
    EVENTS_SHOWN,
    Calm,
    Changes,
    Concern,
    Kind,
    Trouble,
    compare,
    few_stars,
    on_the_line,
    silences,
)

NOW = datetime(2024, 11, 19, 20, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CALM = Calm(settles=20 * SECOND, repeats=30 * MINUTE)
SILENT = Concern(Kind.SILENT, "embassy", NOW - MINUTE)
STILL = Concern(Kind.STILL, "b", NOW - MINUTE)
MISMATCH = Concern(Kind.MISMATCH, "b", NOW - MINUTE)


def held(one: Concern, *, told: timedelta | None, seen: timedelta) -> Concern:
    """A concern as remembered: told and seen so long ago."""
    return replace(one, told=None if told is None else NOW - told, seen=NOW - seen)


TABLE = {
    "what is found for the first time is new": ([], [SILENT], "new"),
    "what was told rests": ([held(SILENT, told=MINUTE, seen=SECOND)], [SILENT], "rests"),
    "what nobody could be told is new until they could": (
        [held(SILENT, told=None, seen=SECOND)],
        [SILENT],
        "new",
    ),
    "what keeps a warning from arriving is said again after a while": (
        [held(STILL, told=31 * MINUTE, seen=SECOND)],
        [STILL],
        "again",
    ),
    "and not before": ([held(STILL, told=29 * MINUTE, seen=SECOND)], [STILL], "rests"),
    "a silent source is said once, however long it lasts": (
        [held(SILENT, told=9999 * MINUTE, seen=SECOND)],
        [SILENT],
        "rests",
    ),
    "what is gone for a moment is not over": (
        [held(STILL, told=MINUTE, seen=19 * SECOND)],
        [],
        "rests",
    ),
    "what is gone for longer is over": ([held(STILL, told=MINUTE, seen=20 * SECOND)], [], "over"),
    "also where nobody could be told that it was": (
        [held(STILL, told=None, seen=20 * SECOND)],
        [],
        "over",
    ),
    "what has happened is never over": (
        [held(MISMATCH, told=MINUTE, seen=60 * MINUTE)],
        [],
        "rests",
    ),
    "and is told later where nobody could be told": (
        [held(MISMATCH, told=None, seen=60 * MINUTE)],
        [],
        "new",
    ),
    "after a day it is shown no longer": (
        [replace(MISMATCH, since=NOW - EVENTS_SHOWN, told=NOW - EVENTS_SHOWN)],
        [],
        None,
    ),
}


@pytest.mark.parametrize(("known", "found", "where"), TABLE.values(), ids=TABLE.keys())
def test_compare_says_what_is_to_be_told(
    known: list[Concern], found: list[Concern], where: str | None
) -> None:
    changes = compare(known, found, NOW, CALM)
    filled = {name for name in ("new", "again", "over", "rests") if getattr(changes, name)}
    assert filled == ({where} if where else set())


def test_compare_keeps_since_when_it_is_so_and_takes_the_newest_facts() -> None:
    before = held(STILL, told=MINUTE, seen=SECOND)
    now = Concern(Kind.STILL, "b", NOW, {"done": 7})
    (one,) = compare([before], [now], NOW, CALM).rests
    assert (one.since, one.seen, one.told) == (STILL.since, NOW, before.told)
    assert one.facts == {"done": 7}


def test_compare_of_nothing_says_nothing() -> None:
    assert compare([], [], NOW, CALM) == Changes()


DAY = timedelta(days=1)
QUIET = Source("embassy", "Embassy", "embassy", None, silent_after=DAY)


@pytest.mark.parametrize(
    ("contact", "begun", "since"),
    [
        pytest.param(Contact(NOW - 2 * DAY), NOW - 9 * DAY, NOW - 2 * DAY, id="heard of long ago"),
        pytest.param(Contact(NOW - DAY), NOW - 9 * DAY, None, id="heard of in time"),
        pytest.param(Contact(), NOW - 2 * DAY, NOW - 2 * DAY, id="never, and watched for long"),
        pytest.param(Contact(), NOW, None, id="never, and only just watched"),
    ],
)
def test_source_is_silent(contact: Contact, begun: datetime, since: datetime | None) -> None:
    found = silences({"embassy": QUIET}, {"embassy": contact}, begun, NOW)
    assert [one.since for one in found] == ([since] if since else [])


def test_source_that_promises_nothing_is_never_silent() -> None:
    source = replace(QUIET, silent_after=None)
    assert silences({"embassy": source}, {}, NOW - 99 * DAY, NOW) == ()


@pytest.mark.parametrize(
    ("trouble", "is_said"),
    [
        pytest.param(None, False, id="all is well"),
        pytest.param(Trouble(Kind.AWAY, 59), False, id="away for a moment"),
        pytest.param(Trouble(Kind.AWAY, 60), True, id="away for a minute"),
        pytest.param(Trouble(Kind.DEAF, 59), False, id="one poll that fails"),
        pytest.param(Trouble(Kind.DEAF, 60), True, id="polls that fail for a minute"),
        pytest.param(Trouble(Kind.TOKEN, 0), True, id="a refused token at once"),
        pytest.param(Trouble(Kind.CONFLICT, 0), True, id="a second instance at once"),
    ],
)
def test_trouble_on_the_line(trouble: Trouble | None, is_said: bool) -> None:
    assert (on_the_line(trouble, MINUTE, NOW) is not None) is is_said


@pytest.mark.parametrize(
    ("balance", "is_few"),
    [
        pytest.param(1499, True, id="less than what stays and one broadcast"),
        pytest.param(1500, False, id="exactly that"),
    ],
)
def test_stars_are_few(balance: int, is_few: bool) -> None:
    terms = Terms(enabled=True, budget=500, min_balance=1000)
    assert (few_stars(balance, terms, NOW) is not None) is is_few
    assert few_stars(balance, replace(terms, enabled=False), NOW) is None


EVERY = 15 * MINUTE


def test_letters_first_of_each_reason_is_told_at_once_and_the_flood_behind_it_waits() -> None:
    heaps = [Heap("syntax", 10_000, "bad"), Heap("trust", 1, "unsigned")]
    tally, said = take(Tally(), heaps, "9-0", NOW, EVERY)
    assert [one.reason for one in said.firsts] == ["syntax", "trust"]
    assert not said.more
    assert (tally.read, tally.waiting) == ("9-0", {"syntax": 9_999})


def test_letters_are_summed_up_once_every_while() -> None:
    tally, _ = take(Tally(), [Heap("syntax", 1)], "1-0", NOW, EVERY)
    for minute in range(1, 15):
        tally, said = take(tally, [Heap("syntax", 100)], "2-0", NOW + minute * MINUTE, EVERY)
        assert said.is_nothing, minute
    tally, said = take(tally, [], "2-0", NOW + EVERY, EVERY)
    assert said == Said((), {"syntax": 1400})
    tally, said = take(tally, [Heap("syntax", 5)], "3-0", NOW + EVERY + MINUTE, EVERY)
    assert said.is_nothing
    assert tally.waiting == {"syntax": 5}


def test_letters_new_reason_in_a_flood_of_another_is_told_at_once() -> None:
    tally, _ = take(Tally(), [Heap("syntax", 1000)], "1-0", NOW, EVERY)
    _, said = take(tally, [Heap("trust", 1)], "2-0", NOW + SECOND, EVERY)
    assert [one.reason for one in said.firsts] == ["trust"]


def test_letters_reason_not_seen_for_a_day_is_a_first_one_again() -> None:
    tally, _ = take(Tally(), [Heap("syntax", 1)], "1-0", NOW, EVERY)
    _, said = take(tally, [Heap("syntax", 1)], "2-0", NOW + KNOWN_FOR - SECOND, EVERY)
    assert not said.firsts
    _, said = take(tally, [Heap("syntax", 1)], "2-0", NOW + KNOWN_FOR, EVERY)
    assert said.firsts

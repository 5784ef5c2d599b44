"""What people see of an advisory, from its announcement to its end, with a real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.life import Mark, Purpose
from bot.domain.subscriber import Kind
from tests.integration.pipeline.village import HOUR, KYIV, LVIV, Village, area, reference, village

ODESA = "698740"


@pytest.fixture
async def here(redis: Redis, redis_url: str) -> AsyncIterator[Village]:
    """A village with two people and a group."""
    async with village(redis_url) as found:
        await found.follow(1)
        await found.follow(2)
        await found.follow(-5, kind=Kind.GROUP)
        yield found


def purposes(here: Village, chat_id: int) -> list[Purpose]:
    return [one.purpose for one in here.of(chat_id)]


async def test_future_window_is_announced_reminded_opened_and_passes(here: Village) -> None:
    await here.receive(here.alert("attack"))
    await here.deliver()
    for hours in (4, 2, 12):
        await here.pass_time(hours * HOUR)
        await here.deliver()
    expected = [Purpose.ALERT, Purpose.REMINDER, Purpose.WINDOW_OPEN, Purpose.PASSED]
    assert purposes(here, 1) == expected
    # The group has begun no list that could be unfinished.
    assert purposes(here, -5) == [p for p in expected if p is not Purpose.REMINDER]
    alert, _, opened, passed = here.of(1)
    assert [one.silent for one in here.sent if one.chat_id == 1] == [False, True, False, True]
    answers = [one.answers for one in here.sent if one.chat_id == 1]
    assert answers == [None, alert.id, alert.id, opened.id]
    assert (alert.mark, opened.mark) == (Mark.REPLACED, Mark.ENDED)
    assert not alert.has_buttons
    assert not opened.has_buttons
    assert opened.text.startswith("<b>ENDED")
    assert "No all-clear has come" in passed.text
    assert not any("late" in one.text for one in here.sent)


CHANGES_OF_CLOCKS = [
    ("autumn", "2024-10-27T03:30:00+03:00", "2024-10-27T03:30:00+02:00",
     "Sun 27 Oct, 03:30 (UTC+3) – Sun 27 Oct, 03:30 (UTC+2)"),
    ("spring", "2024-03-31T02:30:00+02:00", "2024-03-31T04:30:00+03:00",
     "Sun 31 Mar, 02:30 – Sun 31 Mar, 04:30"),
    ("leap day", "2024-02-28T23:30:00+02:00", "2024-02-29T00:30:00+02:00",
     "Wed 28 Feb, 23:30 – Thu 29 Feb, 00:30"),
    ("24:00", "2024-11-20T23:00:00+02:00", "2024-11-20T24:00:00+02:00",
     "Wed 20 Nov, 23:00 – Thu 21 Nov, 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("onset", "expires", "shown"),
    [r[1:] for r in CHANGES_OF_CLOCKS],
    ids=[r[0] for r in CHANGES_OF_CLOCKS],
)
async def test_window_of_an_hour_over_a_change_lasts_an_hour(
    here: Village, onset: str, expires: str, shown: str
) -> None:
    opens = datetime.fromisoformat(onset).astimezone(UTC)
    here.clock.now = opens - 3 * HOUR
    await here.receive(here.alert("attack", info={"onset": onset, "expires": expires}))
    (alert, *_) = await here.deliver()
    assert shown in alert.text
    told = []
    for minutes in (59, 2, 118, 2, 58, 2):
        await here.pass_time(timedelta(minutes=minutes))
        told.append([one.purpose for one in await here.deliver() if one.chat_id == 1])
    nothing: list[Purpose] = []
    assert told == [
        nothing,
        [Purpose.REMINDER],
        nothing,
        [Purpose.WINDOW_OPEN],
        nothing,
        [Purpose.PASSED],
    ]


JUMPS = [
    ("far ahead and back", [100 * HOUR, -100 * HOUR]),
    ("back and ahead", [-100 * HOUR, 100 * HOUR]),
    ("a little, again and again", [HOUR, -2 * HOUR, 2 * HOUR, -HOUR]),
]


@pytest.mark.parametrize("jumps", [r[1] for r in JUMPS], ids=[r[0] for r in JUMPS])
async def test_clock_that_jumps_repeats_nothing(here: Village, jumps: list[timedelta]) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    for jump in jumps:
        await here.pass_time(jump)
        here.restart()
        await here.review.reassert()
        await here.deliver()
    for hours in (4, 2, 12):
        await here.pass_time(hours * HOUR)
        await here.deliver()
    told = [one.purpose for one in here.sent if one.chat_id == 1]
    assert len(told) == len(set(told))
    assert told[0] is Purpose.ALERT
    met = await here.storage.timers.met(advisory.id)
    assert "waits" not in met.values()
    assert not any(one.is_live for one in here.shown)


async def test_opening_that_was_missed_while_the_bot_was_down_is_told_late(here: Village) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    here.clock.now += 9 * HOUR
    here.restart()
    await here.review.reassert()
    await here.timekeeper.catch_up()
    (opened,) = [one for one in await here.deliver() if one.chat_id == 1]
    assert opened.purpose is Purpose.WINDOW_OPEN
    assert "This message comes late: it was due" in opened.text
    met = await here.storage.timers.met(advisory.id)
    # The reminder's time was over: nobody needs it any more.
    assert met == {"remind120": "missed", "open": "late", "passed": "waits"}


async def test_of_two_reminders_that_the_bot_slept_through_one_comes(here: Village) -> None:
    window = {
        "onset": (here.clock.now + 20 * HOUR).isoformat(),
        "expires": (here.clock.now + 30 * HOUR).isoformat(),
    }
    advisory = await here.receive(here.alert("attack", info=window))
    await here.deliver()
    await here.pass_time(19 * HOUR)
    await here.deliver()
    assert purposes(here, 1) == [Purpose.ALERT, Purpose.REMINDER]
    assert "This message comes late" in here.of(1)[1].text
    met = await here.storage.timers.met(advisory.id)
    assert (met["remind720"], met["remind120"]) == ("missed", "late")


async def test_end_that_nobody_needs_any_more_is_recorded_and_told_to_nobody(
    here: Village,
) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(60 * HOUR)
    assert await here.deliver() == []
    met = await here.storage.timers.met(advisory.id)
    assert set(met.values()) == {"missed"}
    # A copy that somebody scrolls to still says that it is over.
    assert [one.mark for one in here.of(1)] == [Mark.ENDED]


async def test_what_was_replaced_is_marked_also_after_days_without_the_bot(here: Village) -> None:
    await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(7 * HOUR)
    while len(here.of(1)) < 2:  # the opening has come, and nothing is marked yet
        await here.deliver(1)
    assert here.of(1)[0].is_live
    here.clock.now += 48 * HOUR
    here.restart()
    await here.deliver()
    assert here.of(1)[0].mark is Mark.REPLACED


async def test_restart_repeats_nothing(here: Village) -> None:
    await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(7 * HOUR)
    await here.deliver()
    before = len(here.sent)
    for _ in range(3):
        here.restart()
        await here.review.reassert()
        await here.timekeeper.catch_up()
        await here.deliver()
    assert len(here.sent) == before


async def test_newcomer_after_the_opening_is_told_what_is_so_now_and_hears_the_end(
    here: Village,
) -> None:
    await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(7 * HOUR)
    await here.deliver()
    await here.follow(9)
    await here.deliver()
    (told,) = here.of(9)
    assert told.text.startswith("<b>Be ready")
    await here.pass_time(12 * HOUR)
    await here.deliver()
    assert purposes(here, 9) == [Purpose.ALERT, Purpose.PASSED]
    assert here.of(9)[0].mark is Mark.ENDED


CLEAR = {"responseType": ["AllClear"], "urgency": "Past", "severity": "Minor"}


async def test_all_clear_answers_the_live_message_and_is_heard_by_the_told_only(
    here: Village,
) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    await here.receive(here.after(advisory, "clear", info=CLEAR))
    await here.follow(9)
    await here.deliver()
    alert, clear = here.of(1)
    assert (clear.purpose, clear.answers, clear.silent) == (Purpose.ALL_CLEAR, alert.id, False)
    assert clear.text.startswith("<b>All clear, no alarm.")
    assert alert.text.startswith("<b>ENDED. The all-clear was given.")
    assert here.of(9) == []


async def test_graded_all_clear_leaves_the_warning_standing(here: Village) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    scope = [{"valueName": "allClearScope", "value": "stay-near"}]
    eased = here.after(advisory, "eased", info=CLEAR | {"parameter": scope})
    (named,) = [await here.receive(eased)]
    await here.deliver()
    alert, told = here.of(1)
    assert told.purpose is Purpose.EASED
    assert "stay close to it" in told.text
    assert alert.is_live
    # Whoever names the graded one means the warning that it eased.
    await here.receive(
        here.alert("clear", msgType="Update", references=reference(named), info=CLEAR)
    )
    await here.deliver()
    assert purposes(here, 1)[-1] is Purpose.ALL_CLEAR
    assert here.of(1)[0].mark is Mark.ENDED


UPDATES = [
    ("a small change is made in place", {}, None),
    ("a rise is a new message", {"severity": "Extreme"}, Purpose.UPDATE),
    ("another threat is a new message", {"event": "Missile attack"}, Purpose.UPDATE),
    (
        "a correction is a new message",
        {"parameter": [{"valueName": "updateKind", "value": "correction"}]},
        Purpose.CORRECTION,
    ),
]


@pytest.mark.parametrize(("info", "purpose"), [r[1:] for r in UPDATES], ids=[r[0] for r in UPDATES])
async def test_update_leaves_one_live_message(
    here: Village, info: dict[str, Any], purpose: Purpose | None
) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    await here.receive(here.after(advisory, "second", info=info))
    await here.deliver()
    shown = here.of(1)
    assert [one.is_live for one in shown].count(True) == 1
    assert "second" in shown[-1].text
    if purpose is None:
        assert len(shown) == 1
    else:
        assert [one.purpose for one in shown] == [Purpose.ALERT, purpose]
        assert shown[0].text.startswith("<b>REPLACED.")
        assert not shown[-1].silent


async def test_small_update_of_a_wider_area_alerts_the_newly_concerned(here: Village) -> None:
    await here.follow(9, LVIV)
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    wider = here.after(advisory, "wider", info={"area": [area(KYIV), area(LVIV)]})
    await here.receive(wider)
    await here.deliver()
    (told,) = here.of(9)
    assert told.is_live
    assert not told.silent
    assert len(here.of(1)) == 1


BOTH = {"area": [area(KYIV), area(LVIV)]}
KINDS_OF_UPDATE = [
    ("a small one", {}, [Purpose.UPDATE]),
    ("a rise", {"severity": "Extreme"}, [Purpose.ALERT, Purpose.UPDATE]),
]


@pytest.mark.parametrize(
    ("info", "stay"), [r[1:] for r in KINDS_OF_UPDATE], ids=[r[0] for r in KINDS_OF_UPDATE]
)
async def test_whoever_an_update_leaves_out_hears_that_and_of_it_no_more(
    here: Village, info: dict[str, Any], stay: list[Purpose]
) -> None:
    await here.follow(9, LVIV)
    await here.follow(10, KYIV, LVIV)
    first = await here.receive(here.alert("first", info=BOTH))
    await here.deliver()
    second = await here.receive(here.after(first, "second", info=info))
    await here.deliver()
    alert, left = here.of(9)
    assert (left.purpose, left.silent, left.answers) == (Purpose.NARROWED, False, alert.id)
    assert left.text.startswith("<b>No longer for your places: possible air attack, Kyiv, Lviv")
    assert "It holds only for other places now: Kyiv." in left.text
    assert "second" not in left.text
    assert alert.text.startswith("<b>ENDED. This warning no longer holds for the places")
    assert not alert.has_buttons
    for chat_id in (1, 10):
        assert purposes(here, chat_id) == stay
    await here.pass_time(4 * HOUR)
    await here.pass_time(2 * HOUR)
    await here.deliver()
    assert purposes(here, 9) == [Purpose.ALERT, Purpose.NARROWED]
    assert purposes(here, 1)[-1] is Purpose.WINDOW_OPEN
    # The end is heard by whoever was told of any version.
    await here.receive(here.withdrawal(second, "off"))
    await here.deliver()
    assert [purposes(here, chat_id)[-1] for chat_id in (1, 9, 10)] == [Purpose.CANCEL] * 3


async def test_whoever_was_left_out_and_is_concerned_again_hears_it_anew(here: Village) -> None:
    await here.follow(9, LVIV)
    first = await here.receive(here.alert("first", info=BOTH))
    await here.deliver()
    second = await here.receive(here.after(first, "second"))
    await here.deliver()
    third = await here.receive(here.after(second, "third", info=BOTH))
    await here.deliver()
    assert purposes(here, 9) == [Purpose.ALERT, Purpose.NARROWED, Purpose.UPDATE]
    assert [one.is_live for one in here.of(9)] == [False, False, True]
    assert not here.of(9)[-1].silent
    # And out again; who was left out before hears it once more only for a new place.
    await here.receive(here.after(third, "fourth"))
    await here.deliver()
    assert purposes(here, 9)[-1] is Purpose.NARROWED
    assert not any(one.is_live for one in here.of(9))


async def test_area_that_shrinks_twice_leaves_everybody_out_once(here: Village) -> None:
    await here.follow(9, LVIV)
    await here.follow(10, ODESA)
    all_three = {"area": [area(KYIV), area(LVIV), area(ODESA)]}
    first = await here.receive(here.alert("first", info=all_three))
    await here.deliver()
    second = await here.receive(here.after(first, "second", info=BOTH))
    await here.deliver()
    await here.receive(here.after(second, "third"))
    await here.deliver()
    for chat_id, had in ((9, Purpose.UPDATE), (10, Purpose.ALERT)):
        assert purposes(here, chat_id) == [had, Purpose.NARROWED]
        assert here.of(chat_id)[0].mark is Mark.ENDED


async def test_word_of_being_left_out_stops_when_they_are_concerned_again(here: Village) -> None:
    for chat_id in (9, 10):
        await here.follow(chat_id, LVIV)
    first = await here.receive(here.alert("first", info=BOTH))
    await here.deliver()
    second = await here.receive(here.after(first, "second"))
    await here.receive(here.after(second, "third", info=BOTH))
    await here.deliver()
    for chat_id in (9, 10):
        assert [one.is_live for one in here.of(chat_id)][-1]
        assert Purpose.NARROWED not in purposes(here, chat_id)


async def test_update_without_an_area_is_for_that_of_its_original(here: Village) -> None:
    first = await here.receive(here.alert("first"))
    await here.deliver(1)
    same = here.after(first, "second")
    del same["info"][0]["area"]
    await here.receive(same)
    await here.follow(9)
    await here.deliver()
    for chat_id in (1, 2, -5, 9):
        (told,) = here.of(chat_id)
        assert "second" in told.text
    (accord,) = (await here.voices.of([KYIV])).accords
    assert accord.voices[0].advisory.identifier == "second"


@pytest.mark.parametrize("msg_type", ["Update", "Cancel"])
async def test_end_for_a_part_of_the_places_waits_for_a_person(
    here: Village, msg_type: str
) -> None:
    await here.follow(9, LVIV)
    first = await here.receive(here.alert("first", info=BOTH))
    await here.deliver()
    clear = here.after(first, "clear", msgType=msg_type, info=CLEAR | {"area": [area(LVIV)]})
    await here.receive(clear)
    assert await here.deliver() == []
    (waiting,) = await here.storage.advisories.pending()
    assert waiting.reasons == ("clears_a_part",)
    assert here.of(1)[0].is_live
    whole = here.after(first, "whole", msgType=msg_type, info=CLEAR | BOTH)
    await here.receive(whole)
    assert len(await here.deliver()) == 4


async def test_third_version_that_names_the_first_reaches_who_has_the_second(
    here: Village,
) -> None:
    first = await here.receive(here.alert("first"))
    await here.deliver()
    wider = {"area": [area(KYIV), area(LVIV)]}
    await here.receive(here.after(first, "second", info=wider))
    await here.follow(9, LVIV)
    await here.deliver()
    # It names the first version only.
    await here.receive(here.after(first, "third", info={"severity": "Extreme"} | BOTH))
    await here.deliver()
    for chat_id in (1, 9):
        shown = here.of(chat_id)
        assert [one.is_live for one in shown] == [False, True]
        assert "third" in shown[-1].text


async def test_drill_goes_through_the_same_life_without_a_sound(here: Village) -> None:
    await here.receive(here.alert("drill", status="Exercise"))
    await here.deliver()
    for hours in (6, 12):
        await here.pass_time(hours * HOUR)
        await here.deliver()
    assert [one.purpose for one in here.sent if one.chat_id == -5] == [
        Purpose.ALERT,
        Purpose.WINDOW_OPEN,
        Purpose.PASSED,
    ]
    assert all(one.silent for one in here.sent)
    assert all("DRILL, not real" in one.text for one in here.sent)


async def test_advisory_issued_in_the_future_waits_for_a_person(here: Village) -> None:
    ahead = (here.clock.now + HOUR).isoformat(timespec="seconds")
    await here.receive(here.alert("early", sent=ahead))
    assert await here.deliver() == []
    (waiting,) = await here.storage.advisories.pending()
    assert waiting.reasons == ("sent_ahead",)
    assert await here.review.approve(waiting.id)
    assert len(await here.deliver()) == 3


async def test_cancel_stops_an_opening_that_is_going_out(here: Village) -> None:
    advisory = await here.receive(here.alert("attack"))
    await here.deliver()
    await here.pass_time(6 * HOUR)
    await here.deliver(1)
    await here.receive(here.withdrawal(advisory, "cancel"))
    await here.deliver()
    everyone = [purposes(here, chat_id) for chat_id in (1, 2, -5)]
    assert sum(Purpose.WINDOW_OPEN in one for one in everyone) == 1
    for one in everyone:
        assert one[-1] is Purpose.CANCEL
        assert one.count(Purpose.CANCEL) == 1
    assert not any(one.is_live for one in here.shown)
    # What waits for its time does nothing any more.
    await here.pass_time(24 * HOUR)
    assert await here.deliver() == []


async def test_advisory_without_an_end_lapses_and_says_so(here: Village) -> None:
    alert = here.alert("cold")
    del alert["info"][0]["expires"]
    await here.receive(alert)
    (told,) = [one for one in await here.deliver() if one.chat_id == 1]
    assert "The source states no end" in told.text
    await here.pass_time(6 * HOUR + timedelta(hours=24))
    await here.deliver()
    assert purposes(here, 1)[-1] is Purpose.EXPIRED
    assert here.of(1)[-1].text.startswith("<b>No longer valid")

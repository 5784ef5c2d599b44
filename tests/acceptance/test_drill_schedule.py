"""Drills by the calendar: announced, held once whatever happens, skipped by a button, or missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.operators import Role
from bot.storage.keys import Keys
from tests.acceptance.advisories import KYIV
from tests.acceptance.desk import audited, employ, hand, settings
from tests.acceptance.test_drills import drilled
from tests.acceptance.town import Town

ZONE = ZoneInfo("Europe/Kyiv")


def by_calendar(at: datetime, **changes: Any) -> dict[str, str]:
    """The settings of a monthly drill, on the day and at the time of `at`."""
    here = at.astimezone(ZONE)
    drill = {
        "name": "kyiv-monthly",
        "day": str(here.day),
        "time": f"{here:%H:%M}",
        "template": "air_attack",
        "places": [KYIV],
        "audience": "operators",
    }
    return {"BOT_DRILLS__SCHEDULE": json.dumps([drill | changes])}


async def known_since(town: Town, at: datetime) -> None:
    """The schedule has stood in the configuration since then."""
    key, ms = Keys().drill_plan("kyiv-monthly"), int(at.timestamp() * 1000)
    await town.command("HSET", key, "since", ms)


async def test_scheduled_drill_is_held_once_by_two_replicas_and_over_a_restart(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    person = await town.person("Oksana", "en")
    now = datetime.now(UTC)
    plan = by_calendar(now - timedelta(hours=1), rehearses=["all_clear"])
    set_up = settings(**plan, BOT_DRILLS__REHEARSE_MINUTES="0.02")
    await known_since(town, now - timedelta(days=2))
    async with town.bot(**set_up) as one, town.bot(**set_up) as two:
        await iryna.sees("The drill", "is on its way")
        report = await iryna.sees(": report", "All-clear: sent")
        assert len(one.lines("advisory issued")) + len(two.lines("advisory issued")) == 2
        started = one.lines("scheduled drill started") + two.lines("scheduled drill started")
        assert len(started) == 1
        assert not one.complaints + two.complaints
    assert "by the bot itself" in report.text
    async with town.bot(**set_up) as bot:
        iryna.command("drill")
        await iryna.sees("A new drill", "By schedule")
        assert not bot.lines("scheduled drill started")
    # The warning and its all-clear, each marked and silent, and once.
    assert len(drilled(town, iryna.id)) == 2
    assert not drilled(town, person.id)
    done = [what for _, what in await audited(town)]
    assert done.count("drill_started") == 1


async def test_drill_is_announced_and_can_be_skipped(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    viewer, stranger = await employ(town, "Vira", Role.VIEWER), hand(town, "Nobody")
    at = datetime.now(UTC) + timedelta(hours=20)
    set_up = settings(**by_calendar(at))
    async with town.bot(**set_up) as bot:
        for one in (iryna, petro, viewer):
            await one.sees("DRILL planned", "Expected air attack", "Kyiv", button="Skip this drill")
        assert viewer.card is not None
        data = viewer.card.buttons[0][0]["callback_data"]
        assert "does not allow" in (await viewer.tap("Skip this drill"))["text"]
        stranger.command("help")
        message = await stranger.sees("Write a city")
        assert (await stranger.press(data, message))["show_alert"]
        # A month that nobody has come to cannot be skipped, nor a drill that nobody has planned.
        assert iryna.card is not None
        for forged in ("x:k:kyiv-monthly:2099-01", "x:k:lviv-monthly:2026-01"):
            assert "begun already" in (await iryna.press(forged, iryna.card))["text"]
        announced = petro.card
        await iryna.tap("Skip this drill")
        for one in (iryna, petro, viewer):
            await one.sees("is skipped. Decided by Iryna.")
        assert "begun already" in (await petro.tap("Skip this drill", announced))["text"]
        petro.command("drill")
        assert "By schedule" not in (await petro.sees("A new drill")).text
        assert not bot.complaints
    # Neither a restart nor its hour brings it back.
    async with town.bot(**set_up) as bot:
        petro.command("drill")
        await petro.sees("A new drill")
        assert not bot.lines("drill announced")
    assert [what for _, what in await audited(town)] == ["drill_skipped"]


async def test_announced_drill_is_announced_once(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    set_up = settings(**by_calendar(datetime.now(UTC) + timedelta(hours=20)))
    async with town.bot(**set_up) as bot:
        await bot.wait_log("drill announced")
    async with town.bot(**set_up) as bot:
        iryna.command("drill")
        await iryna.sees("A new drill", "By schedule", button="Skip this drill")
        assert not bot.lines("drill announced")
        assert not bot.complaints
    assert len(town.sends("DRILL planned")) == 1


async def test_drill_that_is_a_day_late_is_missed_and_said_so(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    now = datetime.now(UTC)
    set_up = settings(**by_calendar(now - timedelta(hours=30)))
    await known_since(town, now - timedelta(days=3))
    async with town.bot(**set_up) as bot:
        await iryna.sees("was missed: the bot was not running", "Nothing was sent")
        await bot.wait_log("scheduled drill missed")
        assert not bot.lines("scheduled drill started")
    async with town.bot(**set_up) as bot:
        iryna.command("drill")
        await iryna.sees("A new drill")
        assert not bot.lines("scheduled drill missed")
    assert [what for _, what in await audited(town)] == ["drill_missed"]
    assert len(town.sends("was missed")) == 1


async def test_new_schedule_misses_nothing_of_the_past(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    set_up = settings(**by_calendar(datetime.now(UTC) - timedelta(hours=3)))
    async with town.bot(**set_up) as bot:
        iryna.command("drill")
        await iryna.sees("A new drill", "By schedule")
        assert not bot.lines("scheduled drill started") + bot.lines("scheduled drill missed")

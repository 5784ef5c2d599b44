"""The promises of pacing, against a Telegram that enforces its limits.

That nothing is sent after an expiry is shown in `tests/acceptance/test_pacing.py`, at any rate.
"""

from __future__ import annotations

import pytest

from tests.acceptance.advisories import alert, cancel, shelter_now
from tests.acceptance.town import Town, until

RATE = 28
PAID_RATE = 150
FREE_BESIDE_PAID = 25
"""Beside many paid sends the first free ones are slow to leave, and would bunch up at 28."""


def _last_s(count: int, rate: float) -> float:
    """When the last one is told at the latest."""
    return count / rate * 1.05 + 2


@pytest.mark.parametrize("count", [112, pytest.param(560, marks=pytest.mark.benchmark)])
async def test_last_recipient_is_told_in_time_and_telegram_refuses_nothing(
    strict_town: Town, count: int
) -> None:
    people = await strict_town.crowd(count)
    async with strict_town.bot(BOT_DELIVERY__RATE=str(RATE)):
        added = strict_town.sandbox.clock.now()
        await strict_town.publish(alert("steady"))
        await _until_sent(strict_town, count, _last_s(count, RATE) + 10)
    sends = strict_town.sends("steady")
    assert strict_town.told("steady") == dict.fromkeys(people, 1)
    assert not strict_town.sandbox.ledger.refused
    assert sends[0].at - added <= 1
    assert sends[-1].at - added <= _last_s(count, RATE)


@pytest.mark.benchmark
async def test_paid_broadcast_is_as_fast_as_it_may_be_and_meets_no_refusal(
    strict_town: Town,
) -> None:
    count = 1000
    people = await strict_town.crowd(count)
    strict_town.sandbox.stars.give(20_000, strict_town.sandbox.clock.now())
    paid = {
        "BOT_DELIVERY__RATE": str(FREE_BESIDE_PAID),
        "BOT_DELIVERY__PAID__ENABLED": "true",
        "BOT_DELIVERY__PAID__RATE": str(PAID_RATE),
        "BOT_DELIVERY__PAID__STARS": "1000",
    }
    async with strict_town.bot(**paid):
        added = strict_town.sandbox.clock.now()
        await strict_town.publish(shelter_now("fast"))
        await _until_sent(strict_town, count, _last_s(count, PAID_RATE) + 10)
    last = strict_town.sends("fast")[-1].at - added
    assert strict_town.told("fast") == dict.fromkeys(people, 1)
    assert not strict_town.sandbox.ledger.refused
    assert last <= _last_s(count, PAID_RATE)
    # The free ones stayed free all the while.
    assert strict_town.sandbox.stars.charged <= count - last * FREE_BESIDE_PAID * 0.95


async def test_shelter_now_overtakes_a_running_broadcast_within_half_a_second(
    strict_town: Town,
) -> None:
    await strict_town.crowd(80)
    async with strict_town.bot(BOT_DELIVERY__RATE=str(RATE)):
        await strict_town.publish(alert("slow"))
        await strict_town.until_told("slow", 10)
        added = strict_town.sandbox.clock.now()
        await strict_town.publish(shelter_now("urgent"))
        await until(lambda: bool(strict_town.told("urgent")))
        first = strict_town.sends("urgent")[0].at
        assert first - added <= 0.5
        await strict_town.until_told("urgent", 30)
    assert not [one for one in strict_town.sends("slow") if one.at > first + 0.2]
    assert not strict_town.sandbox.ledger.refused


async def test_cancel_stops_sending_within_half_a_second(strict_town: Town) -> None:
    await strict_town.crowd(150)
    mistake = alert("mistake")
    async with strict_town.bot(BOT_DELIVERY__RATE=str(RATE)) as bot:
        await strict_town.publish(mistake)
        await strict_town.until_told("mistake", 20)
        added = strict_town.sandbox.clock.now()
        await strict_town.publish(cancel(mistake, "sorry"))
        await bot.wait_log("broadcast ended", state="cancelled")
    assert strict_town.sends("mistake")[-1].at - added <= 0.5


async def test_person_is_answered_beside_a_running_broadcast(strict_town: Town) -> None:
    await strict_town.crowd(120)
    person = await strict_town.person("Olena", "en", "702550")
    async with strict_town.bot(BOT_DELIVERY__RATE=str(RATE)):
        await strict_town.publish(alert("running"))
        await strict_town.until_told("running", 20)
        ledger, asked = strict_town.sandbox.ledger, strict_town.sandbox.clock.now()
        strict_town.world.private_message(person, "/status")
        await until(lambda: ledger.count("sendMessage", chat_id=person.id) == 1)
        answered = strict_town.sandbox.clock.now() - asked
        assert len(strict_town.told("running")) < 120, "the broadcast is still under way"
    assert answered <= 0.5, "a reply waits for no slot of the broadcast"
    assert not ledger.refused[429], "and there was room for it beside the broadcast"


async def _until_sent(town: Town, count: int, timeout_s: float) -> None:
    """Wait without reading the whole ledger again and again, beside the Telegram that keeps it."""
    await until(lambda: len(town.sandbox.ledger) >= count, timeout_s=timeout_s)

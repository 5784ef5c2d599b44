"""The guards of a stop in order, each at the instant for which it was made."""

from __future__ import annotations

import asyncio
import time

from bot.domain.delivery import End
from tests.integration.pipeline.conftest import SETTLE_S, SteeredPacer, Workshop


async def test_stop_claims_nothing_more_and_records_what_is_under_way(workshop: Workshop) -> None:
    people = await workshop.crowd(40)
    await workshop.publish("b")
    workshop.sandbox.faults.latency(0.3, method="sendMessage")
    workshop.pacer = SteeredPacer(rate_per_s=60)
    workshop.dispatch(rate_per_s=20)
    await workshop.until_told("b", 1)
    accepted = len(workshop.told("b"))
    await workshop.stop()
    stopped = await workshop.storage.broadcasts.get("b")
    assert stopped is not None
    told = workshop.told("b")
    assert stopped.counts == {End.SENT: len(told)}
    assert accepted < len(told) < 40
    assert await workshop.storage.role.holder() is None
    workshop.sandbox.faults.clear()
    workshop.dispatch()
    await workshop.ended("b")
    assert workshop.told("b") == dict.fromkeys(people, 1)


async def test_stop_waits_for_a_send_no_longer_than_its_bound(workshop: Workshop) -> None:
    people = await workshop.crowd(3)
    await workshop.publish("b")
    workshop.sandbox.faults.latency(10, method="sendMessage", chat_id=people[1])
    dispatcher = workshop.dispatch()
    await workshop.until_told("b", 2)
    asked = time.monotonic()
    async with asyncio.timeout(5):
        await workshop.stop()
    assert time.monotonic() - asked >= SETTLE_S
    assert not dispatcher.alive
    stopped = await workshop.storage.broadcasts.get("b")
    assert stopped is not None
    # The fate of that one is unknown: it stays in flight for the next dispatcher.
    assert (stopped.counts, stopped.in_flight) == ({End.SENT: 2}, 1)

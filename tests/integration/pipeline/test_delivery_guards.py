"""The guards of one delivery, each at the instant for which it was made."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.domain.broadcast import BroadcastState, Claim, Entry, Plan, Standing
from bot.domain.delivery import End, Lane
from bot.domain.fault import StorageUnavailable
from bot.pipeline import dispatch, role
from bot.pipeline.courier import EXPIRY_GUARD
from bot.pipeline.role import LEASE_S, SAFE
from bot.storage.broadcasts import Broadcasts
from bot.storage.keys import Keys
from bot.storage.role import Role
from tests.acceptance.town import until
from tests.integration.pipeline.conftest import LOOK_S, SteeredPacer, Workshop

KEYS = Keys()


async def test_broadcast_tells_everyone_once_and_its_counts_add_up(workshop: Workshop) -> None:
    people = await workshop.crowd(230)
    await workshop.publish("b")
    workshop.dispatch()
    ended = await workshop.ended("b")
    assert workshop.told("b") == dict.fromkeys(people, 1)
    assert (ended.state, ended.counts) == (BroadcastState.DONE, {End.SENT: 230})
    assert ended.adds_up


# Never stale


@pytest.mark.parametrize(
    ("left", "end"),
    [
        pytest.param(EXPIRY_GUARD * 2, End.SENT, id="before the guard it is sent"),
        pytest.param(EXPIRY_GUARD / 2, End.EXPIRED, id="within the guard it is not"),
        pytest.param(timedelta(0), End.EXPIRED, id="at the expiry it is not"),
    ],
)
async def test_send_that_comes_to_its_turn_at_the_expiry(
    workshop: Workshop, left: timedelta, end: End
) -> None:
    await workshop.crowd(3)
    await workshop.publish("b", life_s=60)

    async def wait_for_a_slot() -> None:
        workshop.clock.now += timedelta(seconds=60) - left

    workshop.pacer.before_slot = wait_for_a_slot
    workshop.dispatch()
    ended = await workshop.ended("b")
    assert ended.counts == {end: 3}
    assert len(workshop.told("b")) == (3 if end is End.SENT else 0)


async def test_what_was_cancelled_between_claim_and_send_is_not_sent(workshop: Workshop) -> None:
    await workshop.crowd(3)
    await workshop.publish("b")

    async def cancel_elsewhere() -> None:
        assert await workshop.storage.broadcasts.cancel("b")
        await asyncio.sleep(10 * LOOK_S)  # as long as some slots take

    workshop.pacer.before_slot = cancel_elsewhere
    workshop.dispatch()
    ended = await workshop.ended("b")
    assert (ended.state, ended.counts) == (BroadcastState.CANCELLED, {End.CANCELLED: 3})
    assert not workshop.told("b")


async def test_taken_over_from_a_cancelled_broadcast_is_of_unknown_fate_and_corrected(
    workshop: Workshop,
) -> None:
    """Whoever died with them in hand may have sent them; the others were told nothing."""
    await workshop.crowd(12)
    await workshop.publish("b")
    broadcasts, role = workshop.storage.broadcasts, workshop.storage.role
    assert await role.acquire("dead", 60)
    claim = await broadcasts.claim("dead", "b", 5)
    assert len(claim.chats) == 5
    assert await broadcasts.cancel("b")
    await role.release("dead")
    expires = workshop.clock.now + timedelta(seconds=60)
    assert await broadcasts.publish(Plan("correction", Lane.PREPARE, expires, told_by=("b",)))
    workshop.dispatch()
    ended = await workshop.ended("b")
    assert ended.counts == {End.UNKNOWN: 5, End.CANCELLED: 7}
    async with workshop.clock_running():
        await workshop.ended("correction")
    doubtful = [chat.recipient.chat_id for chat in claim.chats]
    assert workshop.told("correction") == dict.fromkeys(doubtful, 1)


async def test_lost_answer_before_a_cancel_is_of_unknown_fate(workshop: Workshop) -> None:
    await workshop.crowd(2)
    await workshop.publish("b")
    broadcasts, role = workshop.storage.broadcasts, workshop.storage.role
    assert await role.acquire("here", 60)
    first, second = (await broadcasts.claim("here", "b", 5)).chats
    due = workshop.clock.now + timedelta(seconds=10)
    entries = [
        Entry(first.recipient, None, due=due, doubtful=True),
        Entry(second.recipient, None, due=due),
    ]
    await broadcasts.record("here", "b", entries)
    assert await broadcasts.cancel("b")
    await role.release("here")
    workshop.dispatch()
    assert (await workshop.ended("b")).counts == {End.UNKNOWN: 1, End.CANCELLED: 1}


async def test_what_several_follow_ups_wait_for_has_its_turn(workshop: Workshop) -> None:
    """Each looks again every half second: with three of them one is always due."""
    await workshop.crowd(2)
    await workshop.publish("b")
    broadcasts, role = workshop.storage.broadcasts, workshop.storage.role
    assert await role.acquire("here", 60)
    claim = await broadcasts.claim("here", "b", 2)
    later = [Entry(one.recipient, None, due=workshop.clock.now) for one in claim.chats]
    await broadcasts.record("here", "b", later)
    assert await broadcasts.cancel("b")
    await role.release("here")
    expires = workshop.clock.now + timedelta(seconds=60)
    follow_ups = [f"f{number}" for number in range(5)]
    for one in follow_ups:
        assert await broadcasts.publish(Plan(one, Lane.PREPARE, expires, told_by=("b",)))
    workshop.dispatch()
    async with workshop.clock_running():
        for one in ("b", *follow_ups):
            await workshop.ended(one)


async def test_shelter_now_goes_before_what_was_claimed_already(workshop: Workshop) -> None:
    await workshop.crowd(20, "kyiv")
    await workshop.crowd(20, "lviv")
    await workshop.publish("routine", lane=Lane.ROUTINE)

    async def alarm() -> None:
        await workshop.publish("shelter", lane=Lane.SHELTER_NOW, place="lviv")
        await asyncio.sleep(10 * LOOK_S)

    workshop.pacer = SteeredPacer(rate_per_s=60)
    workshop.pacer.before_slot = alarm
    workshop.dispatch(rate_per_s=10)
    await workshop.ended("shelter")
    await workshop.ended("routine")
    order = [one.text for one in workshop.sandbox.ledger.entries(method="sendMessage")]
    behind = order[order.index("about shelter") :]
    assert behind[:20] == ["about shelter"] * 20
    # What had its slot when the alarm came may leave; what was only claimed waits.
    assert order.index("about shelter") <= 2


# One dispatcher


class FailingRole(Role):
    """The real role behind a wire that can be cut."""

    cut = False
    asked = 0

    async def renew(self, uuid: str) -> bool:
        self.asked += 1
        if self.cut:
            raise StorageUnavailable("cut")
        return await super().renew(uuid)


async def test_nothing_starts_behind_the_safe_part_of_the_role(
    workshop: Workshop, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dispatcher stalls while it waits for a slot, and cannot renew its role meanwhile."""
    people = await workshop.crowd(5)
    await workshop.publish("b")
    monkeypatch.setattr(dispatch, "RENEW_S", LOOK_S)
    late_s = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + late_s)
    monkeypatch.setattr(role, "time", clock)
    failing = FailingRole(redis)

    async def stall() -> None:
        nonlocal late_s
        failing.cut, late_s = True, LEASE_S * (SAFE + 0.05)

    workshop.pacer.before_slot = stall
    workshop.dispatch(role=failing)
    await until(lambda: failing.cut)
    asked = failing.asked
    await until(lambda: failing.asked >= asked + 3)
    assert not workshop.told("b")
    failing.cut = False
    await workshop.ended("b")
    assert workshop.told("b") == dict.fromkeys(people, 1)


async def test_role_counts_from_before_it_was_asked_for(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis may have granted it at any instant of a slow answer; the first one counts."""
    now = 100.0
    monkeypatch.setattr(role, "time", SimpleNamespace(monotonic=lambda: now))

    class SlowRole(Role):
        async def acquire(self, uuid: str, lease_s: float = 3) -> bool:
            nonlocal now
            taken = await super().acquire(uuid, lease_s)
            now += LEASE_S * SAFE
            return taken

    tenure = role.Tenure(SlowRole(redis))
    assert await tenure.take()
    assert not tenure.holds


async def test_successor_first_sends_what_was_in_flight(workshop: Workshop) -> None:
    people = await workshop.crowd(30)
    await workshop.publish("b")
    assert await workshop.storage.role.acquire("the dead one", 60)
    claim = await workshop.storage.broadcasts.claim("the dead one", "b", 8)
    await workshop.storage.role.release("the dead one")
    # The cursor is behind them: only what is in flight names them still.
    workshop.dispatch(rate_per_s=10)
    ended = await workshop.ended("b")
    assert ended.counts == {End.SENT: 30}
    assert workshop.told("b") == dict.fromkeys(people, 1)
    order = [one.chat_id for one in workshop.sandbox.ledger.entries(method="sendMessage")]
    assert set(order[:8]) == {one.recipient.chat_id for one in claim.chats}


async def test_fenced_dispatcher_stops_and_its_successor_goes_on(workshop: Workshop) -> None:
    people = await workshop.crowd(40)
    await workshop.publish("b")

    async def lose_the_role() -> None:
        await workshop.storage.role.release(str(await workshop.storage.role.holder()))
        assert await workshop.storage.role.acquire("another", 60)

    workshop.pacer.before_slot = lose_the_role
    first = workshop.dispatch()
    await until(lambda: workshop.pacer.before_slot is None)
    await until(lambda: not first.dispatches)
    found = await workshop.storage.broadcasts.get("b")
    assert found is not None
    assert found.counts == {}
    await workshop.storage.role.release("another")
    ended = await workshop.ended("b")
    assert ended.adds_up
    assert set(workshop.told("b")) == set(people)


# Redis goes away


class LossyBroadcasts(Broadcasts):
    """The real ones; as many records as `lost` says never arrive."""

    lost = 0

    async def record(self, role: str, broadcast_id: str, entries: Sequence[Entry]) -> Standing:
        if self.lost:
            self.lost -= 1
            raise StorageUnavailable("away")
        return await super().record(role, broadcast_id, entries)


async def test_results_that_redis_did_not_take_are_kept(workshop: Workshop, redis: Redis) -> None:
    people = await workshop.crowd(20)
    await workshop.publish("b")
    lossy = LossyBroadcasts(redis, clock=workshop.clock)
    lossy.lost = 4
    workshop.dispatch(broadcasts=lossy)
    ended = await workshop.ended("b")
    assert workshop.told("b") == dict.fromkeys(people, 1)
    assert ended.counts == {End.SENT: 20}


class ForgetfulBroadcasts(Broadcasts):
    """The real ones; the answer to the first claim never arrives."""

    lost: Claim | None = None

    async def claim(self, role: str, broadcast_id: str, n: int) -> Claim:
        found = await super().claim(role, broadcast_id, n)
        if self.lost is None:
            self.lost = found
            raise StorageUnavailable("the answer was lost")
        return found


async def test_chats_of_a_claim_whose_answer_was_lost_are_told(
    workshop: Workshop, redis: Redis
) -> None:
    people = await workshop.crowd(20)
    await workshop.publish("b")
    forgetful = ForgetfulBroadcasts(redis, clock=workshop.clock)
    workshop.dispatch(rate_per_s=10, broadcasts=forgetful)
    await workshop.ended("b")
    assert forgetful.lost is not None
    assert len(forgetful.lost.chats) == 5
    assert workshop.told("b") == dict.fromkeys(people, 1)


# Telegram refuses


async def test_receipt_is_written_only_for_what_telegram_accepted(workshop: Workshop) -> None:
    people = await workshop.crowd(4)
    refused = people[2]
    workshop.sandbox.faults.error(
        403, "Forbidden: bot was blocked by the user", method="sendMessage", chat_id=refused
    )
    await workshop.publish("b")
    workshop.dispatch()
    ended = await workshop.ended("b")
    assert ended.counts == {End.SENT: 3, End.UNREACHABLE: 1}
    for chat_id in people:
        chat = await workshop.storage.chats.get(chat_id)
        assert chat is not None
        message_id = await workshop.storage.broadcasts.told("b", chat.recipient)
        assert (message_id is None) == (chat_id == refused)


async def test_flood_is_kept_for_a_restart_and_is_no_failed_try(workshop: Workshop) -> None:
    await workshop.crowd(2)
    workshop.sandbox.faults.too_many(30, method="sendMessage")
    await workshop.publish("b", lane=Lane.ROUTINE, life_s=3600)
    workshop.dispatch()
    async with asyncio.timeout(5):
        while len(tries := await workshop.redis.hvals(KEYS.attempts("b"))) < 2:
            await asyncio.sleep(0.005)
    assert tries == [b"0", b"0"]
    pauses = await workshop.storage.pace.pauses()
    # Two chats at once: it is the bot that Telegram means, and the bot that rests.
    assert pauses["all"] == pytest.approx(workshop.clock.now.timestamp() + 30, abs=1)


@pytest.mark.parametrize(
    ("lane", "times", "end"),
    [
        pytest.param(Lane.PREPARE, 2, End.SENT, id="prepare"),
        pytest.param(Lane.ROUTINE, 1, End.UNKNOWN, id="routine"),
    ],
)
async def test_send_without_an_answer(workshop: Workshop, lane: Lane, times: int, end: End) -> None:
    """Telegram accepted it; nobody here knows. Severe: sent again. Below: never twice."""
    people = await workshop.crowd(3)
    workshop.sandbox.faults.cut_after(method="sendMessage", chat_id=people[1], count=1)
    await workshop.publish("b", lane=lane)
    workshop.dispatch()
    await until(lambda: workshop.metrics.value("outcomes", verdict="ambiguous") == 1)
    async with workshop.clock_running():
        ended = await workshop.ended("b")
    assert workshop.told("b") == {people[0]: 1, people[1]: times, people[2]: 1}
    assert ended.counts == Counter([End.SENT, End.SENT, end])


# Counts


async def test_mismatch_is_logged_as_an_error_and_shows_in_the_metrics(workshop: Workshop) -> None:
    await workshop.crowd(3)
    await workshop.publish("b")
    # Somebody is in the audience whom no count will ever hold.
    await workshop.redis.hincrby(KEYS.broadcast("b"), "audience", 1)
    with capture_logs() as logs:
        workshop.dispatch()
        await workshop.ended("b")
        await until(lambda: workshop.metrics.value("mismatches") == 1)
    (line,) = [line for line in logs if line["event"] == "counts do not add up"]
    assert (line["log_level"], line["audience"], line["sent"]) == ("error", 4, 3)
    assert b"forewarn_mismatches_total 1.0" in workshop.metrics.page()

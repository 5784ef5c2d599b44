"""Advisories: found again by every name, decided once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.storage.advisories import Advisories
from bot.storage.keys import Keys
from tests.integration.storage.conftest import Clock

CLOCK = Clock()
NOW = CLOCK.now


def record(advisory_id: str = "a", sent: str = "2024-11-19T22:30:00+02:00") -> AdvisoryRecord:
    alert = {"sender": "acs@embassy.example", "identifier": "kyiv-1", "sent": sent}
    return AdvisoryRecord(
        id=advisory_id,
        payload=json.dumps(alert).encode(),
        raw=b"\xff<alert/>",
        source="embassy",
        signed=True,
        state=AdvisoryState.PENDING,
        code=f"KYV-{advisory_id}",
        places=("703448", "Ґ"),
        named=("UA-30",),
        unresolved=("“Кийв” is no place.",),
        reasons=("unsigned",),
        received=NOW - timedelta(milliseconds=1),
        expires=NOW + timedelta(hours=3),
    )


@pytest.fixture
def advisories(redis: Redis) -> Advisories:
    return Advisories(redis, clock=CLOCK)


async def test_record_comes_back_as_it_was_added(advisories: Advisories) -> None:
    bare = replace(record("bare"), source=None, signed=False, ended_by="x")
    for one in (record(), bare):
        assert await advisories.add(one)
        assert await advisories.get(one.id) == one
        assert await advisories.by_code(one.code) == one
    assert await advisories.get("none") is None
    assert await advisories.by_code("none") is None


async def test_exact_repeat_is_refused_and_changes_nothing(advisories: Advisories) -> None:
    assert await advisories.add(record())
    assert not await advisories.add(replace(record(), raw=b"other"))
    assert await advisories.get("a") == record()


async def test_reference_finds_the_exact_message_else_the_latest(advisories: Advisories) -> None:
    early, late = record("early", "2024-11-19T10:00:00Z"), record("late", "2024-11-19T12:00:00Z")
    for one in (late, early):
        await advisories.add(one)
    sender, identifier = "acs@embassy.example", "kyiv-1"
    exact = datetime(2024, 11, 19, 10, tzinfo=UTC)
    assert await advisories.by_reference(sender, identifier, exact) == early
    assert await advisories.by_reference(sender, identifier, NOW) == late
    assert await advisories.by_reference(sender, identifier, None) == late
    assert await advisories.by_reference(sender, "kyiv-2", None) is None
    assert await advisories.by_reference("acs@embassy.example:1", "1", None) is None


async def test_payload_without_a_triple_is_kept_all_the_same(advisories: Advisories) -> None:
    for number, payload in enumerate((b"{}", b"[]", b"not json", b'{"sent": 5}')):
        odd = replace(record(str(number)), payload=payload)
        assert await advisories.add(odd)
        assert await advisories.get(odd.id) == odd


async def test_of_two_approvers_at_once_one_wins(advisories: Advisories) -> None:
    await advisories.add(record())
    decisions = await asyncio.gather(
        advisories.set_state("a", AdvisoryState.PUBLISHED, expected=AdvisoryState.PENDING),
        advisories.set_state("a", AdvisoryState.REJECTED, expected=AdvisoryState.PENDING),
        advisories.set_state("a", AdvisoryState.PUBLISHED, expected=AdvisoryState.PENDING),
    )
    assert sorted(decisions) == [False, False, True]


async def test_state_moves_between_pending_and_current(advisories: Advisories) -> None:
    await advisories.add(record())
    assert await advisories.pending() == (record(),)
    assert await advisories.current(NOW) == ()
    await advisories.set_state("a", AdvisoryState.PUBLISHED, expected=AdvisoryState.PENDING)
    published = replace(record(), state=AdvisoryState.PUBLISHED)
    assert await advisories.pending() == ()
    assert await advisories.current(NOW) == (published,)
    assert await advisories.current(published.expires) == ()
    ended = AdvisoryState.CANCELLED
    assert await advisories.set_state("a", ended, expected=AdvisoryState.PUBLISHED, by="z")
    assert await advisories.current(NOW) == ()
    assert await advisories.get("a") == replace(published, state=ended, ended_by="z")
    assert not await advisories.set_state("none", ended, expected=AdvisoryState.PENDING)


async def test_what_expired_while_it_waited_waits_no_more(redis: Redis) -> None:
    clock = Clock()
    advisories = Advisories(redis, clock=clock)
    await advisories.add(record())
    clock.pass_s(3 * 3600)
    assert await advisories.pending() == ()


async def test_records_live_90_days_after_their_expiry(
    advisories: Advisories, redis: Redis
) -> None:
    await advisories.add(record())
    expected_s = (3 + 90 * 24) * 3600
    keys = Keys()
    names = (keys.advisory("a"), keys.advisory_code("KYV-a"))
    for name in (*names, keys.advisories_of("acs@embassy.example", "kyiv-1")):
        assert expected_s - 60 <= await redis.ttl(name) <= expected_s


async def test_states_forget_records_that_are_gone(redis: Redis) -> None:
    clock = Clock()
    advisories = Advisories(redis, clock=clock)
    await advisories.add(record("old"))
    clock.pass_s(200 * 24 * 3600)
    await advisories.add(replace(record("new"), expires=clock.now))
    assert await redis.zrange(Keys().advisories_in("pending"), 0, -1) == [b"new"]

"""Money under way: what is counted, what ends paying, and what an operator's choice changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bot.domain.broadcast import Broadcast, BroadcastState, Claimed, Standing
from bot.domain.delivery import Lane, Outcome, Verdict
from bot.domain.message import Prepared
from bot.domain.paid import Terms
from bot.domain.preferences import Fate, Tact
from bot.domain.subscriber import Kind, Recipient
from bot.pipeline.courier import Courier
from bot.pipeline.job import Job
from bot.pipeline.paying import Paying

NOW = datetime(2024, 11, 20, tzinfo=UTC)
TERMS = Terms(enabled=True, lanes=frozenset({Lane.SHELTER_NOW}), budget=10, min_balance=1000)
ACCEPTED, UNPAID = Outcome(Verdict.ACCEPTED, 1), Outcome(Verdict.UNPAID)


class World:
    """A storage, an account and a desk, as Paying sees them."""

    def __init__(self, terms: Terms = TERMS) -> None:
        self.stored: dict[str, Broadcast] = {}
        self.held: int | None = 9000
        self.told: list[str] = []
        self.counted: list[str] = []
        self.fenced = False
        port = cast(Any, self)
        self.paying = Paying(
            terms, broadcasts=port, advisories=_NoAdvisories(), stars=port, desk=port, meter=port
        )

    def publish(self, name: str = "b", lane: Lane = Lane.SHELTER_NOW) -> Broadcast:
        self.stored[name] = Broadcast(name, lane, BroadcastState.SENDING, NOW + timedelta(hours=1))
        return self.stored[name]

    async def consider(self, name: str = "b") -> None:
        self.paying.consider(self.stored[name])
        await self.rest()

    async def rest(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    def bill(self, name: str = "b") -> Job:
        job = self.paying.bill(job_of(name))
        assert job is not None
        assert job.paid
        return job

    async def get(self, broadcast_id: str) -> Broadcast | None:
        return self.stored.get(broadcast_id)

    async def spend(self, role: str, broadcast_id: str, spent: int, unpaid: str | None) -> Standing:
        if self.fenced:
            return Standing.FENCED
        self.stored[broadcast_id] = replace(self.stored[broadcast_id], spent=spent, unpaid=unpaid)
        return Standing.OK

    async def balance(self) -> int | None:
        return self.held

    async def tell(self, text_key: str, **values: object) -> None:
        self.told.append(text_key)

    def count(self, name: str, **labels: str) -> None:
        self.counted.append(labels.get("reason", name))


class _NoAdvisories:
    def __getattr__(self, name: str) -> Any:
        async def get(_: str) -> None: ...

        return get


def job_of(name: str = "b", chat_id: int = 5) -> Job:
    chat = Claimed(Recipient(Kind.PRIVATE, chat_id), "uk")
    return Job(name, Lane.SHELTER_NOW, NOW + timedelta(hours=1), chat)


@pytest.fixture
async def world() -> World:
    world = World()
    world.publish()
    await world.consider()
    return world


async def test_budget_is_never_exceeded_by_what_is_under_way(world: World) -> None:
    jobs = [world.bill() for _ in range(10)]
    assert world.paying.bill(job_of()) is None
    for job in jobs[:3]:
        world.paying.release(job)  # never sent: cancelled, say
    assert world.paying.payable("b") == 3
    for job in jobs[3:]:
        assert world.paying.settle(job, ACCEPTED)
        world.paying.release(job)
    assert world.paying.payable("b") == 3


async def test_answer_that_was_lost_counts_as_spent_and_a_refusal_does_not(world: World) -> None:
    for verdict in (Verdict.AMBIGUOUS, Verdict.UNREACHABLE, Verdict.FLOOD, Verdict.NOT_SENT):
        job = world.bill()
        assert world.paying.settle(job, Outcome(verdict))
        world.paying.release(job)
    await world.paying.flush("role")
    assert world.stored["b"].spent == 1


async def test_many_refusals_of_payment_end_it_once(world: World) -> None:
    for job in [world.bill() for _ in range(5)]:
        assert not world.paying.settle(job, UNPAID)
        world.paying.release(job)
    await world.rest()
    assert not world.paying.active
    assert world.told == ["paid_chosen", "paid_refused"]
    assert world.counted == ["chosen", "refused"]
    await world.paying.flush("role")
    assert (world.stored["b"].spent, world.stored["b"].unpaid) == (0, "refused")


async def test_given_up_paying_is_taken_up_by_no_old_news(world: World) -> None:
    before = world.stored["b"]
    world.paying.settle(world.bill(), UNPAID)
    world.paying.consider(before)
    await world.paying.flush("role")
    world.paying.consider(before)  # the register may lag behind
    await world.consider()
    assert world.told == ["paid_chosen", "paid_refused"]


async def test_given_up_paying_is_taken_up_when_an_operator_says_so(world: World) -> None:
    world.paying.settle(world.bill(), UNPAID)
    await world.paying.flush("role")
    await world.consider()
    world.stored["b"] = replace(world.stored["b"], paid=True, unpaid=None)
    await world.consider()
    assert world.paying.active
    assert world.told == ["paid_chosen", "paid_refused", "paid_chosen"]


async def test_next_dispatcher_goes_on_with_the_sum_and_tells_nobody_again(world: World) -> None:
    for job in [world.bill() for _ in range(10)]:
        world.paying.settle(job, ACCEPTED)
        world.paying.release(job)
    await world.rest()
    await world.paying.flush("role")
    assert world.told == ["paid_chosen", "paid_budget_spent"]
    successor = World()
    successor.stored = world.stored
    await successor.consider()
    assert not successor.paying.active
    assert successor.told == []


async def test_two_broadcasts_do_not_count_on_the_same_stars() -> None:
    world = World()
    world.held = 1000 + 12
    for name in ("a", "b"):
        world.publish(name)
        await world.consider(name)
    assert (world.paying.payable("a"), world.paying.payable("b")) == (10, 2)


async def test_sum_of_an_ended_broadcast_is_written_all_the_same(world: World) -> None:
    world.paying.settle(world.bill(), ACCEPTED)
    world.paying.forget("b")
    assert not world.paying.active
    world.fenced = True
    await world.paying.flush("role")
    world.fenced = False
    await world.paying.flush("role")
    assert world.stored["b"].spent == 1


async def test_lost_role_forgets_every_purse(world: World) -> None:
    world.paying.clear()
    assert not world.paying.active
    assert world.paying.bill(job_of()) is None


async def test_paying_that_is_switched_off_asks_nobody() -> None:
    world = World(Terms(lanes=TERMS.lanes, budget=10))
    world.publish()
    await world.consider()
    assert not world.paying.active
    assert world.told == world.counted == []


class Knowing:
    """Everything else a courier needs; it only notes what the chat was forgiven."""

    def __init__(self) -> None:
        self.forgiven: list[int] = []

    async def letter(self, _: Job) -> Prepared:
        return Prepared(b"{}", b"{}")

    async def of(self, _: Job) -> Tact:
        return Tact(Fate.LOUD)

    async def send(self, *_: object, **__: object) -> Outcome:
        return UNPAID

    def state(self, _: str) -> BroadcastState:
        return BroadcastState.SENDING

    def forgive(self, _: Kind, chat_id: int) -> None:
        self.forgiven.append(chat_id)

    def observe(self, *_: object) -> None: ...
    def count(self, *_: object, **__: object) -> None: ...


async def test_refused_payment_is_no_failed_try_and_the_chat_is_due_at_once(world: World) -> None:
    knowing = Knowing()
    port = cast(Any, knowing)
    courier = Courier(
        letters=port,
        paying=world.paying,
        sender=port,
        chats=port,
        broadcasts=port,
        pacer=port,
        pace=port,
        meter=port,
        clock=lambda: NOW,
        register=port,
        errands=port,
        discretion=port,
    )
    entry = await courier.deliver(world.bill())
    assert (entry.end, entry.due, entry.failed) == (None, NOW, False)
    assert knowing.forgiven == [5]

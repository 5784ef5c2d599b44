"""Sending for Stars: what it costs, when it ends, and that nobody is lost by it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Any, NamedTuple

import pytest

from bot.domain.broadcast import Broadcast
from bot.formats import parse
from bot.sandbox.chats import User
from tests.acceptance.advisories import Alert, alert, payload, shelter_now
from tests.acceptance.town import Town, until
from tests.bot_process import BotProcess

pytestmark = pytest.mark.alone

FREE_RATE = 28
BURST = 1.9
PAYS = {
    "BOT_DELIVERY__RATE": str(FREE_RATE),
    "BOT_DELIVERY__PAID__ENABLED": "true",
    "BOT_DELIVERY__PAID__RATE": "200",
    "BOT_DELIVERY__PAID__STARS": "5",
    "BOT_DELIVERY__PAID__MIN_BALANCE": "100",
}


class Sent(NamedTuple):
    """One accepted message of a broadcast."""

    at: float
    chat_id: int
    paid: bool


class Payer:
    """A strict town with an operator, and what its Telegram accepted, paid or not."""

    def __init__(self, town: Town, operator: User) -> None:
        self.town = town
        self.operator = operator
        self.sent: list[Sent] = []
        town.sandbox.observe(self._note)

    def _note(self, method: str, values: dict[str, Any], answer: dict[str, Any]) -> None:
        if method == "sendMessage" and answer["ok"] and "reply_markup" in values:
            at, chat_id = self.town.sandbox.clock.now(), int(values["chat_id"])
            self.sent.append(Sent(at, chat_id, bool(values.get("allow_paid_broadcast"))))

    @property
    def paid(self) -> list[Sent]:
        return [one for one in self.sent if one.paid]

    @property
    def charged(self) -> int:
        return self.town.sandbox.stars.charged

    def give(self, stars: int) -> None:
        self.town.sandbox.stars.give(stars, self.town.sandbox.clock.now())

    def bot(self, **settings: str) -> BotProcess:
        usual = PAYS | {"BOT_ADMINS": f"[{self.operator.id}]"}
        return self.town.bot(**usual | settings)

    async def publish(self, advisory: Alert) -> str:
        await self.town.publish(advisory)
        return parse(payload(advisory)).advisories[0].id

    async def stored(self, broadcast_id: str) -> Broadcast:
        broadcast = await self.town.storage.broadcasts.get(broadcast_id)
        assert broadcast is not None
        return broadcast

    async def told_operator(self, words: str) -> None:
        await self.town.world.wait_for(words, chat_id=self.operator.id)

    def told(self, name: str) -> Counter[int]:
        """How often recipients were; the operator's own progress names the warning too."""
        found = self.town.told(name)
        del found[self.operator.id]
        return found

    def check(self, people: range, name: str) -> None:
        """Everybody once, and free stays free."""
        assert self.told(name) == dict.fromkeys(people, 1)
        free = [one.at for one in self.sent if not one.paid]
        for one in self.paid:
            # A paid message means that the free ones of this moment were taken.
            taken = bisect_left(free, one.at) - bisect_left(free, one.at - 1)
            started = one.at - self.sent[0].at
            assert taken >= min(1.0, started) * FREE_RATE * 0.8 - BURST


@pytest.fixture
async def payer(strict_town: Town) -> Payer:
    return Payer(strict_town, await strict_town.person("Operator", "en", "702550"))


async def test_broadcast_larger_than_its_budget_goes_on_free_and_tells_everybody(
    payer: Payer,
) -> None:
    people = await payer.town.crowd(140)
    payer.give(1000)
    async with payer.bot() as bot:
        broadcast_id = await payer.publish(shelter_now("dear"))
        await payer.told_operator("being sent for Stars")
        await payer.told_operator("the budget of this broadcast is spent: 5.0")
        ended = await bot.wait_log("broadcast ended")
        assert bot.lines("sent on free", reason="budget_spent", spent=5.0)
        await payer.told_operator("At the free rate: the budget is spent. Stars spent: 5")
        assert "forewarn_paid_messages_total 50.0" in await bot.metrics()
        assert 'paid_decisions_total{reason="budget_spent"} 1.0' in await bot.metrics()
    assert (ended["sent"], ended["audience"]) == (140, 140)
    payer.check(people, "dear")
    assert len(payer.paid) == 50
    assert 0 < payer.charged <= 50
    assert (await payer.stored(broadcast_id)).spent == 50


async def test_lane_that_does_not_pay_costs_nothing(payer: Payer) -> None:
    people = await payer.town.crowd(40)
    payer.give(1000)
    async with payer.bot() as bot:
        await payer.publish(alert("cheap"))
        await bot.wait_log("broadcast ended")
        assert not bot.lines("paid sending begins")
        # The watchdog may ask, once an hour; a broadcast does not.
        assert payer.town.sandbox.ledger.received["getMyStarBalance"] <= 1
    payer.check(people, "cheap")
    assert not payer.paid


async def test_balance_too_low_sends_free_and_says_so(payer: Payer) -> None:
    people = await payer.town.crowd(40)
    payer.give(100)
    async with payer.bot() as bot:
        await payer.publish(shelter_now("poor"))
        await payer.told_operator("holds too few Stars")
        await bot.wait_log("broadcast ended")
        assert bot.lines("sent on free", reason="balance_low")
    payer.check(people, "poor")
    assert not payer.paid


async def test_unknown_balance_sends_free_and_says_so(payer: Payer) -> None:
    people = await payer.town.crowd(40)
    payer.town.sandbox.faults.error(400, "STARS_UNAVAILABLE", method="getMyStarBalance")
    async with payer.bot() as bot:
        await payer.publish(shelter_now("blind"))
        await payer.told_operator("could not be learnt")
        await bot.wait_log("broadcast ended")
    payer.check(people, "blind")
    assert not payer.paid


async def test_refused_payment_sends_the_same_chats_free_at_once(payer: Payer) -> None:
    people = await payer.town.crowd(140)
    payer.give(1000)
    async with payer.bot(BOT_DELIVERY__PAID__STARS="100") as bot:
        broadcast_id = await payer.publish(shelter_now("broke"))
        await until(lambda: payer.charged >= 20)
        payer.town.sandbox.stars.tenths = 0  # somebody else has spent it
        await payer.told_operator("Telegram did not accept payment")
        await bot.wait_log("broadcast ended")
        assert len(bot.lines("sent on free", reason="refused")) == 1
        assert "rejected" not in bot.lines("broadcast ended")[-1]
    payer.check(people, "broke")
    assert payer.town.sandbox.ledger.refused[400] > 0
    stored = await payer.stored(broadcast_id)
    assert (stored.spent, stored.unpaid) == (len(payer.paid), "refused")


async def test_restart_goes_on_with_what_is_left_of_the_budget(payer: Payer) -> None:
    people = await payer.town.crowd(160)
    payer.give(1000)
    async with payer.bot(BOT_DELIVERY__PAID__RATE="80"):
        broadcast_id = await payer.publish(shelter_now("resumed"))
        await until(lambda: len(payer.paid) >= 20)
    so_far = len(payer.paid)
    assert 20 <= so_far < 50
    assert (await payer.stored(broadcast_id)).spent == so_far
    async with payer.bot() as bot:
        begins = await bot.wait_log("paid sending begins")
        assert begins["messages"] == 50 - so_far
        await bot.wait_log("broadcast ended")
    assert payer.told("resumed") == dict.fromkeys(people, 1)
    assert len(payer.paid) == 50


async def test_kill_costs_no_more_than_what_was_under_way(payer: Payer) -> None:
    people = await payer.town.crowd(160)
    payer.give(1000)
    async with payer.bot(BOT_DELIVERY__PAID__RATE="80") as bot:
        broadcast_id = await payer.publish(shelter_now("killed"))
        await until(lambda: len(payer.paid) >= 20)
        bot.kill()
        await bot.wait()
    before, known = len(payer.paid), (await payer.stored(broadcast_id)).spent
    assert before - 20 <= known <= before
    async with payer.bot() as bot:
        await bot.wait_log("broadcast ended")
    assert set(payer.told("killed")) == set(people)
    assert len(payer.paid) == 50 + before - known


async def test_operator_chooses_for_one_broadcast(payer: Payer) -> None:
    people = await payer.town.crowd(120)
    payer.give(1000)
    async with payer.bot(BOT_DELIVERY__PAID__STARS="100") as bot:
        broadcast_id = await payer.publish(alert("chosen"))
        await payer.town.until_told("chosen", 10)
        assert not payer.paid
        assert await payer.town.storage.broadcasts.pay(broadcast_id, paid=True)
        await until(lambda: len(payer.paid) >= 20)
        assert await payer.town.storage.broadcasts.pay(broadcast_id, paid=False)
        await bot.wait_log("broadcast ended")
    payer.check(people, "chosen")
    # It is heard within a quarter of a second, at 172 paid messages a second.
    assert 20 <= len(payer.paid) <= 20 + 0.5 * 172

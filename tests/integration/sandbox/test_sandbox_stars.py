"""Stars: what paid broadcasting costs, and how Telegram accounts for it."""

from typing import TYPE_CHECKING

from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller

TENTH = 100_000_000


async def test_only_messages_beyond_the_free_ones_cost_a_tenth_each(
    sandbox: Sandbox, call: "Caller"
) -> None:
    sandbox.limiter.set(Limits.telegram())
    sandbox.stars.give(3, sandbox.clock.now())
    people = sandbox.world.crowd(45)
    for chat_id in people[:42]:
        await call.ok("sendMessage", chat_id=chat_id, text="hi", allow_paid_broadcast=True)
    assert await call.ok("getMyStarBalance") == {"amount": 1, "nanostar_amount": 8 * TENTH}
    sandbox.clock.advance(1)
    await call.ok("sendMessage", chat_id=people[42], text="hi", allow_paid_broadcast=True)
    assert sandbox.stars.charged == 12
    bought, spent = (await call.ok("getStarTransactions"))["transactions"]
    assert bought["source"] == {"type": "fragment"}
    assert (bought["amount"], spent["amount"], spent["nanostar_amount"]) == (3, 1, 2 * TENTH)
    assert spent["receiver"] == {"type": "telegram_api", "request_count": 12}


async def test_empty_balance_refuses_paid_sends_and_no_free_one(
    sandbox: Sandbox, call: "Caller"
) -> None:
    sandbox.limiter.set(Limits.telegram())
    people = sandbox.world.crowd(40)
    for chat_id in people[:30]:
        await call.ok("sendMessage", chat_id=chat_id, text="hi", allow_paid_broadcast=True)
    said = await call.refused(
        "sendMessage", chat_id=people[30], text="hi", allow_paid_broadcast=True
    )
    assert said == "400 Bad Request: BALANCE_TOO_LOW"
    assert await call.ok("getMyStarBalance") == {"amount": 0, "nanostar_amount": 0}
    assert (await call.ok("getStarTransactions"))["transactions"] == []
    sandbox.clock.advance(1)
    await call.ok("sendMessage", chat_id=people[30], text="hi")


async def test_refused_send_costs_nothing(sandbox: Sandbox, call: "Caller") -> None:
    sandbox.limiter.set(Limits.telegram())
    sandbox.stars.give(1, sandbox.clock.now())
    people = sandbox.world.crowd(32)
    for chat_id in people[:30]:
        await call.ok("sendMessage", chat_id=chat_id, text="hi")
    paid = {"text": "hi", "allow_paid_broadcast": True}
    await call.ok("sendMessage", chat_id=people[30], **paid)
    assert "chat not found" in await call.refused("sendMessage", chat_id=99, **paid)
    assert sandbox.stars.charged == 1


async def test_transactions_are_paged(sandbox: Sandbox, call: "Caller") -> None:
    for amount in (1, 2, 3):
        sandbox.stars.give(amount, sandbox.clock.now())
    page = await call.ok("getStarTransactions", offset=1, limit=1)
    assert [one["amount"] for one in page["transactions"]] == [2]
    assert "out of range" in await call.refused("getStarTransactions", limit=101)

"""Limits and faults as a bot meets them over HTTP."""

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.sandbox.chats import User
from bot.sandbox.limits import Limits
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller


@pytest.fixture
def reader(sandbox: Sandbox) -> User:
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    return user


@pytest.fixture
def say(reader: User) -> dict[str, object]:
    return {"chat_id": reader.id, "text": "hi"}


async def test_flood_is_answered_with_the_seconds_in_body_and_header(
    sandbox: Sandbox, call: "Caller", say: dict[str, object]
) -> None:
    sandbox.limiter.set(Limits.telegram())
    for _ in range(3):
        await call.ok("sendMessage", **say)
    async with call.session.post(call.address("sendMessage"), json=say) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "1"
        assert await response.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
    assert sandbox.ledger.refused[429] == 1
    sandbox.clock.advance(1)
    await call.ok("sendMessage", **say)


async def test_fault_strikes_as_often_as_told_and_only_there(
    sandbox: Sandbox, call: "Caller", say: dict[str, object], reader: User
) -> None:
    sandbox.faults.http(502, method="sendMessage", chat_id=reader.id, count=2)
    assert await call.refused("sendMessage", **say) == "502 Bad Gateway"
    await call.ok("getMe")
    assert await call.refused("sendMessage", **say) == "502 Bad Gateway"
    await call.ok("sendMessage", **say)
    assert len(sandbox.ledger) == 1


async def test_fault_can_be_any_answer(
    sandbox: Sandbox, call: "Caller", say: dict[str, object]
) -> None:
    sandbox.faults.too_many(7, count=1)
    body = await call.body("sendMessage", **say)
    assert body["parameters"] == {"retry_after": 7}
    sandbox.faults.error(403, "CHAT_WRITE_FORBIDDEN", count=1)
    assert await call.refused("sendMessage", **say) == "400 Bad Request: CHAT_WRITE_FORBIDDEN"
    sandbox.faults.error(403, "bot was blocked by the user", count=1)
    assert await call.refused("sendMessage", **say) == (
        "403 Forbidden: bot was blocked by the user"
    )


async def test_cut_before_loses_the_message_and_cut_after_keeps_it(
    sandbox: Sandbox, call: "Caller", say: dict[str, object]
) -> None:
    sandbox.faults.cut_before(count=1)
    with pytest.raises(aiohttp.ClientError):
        await call.body("sendMessage", **say)
    assert len(sandbox.ledger) == 0
    sandbox.faults.cut_after(count=1)
    with pytest.raises(aiohttp.ClientError):
        await call.body("sendMessage", **say)
    assert sandbox.ledger.count("sendMessage") == 1
    await call.ok("sendMessage", **say)


async def test_outage_lasts_as_long_as_told(
    sandbox: Sandbox, call: "Caller", say: dict[str, object]
) -> None:
    sandbox.faults.outage(10)
    assert await call.refused("sendMessage", **say) == "502 Bad Gateway"
    sandbox.clock.advance(9.9)
    assert await call.refused("getMe") == "502 Bad Gateway"
    sandbox.clock.advance(0.1)
    await call.ok("sendMessage", **say)
    sandbox.faults.outage(10, how="cut")
    with pytest.raises(aiohttp.ClientError):
        await call.body("getMe")
    sandbox.faults.clear()
    await call.ok("getMe")


async def test_latency_holds_the_answer_on_the_clock(
    sandbox: Sandbox, call: "Caller", say: dict[str, object]
) -> None:
    rule = sandbox.faults.latency(5, count=1)
    slow = asyncio.create_task(call.ok("sendMessage", **say))
    while rule.struck == 0:
        await asyncio.sleep(0)
    await call.ok("getMe")
    assert not slow.done()
    assert len(sandbox.ledger) == 0
    sandbox.clock.advance(5)
    async with asyncio.timeout(5):
        assert (await slow)["text"] == "hi"


async def test_chance_of_a_fault_is_the_same_with_the_same_seed() -> None:
    async def pattern(seed: int) -> list[bool]:
        async with Sandbox(limits=Limits.off(), seed=seed) as sandbox:
            sandbox.faults.http(500, probability=0.5)
            return [bool(sandbox.faults.strike("sendMessage", 1)) for _ in range(50)]

    assert await pattern(1) == await pattern(1)
    assert await pattern(1) != await pattern(2)
    assert 10 < sum(await pattern(1)) < 40


async def test_crowd_is_served_in_light_mode_without_keeping_messages() -> None:
    async with (
        Sandbox(limits=Limits.off(), keep_messages=False) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        ids = sandbox.world.crowd(1_000_000)
        url = f"{sandbox.url}/bot{sandbox.token}/"
        for chat_id in ids[:20]:
            async with session.post(
                f"{url}sendMessage", json={"chat_id": chat_id, "text": "x"}
            ) as r:
                sent = (await r.json())["result"]
        edit = {"chat_id": ids[19], "message_id": sent["message_id"], "text": "y"}
        async with session.post(f"{url}editMessageText", json=edit) as response:
            assert (await response.json())["result"]["text"] == "y"
        sandbox.world.block(sandbox.world.find_user(ids[3]) or pytest.fail("no such person"))
        async with session.post(f"{url}sendMessage", json={"chat_id": ids[3], "text": "x"}) as r:
            assert r.status == 403
        assert sandbox.ledger.count("sendMessage") == 20
        assert set(sandbox.ledger.chats("sendMessage").values()) == {1}
        assert len(sandbox.world.chats) == 1

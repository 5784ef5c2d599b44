"""How updates travel: long polls, offsets, conflicts, webhooks."""

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller


async def test_update_carries_the_command_entity(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    sandbox.world.private_message(user, "/city Київ")
    [update] = await call.updates()
    message = update["message"]
    assert message["text"] == "/city Київ"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    assert message["from"]["language_code"] == "uk"


async def test_get_updates_repeats_until_confirmed(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    for text in ("one", "two", "three"):
        sandbox.world.private_message(user, text)
    first = await call.ok("getUpdates", limit=2)
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    assert await call.ok("getUpdates", limit=2) == first
    rest = await call.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["three"]
    sandbox.world.private_message(user, "four")
    newest = await call.ok("getUpdates", offset=-1)
    assert [update["message"]["text"] for update in newest] == ["four"]


async def test_long_poll_ends_when_something_arrives(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    poll = asyncio.create_task(call.ok("getUpdates", timeout=30))
    while sandbox.updates.polls_waiting == 0:
        await asyncio.sleep(0)
    sandbox.world.start(user)
    async with asyncio.timeout(5):
        [update] = await poll
    assert update["message"]["text"] == "/start"


async def test_second_poller_ends_the_first_with_a_conflict(
    sandbox: Sandbox, call: "Caller"
) -> None:
    first = asyncio.create_task(call.refused("getUpdates", timeout=30))
    while sandbox.updates.polls_waiting == 0:
        await asyncio.sleep(0)
    await call.ok("getUpdates")
    assert await first == (
        "409 Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )


async def test_allowed_updates_are_remembered(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    await call.ok("getUpdates", allowed_updates=["callback_query"])
    sandbox.world.private_message(user, "unwanted")
    assert await call.ok("getUpdates") == []
    assert (await call.ok("getWebhookInfo"))["allowed_updates"] == ["callback_query"]
    await call.ok("getUpdates", allowed_updates=[])
    sandbox.world.private_message(user, "wanted")
    assert len(await call.ok("getUpdates")) == 1


async def test_block_and_unblock_are_told(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    sandbox.world.block(user)
    sandbox.world.unblock(user)
    changes = [update["my_chat_member"] for update in (await call.updates())[1:]]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]


class Hook:
    """A bot's webhook that takes updates, after failing as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.failed = asyncio.Event()
        self.secrets: list[str | None] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.failures:
            self.failures -= 1
            self.failed.set()
            return web.Response(status=500)
        self.updates.put_nowait(await request.json())
        return web.Response()

    async def start(self) -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.router.add_post("/telegram", self.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address: Any = runner.addresses[0]
        return runner, f"http://127.0.0.1:{address[1]}/telegram"


async def test_webhook_gets_updates_with_the_secret(sandbox: Sandbox, call: "Caller") -> None:
    hook = Hook()
    runner, url = await hook.start()
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    await call.ok("setWebhook", url=url, secret_token="s3cret")
    async with asyncio.timeout(5):
        update = await hook.updates.get()
    assert update["message"]["text"] == "/start"
    assert hook.secrets == ["s3cret"]
    assert "can't use getUpdates method while webhook is active" in await call.refused("getUpdates")
    assert (await call.ok("getWebhookInfo"))["url"] == url
    await call.ok("deleteWebhook")
    assert (await call.ok("getWebhookInfo"))["url"] == ""
    await runner.cleanup()


async def test_webhook_that_fails_gets_the_update_again_later(
    sandbox: Sandbox, call: "Caller"
) -> None:
    hook = Hook(failures=1)
    runner, url = await hook.start()
    sandbox.world.start(sandbox.world.user("Олена"))
    await call.ok("setWebhook", url=url)
    async with asyncio.timeout(5):
        await hook.failed.wait()
        while "last_error_message" not in await call.ok("getWebhookInfo"):
            await asyncio.sleep(0)
        assert hook.updates.empty()
        while hook.updates.empty():
            sandbox.clock.advance(1)
            await asyncio.sleep(0)
    assert (await call.ok("getWebhookInfo"))["pending_update_count"] == 0
    await runner.cleanup()


async def test_webhook_elsewhere_must_be_https(call: "Caller") -> None:
    assert "An HTTPS URL must be provided" in await call.refused(
        "setWebhook", url="http://example.org/x"
    )
    assert "only on ports" in await call.refused("setWebhook", url="https://example.org:9000/x")
    assert "unallowed characters" in await call.refused(
        "setWebhook", url="https://example.org/x", secret_token="no spaces"
    )

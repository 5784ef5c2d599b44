"""The sim routes: the same world over HTTP, the stream of events, and the page's files."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import Sandbox


class Remote:
    """Acts on a sandbox from another process's place."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self.session, self.url, self.token = session, url, token

    async def act(self, action: str, **body: Any) -> Any:
        async with self.session.post(f"{self.url}/sim/{action}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def look(self, view: str, **query: Any) -> Any:
        async with self.session.get(f"{self.url}/sim/{view}", params=query) as response:
            assert response.status == 200
            return await response.json()

    async def refused(self, action: str, **body: Any) -> str:
        async with self.session.post(f"{self.url}/sim/{action}", json=body) as response:
            assert response.status in (400, 408)
            return str((await response.json())["error"])

    async def bot(self, method: str, **body: Any) -> Any:
        url = f"{self.url}/bot{self.token}/{method}"
        async with self.session.post(url, json=body) as response:
            return await response.json()


@pytest.fixture
async def remote(sandbox: Sandbox) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(session, sandbox.url, sandbox.token)


async def test_conversation_is_played_over_http(remote: Remote) -> None:
    user = (await remote.act("user", first_name="Олена", language_code="uk"))["id"]
    await remote.act("start", user=user, payload="c_kyiv")
    markup = {"inline_keyboard": [[{"text": "Open", "callback_data": "open"}]]}
    await remote.bot("sendMessage", chat_id=user, text="Welcome", reply_markup=markup)
    message = await remote.act("wait", text="Welcome", chat_id=user)
    key = {"chat_id": user, "message_id": message["message_id"]}
    pressed = await remote.act("press", user=user, **key, text="Open")
    await remote.bot("answerCallbackQuery", callback_query_id=pressed["id"], text="Done")
    assert (await remote.act("wait_answer", id=pressed["id"]))["text"] == "Done"
    await remote.bot("editMessageText", **key, text="Checklist")
    assert [body["text"] for body in await remote.look("history", **key)] == [
        "Welcome",
        "Checklist",
    ]
    texts = [view["body"]["text"] for view in await remote.look("messages", chat_id=user)]
    assert texts == ["/start c_kyiv", "Checklist"]
    ledger = await remote.look("ledger", method="sendMessage")
    assert [entry["text"] for entry in ledger["entries"]] == ["Welcome"]
    assert (await remote.look("callback", id=pressed["id"]))["data"] == "open"


async def test_groups_are_founded_and_moved_over_http(remote: Remote) -> None:
    owner = (await remote.act("user", first_name="Owner", id=1000))["id"]
    group = (await remote.act("group", title="House", owner=owner))["id"]
    await remote.act("add_bot", chat=group, by=owner)
    await remote.act("promote_bot", chat=group, rights={"can_pin_messages": True})
    await remote.act("group_message", chat=group, user=owner, text="/status")
    new_id = (await remote.act("migrate", chat=group))["id"]
    forum = (await remote.act("group", title="City", owner=owner, forum=True))["id"]
    topic = (await remote.act("topic", chat=forum, name="Alerts"))["id"]
    await remote.act("close_topic", chat=forum, topic=topic)
    channel = (await remote.act("channel", title="News", owner=owner))["id"]
    await remote.act("add_bot", chat=channel, by=owner, admin=True)
    await remote.act("channel_post", chat=channel, text="post")
    chats = {chat["id"]: chat for chat in (await remote.look("state"))["chats"]}
    assert chats[group]["migrated_to"] == new_id
    assert chats[forum]["topics"] == [{"id": topic, "name": "Alerts", "closed": True}]
    assert chats[channel]["kind"] == "channel"


async def test_faults_limits_and_clock_are_set_over_http(remote: Remote) -> None:
    user = (await remote.act("crowd", count=2))["first_id"]
    await remote.act("fault", kind="too_many", retry_after=3, method="sendMessage", count=1)
    first = await remote.bot("sendMessage", chat_id=user, text="hi")
    assert first["parameters"]["retry_after"] == 3
    await remote.act("limits", private_burst=1)
    await remote.bot("sendMessage", chat_id=user, text="hi")
    assert (await remote.bot("sendMessage", chat_id=user, text="hi"))["error_code"] == 429
    before = (await remote.look("state"))["now"]
    assert (await remote.act("advance", seconds=60))["now"] == before + 60
    await remote.act("limits", preset="off")
    await remote.act("fault", kind="outage", seconds=5)
    assert (await remote.bot("getMe"))["error_code"] == 502
    await remote.act("clear_faults")
    assert (await remote.bot("getMe"))["ok"]


async def test_mistakes_are_answered_with_their_cause(remote: Remote) -> None:
    assert "no such action" in await remote.refused("telepathy")
    assert "no user" in await remote.refused("start", user=1)
    user = (await remote.act("user", first_name="Олена"))["id"]
    assert "payload" in await remote.refused("start", user=user, payload="a b")
    assert "waited in vain" in await remote.refused("wait", text="never", timeout_s=0.01)


async def test_other_sites_cannot_act(remote: Remote) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    async with remote.session.post(f"{remote.url}/sim/user", json={}, headers=headers) as response:
        assert response.status == 403
    async with remote.session.post(f"{remote.url}/sim/user", data="{}") as response:
        assert response.status == 400


async def test_events_tell_what_happens(sandbox: Sandbox, remote: Remote) -> None:
    async with remote.session.get(f"{remote.url}/sim/events") as stream:
        assert await stream.content.readuntil(b"\n\n") == b": here\n\n"
        user = sandbox.world.user("Олена")
        sandbox.world.start(user)
        events = [await stream.content.readuntil(b"\n\n") for _ in range(2)]
    names = [event.split(b"\n")[0] for event in events]
    assert names == [b"event: chat", b"event: message"]
    body = json.loads(events[1].split(b"data: ")[1])
    assert body["body"]["text"] == "/start"


@pytest.mark.parametrize("path", ["/", "/sandbox.css", "/sandbox.js", "/messages.js"])
async def test_page_needs_nothing_from_elsewhere(remote: Remote, path: str) -> None:
    async with remote.session.get(remote.url + path) as response:
        assert response.status == 200
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
        text = await response.text()
    assert "http://" not in text.replace("http://${address}", "")
    assert "https://" not in text


async def test_sandbox_runs_alone_and_prints_its_address() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", "--limits", "off"),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = json.loads(await process.stdout.readline())
        async with aiohttp.ClientSession() as session:
            remote = Remote(session, line["url"], line["token"])
            assert (await remote.bot("getMe"))["ok"]
        process.terminate()
        assert await process.wait() == 0


async def test_wait_for_says_what_was_written_instead(sandbox: Sandbox, remote: Remote) -> None:
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    await remote.bot("sendMessage", chat_id=user.id, text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await sandbox.world.wait_for("wanted", chat_id=user.id, timeout_s=0.01)
    waiting = asyncio.create_task(
        sandbox.world.wait_for(lambda message: message.silent, chat_id=user.id)
    )
    await remote.bot("sendMessage", chat_id=user.id, text="quiet", disable_notification=True)
    assert (await waiting).text == "quiet"

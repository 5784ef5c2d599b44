"""The Bot API's outer form: tokens, names, bodies, status codes."""

import json
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller
    from tests.oracle import Oracle


async def test_get_me_describes_the_bot(call: "Caller", oracle: "Oracle") -> None:
    me = await call.ok("getMe")
    assert (me["id"], me["is_bot"], me["username"]) == (123456, True, "forewarn_bot")
    assert oracle.checked == ["getMe"]


async def test_token_that_is_unknown_is_unauthorized(sandbox: Sandbox, call: "Caller") -> None:
    url = f"{sandbox.url}/bot123456:{'A' * 35}/getMe"
    async with call.session.get(url) as response:
        assert response.status == 401
        assert await response.json() == {
            "ok": False,
            "error_code": 401,
            "description": "Unauthorized",
        }


async def test_token_that_is_malformed_is_not_found(sandbox: Sandbox, call: "Caller") -> None:
    async with call.session.get(f"{sandbox.url}/botnonsense/getMe") as response:
        assert response.status == 404


async def test_method_that_is_unknown_is_not_found(call: "Caller") -> None:
    assert await call.refused("sendTelepathy") == "404 Not Found"


async def test_method_names_are_read_without_regard_to_case(call: "Caller") -> None:
    assert (await call.ok("GETME"))["id"] == 123456


async def test_parameters_are_read_from_every_form(sandbox: Sandbox, call: "Caller") -> None:
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    markup = json.dumps({"inline_keyboard": [[{"text": "So", "callback_data": "x"}]]})
    fields = {"chat_id": str(user.id), "text": "так", "reply_markup": markup}
    form = aiohttp.FormData(fields)
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    url = call.address("sendMessage")
    async with call.session.get(url, params=fields) as response:
        assert (await response.json())["ok"]
    for body in (form, multipart):
        async with call.session.post(url, data=body) as response:
            assert (await response.json())["ok"]
    await call.ok("sendMessage", **{**fields, "reply_markup": json.loads(markup)})
    messages = sandbox.world.messages(user.id, from_bot=True)
    assert [(message.text, message.button_texts) for message in messages] == [("так", ["So"])] * 4


async def test_body_that_is_not_json_is_refused(call: "Caller") -> None:
    async with call.session.post(
        call.address("sendMessage"), data=b"{", headers={"Content-Type": "application/json"}
    ) as response:
        assert response.status == 400
        assert "can't parse JSON object" in (await response.json())["description"]

"""The sim routes: what tests do through `World`, over HTTP for bots in another process."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError
from bot.sandbox.messages import Message
from bot.sandbox.params import Params
from bot.sandbox.people import Callback
from bot.sandbox.sim_actions import ACTIONS
from bot.sandbox.sim_views import callback_view, chat_view, message_view, state_view

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_PING_S = 15.0


class Sim:
    """`POST /sim/<action>` acts, `GET /sim/<view>` looks, `/sim/events` tells what happens."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._stopping = False

    def add_routes(self, app: web.Application) -> None:
        for name, view in self._views().items():
            app.router.add_get(f"/sim/{name}", self._guarded(view))
        app.router.add_post("/sim/wait", self._guarded(self._wait))
        app.router.add_post("/sim/wait_answer", self._guarded(self._wait_answer))
        app.router.add_get("/sim/events", self.events)
        app.router.add_post("/sim/{action}", self._guarded(self._act))

    def _views(self) -> dict[str, Callable[[web.Request], Awaitable[Any]]]:
        return {
            "state": self._state,
            "messages": self._messages,
            "history": self._history,
            "callback": self._callback,
            "ledger": self._ledger,
            "faults": self._faults,
            "profile": self._profile,
        }

    def _guarded(self, work: Callable[[web.Request], Awaitable[Any]]) -> Handler:
        """Refuse other sites' pages, and turn a mistake into an answer that names it."""

        async def handler(request: web.Request) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if origin is not None and origin.rpartition("/")[2] != request.host:
                return web.json_response({"error": "other sites may not act here"}, status=403)
            try:
                return web.json_response(await work(request))
            except ApiError as error:
                return web.json_response({"error": error.description}, status=400)
            except TimeoutError as error:
                return web.json_response({"error": str(error)}, status=408)
            except (ValueError, LookupError, TypeError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return handler

    async def _act(self, request: web.Request) -> Any:
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            raise LookupError(f"no such action; there are {', '.join(sorted(ACTIONS))}")
        return action(self._sandbox, Params(await _body(request)))

    async def _wait(self, request: web.Request) -> Any:
        body = Params(await _body(request))
        message = await self._sandbox.world.wait_for(
            body.text("text"),
            chat_id=body.integer("chat_id") if body.has("chat_id") else None,
            timeout_s=body.number("timeout_s") or 5.0,
            after=body.integer("after"),
        )
        return message_view(message)

    async def _wait_answer(self, request: web.Request) -> Any:
        body = Params(await _body(request))
        timeout_s = body.number("timeout_s") or 5.0
        return await self._sandbox.world.wait_answer(body.text("id"), timeout_s=timeout_s)

    async def _state(self, request: web.Request) -> Any:
        return state_view(self._sandbox)

    async def _messages(self, request: web.Request) -> Any:
        chat_id = Params(request.query).integer("chat_id")
        return [message_view(item) for item in self._sandbox.world.messages(chat_id)]

    async def _history(self, request: web.Request) -> Any:
        query = Params(request.query)
        return self._sandbox.world.history(query.integer("chat_id"), query.integer("message_id"))

    async def _callback(self, request: web.Request) -> Any:
        return callback_view(self._sandbox.world.callbacks[request.query["id"]])

    async def _ledger(self, request: web.Request) -> Any:
        query = Params(request.query)
        ledger = self._sandbox.ledger
        entries = ledger.entries(
            method=query.text("method") or None,
            chat_id=query.integer("chat_id") if query.has("chat_id") else None,
            since=query.integer("since"),
        )
        limit = query.integer("limit", 1000)
        return {
            "size": len(ledger),
            "received": ledger.received,
            "refused": ledger.refused,
            "entries": [entry._asdict() for _, entry in zip(range(limit), entries, strict=False)],
        }

    async def _faults(self, request: web.Request) -> Any:
        return self._sandbox.faults.rules()

    async def _profile(self, request: web.Request) -> Any:
        profile = self._sandbox.profile
        commands = [
            {"scope": scope, "language_code": language, "commands": listed}
            for (scope, language), listed in profile.commands.items()
        ]
        return {
            "names": profile.names,
            "descriptions": profile.descriptions,
            "short_descriptions": profile.short_descriptions,
            "commands": commands,
            "stars": self._sandbox.stars.balance(),
        }

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream what happens as server-sent events until the reader or the sandbox leaves."""
        queue: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()

        def listener(what: str, thing: Any) -> None:
            queue.put_nowait(None if what == "stop" else (what, _event(thing)))

        stop = self._sandbox.world.listen(listener)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        try:
            await response.prepare(request)
            await response.write(b": here\n\n")
            await self._pump(response, queue)
        except ConnectionError:
            pass
        finally:
            stop()
        return response

    async def _pump(
        self, response: web.StreamResponse, queue: asyncio.Queue[tuple[str, Any] | None]
    ) -> None:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _PING_S)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            what, data = event
            line = json.dumps(data, ensure_ascii=False)
            await response.write(f"event: {what}\ndata: {line}\n\n".encode())


def _event(thing: Any) -> Any:
    if isinstance(thing, Message):
        return message_view(thing)
    if isinstance(thing, Chat):
        return chat_view(thing)
    if isinstance(thing, Callback):
        return callback_view(thing)
    return None


async def _body(request: web.Request) -> dict[str, Any]:
    """Read a JSON object; the header is required so that no foreign form can post here."""
    if request.content_type != "application/json":
        raise ValueError("the body must be application/json")
    raw = await request.read()
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body

"""The Bot API over HTTP: token, method, faults, the call itself, Telegram's envelope."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.api import Api, Method
from bot.sandbox.decode import read_parameters
from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Effect, Fault, Faults
from bot.sandbox.methods.table import METHODS
from bot.sandbox.params import Params

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,64}")
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
_JSON = {"Content-Type": "application/json"}
_NOT_FOUND = ApiError(404, "Not Found")
_UNAUTHORIZED = ApiError(401, "Unauthorized")

#: Called with the method, its parameters and the answer's whole body, after every call.
Observer = Callable[[str, dict[str, Any], dict[str, Any]], None]


class Endpoint:
    """Answers `/bot<token>/<method>` and gives out files at `/file/bot<token>/<path>`."""

    def __init__(self, api: Api, faults: Faults) -> None:
        self._api = api
        self._faults = faults
        self.observers: list[Observer] = []

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        token, _, name = request.path[len("/bot") :].partition("/")
        try:
            known = self._find(token, name)
        except ApiError as error:
            return _answer(error.body(), error)
        name, method = known
        try:
            values = await read_parameters(request)
        except ApiError as error:
            return self._refuse(name, {}, error)
        return await self._call(request, name, method, values)

    async def file(self, request: web.BaseRequest) -> web.StreamResponse:
        token, _, path = request.path[len("/file/bot") :].partition("/")
        upload = self._api.world.files.get(path.rpartition("/")[2])
        if token != self._api.token or upload is None:
            return _answer(_NOT_FOUND.body(), _NOT_FOUND)
        return web.Response(body=upload.content, content_type="application/octet-stream")

    def _find(self, token: str, name: str) -> tuple[str, Method]:
        if token != self._api.token:
            raise _UNAUTHORIZED if _TOKEN.fullmatch(token) else _NOT_FOUND
        known = METHODS.get(name.lower())
        if known is None:
            raise _NOT_FOUND
        return known

    async def _call(
        self, request: web.BaseRequest, name: str, method: Method, values: dict[str, Any]
    ) -> web.StreamResponse:
        self._api.ledger.received[name] += 1
        struck: dict[Effect, Fault] = {}
        if self._faults.active:
            struck = self._faults.strike(name, _chat_id(values))
            early = await self._before(request, name, values, struck)
            if early is not None:
                return early
        try:
            result = method(self._api, Params(values))
            if asyncio.iscoroutine(result):
                result = await result
        except ApiError as error:
            return self._refuse(name, values, error)
        if Effect.CUT_AFTER in struck:
            return _cut(request)
        body = {"ok": True, "result": result}
        for observer in self.observers:
            observer(name, values, body)
        return _answer(body)

    async def _before(
        self,
        request: web.BaseRequest,
        name: str,
        values: dict[str, Any],
        struck: dict[Effect, Fault],
    ) -> web.StreamResponse | None:
        if Effect.LATENCY in struck:
            await self._api.clock.sleep(struck[Effect.LATENCY].seconds)
        if Effect.CUT_BEFORE in struck:
            return _cut(request)
        if Effect.REFUSE in struck:
            return self._refuse(name, values, struck[Effect.REFUSE].error())
        return None

    def _refuse(self, name: str, values: dict[str, Any], error: ApiError) -> web.Response:
        self._api.ledger.refused[error.code] += 1
        body = error.body()
        for observer in self.observers:
            observer(name, values, body)
        return _answer(body, error)


def _chat_id(values: dict[str, Any]) -> int | None:
    try:
        return int(values.get("chat_id", ""))
    except (TypeError, ValueError):
        return None


def _answer(body: dict[str, Any], error: ApiError | None = None) -> web.Response:
    content = _encode(body).encode(errors="surrogatepass")
    if error is None:
        return web.Response(body=content, headers=_JSON)
    headers = dict(_JSON)
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.Response(body=content, status=error.code, headers=headers)


def _cut(request: web.BaseRequest) -> web.Response:
    """Close the connection under the request; what is returned can no longer be written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)

"""aiohttp under python-telegram-bot: its own transport is the bottleneck under concurrency."""

from __future__ import annotations

import asyncio
import json
import math
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.domain.delivery import Verdict
from bot.telegram.classify import cut_short, read_answer
from bot.telegram.errors import AnswerLost, ConnectTimedOut, NotSent
from bot.telegram.session import Body, open_session

_T = TypeVar("_T")
_WRITING = ("send", "edit", "copy", "forward")


_LONGEST_REST_S = 30.0
"""A reply that comes later than this is better asked for again."""

_LATER_S = 10
"""After which a call may be tried again that was not to be made now."""


class AiohttpRequest(BaseRequest):
    """One pool of connections for python-telegram-bot; getUpdates needs a second instance.

    With ``session`` it uses and never closes that one; without, it opens its own at
    ``initialize``. Times are in seconds. No error of its own carries an address or a token.
    ``noted`` hears the chat of every message and edit before it leaves, so that replies count
    against the limits of their chat, and answers for how many seconds it has to wait; a call that
    would wait for ever is refused as by a 429.
    """

    def __init__(
        self,
        api_url: str,
        *,
        session: ClientSession | None = None,
        pool_size: int = 32,
        connect_timeout_s: float = 5.0,
        read_timeout_s: float = 10.0,
        write_timeout_s: float = 10.0,
        pool_timeout_s: float = 5.0,
        noted: Callable[[int], float | None] | None = None,
    ) -> None:
        self._api_url = api_url
        self._pool_size = pool_size
        self._session = session
        self._is_owner = session is None
        self._connect_s = connect_timeout_s
        self._read_s = read_timeout_s
        self._write_s = write_timeout_s
        self._pool_s = pool_timeout_s
        self._noted = noted

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer may take unless a call says otherwise."""
        return self._read_s

    async def initialize(self) -> None:
        """Open the session; a second call changes nothing."""
        if self._is_owner and (self._session is None or self._session.closed):
            self._session = open_session(self._api_url, pool_size=self._pool_size)

    async def shutdown(self) -> None:
        """Close the session if it is ours; a second call changes nothing."""
        if self._is_owner and self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request; status and body of the answer.

        Raises :class:`NotSent`, or :class:`TimedOut` and :class:`AnswerLost` where the
        request left. What is not the Bot API's answer is put into its form, so that
        python-telegram-bot neither quotes a proxy's page nor takes its 404 for a wrong token.
        """
        if self._session is None:
            raise RuntimeError("AiohttpRequest is not initialized")
        timeout = _timeout(
            pool_s=_given(pool_timeout, self._pool_s),
            connect_s=_given(connect_timeout, self._connect_s),
            write_s=_given(write_timeout, self._write_s),
            read_s=_given(read_timeout, self._read_s),
        )
        body = await _encode(request_data)
        chat_id = _written_to(url, request_data) if self._noted is not None else None
        # Who does not wait out a 429 is refused again, and kept silent for longer.
        if chat_id and self._noted is not None and (rest_s := self._noted(chat_id)):
            if math.isinf(rest_s):
                return _not_now()
            await asyncio.sleep(min(rest_s, _LONGEST_REST_S))
        failure: NetworkError
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=body if method == "POST" else None,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                answer = await response.read()
                if method != "POST":
                    return response.status, answer
                return _as_bot_api(response.status, answer, response.headers.get("Retry-After"))
        except (ClientError, OSError) as error:
            failure = _failure(error, body)
        # Raised out here, so that the original, which may hold the address, is not chained to it.
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the base does it, but without logging what somebody sent us."""
        try:
            parsed: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        return parsed


def _written_to(url: str, request_data: RequestData | None) -> int | None:
    """The chat that a call writes to, where it is given by its number."""
    method = url.rpartition("/")[2]
    if request_data is None or not method.startswith(_WRITING) or method == "sendChatAction":
        return None
    chat_id = request_data.parameters.get("chat_id")
    return chat_id if isinstance(chat_id, int) else None


def _given(value: ODVInput[_T], default: _T) -> _T | None:
    return default if isinstance(value, DefaultValue) else value


def _timeout(
    *, pool_s: float | None, connect_s: float | None, write_s: float | None, read_s: float | None
) -> ClientTimeout:
    return ClientTimeout(
        total=_sum(pool_s, connect_s, write_s, read_s),
        connect=_sum(pool_s, connect_s),
        sock_connect=connect_s,
        sock_read=read_s,
    )


def _sum(*limits_s: float | None) -> float | None:
    """All limits together; one that is missing makes the sum unlimited."""
    known = [limit for limit in limits_s if limit is not None]
    return sum(known) if len(known) == len(limits_s) else None


async def _encode(request_data: RequestData | None) -> Body:
    """The body, whole in memory (our uploads are small), so that its leaving can be told."""
    if request_data is None:
        return Body(b"", content_type="application/json")
    if not request_data.contains_files:
        parameters = json.dumps(request_data.parameters, ensure_ascii=False)
        return Body(parameters.encode(errors="replace"), content_type="application/json")
    form = FormData(quote_fields=False)  # file names in Ukrainian, not in percent signs
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    with warnings.catch_warnings():
        # Above a megabyte aiohttp warns that writing may hold up the loop: the list of a very large
        # group is two, and seldom asked for.
        warnings.simplefilter("ignore", ResourceWarning)
        multipart = form()
        content_type = multipart.headers["Content-Type"]
        return Body(await multipart.as_bytes(), content_type=content_type)


def _failure(error: Exception, body: Body) -> NetworkError:
    late = isinstance(error, TimeoutError)
    if body.left:
        lost = TimedOut if late else AnswerLost
        return lost(f"No answer: {type(error).__name__}")
    unsent = ConnectTimedOut if late else NotSent
    return unsent(f"Not sent: {type(error).__name__}")


def _not_now() -> tuple[int, bytes]:
    """As Telegram would refuse it; it is spared the question."""
    form = {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {_LATER_S}",
        "parameters": {"retry_after": _LATER_S},
    }
    return 429, json.dumps(form).encode()


def _as_bot_api(status: int, answer: bytes, retry_after: str | None) -> tuple[int, bytes]:
    if 200 <= status < 300:
        if not answer.startswith(b"{"):
            raise AnswerLost(f"HTTP {status} without a Bot API answer")
        return status, answer
    if read_answer(answer) is not None:
        return status, answer
    outcome = cut_short(status, retry_after)
    parameters: dict[str, int] = {}
    if outcome.verdict is Verdict.FLOOD:
        parameters["retry_after"] = outcome.retry_after_s
    else:
        status = max(status, 500)
    form = {
        "ok": False,
        "error_code": status,
        "description": outcome.detail,
        "parameters": parameters,
    }
    return status, json.dumps(form).encode()

"""The broadcast path: a message is encoded once and sent to many, each send one outcome."""

from __future__ import annotations

import json

from aiohttp import ClientSession

from bot.domain.delivery import Outcome, Verdict
from bot.domain.message import Button, Message, Prepared
from bot.telegram.classify import classify, cut_short
from bot.telegram.lines import Lines, Unanswered

_GENERAL_TOPIC = 1  # sending to it by its number fails with "message thread not found"
_EVEN_IF_GONE = b'"allow_sending_without_reply":true'


class Sender:
    """Sends prepared messages on a session from ``open_session``, which the caller closes
    after this one.

    What Telegram or the network says is an :class:`Outcome`, never an exception. ``timeout_s``
    limits one send from the wait for a connection to the last byte of the answer.
    """

    def __init__(
        self, session: ClientSession, api_url: str, token: str, timeout_s: float = 15.0
    ) -> None:
        self._lines = Lines(session, f"{api_url.rstrip('/')}/bot{token}", timeout_s)

    def close(self) -> None:
        """Give the connections back to the session; before the session is closed."""
        self._lines.close()

    @staticmethod
    def prepare(message: Message, *, paid: bool = False) -> Prepared:
        """Encode ``message`` once. ``paid`` lets it go beyond 30 a second for Stars."""
        content: dict[str, object] = {
            "text": message.html,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if message.keyboard:
            rows = [[_button(button) for button in row] for row in message.keyboard]
            content["reply_markup"] = {"inline_keyboard": rows}
        only_sends: dict[str, object] = {}
        if message.silent:
            only_sends["disable_notification"] = True
        if paid:
            only_sends["allow_paid_broadcast"] = True
        return Prepared(new=_encode(content | only_sends), edited=_encode(content))

    async def send(
        self,
        prepared: Prepared,
        chat_id: int,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Outcome:
        """Send to one chat; a message to answer that is gone does not keep it from being sent."""
        body = addressed(prepared, chat_id, thread_id=thread_id, reply_to=reply_to)
        return await self._post("sendMessage", body)

    async def edit(self, prepared: Prepared, chat_id: int, message_id: int) -> Outcome:
        """Replace a message's text and buttons; a message that is gone is ``REFUSED``."""
        return await self._post("editMessageText", replacing(prepared, chat_id, message_id))

    async def _post(self, method: str, content: bytes) -> Outcome:
        try:
            answer = await self._lines.post(method, content)
        except Unanswered as fault:
            verdict = Verdict.AMBIGUOUS if fault.left else Verdict.NOT_SENT
            return Outcome(verdict, detail=str(fault))
        if answer.content is None:
            return cut_short(answer.status, answer.retry_after)
        return classify(answer.status, answer.content, answer.retry_after)


def addressed(
    prepared: Prepared, chat_id: int, *, thread_id: int | None = None, reply_to: int | None = None
) -> bytes:
    """The body of a send; General topic is addressed by leaving it out."""
    address = b'{"chat_id":%d,' % chat_id
    if thread_id is not None and thread_id != _GENERAL_TOPIC:
        address += b'"message_thread_id":%d,' % thread_id
    if reply_to is not None:
        address += b'"reply_parameters":{"message_id":%d,%b},' % (reply_to, _EVEN_IF_GONE)
    return address + prepared.new[1:]


def replacing(prepared: Prepared, chat_id: int, message_id: int) -> bytes:
    """The body of an edit."""
    address = b'{"chat_id":%d,"message_id":%d,' % (chat_id, message_id)
    return address + prepared.edited[1:]


def _button(button: Button) -> dict[str, str]:
    if button.url is not None:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": button.data or ""}


def _encode(content: dict[str, object]) -> bytes:
    # A lone surrogate in somebody's advisory becomes a question mark instead of an exception.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

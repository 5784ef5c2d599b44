"""Telegram's refusals: a code, a description in its own words, and what the bot may do about it."""

import re
from collections.abc import Mapping

_PREFIX = {400: "Bad Request", 403: "Forbidden", 409: "Conflict"}
_ALL_CAPS = re.compile(r"[A-Z][A-Z0-9_]*")


class ApiError(Exception):
    """An answer with `ok: false`; `parameters` is Telegram's `ResponseParameters`."""

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> dict[str, object]:
        answer: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def refusal(code: int, text: str, parameters: Mapping[str, int] | None = None) -> ApiError:
    """Word a refusal as the Bot API does.

    A 403 whose text is one of the server's own capital codes reaches bots as a 400
    (tdlib, `fail_query_with_error`), and every code but a few carries its name in front.
    """
    if code == 403 and _ALL_CAPS.fullmatch(text):
        code = 400
    prefix = _PREFIX.get(code)
    if prefix and not text.startswith(prefix):
        text = f"{prefix}: {text}"
    return ApiError(code, text, parameters)


def bad_request(text: str, parameters: Mapping[str, int] | None = None) -> ApiError:
    """Return a 400."""
    return refusal(400, text, parameters)


def forbidden(text: str) -> ApiError:
    """Return a 403."""
    return refusal(403, text)


def conflict(text: str) -> ApiError:
    """Return a 409."""
    return refusal(409, text)


def too_many_requests(retry_after: int) -> ApiError:
    """Return a 429 with the seconds to wait."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


def chat_not_found() -> ApiError:
    """Return the 400 for a chat that is unknown."""
    return bad_request("chat not found")

"""Reply markup as Telegram accepts it: every button with one action, nothing too long."""

from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.chats import Kind
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.links import check_url
from bot.sandbox.members import EVERYWHERE
from bot.sandbox.params import Params

_PER_ROW = 8
_PER_KEYBOARD = 100
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)
_REQUESTS = (
    "request_users",
    "request_chat",
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
)
_STYLES = {"danger", "success", "primary"}
#: May stand without any text beside them.
_MAY_BE_EMPTY = {"switch_inline_query", "switch_inline_query_current_chat"}


class Markup:
    """`inline` is returned with the message, `keyboard` only changes the person's screen."""

    __slots__ = ("inline", "keyboard")

    def __init__(
        self, inline: dict[str, Any] | None = None, keyboard: dict[str, Any] | None = None
    ) -> None:
        self.inline = inline
        self.keyboard = keyboard


_NONE = Markup()


def read_markup(params: Params, kind: Kind, *, inline_only: bool = False) -> Markup:
    """Read `reply_markup`; raises 400 for what no Telegram client could show."""
    markup = params.object("reply_markup")
    if not markup:
        return _NONE
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline_keyboard")
        checked = [[_inline_button(button, kind) for button in row] for row in rows]
        return Markup(inline={"inline_keyboard": checked} if checked else None)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        rows = _rows(markup["keyboard"], "keyboard")
        checked = [[_reply_button(button, kind) for button in row] for row in rows]
        _check_placeholder(markup)
        return Markup(keyboard={**markup, "keyboard": checked})
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        _check_placeholder(markup)
        return Markup(keyboard=markup)
    raise bad_request("object expected as reply markup")


def _rows(value: object, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'field "{name}" of the reply markup must be of type Array')
    rows = []
    for row in value:
        if not isinstance(row, list):
            raise bad_request(f'field "{name}" of the reply markup must be an Array of Arrays')
        if len(row) > _PER_ROW:
            raise bad_request("REPLY_MARKUP_TOO_LONG")
        if row:
            rows.append(row)
    if sum(len(row) for row in rows) > _PER_KEYBOARD:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return rows


def _inline_button(button: object, kind: Kind) -> dict[str, Any]:
    where = "inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {where}: expected an Object")
    _check_label(button, where)
    actions = [name for name in _ACTIONS if name in button and _is_given(name, button[name])]
    if not actions:
        raise _cannot_parse(where, "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _cannot_parse(where, f"exactly one action is allowed, not {', '.join(actions)}")
    unknown = set(button) - {"text", "style", "icon_custom_emoji_id", *_ACTIONS}
    if unknown:
        raise _cannot_parse(where, f"unknown fields {', '.join(sorted(unknown))}")
    return _with_action(button, actions[0], kind)


def _is_given(name: str, value: object) -> bool:
    if value is None or value is False:
        return False
    return value != "" or name in _MAY_BE_EMPTY


def _with_action(button: dict[str, Any], action: str, kind: Kind) -> dict[str, Any]:
    value = button[action]
    if action == "callback_data":
        if not isinstance(value, str) or len(value.encode()) > 64:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        return {**button, "url": _button_url(value)}
    elif action == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    elif action in ("web_app", "login_url"):
        _check_web(value, action, kind)
    elif action == "pay":
        raise bad_request("pay buttons are allowed only in invoices")
    elif action == "callback_game":
        raise bad_request("game buttons are allowed only in games")
    return button


def _button_url(value: object) -> str:
    if not isinstance(value, str):
        raise bad_request('field "url" must be of type String')
    url, reason = check_url(value)
    if reason:
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {reason}")
    return url


def _check_web(value: object, action: str, kind: Kind) -> None:
    url = value.get("url") if isinstance(value, dict) else None
    if not isinstance(url, str) or urlsplit(url).scheme != "https":
        raise bad_request(
            f"inline keyboard button {action.replace('_', ' ')} URL '{url}' is invalid: "
            "Only HTTPS links are allowed"
        )
    if action == "web_app" and kind is not Kind.PRIVATE:
        raise bad_request("BUTTON_TYPE_INVALID")


def _reply_button(button: object, kind: Kind) -> dict[str, Any]:
    where = "keyboard button"
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {where}: expected an Object")
    _check_label(button, where)
    asked = [name for name in _REQUESTS if button.get(name)]
    if len(asked) > 1:
        raise _cannot_parse(where, f"exactly one request is allowed, not {', '.join(asked)}")
    if asked and kind is not Kind.PRIVATE:
        what = asked[0].removeprefix("request_").replace("_", " ")
        what = "phone number" if what == "contact" else what
        raise bad_request(f"{what} can be requested in private chats only")
    if "request_chat" in asked:
        _check_request_chat(button["request_chat"])
    return button


def _check_request_chat(request: object) -> None:
    if not isinstance(request, dict):
        raise _cannot_parse("keyboard button", 'field "request_chat" must be of type Object')
    for name, kind in (("request_id", int), ("chat_is_channel", bool)):
        if not isinstance(request.get(name), kind):
            raise _cannot_parse("KeyboardButtonRequestChat", f'can\'t find field "{name}"')
    own = request.get("bot_administrator_rights") or {}
    theirs = request.get("user_administrator_rights") or {}
    if not isinstance(own, dict) or not isinstance(theirs, dict):
        raise _cannot_parse("ChatAdministratorRights", "expected an Object")
    for rights in (own, theirs):
        for name in ("is_anonymous", *EVERYWHERE) if rights else ():
            if not isinstance(rights.get(name), bool):
                raise _cannot_parse("ChatAdministratorRights", f'can\'t find field "{name}"')
    if any(on and not theirs.get(name) for name, on in own.items()):
        raise bad_request("bot_administrator_rights must be a subset of user_administrator_rights")


def _check_label(button: dict[str, Any], where: str) -> None:
    text = button.get("text")
    if text is None:
        raise _cannot_parse(where, 'can\'t find field "text"')
    if not isinstance(text, str):
        raise _cannot_parse(where, 'field "text" must be of type String')
    if not text.strip():
        raise _cannot_parse(where, "text of a button must be non-empty")
    if button.get("style") is not None and button["style"] not in _STYLES:
        raise _cannot_parse(where, "invalid button style specified")


def _check_placeholder(markup: dict[str, Any]) -> None:
    placeholder = markup.get("input_field_placeholder", "")
    if not isinstance(placeholder, str) or len(placeholder) > 64:
        raise bad_request("input field placeholder is too long")


def _cannot_parse(what: str, why: str) -> ApiError:
    return bad_request(f"can't parse {what}: {why}")

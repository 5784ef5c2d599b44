"""Messages of text, and what every kind of sending has in common."""

from typing import Any

from bot.sandbox.access import find_chat, find_thread, require_can_send
from bot.sandbox.api import Api
from bot.sandbox.chats import Chat, Kind
from bot.sandbox.errors import bad_request
from bot.sandbox.formatted import read_text
from bot.sandbox.keyboards import read_markup
from bot.sandbox.messages import Message
from bot.sandbox.methods.ephemeral import send_ephemeral
from bot.sandbox.params import Params
from bot.sandbox.units import utf16_length

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def send_message(api: Api, params: Params) -> dict[str, Any]:
    """Send a text."""
    content = read_body(params)
    if params.has("ephemeral_message_parameters"):
        chat = find_chat(api.world, params)
        markup = read_markup(params, chat.kind, inline_only=True)
        if markup.inline is not None:
            content["reply_markup"] = markup.inline
        return send_ephemeral(api, params, chat, content)
    return send(api, params, "sendMessage", content)


def read_body(params: Params) -> dict[str, Any]:
    """Read `text` with its entities and link preview."""
    raw = params.text("text")
    if not raw.strip():
        raise bad_request("message text is empty")
    text, entities = read_text(params, raw, entities_name="entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    content: dict[str, Any] = {"text": text}
    if entities:
        content["entities"] = entities
    if params.has("link_preview_options"):
        content["link_preview_options"] = params.object("link_preview_options")
    return content


def read_caption(params: Params) -> dict[str, Any]:
    """Read `caption` with its entities; an empty one is none."""
    raw = params.text("caption")
    if not raw.strip():
        return {}
    text, entities = read_text(params, raw, entities_name="caption_entities")
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def send(
    api: Api, params: Params, method: str, content: dict[str, Any], what: str = "text"
) -> dict[str, Any]:
    """Check everything that sending has in common, then accept the message."""
    world = api.world
    chat = find_chat(world, params)
    markup = read_markup(params, chat.kind)
    member = require_can_send(world, chat, what)
    thread = find_thread(chat, member, params)
    extra = _extras(chat, params)
    api.admit(chat, params)
    if markup.inline is not None:
        extra["reply_markup"] = markup.inline
    silent = params.has("disable_notification") and params.boolean("disable_notification")
    message = post(api, chat, content | extra, thread, silent=silent, keyboard=markup.keyboard)
    api.record(method, chat, message.id, message.text, silent=silent, thread=thread)
    return message.body


def post(
    api: Api,
    chat: Chat,
    content: dict[str, Any],
    thread: int | None = None,
    *,
    silent: bool = False,
    keyboard: dict[str, Any] | None = None,
) -> Message:
    """Let the bot write: in channels in the channel's name."""
    in_channel = chat.kind is Kind.CHANNEL
    return api.world.post(
        chat,
        content,
        sender=None if in_channel else api.world.bot_json,
        sender_chat=chat if in_channel else None,
        thread=thread,
        from_bot=True,
        silent=silent,
        keyboard=keyboard,
    )


def _extras(chat: Chat, params: Params) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if params.has("reply_parameters") or params.has("reply_to_message_id"):
        replied = _replied(chat, params)
        if replied is not None:
            extra["reply_to_message"] = replied
    if params.has("message_effect_id"):
        if chat.kind is not Kind.PRIVATE:
            raise bad_request("message effects can be used only in private chats")
        extra["effect_id"] = params.text("message_effect_id")
    if params.has("protect_content") and params.boolean("protect_content"):
        extra["has_protected_content"] = True
    return extra


def _replied(chat: Chat, params: Params) -> dict[str, Any] | None:
    given = params.object("reply_parameters")
    if given is None:
        given = {"message_id": params.integer("reply_to_message_id")}
    message_id = given.get("message_id")
    if not isinstance(message_id, int):
        raise bad_request("can't parse reply parameters: can't find field \"message_id\"")
    replied = chat.messages.get(message_id)
    if replied is None:
        if given.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return {key: value for key, value in replied.body.items() if key != "reply_to_message"}

"""What happens to messages afterwards: edits, deletion, forwarding, copies, reactions."""

from typing import Any

from bot.sandbox.access import find_chat, require_access
from bot.sandbox.api import Api
from bot.sandbox.chats import Chat, Kind, Member
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_markup
from bot.sandbox.messages import Message
from bot.sandbox.methods.sending import post, read_body, read_caption, send
from bot.sandbox.params import Params

_DELETABLE_S = 48 * 3600
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_CONTENT = ("text", "entities", "caption", "caption_entities", "reply_markup")


def edit_message_text(api: Api, params: Params) -> dict[str, Any]:
    """Change a text of the bot."""
    content = read_body(params)
    content.setdefault("entities", None)
    chat, message = _editable(api, params)
    if message is not None and "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _edit(api, params, "editMessageText", chat, message, content)


def edit_message_caption(api: Api, params: Params) -> dict[str, Any]:
    """Change the caption of a file of the bot."""
    content = {"caption": None, "caption_entities": None, **read_caption(params)}
    chat, message = _editable(api, params)
    if message is not None and not {"document", "photo"} & set(message.body):
        raise bad_request("there is no caption in the message to edit")
    return _edit(api, params, "editMessageCaption", chat, message, content)


def edit_message_reply_markup(api: Api, params: Params) -> dict[str, Any]:
    """Change or take away the inline keyboard only."""
    chat, message = _editable(api, params)
    return _edit(api, params, "editMessageReplyMarkup", chat, message, {})


def _editable(api: Api, params: Params) -> tuple[Chat, Message | None]:
    """Find the bot's own message; None where messages are not kept."""
    if params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = find_chat(api.world, params)
    message_id = _message_id(params)
    member = require_access(api.world, chat)
    message = chat.messages.get(message_id)
    if message is None:
        if not api.world.keep_messages and api.world.was_sent(chat, message_id):
            return chat, None
        raise bad_request("message to edit not found")
    may_edit = chat.kind is Kind.CHANNEL and member.may("can_edit_messages")
    if (not message.from_bot and not may_edit) or message.is_service:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(
    api: Api,
    params: Params,
    method: str,
    chat: Chat,
    message: Message | None,
    content: dict[str, Any],
) -> dict[str, Any]:
    markup = read_markup(params, chat.kind, inline_only=True)
    content["reply_markup"] = markup.inline
    if message is None:
        message = _forgotten(api, chat, params)
    elif all(message.body.get(key) == content.get(key, message.body.get(key)) for key in _CONTENT):
        raise bad_request(_NOT_MODIFIED)
    api.admit(chat, params, edit=True)
    api.world.change(message, content)
    api.record(method, chat, message.id, message.text, thread=message.thread)
    return message.body


def _forgotten(api: Api, chat: Chat, params: Params) -> Message:
    message_id = params.integer("message_id")
    body = {"message_id": message_id, "date": int(api.clock.now()), "chat": chat.json()}
    return Message(chat, message_id, body, from_bot=True)


def _message_id(params: Params) -> int:
    message_id = params.integer("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    return message_id


def delete_message(api: Api, params: Params) -> bool:
    """Delete one message: the bot's own, or what its rights allow."""
    chat = find_chat(api.world, params)
    message_id = _message_id(params)
    member = require_access(api.world, chat)
    message = chat.messages.get(message_id)
    if message is None:
        if api.world.keep_messages or not api.world.was_sent(chat, message_id):
            raise bad_request("message to delete not found")
    else:
        if not _deletable(api, message, member):
            raise bad_request("message can't be deleted")
        api.world.delete(message)
    api.record("deleteMessage", chat, message_id)
    return True


def delete_messages(api: Api, params: Params) -> bool:
    """Delete several; those that are gone are passed over, as Telegram does."""
    chat = find_chat(api.world, params)
    ids = _message_ids(params)
    member = require_access(api.world, chat)
    found = [message for key in ids if (message := chat.messages.get(key)) is not None]
    if not all(_deletable(api, message, member) for message in found):
        raise bad_request("message can't be deleted")
    for message in found:
        api.world.delete(message)
        api.record("deleteMessages", chat, message.id)
    return True


def _message_ids(params: Params) -> list[int]:
    ids = params.array("message_ids")
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    if not all(isinstance(key, int) and not isinstance(key, bool) for key in ids):
        raise bad_request("invalid message identifier specified")
    return ids


def _deletable(api: Api, message: Message, member: Member) -> bool:
    if member.may("can_delete_messages"):
        return True
    if api.clock.now() - message.body["date"] > _DELETABLE_S:
        return False
    return message.from_bot or message.chat.kind is Kind.PRIVATE


def forward_message(api: Api, params: Params) -> dict[str, Any]:
    """Send a message on with its origin."""
    original = _original(api, params, "forward")
    if original.body.get("has_protected_content") or original.is_service:
        raise bad_request("message can't be forwarded")
    return send(api, params, "forwardMessage", {**_content(original), **_origin(original)})


def copy_message(api: Api, params: Params) -> dict[str, Any]:
    """Send a message's content without its origin."""
    original = _original(api, params, "copy")
    if original.is_service:
        raise bad_request("message can't be copied")
    content = _content(original)
    if params.has("caption") and "text" not in content:
        content |= read_caption(params)
    return {"message_id": send(api, params, "copyMessage", content)["message_id"]}


def _original(api: Api, params: Params, verb: str) -> Message:
    source = find_chat(api.world, params, "from_chat_id")
    message_id = _message_id(params)
    require_access(api.world, source)
    message = source.messages.get(message_id)
    if message is None:
        raise bad_request(f"message to {verb} not found")
    return message


def _content(message: Message) -> dict[str, Any]:
    kept = ("text", "entities", "caption", "caption_entities", "location", "venue", "document")
    return {name: message.body[name] for name in (*kept, "photo") if name in message.body}


def _origin(message: Message) -> dict[str, Any]:
    body = message.body
    origin: dict[str, Any] = {"date": body["date"]}
    if "sender_chat" not in body:
        origin |= {"type": "user", "sender_user": body["from"]}
    elif message.chat.kind is Kind.CHANNEL:
        origin |= {"type": "channel", "chat": body["chat"], "message_id": message.id}
    else:
        origin |= {"type": "chat", "sender_chat": body["sender_chat"]}
    return {"forward_origin": origin}


def set_message_reaction(api: Api, params: Params) -> bool:
    """Check a reaction; the sandbox shows none."""
    chat = find_chat(api.world, params)
    message_id = _message_id(params)
    require_access(api.world, chat)
    if message_id not in chat.messages:
        raise bad_request("message to react not found")
    for reaction in params.array("reaction") or []:
        if not isinstance(reaction, dict) or reaction.get("type") not in ("emoji", "custom_emoji"):
            raise bad_request("REACTION_INVALID")
    return True


def pin_chat_message(api: Api, params: Params) -> bool:
    """Pin a message; in private chats and groups a service message tells it."""
    chat = _pinnable(api, params)
    message = chat.messages.get(_message_id(params))
    if message is None:
        raise bad_request("message to pin not found")
    if message.is_service:
        raise bad_request("message can't be pinned")
    if message.id in chat.pinned:
        return True
    silent = params.has("disable_notification") and params.boolean("disable_notification")
    chat.pinned.append(message.id)
    api.world.tell("chat", chat)
    if chat.kind is not Kind.CHANNEL:
        pinned = {key: value for key, value in message.body.items() if key != "reply_to_message"}
        service = post(api, chat, {"pinned_message": pinned}, message.thread, silent=silent)
        api.world.deliver("message", service.body)
    api.record("pinChatMessage", chat, message.id, silent=silent)
    return True


def unpin_chat_message(api: Api, params: Params) -> bool:
    """Unpin one message, or the newest pinned."""
    chat = _pinnable(api, params)
    if params.has("message_id"):
        message_id = _message_id(params)
        if message_id not in chat.pinned:
            raise bad_request("message to unpin not found")
        chat.pinned.remove(message_id)
    elif chat.pinned:
        chat.pinned.pop()
    else:
        raise bad_request("message to unpin not found")
    api.world.tell("chat", chat)
    api.record("unpinChatMessage", chat, params.integer("message_id"))
    return True


def unpin_all_chat_messages(api: Api, params: Params) -> bool:
    """Unpin everything."""
    chat = _pinnable(api, params)
    chat.pinned.clear()
    api.world.tell("chat", chat)
    return True


def _pinnable(api: Api, params: Params) -> Chat:
    chat = find_chat(api.world, params)
    member = require_access(api.world, chat)
    right = "can_edit_messages" if chat.kind is Kind.CHANNEL else "can_pin_messages"
    if chat.kind is not Kind.PRIVATE and not member.may(right):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat

"""Messages that one member of a group sees (Bot API 10.2, ephemeral messages and commands)."""

from typing import Any

from bot.sandbox.access import require_can_send
from bot.sandbox.api import Api
from bot.sandbox.chats import Chat
from bot.sandbox.errors import bad_request
from bot.sandbox.groups import ANSWERED_WITHIN_S
from bot.sandbox.messages import Message
from bot.sandbox.params import Params


def send_ephemeral(api: Api, params: Params, chat: Chat, content: dict[str, Any]) -> dict[str, Any]:
    """Show one member a message: in answer to them within 15 s, or at any time as administrator."""
    world = api.world
    if not chat.is_group:
        raise bad_request("ephemeral messages can be sent only to groups and supergroups")
    member = require_can_send(world, chat)
    given = params.object("ephemeral_message_parameters") or {}
    receiver = chat.members.get(given.get("receiver_user_id", 0))
    if receiver is None or not receiver.is_present:
        raise bad_request("PARTICIPANT_ID_INVALID")
    reply = params.object("reply_parameters") or {}
    asked = chat.asked_quietly.get(reply.get("ephemeral_message_id", 0))
    now = api.clock.now()
    if reply and (asked is None or asked[0] != receiver.user.id):
        raise bad_request("message to be replied not found")
    in_time = asked is not None and now - asked[1] <= ANSWERED_WITHIN_S
    if not (in_time or (member.is_admin and not reply)):
        raise bad_request("ephemeral messages can be sent only in answer to their receiver")
    api.admit(chat, params)
    body: dict[str, Any] = {
        "message_id": 0,
        "date": int(now),
        "chat": chat.json(),
        "from": world.bot_json,
        "receiver_user": receiver.user.json(),
        "ephemeral_message_id": world.take_quiet_id(chat),
        **content,
    }
    message = Message(chat, 0, body, from_bot=True, silent=True)
    chat.quiet.append(message)
    world.tell("quiet", message)
    api.record("sendMessage (ephemeral)", chat, 0, message.text)
    return body

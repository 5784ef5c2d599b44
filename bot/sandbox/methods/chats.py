"""Questions about chats and their members, leaving them, and forum topics."""

from typing import Any

from bot.sandbox.access import find_chat, require_access, require_right
from bot.sandbox.api import Api
from bot.sandbox.chats import Chat, Kind, Status, Topic
from bot.sandbox.errors import bad_request
from bot.sandbox.members import PERMISSIONS, member_json
from bot.sandbox.params import Params


def get_chat(api: Api, params: Params) -> dict[str, Any]:
    """Describe a chat the bot knows."""
    chat = find_chat(api.world, params)
    if chat.kind is not Kind.PRIVATE:
        require_access(api.world, chat)
    body: dict[str, Any] = {
        **chat.json(),
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.is_group:
        body["permissions"] = chat.permissions or dict.fromkeys(PERMISSIONS, True)
    if chat.pinned and (pinned := chat.messages.get(chat.pinned[-1])) is not None:
        body["pinned_message"] = pinned.body
    return body


def get_chat_member(api: Api, params: Params) -> dict[str, Any]:
    """Tell somebody's place in a chat."""
    chat = find_chat(api.world, params)
    user_id = params.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    user = api.world.find_user(user_id)
    if user is None:
        raise bad_request("user not found")
    if chat.kind is Kind.PRIVATE:
        if user_id not in (chat.id, api.world.bot.id):
            raise bad_request("user not found")
        return {"user": user.json(), "status": "member"}
    require_access(api.world, chat)
    return member_json(chat.member(user))


def get_chat_administrators(api: Api, params: Params) -> list[dict[str, Any]]:
    """List the administrators; of bots only this one."""
    chat = find_chat(api.world, params)
    if chat.kind is Kind.PRIVATE:
        raise bad_request("there are no administrators in the private chat")
    require_access(api.world, chat)
    bot_id = api.world.bot.id
    return [
        member_json(member)
        for member in chat.members.values()
        if member.is_admin and (not member.user.is_bot or member.user.id == bot_id)
    ]


def get_chat_member_count(api: Api, params: Params) -> int:
    """Count who is in a chat."""
    chat = find_chat(api.world, params)
    require_access(api.world, chat)
    if chat.kind is Kind.PRIVATE:
        return 2
    return sum(1 for member in chat.members.values() if member.is_present)


def leave_chat(api: Api, params: Params) -> bool:
    """Leave a group or channel."""
    chat = find_chat(api.world, params)
    if chat.kind is Kind.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    require_access(api.world, chat)
    api.world.leave(chat)
    return True


def create_forum_topic(api: Api, params: Params) -> dict[str, Any]:
    """Open a topic."""
    chat = _forum(api, params)
    name = params.text("name")
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    topic = api.world.topic(chat, name, by=api.world.bot)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": 0x6FB9F0}


def edit_forum_topic(api: Api, params: Params) -> bool:
    """Rename a topic."""
    chat = _forum(api, params)
    topic = _topic(chat, params)
    name = params.text("name")
    if len(name) > 128:
        raise bad_request("topic name is too long")
    if not name or name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name
    api.world.tell("chat", chat)
    return True


def close_forum_topic(api: Api, params: Params) -> bool:
    """Close a topic."""
    chat = _forum(api, params)
    topic = _topic(chat, params)
    if topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = True
    return True


def reopen_forum_topic(api: Api, params: Params) -> bool:
    """Open a closed topic again."""
    chat = _forum(api, params)
    topic = _topic(chat, params)
    if not topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = False
    return True


def _forum(api: Api, params: Params) -> Chat:
    chat = find_chat(api.world, params)
    member = require_access(api.world, chat)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if member.status is not Status.CREATOR:
        require_right(member, chat, "can_manage_topics", "manage forum topics")
    return chat


def _topic(chat: Chat, params: Params) -> Topic:
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    return topic

"""How the sandbox's things look from outside: JSON for tests and for the page."""

from typing import TYPE_CHECKING, Any

from bot.sandbox.chats import Chat, User
from bot.sandbox.messages import Message
from bot.sandbox.people import Callback

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox


def message_view(message: Message) -> dict[str, Any]:
    """Show a message as it stands."""
    return message.view()


def user_view(user: User) -> dict[str, Any]:
    """Show a person."""
    return {**user.json(), "deactivated": user.deactivated}


def chat_view(chat: Chat) -> dict[str, Any]:
    """Show a chat with its members and topics, without its messages."""
    members = [
        {"user": user_view(member.user), "status": str(member.status)}
        for member in chat.members.values()
    ]
    topics = [
        {"id": topic.id, "name": topic.name, "closed": topic.closed}
        for topic in chat.topics.values()
        if not topic.deleted
    ]
    return {
        "id": chat.id,
        "kind": str(chat.kind),
        "name": chat.name,
        "username": chat.username,
        "user": user_view(chat.user) if chat.user else None,
        "started": chat.started,
        "blocked": chat.blocked,
        "is_forum": chat.is_forum,
        "migrated_to": chat.migrated_to,
        "members": members,
        "topics": topics,
        "pinned": list(chat.pinned),
        "keyboard": chat.keyboard,
    }


def callback_view(callback: Callback) -> dict[str, Any]:
    """Show a pressed button and its answer."""
    return {
        "id": callback.id,
        "user_id": callback.user.id,
        "chat_id": callback.message.chat.id,
        "message_id": callback.message.id,
        "data": callback.data,
        "answer": callback.answer,
    }


def state_view(sandbox: "Sandbox") -> dict[str, Any]:
    """Show the whole world without its messages."""
    world = sandbox.world
    return {
        "bot": sandbox.bot.json(),
        "now": sandbox.clock.now(),
        "clock": "manual" if sandbox.clock.is_manual else "real",
        "chats": [chat_view(chat) for chat in world.chats.values()],
        "pending_updates": len(sandbox.updates),
        "webhook": sandbox.webhook.url,
    }

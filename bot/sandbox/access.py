"""Which chat a call means, and whether the bot may do that there; in tdlib's words if not."""

from bot.sandbox.chats import Chat, Kind, Member, Status
from bot.sandbox.errors import ApiError, bad_request, chat_not_found, forbidden
from bot.sandbox.params import Params
from bot.sandbox.world import World


def find_chat(world: World, params: Params, name: str = "chat_id") -> Chat:
    """Return the chat a parameter names by id or @username."""
    value = params.raw(name)
    if value is None or value == "":
        raise bad_request("chat_id is empty")
    if isinstance(value, str) and value.startswith("@"):
        chat = world.find_public(value)
    else:
        chat = world.find_chat(_chat_id(value))
    if chat is None:
        raise chat_not_found()
    return chat


def _chat_id(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise chat_not_found()
    try:
        return int(value)
    except ValueError:
        raise chat_not_found() from None


def require_access(world: World, chat: Chat) -> Member:
    """Refuse where the bot cannot even see the chat; returns its membership."""
    if chat.kind is Kind.PRIVATE:
        _require_private(chat)
        return world.bot_in_private
    if chat.migrated_to is not None:
        raise bad_request(
            "group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    if chat.deactivated:
        raise bad_request("group chat was deactivated")
    member = world.bot_member(chat)
    if member.status is Status.KICKED:
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if not member.is_present:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return member


def _require_private(chat: Chat) -> None:
    user = chat.user
    assert user is not None
    if user.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")


#: What a restricted bot needs to send each kind of thing, and tdlib's name of that kind.
SEND_RIGHTS = {
    "text": ("can_send_messages", "text messages"),
    "photo": ("can_send_photos", "photos"),
    "document": ("can_send_documents", "documents"),
}


def require_can_send(world: World, chat: Chat, what: str = "text") -> Member:
    """Refuse where the bot may not write."""
    member = require_access(world, chat)
    right, name = SEND_RIGHTS[what]
    if chat.kind is Kind.CHANNEL and not member.may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    closed = member.status is Status.MEMBER and not (chat.permissions or {right: True})[right]
    if closed or (member.status is Status.RESTRICTED and not member.may(right)):
        raise bad_request(f"not enough rights to send {name} to the chat")
    return member


def find_thread(chat: Chat, member: Member, params: Params) -> int | None:
    """Return the topic a message goes to; General has no id that could be named."""
    thread = params.integer("message_thread_id")
    if thread == 0:
        if chat.general_closed and not member.may("can_manage_topics"):
            raise bad_request("TOPIC_CLOSED")
        return None
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if topic.closed and not member.may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread


def require_right(member: Member, chat: Chat, right: str, text: str) -> None:
    """Refuse where a group asks for an administrator's right; private chats ask for none."""
    if chat.kind is not Kind.PRIVATE and not member.may(right):
        raise _not_enough(text)


def _not_enough(text: str) -> ApiError:
    return bad_request(f"not enough rights to {text}")

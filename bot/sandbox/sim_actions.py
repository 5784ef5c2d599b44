"""What can be done over HTTP, by name; the bodies carry the arguments of the Python calls."""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from bot.sandbox.chats import Chat, Topic, User
from bot.sandbox.faults import Where
from bot.sandbox.limits import Limits
from bot.sandbox.messages import Message
from bot.sandbox.params import Params
from bot.sandbox.sim_views import chat_view, message_view, user_view

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Action = Callable[["Sandbox", Params], Any]


def _user(sandbox: "Sandbox", body: Params, name: str = "user") -> User:
    user = sandbox.world.find_user(body.integer(name))
    if user is None:
        raise LookupError(f"no user {body.raw(name)!r}")
    return user


def _maybe_user(sandbox: "Sandbox", body: Params, name: str) -> User | None:
    return _user(sandbox, body, name) if body.has(name) else None


def _chat(sandbox: "Sandbox", body: Params, name: str = "chat") -> Chat:
    chat = sandbox.world.find_chat(body.integer(name))
    if chat is None:
        raise LookupError(f"no chat {body.raw(name)!r}")
    return chat


def _topic(sandbox: "Sandbox", body: Params) -> tuple[Chat, Topic]:
    chat = _chat(sandbox, body)
    return chat, chat.topics[body.integer("topic")]


def _reply_to(chat: Chat, body: Params) -> Message | None:
    return chat.messages[body.integer("reply_to")] if body.has("reply_to") else None


def _word(body: Params, name: str) -> str | None:
    return body.text(name) or None


def user(sandbox: "Sandbox", body: Params) -> Any:
    """Add a person."""
    return user_view(
        sandbox.world.user(
            body.text("first_name") or "Person",
            body.text("language_code") or None,
            _word(body, "username"),
            body.integer("id") if body.has("id") else None,
        )
    )


def crowd(sandbox: "Sandbox", body: Params) -> Any:
    """Add many people who have started the bot."""
    ids = sandbox.world.crowd(body.integer("count"), body.text("language_code") or "uk")
    return {"first_id": ids.start, "count": len(ids)}


def private_message(sandbox: "Sandbox", body: Params) -> Any:
    """Write to the bot."""
    person = _user(sandbox, body)
    reply_to = _reply_to(sandbox.world.private_chat(person), body)
    return message_view(sandbox.world.private_message(person, body.text("text"), reply_to=reply_to))


def start(sandbox: "Sandbox", body: Params) -> Any:
    """Press Start, with a deep link's payload or without."""
    return message_view(sandbox.world.start(_user(sandbox, body), _word(body, "payload")))


def follow(sandbox: "Sandbox", body: Params) -> Any:
    """Follow a `t.me` link to the bot."""
    group = _chat(sandbox, body) if body.has("chat") else None
    return message_view(sandbox.world.follow(_user(sandbox, body), body.text("url"), group))


def press(sandbox: "Sandbox", body: Params) -> Any:
    """Press an inline button."""
    callback_id = sandbox.world.press(
        _user(sandbox, body),
        body.integer("chat_id"),
        body.integer("message_id"),
        data=_word(body, "data"),
        text=_word(body, "text"),
    )
    return {"id": callback_id}


def share_location(sandbox: "Sandbox", body: Params) -> Any:
    """Share a location."""
    lat, lon = body.number("lat"), body.number("lon")
    if lat is None or lon is None:
        raise ValueError("lat and lon are needed")
    return message_view(sandbox.world.share_location(_user(sandbox, body), lat, lon))


def share_chat(sandbox: "Sandbox", body: Params) -> Any:
    """Choose a chat."""
    chat = _chat(sandbox, body)
    person = _user(sandbox, body)
    return message_view(sandbox.world.share_chat(person, chat, body.integer("request_id")))


def share_document(sandbox: "Sandbox", body: Params) -> Any:
    """Send the bot a file of text."""
    content = body.text("content").encode()
    message = sandbox.world.share_document(
        _user(sandbox, body), body.text("name"), content, caption=body.text("caption")
    )
    return message_view(message)


def block(sandbox: "Sandbox", body: Params) -> Any:
    """Block the bot."""
    sandbox.world.block(_user(sandbox, body))
    return True


def unblock(sandbox: "Sandbox", body: Params) -> Any:
    """Unblock the bot."""
    sandbox.world.unblock(_user(sandbox, body))
    return True


def deactivate(sandbox: "Sandbox", body: Params) -> Any:
    """Delete the person's account."""
    sandbox.world.deactivate(_user(sandbox, body))
    return True


def group(sandbox: "Sandbox", body: Params) -> Any:
    """Found a group."""
    chat = sandbox.world.group(
        body.text("title") or "Group",
        _user(sandbox, body, "owner"),
        supergroup=body.boolean("supergroup"),
        forum=body.boolean("forum"),
        username=_word(body, "username"),
    )
    return chat_view(chat)


def channel(sandbox: "Sandbox", body: Params) -> Any:
    """Found a channel."""
    owner = _user(sandbox, body, "owner")
    title = body.text("title") or "Channel"
    return chat_view(sandbox.world.channel(title, owner, _word(body, "username")))


def add_bot(sandbox: "Sandbox", body: Params) -> Any:
    """Add the bot to a chat."""
    sandbox.world.add_bot(
        _chat(sandbox, body),
        _user(sandbox, body, "by"),
        admin=body.boolean("admin"),
        rights=body.object("rights"),
    )
    return True


def kick_bot(sandbox: "Sandbox", body: Params) -> Any:
    """Remove the bot from a chat."""
    sandbox.world.kick_bot(_chat(sandbox, body), _maybe_user(sandbox, body, "by"))
    return True


def promote_bot(sandbox: "Sandbox", body: Params) -> Any:
    """Make the bot an administrator."""
    by = _maybe_user(sandbox, body, "by")
    sandbox.world.promote_bot(_chat(sandbox, body), by, rights=body.object("rights"))
    return True


def demote_bot(sandbox: "Sandbox", body: Params) -> Any:
    """Make the bot a plain member again."""
    sandbox.world.demote_bot(_chat(sandbox, body), _maybe_user(sandbox, body, "by"))
    return True


def restrict_bot(sandbox: "Sandbox", body: Params) -> Any:
    """Restrict the bot."""
    by = _maybe_user(sandbox, body, "by")
    sandbox.world.restrict_bot(_chat(sandbox, body), by, allowed=body.object("allowed"))
    return True


def add_member(sandbox: "Sandbox", body: Params) -> Any:
    """Add a person to a chat."""
    sandbox.world.add_member(_chat(sandbox, body), _user(sandbox, body))
    return True


def set_admin(sandbox: "Sandbox", body: Params) -> Any:
    """Make a person an administrator."""
    chat, person = _chat(sandbox, body), _user(sandbox, body)
    anonymous = body.boolean("anonymous")
    sandbox.world.set_admin(chat, person, body.object("rights"), anonymous=anonymous)
    return True


def group_message(sandbox: "Sandbox", body: Params) -> Any:
    """Write in a group."""
    chat = _chat(sandbox, body)
    message = sandbox.world.group_message(
        chat,
        _user(sandbox, body),
        body.text("text"),
        body.integer("thread") or None,
        body.boolean("anonymous"),
        reply_to=_reply_to(chat, body),
    )
    return message_view(message)


def quiet_command(sandbox: "Sandbox", body: Params) -> Any:
    """Write an ephemeral command in a group."""
    sandbox.world.quiet_command(_chat(sandbox, body), _user(sandbox, body), body.text("text"))
    return True


def channel_post(sandbox: "Sandbox", body: Params) -> Any:
    """Post in a channel in its name."""
    return message_view(sandbox.world.channel_post(_chat(sandbox, body), body.text("text")))


def migrate(sandbox: "Sandbox", body: Params) -> Any:
    """Turn a group into a supergroup."""
    return {"id": sandbox.world.migrate(_chat(sandbox, body))}


def topic(sandbox: "Sandbox", body: Params) -> Any:
    """Open a topic."""
    made = sandbox.world.topic(_chat(sandbox, body), body.text("name") or "Topic")
    return {"id": made.id, "name": made.name}


def close_topic(sandbox: "Sandbox", body: Params) -> Any:
    """Close a topic."""
    sandbox.world.close_topic(*_topic(sandbox, body))
    return True


def delete_topic(sandbox: "Sandbox", body: Params) -> Any:
    """Delete a topic."""
    sandbox.world.delete_topic(*_topic(sandbox, body))
    return True


def advance(sandbox: "Sandbox", body: Params) -> Any:
    """Set the clock forward."""
    sandbox.clock.advance(body.number("seconds") or 0.0)
    return {"now": sandbox.clock.now()}


def limits(sandbox: "Sandbox", body: Params) -> Any:
    """Set the limits: `{"preset": "off"}`, or numbers over Telegram's."""
    if body.text("preset") == "off":
        sandbox.limiter.set(Limits.off())
        return True
    known = {item.name for item in fields(Limits)}
    given = {name: value for name, value in body.as_dict().items() if name in known}
    sandbox.limiter.set(Limits(**given))
    return True


def stars(sandbox: "Sandbox", body: Params) -> Any:
    """Give the bot Stars for paid broadcasting; its balance then."""
    sandbox.stars.give(body.integer("amount"), sandbox.clock.now())
    return sandbox.stars.balance()


def ban(sandbox: "Sandbox", body: Params) -> Any:
    """Refuse a chat, or all, for some seconds."""
    chat_id = body.integer("chat_id") if body.has("chat_id") else None
    sandbox.limiter.ban(body.number("seconds") or 1.0, chat_id)
    return True


def fault(sandbox: "Sandbox", body: Params) -> Any:
    """Add a fault: `kind` names the call on `Faults`, the rest are its arguments."""
    faults, kind, where = sandbox.faults, body.text("kind"), _where(body)
    if kind == "http":
        faults.http(body.integer("code", 502), **where)
    elif kind == "too_many":
        faults.too_many(body.integer("retry_after", 1), **where)
    elif kind == "error":
        parameters = body.object("parameters")
        faults.error(body.integer("code", 400), body.text("description"), parameters, **where)
    elif kind == "latency":
        faults.latency(body.number("seconds") or 1.0, **where)
    elif kind == "cut_before":
        faults.cut_before(**where)
    elif kind == "cut_after":
        faults.cut_after(**where)
    elif kind == "outage":
        faults.outage(body.number("seconds") or 1.0, how=body.text("how") or "http")
    else:
        raise ValueError(f"no such kind of fault: {kind!r}")
    return True


def _where(body: Params) -> Where:
    where: Where = {}
    if body.has("method"):
        where["method"] = body.text("method")
    if body.has("chat_id"):
        where["chat_id"] = body.integer("chat_id")
    if body.has("count"):
        where["count"] = body.integer("count")
    if (probability := body.number("probability")) is not None:
        where["probability"] = probability
    return where


def clear_faults(sandbox: "Sandbox", body: Params) -> Any:
    """End every fault."""
    sandbox.faults.clear()
    return True


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        user,
        crowd,
        private_message,
        start,
        follow,
        press,
        share_location,
        share_chat,
        share_document,
        block,
        unblock,
        deactivate,
        group,
        channel,
        add_bot,
        kick_bot,
        promote_bot,
        demote_bot,
        restrict_bot,
        add_member,
        set_admin,
        group_message,
        quiet_command,
        channel_post,
        migrate,
        topic,
        close_topic,
        delete_topic,
        advance,
        limits,
        stars,
        ban,
        fault,
        clear_faults,
    )
}

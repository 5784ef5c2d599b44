"""Groups, supergroups, forums and channels: what is founded, written, moved and closed there."""

import re
from typing import Any

from bot.sandbox.chats import (
    ANONYMOUS_BOT,
    CHANNEL_BOT,
    TELEGRAM,
    Chat,
    Kind,
    Member,
    Status,
    Topic,
    User,
)
from bot.sandbox.membership import Membership
from bot.sandbox.messages import Message
from bot.sandbox.state import text_content

_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,64}(?:@([A-Za-z0-9_]{3,32}))?(?!\w)")
#: An ephemeral command may be answered this long (Bot API 10.2).
ANSWERED_WITHIN_S = 15.0
_TOPIC_COLOR = 0x6FB9F0


class Groups(Membership):
    """The people's side of groups and channels."""

    def group(
        self,
        title: str,
        owner: User,
        *,
        supergroup: bool = False,
        forum: bool = False,
        username: str | None = None,
    ) -> Chat:
        """Found a group without the bot; forums and public groups are supergroups."""
        is_supergroup = supergroup or forum or username is not None
        chat = Chat(
            self.take_group_id(supergroup=is_supergroup),
            Kind.SUPERGROUP if is_supergroup else Kind.GROUP,
            title,
            username,
            is_forum=forum,
        )
        chat.members[owner.id] = Member(owner, Status.CREATOR)
        return self.add_chat(chat)

    def channel(self, title: str, owner: User, username: str | None = None) -> Chat:
        chat = Chat(self.take_group_id(supergroup=True), Kind.CHANNEL, title, username)
        chat.members[owner.id] = Member(owner, Status.CREATOR)
        return self.add_chat(chat)

    def group_message(
        self,
        chat: Chat,
        user: User,
        text: str,
        thread: int | None = None,
        anonymous: bool = False,
        *,
        reply_to: Message | None = None,
        as_channel: Chat | None = None,
    ) -> Message:
        """Write in a group; the bot gets it if privacy mode lets it through.

        Raises:
            ValueError: an anonymous post by somebody who is no administrator.
        """
        if anonymous and not chat.member(user).is_admin:
            raise ValueError("only administrators post anonymously")
        if chat.migrated_to is not None:
            raise ValueError(f"the group moved to {chat.migrated_to}")
        chat.members.setdefault(user.id, Member(user))
        content = text_content(text)
        if reply_to is not None:
            content["reply_to_message"] = reply_to.body
        message = self.post(
            chat,
            content,
            sender=ANONYMOUS_BOT if anonymous else CHANNEL_BOT if as_channel else user.json(),
            sender_chat=chat if anonymous else as_channel,
            thread=thread,
        )
        if self._bot_reads(chat, message, reply_to):
            self.deliver("message", message.body)
        return message

    def quiet_command(self, chat: Chat, user: User, text: str) -> None:
        """Write a command that the bot's menu marks as ephemeral: only the bot sees it.

        Privacy mode lets it through, for it is written to the bot alone.
        """
        chat.members.setdefault(user.id, Member(user))
        number = self.take_quiet_id(chat)
        chat.asked_quietly[number] = (user.id, self.clock.now())
        body = {
            "message_id": 0,
            "date": int(self.clock.now()),
            "chat": chat.json(),
            "from": user.json(),
            "receiver_user": self.bot.json(),
            "ephemeral_message_id": number,
            **text_content(text),
        }
        if self.bot_member(chat).is_present:
            self.deliver("message", body)

    def take_quiet_id(self, chat: Chat) -> int:
        chat.last_quiet_id += 1
        return chat.last_quiet_id

    def link(self, channel: Chat, group: Chat) -> None:
        """Make a group the place where a channel's posts are talked about."""
        channel.linked = group

    def post(self, chat: Chat, content: dict[str, Any], **how: Any) -> Message:
        """Write a message; what a channel posts is forwarded into its linked group at once."""
        message = super().post(chat, content, **how)
        group = chat.linked
        if group is not None:
            origin = {
                "type": "channel",
                "date": message.body["date"],
                "chat": chat.json(),
                "message_id": message.id,
            }
            copied = {**content, "is_automatic_forward": True, "forward_origin": origin}
            forward = super().post(group, copied, sender=TELEGRAM, sender_chat=chat)
            self._deliver_present(group, forward)
        return message

    def channel_post(self, channel: Chat, text: str) -> Message:
        message = self.post(channel, text_content(text), sender_chat=channel)
        if self.bot_member(channel).is_present:
            self.deliver("channel_post", message.body)
        return message

    def start_in_group(self, user: User, group: Chat, payload: str) -> Message:
        """Follow a `startgroup` link: the bot is added and told the payload."""
        if not self.bot_member(group).is_present:
            self.add_bot(group, by=user)
        return self.group_message(group, user, f"/start@{self.bot.username} {payload}")

    def share_chat(self, user: User, chat: Chat, request_id: int) -> Message:
        """Choose a chat with the `request_chat` button under the input field.

        Telegram offers only chats that fit the button, and gives the bot the rights it names.

        Raises:
            LookupError: no such button stands there.
            ValueError: the chat would not be offered to this person.
        """
        request = _request(self.private_chat(user), request_id)
        if request["chat_is_channel"] is not (chat.kind is Kind.CHANNEL):
            raise ValueError("the button asks for another kind of chat")
        member = chat.member(user)
        wanted = request.get("user_administrator_rights") or {}
        missing = [name for name, on in wanted.items() if on and not member.may(name)]
        if wanted and (missing or not member.is_admin) and member.status is not Status.CREATOR:
            raise ValueError(f"{user.first_name} lacks {', '.join(missing) or 'rights'} there")
        rights = request.get("bot_administrator_rights")
        own = self.bot_member(chat)
        if rights and not all(own.may(name) for name, on in rights.items() if on):
            given = {name: on for name, on in rights.items() if on and name != "is_anonymous"}
            self.promote_bot(chat, user, rights=given)
        shared: dict[str, object] = {"request_id": request_id, "chat_id": chat.id}
        if request.get("request_title"):
            shared["title"] = chat.title
        if request.get("request_username") and chat.username:
            shared["username"] = chat.username
        return self._private(user, {"chat_shared": shared})

    def migrate(self, group: Chat) -> int:
        """Turn a group into a supergroup; returns the new id."""
        if group.kind is not Kind.GROUP or group.migrated_to is not None:
            raise ValueError("only a group that has not moved yet can become a supergroup")
        chat = Chat(self.take_group_id(supergroup=True), Kind.SUPERGROUP, group.title)
        chat.members = dict(group.members)
        self.add_chat(chat)
        owner = self._owner(group)
        moved = self.post(group, {"migrate_to_chat_id": chat.id}, sender=owner.json())
        group.migrated_to = chat.id
        arrived = self.post(
            chat,
            {"migrate_from_chat_id": group.id},
            sender=ANONYMOUS_BOT,
            sender_chat=chat,
        )
        if self.bot_member(group).is_present:
            self.deliver("message", moved.body)
            self.deliver("message", arrived.body)
        self.tell("chat", group)
        return chat.id

    def topic(self, chat: Chat, name: str, by: User | None = None) -> Topic:
        """Open a topic in a forum; its id is its first message's."""
        if not chat.is_forum:
            raise ValueError(f"chat {chat.id} is no forum")
        by = by or self._owner(chat)
        created = {"name": name, "icon_color": _TOPIC_COLOR}
        message = self.post(chat, {"forum_topic_created": created}, sender=by.json())
        message.body |= {"message_thread_id": message.id, "is_topic_message": True}
        topic = Topic(message.id, name)
        chat.topics[topic.id] = topic
        self._deliver_present(chat, message)
        return topic

    def close_topic(self, chat: Chat, topic: Topic) -> None:
        topic.closed = True
        self._topic_service(chat, topic, "forum_topic_closed")

    def reopen_topic(self, chat: Chat, topic: Topic) -> None:
        topic.closed = False
        self._topic_service(chat, topic, "forum_topic_reopened")

    def delete_topic(self, chat: Chat, topic: Topic) -> None:
        """Delete a topic with all that stands in it; Telegram sends no update for it."""
        topic.deleted = True
        for message in [item for item in chat.messages.values() if item.thread == topic.id]:
            self.delete(message)

    def _topic_service(self, chat: Chat, topic: Topic, field: str) -> None:
        sender = self._owner(chat).json()
        message = self.post(chat, {field: {}}, sender=sender, thread=topic.id)
        self._deliver_present(chat, message)

    def _deliver_present(self, chat: Chat, message: Message) -> None:
        if self.bot_member(chat).is_present:
            self.deliver("message", message.body)

    def _bot_reads(self, chat: Chat, message: Message, reply_to: Message | None) -> bool:
        """Privacy mode: commands that may mean the bot, replies to it, all if it is admin."""
        member = self.bot_member(chat)
        if not member.is_present:
            return False
        if member.is_admin or not self.privacy_mode:
            return True
        if reply_to is not None and reply_to.from_bot:
            return True
        for entity in message.entities:
            if entity["type"] == "bot_command":
                named = _COMMAND.match(message.text, _code_point(message.text, entity["offset"]))
                if (
                    named
                    and (named[1] or str(self.bot.username)).lower()
                    == str(self.bot.username).lower()
                ):
                    return True
        return False


def _request(chat: Chat, request_id: int) -> dict[str, Any]:
    for row in (chat.keyboard or {}).get("keyboard", []):
        for button in row:
            request = button.get("request_chat") if isinstance(button, dict) else None
            if request and request["request_id"] == request_id:
                return dict(request)
    raise LookupError(f"no button asks for a chat as request {request_id}")


def _code_point(text: str, utf16_offset: int) -> int:
    return len(text.encode("utf-16-le")[: utf16_offset * 2].decode("utf-16-le"))

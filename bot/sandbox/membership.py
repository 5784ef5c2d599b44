"""The bot's and other people's places in groups and channels, and what changes them."""

from typing import Any

from bot.sandbox.chats import Chat, Kind, Member, Status, User
from bot.sandbox.members import admin_rights, member_json, permissions
from bot.sandbox.messages import Message
from bot.sandbox.people import People


class Membership(People):
    """Who is in which group or channel, and with which rights."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: In private chats the bot has a place but no rights to speak of.
        self.bot_in_private = Member(self.bot)
        #: The bot's account as every message of it carries it, built once.
        self.bot_json = self.bot.json()

    def bot_member(self, chat: Chat) -> Member:
        return chat.member(self.bot)

    def add_member(self, chat: Chat, user: User) -> Member:
        member = Member(user)
        self._set_member(chat, member, by=user)
        return member

    def set_admin(
        self,
        chat: Chat,
        user: User,
        rights: dict[str, bool] | None = None,
        *,
        anonymous: bool = False,
    ) -> Member:
        """Make a person an administrator."""
        member = Member(user, Status.ADMINISTRATOR, admin_rights(chat.kind, rights), anonymous)
        self._set_member(chat, member, by=self._owner(chat))
        return member

    def remove_admin(self, chat: Chat, user: User) -> None:
        self._set_member(chat, Member(user), by=self._owner(chat))

    def add_bot(
        self,
        chat: Chat,
        by: User,
        *,
        admin: bool = False,
        rights: dict[str, bool] | None = None,
    ) -> None:
        """Add the bot; the service message comes in groups only."""
        member = Member(self.bot)
        if admin or rights is not None:
            member = Member(self.bot, Status.ADMINISTRATOR, admin_rights(chat.kind, rights))
        self._set_member(chat, member, by)
        if chat.is_group:
            self._service(chat, by, {"new_chat_members": [self.bot.json()]})

    def kick_bot(self, chat: Chat, by: User | None = None) -> None:
        by = by or self._owner(chat)
        self._set_member(chat, Member(self.bot, Status.KICKED), by)
        if chat.is_group:
            self._service(chat, by, {"left_chat_member": self.bot.json()})

    def promote_bot(
        self, chat: Chat, by: User | None = None, *, rights: dict[str, bool] | None = None
    ) -> None:
        member = Member(self.bot, Status.ADMINISTRATOR, admin_rights(chat.kind, rights))
        self._set_member(chat, member, by or self._owner(chat))

    def demote_bot(self, chat: Chat, by: User | None = None) -> None:
        self._set_member(chat, Member(self.bot), by or self._owner(chat))

    def restrict_bot(
        self, chat: Chat, by: User | None = None, *, allowed: dict[str, bool] | None = None
    ) -> None:
        """Take the bot's permissions away, but for those named as allowed."""
        member = Member(self.bot, Status.RESTRICTED, permissions(allowed))
        self._set_member(chat, member, by or self._owner(chat))

    def leave(self, chat: Chat) -> None:
        """Let the bot leave by itself."""
        self._set_member(chat, Member(self.bot, Status.LEFT), by=self.bot)
        if chat.is_group:
            self.post(chat, {"left_chat_member": self.bot.json()}, sender=self.bot.json())

    def _set_member(self, chat: Chat, member: Member, by: User) -> None:
        if chat.kind is Kind.PRIVATE:
            raise ValueError("a private chat has no members")
        old = chat.member(member.user)
        chat.members[member.user.id] = member
        is_bot = member.user is self.bot
        if is_bot or self.bot_member(chat).is_admin:
            self.deliver(
                "my_chat_member" if is_bot else "chat_member",
                {
                    "chat": chat.json(),
                    "from": by.json(),
                    "date": int(self.clock.now()),
                    "old_chat_member": member_json(old),
                    "new_chat_member": member_json(member),
                },
            )
        self.tell("chat", chat)

    def _service(
        self, chat: Chat, by: User, content: dict[str, Any], thread: int | None = None
    ) -> Message:
        message = self.post(chat, content, sender=by.json(), thread=thread)
        self.deliver("message", message.body)
        return message

    def _owner(self, chat: Chat) -> User:
        for member in chat.members.values():
            if member.status is Status.CREATOR:
                return member.user
        raise LookupError(f"chat {chat.id} has no owner")

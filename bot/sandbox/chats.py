"""People, chats, topics and memberships as the sandbox keeps them."""

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.sandbox.messages import Message

#: Posts of anonymous administrators come from this stub account.
ANONYMOUS_BOT = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}

#: Who writes in a group as a channel of theirs is seen by this one.
CHANNEL_BOT = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
#: Telegram itself: it copies a channel's posts into the linked group.
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


class Kind(enum.StrEnum):
    """The Bot API's `type` of a chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Status(enum.StrEnum):
    """The Bot API's `status` of a member."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    LEFT = "left"
    KICKED = "kicked"


@dataclass(slots=True, eq=False)
class User:
    """An account; `deactivated` means deleted."""

    id: int
    first_name: str
    language_code: str | None = "uk"
    username: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.username:
            body["username"] = self.username
        if self.language_code and not self.is_bot:
            body["language_code"] = self.language_code
        return body


@dataclass(slots=True, eq=False)
class Member:
    """Somebody in a chat; `rights` are an administrator's, or what is left to the restricted."""

    user: User
    status: Status = Status.MEMBER
    rights: dict[str, bool] = field(default_factory=dict)
    is_anonymous: bool = False

    @property
    def is_admin(self) -> bool:
        return self.status in (Status.CREATOR, Status.ADMINISTRATOR)

    @property
    def is_present(self) -> bool:
        return self.status not in (Status.LEFT, Status.KICKED)

    def may(self, right: str) -> bool:
        if self.status is Status.CREATOR:
            return True
        return self.is_present and self.rights.get(right, False)


@dataclass(slots=True, eq=False)
class Topic:
    """A forum's topic; its id is that of the message that opened it."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, group, supergroup or channel, with what was written in it."""

    id: int
    kind: Kind
    title: str = ""
    username: str | None = None
    #: The person of a private chat, and how things stand between them and the bot.
    user: User | None = None
    started: bool = False
    blocked: bool = False
    is_forum: bool = False
    general_closed: bool = False
    deactivated: bool = False
    migrated_to: int | None = None
    #: A channel's group for discussion: every post is copied into it.
    linked: "Chat | None" = None
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: "dict[int, Message]" = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_message_id: int = 0
    #: Ephemeral messages of the bot; of members' commands the id with who wrote it and when.
    quiet: "list[Message]" = field(default_factory=list)
    asked_quietly: dict[int, tuple[int, float]] = field(default_factory=dict)
    last_quiet_id: int = 0
    #: The bot's reply keyboard that stands under the input field.
    keyboard: dict[str, Any] | None = None
    _json: dict[str, Any] | None = None

    @property
    def is_group(self) -> bool:
        return self.kind in (Kind.GROUP, Kind.SUPERGROUP)

    @property
    def name(self) -> str:
        return self.user.first_name if self.user else self.title

    def member(self, user: User) -> Member:
        """Return the person's membership; who was never here has left."""
        return self.members.get(user.id) or Member(user, Status.LEFT)

    def json(self) -> dict[str, Any]:
        """Return the Bot API's `Chat`, shared by every message of the chat."""
        if self._json is None:
            self._json = self._build()
        return self._json

    def _build(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": self.id, "type": str(self.kind)}
        if self.user is not None:
            body["first_name"] = self.user.first_name
            username = self.user.username
        else:
            body["title"] = self.title
            username = self.username
        if username:
            body["username"] = username
        if self.is_forum:
            body["is_forum"] = True
        return body

"""A message in a chat, with the versions it had before its edits."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.chats import Chat

#: Fields that make a message a service message.
SERVICE_FIELDS = (
    "new_chat_members",
    "left_chat_member",
    "group_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "chat_shared",
)


@dataclass(slots=True, eq=False)
class Message:
    """`body` is the Bot API's `Message`; `versions` are the bodies before each edit."""

    chat: Chat
    id: int
    body: dict[str, Any]
    from_bot: bool = False
    silent: bool = False
    #: A reply keyboard, its removal or a forced reply; the Bot API never returns them.
    keyboard: dict[str, Any] | None = None
    deleted: bool = False
    versions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def entities(self) -> list[dict[str, Any]]:
        return list(self.body.get("entities") or self.body.get("caption_entities") or [])

    @property
    def buttons(self) -> list[list[dict[str, Any]]]:
        markup = self.body.get("reply_markup") or {}
        return list(markup.get("inline_keyboard", []))

    @property
    def button_texts(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    @property
    def thread(self) -> int | None:
        return self.body.get("message_thread_id")

    @property
    def is_service(self) -> bool:
        return any(name in self.body for name in SERVICE_FIELDS)

    @property
    def is_pinned(self) -> bool:
        return self.id in self.chat.pinned

    def view(self) -> dict[str, Any]:
        """Describe the message for the page and for tests in another process."""
        return {
            "chat_id": self.chat.id,
            "message_id": self.id,
            "from_bot": self.from_bot,
            "silent": self.silent,
            "deleted": self.deleted,
            "pinned": self.is_pinned,
            "edits": len(self.versions),
            "keyboard": self.keyboard,
            "body": self.body,
        }

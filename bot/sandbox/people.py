"""What people do in private: write, share a place, press buttons, follow links, block the bot."""

import itertools
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.chats import Chat, Kind, Member, Status, User
from bot.sandbox.members import member_json
from bot.sandbox.messages import Message
from bot.sandbox.params import Upload
from bot.sandbox.state import State, text_content

#: A callback query answered later than this is "too old".
CALLBACK_LIFETIME_S = 60.0
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(slots=True, eq=False)
class Callback:
    """A pressed button; `answer` is what the bot answered, once it has."""

    id: str
    user: User
    message: Message
    data: str
    at: float
    answer: dict[str, Any] | None = None


class People(State):
    """The people's side of their private chats with the bot."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.callbacks: dict[str, Callback] = {}
        self._callback_ids = itertools.count(4_000_000_000_000_001)
        self._file_ids = itertools.count(1)

    def user(
        self,
        first_name: str,
        language_code: str | None = "uk",
        username: str | None = None,
        id: int | None = None,
    ) -> User:
        """Add a person who has not yet started the bot."""
        user_id = id if id is not None else self.take_user_id()
        if user_id <= 0 or self.find_user(user_id) is not None:
            raise ValueError(f"user id {user_id} cannot be used")
        user = User(user_id, first_name, language_code, username)
        self.users[user_id] = user
        self.add_chat(Chat(user_id, Kind.PRIVATE, user=user))
        return user

    def crowd(self, count: int, language_code: str = "uk") -> range:
        """Add that many people who have started the bot; returns their ids."""
        return self.add_crowd(count, language_code)

    def private_chat(self, user: User) -> Chat:
        chat = self.find_chat(user.id)
        if chat is None:
            raise ValueError(f"no private chat with user {user.id}")
        self.settle(chat)
        return chat

    def private_message(
        self,
        user: User,
        text: str,
        *,
        reply_to: Message | None = None,
        forwarded_from: str | None = None,
    ) -> Message:
        """Write to the bot; writing to a blocked bot unblocks it, as Telegram's button does.

        `forwarded_from` is a name under which somebody who hides their account wrote it.
        """
        content = text_content(text)
        if forwarded_from is not None:
            origin = {"type": "hidden_user", "sender_user_name": forwarded_from}
            content["forward_origin"] = {**origin, "date": int(self.clock.now())}
        if reply_to is not None:
            content["reply_to_message"] = reply_to.body
        return self._private(user, content)

    def start(self, user: User, payload: str | None = None) -> Message:
        """Press Start, or follow a deep link with this payload."""
        if payload is None:
            return self.private_message(user, "/start")
        _require_payload(payload)
        return self.private_message(user, f"/start {payload}")

    def follow(self, user: User, url: str, group: Chat | None = None) -> Message:
        """Follow a `t.me` link to the bot: `?start=`, or `?startgroup=` into a group."""
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        if parts.path.strip("/").lower() != str(self.bot.username).lower():
            raise ValueError(f"{url} does not lead to the bot")
        if "startgroup" not in query:
            return self.start(user, query["start"][0] if "start" in query else None)
        if group is None:
            raise ValueError("a startgroup link needs a group to lead to")
        payload = query["startgroup"][0]
        _require_payload(payload)
        return self.start_in_group(user, group, payload)

    def start_in_group(self, user: User, group: Chat, payload: str) -> Message:
        raise NotImplementedError

    def share_location(self, user: User, lat: float, lon: float) -> Message:
        return self._private(user, {"location": {"latitude": lat, "longitude": lon}})

    def share_document(
        self, user: User, name: str, content: bytes, *, caption: str = "", mime: str = "text/plain"
    ) -> Message:
        document = self.keep_file(Upload(name, content, mime))
        body: dict[str, Any] = {"document": document}
        if caption:
            typed = text_content(caption)
            body["caption"] = typed["text"]
            if "entities" in typed:
                body["caption_entities"] = typed["entities"]
        return self._private(user, body)

    def keep_file(self, upload: Upload) -> dict[str, Any]:
        """Keep a file and return the Bot API's `Document`."""
        number = next(self._file_ids)
        file_id = f"sandbox-file-{number}"
        self.files[file_id] = upload
        return {
            "file_id": file_id,
            "file_unique_id": f"u{number}",
            "file_name": upload.name,
            "mime_type": upload.content_type,
            "file_size": len(upload.content),
        }

    def press(
        self,
        user: User,
        chat_id: int,
        message_id: int,
        *,
        data: str | None = None,
        text: str | None = None,
    ) -> str:
        """Press an inline button, found by its data or its label; returns the callback's id.

        Raises:
            LookupError: no such message, or no such button on it.
        """
        chat = self.find_chat(chat_id)
        message = chat.messages.get(message_id) if chat else None
        if message is None:
            raise LookupError(f"no message {message_id} in chat {chat_id}")
        button = _find_button(message, data, text)
        if "callback_data" not in button:
            raise LookupError(f"button {button['text']!r} calls nothing back: {sorted(button)}")
        callback = Callback(
            str(next(self._callback_ids)),
            user,
            message,
            button["callback_data"],
            self.clock.now(),
        )
        self.callbacks[callback.id] = callback
        self.deliver(
            "callback_query",
            {
                "id": callback.id,
                "from": user.json(),
                "message": message.body,
                "chat_instance": str(abs(chat_id) * 7919),
                "data": callback.data,
            },
        )
        return callback.id

    def block(self, user: User) -> None:
        chat = self.private_chat(user)
        if not chat.blocked:
            chat.blocked = True
            self._private_membership(chat, user, Status.MEMBER, Status.KICKED)

    def unblock(self, user: User) -> None:
        chat = self.private_chat(user)
        if chat.blocked:
            chat.blocked = False
            self._private_membership(chat, user, Status.KICKED, Status.MEMBER)

    def deactivate(self, user: User) -> None:
        """Delete the person's account."""
        self.private_chat(user)
        user.deactivated = True

    def _private(self, user: User, content: dict[str, Any]) -> Message:
        if user.deactivated:
            raise ValueError(f"user {user.id} is deactivated")
        chat = self.private_chat(user)
        self.unblock(user)
        chat.started = True
        message = self.post(chat, content, sender=user.json())
        self.deliver("message", message.body)
        return message

    def _private_membership(self, chat: Chat, user: User, old: Status, new: Status) -> None:
        self.deliver(
            "my_chat_member",
            {
                "chat": chat.json(),
                "from": user.json(),
                "date": int(self.clock.now()),
                "old_chat_member": member_json(Member(self.bot, old)),
                "new_chat_member": member_json(Member(self.bot, new)),
            },
        )
        self.tell("chat", chat)


def _require_payload(payload: str) -> None:
    if not _PAYLOAD.fullmatch(payload):
        raise ValueError("a deep link's payload is 1 to 64 of A-Z, a-z, 0-9, _ and -")


def _find_button(message: Message, data: str | None, text: str | None) -> dict[str, Any]:
    for row in message.buttons:
        for button in row:
            if data is not None and button.get("callback_data") == data:
                return button
            if text is not None and button["text"] == text:
                return button
    wanted = data if data is not None else text
    raise LookupError(f"no button {wanted!r}; there are {message.button_texts}")

"""The world's state: who exists, which chats there are, and what stands in them."""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.sandbox.chats import Chat, Kind, User
from bot.sandbox.clock import Clock
from bot.sandbox.formatted import parse
from bot.sandbox.messages import Message
from bot.sandbox.params import Upload
from bot.sandbox.updates import Updates

#: Called with what happened (`message`, `edit`, `delete`, `chat`, `answer`) and the thing.
Listener = Callable[[str, Any], None]

_FIRST_USER_ID = 5_000_000_001
_FIRST_GROUP_ID = -4_000_000_001
_FIRST_SUPERGROUP_ID = -1_002_000_000_001


class State:
    """Everything the bot and the people can change; one event loop owns it."""

    def __init__(
        self, clock: Clock, bot: User, updates: Updates, *, keep_messages: bool = True
    ) -> None:
        self.clock = clock
        self.bot = bot
        self.updates = updates
        #: Off for storms: messages are counted and forgotten.
        self.keep_messages = keep_messages
        #: With privacy mode the bot reads in groups only what is meant for it.
        self.privacy_mode = True
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Upload] = {}
        self._crowds: list[tuple[range, str]] = []
        self._usernames: dict[str, Chat] = {}
        self._listeners: list[Listener] = []
        self._next_user_id = _FIRST_USER_ID
        self._next_group_id = _FIRST_GROUP_ID
        self._next_supergroup_id = _FIRST_SUPERGROUP_ID
        self._last_message_id = 0

    # Who and what there is

    def find_user(self, user_id: int) -> User | None:
        user = self.users.get(user_id)
        if user is None and (chat := self.find_chat(user_id)) is not None:
            return chat.user
        return user

    def find_chat(self, chat_id: int) -> Chat | None:
        chat = self.chats.get(chat_id)
        if chat is None and self._crowds:
            return self._from_crowd(chat_id)
        return chat

    def find_public(self, username: str) -> Chat | None:
        return self._usernames.get(username.lstrip("@").lower())

    def add_chat(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        if chat.username:
            self._usernames[chat.username.lower()] = chat
        self.tell("chat", chat)
        return chat

    def add_crowd(self, count: int, language_code: str) -> range:
        """Add people who have all started the bot; each comes into being when first met."""
        ids = range(self._next_user_id, self._next_user_id + count)
        self._next_user_id += count
        self._crowds.append((ids, language_code))
        return ids

    def _from_crowd(self, chat_id: int) -> Chat | None:
        for ids, language_code in self._crowds:
            if chat_id in ids:
                user = User(chat_id, f"Person {chat_id - ids.start + 1}", language_code)
                chat = Chat(chat_id, Kind.PRIVATE, user=user, started=True)
                if self.keep_messages:
                    self.users[chat_id] = user
                    self.chats[chat_id] = chat
                return chat
        return None

    def settle(self, chat: Chat) -> None:
        """Keep somebody of a crowd for good, because something about them changed."""
        if chat.user is not None and chat.id not in self.chats:
            self.users[chat.id] = chat.user
            self.chats[chat.id] = chat

    def take_user_id(self) -> int:
        while self._next_user_id in self.users:
            self._next_user_id += 1
        self._next_user_id += 1
        return self._next_user_id - 1

    def take_group_id(self, *, supergroup: bool) -> int:
        if supergroup:
            self._next_supergroup_id -= 1
            return self._next_supergroup_id + 1
        self._next_group_id -= 1
        return self._next_group_id + 1

    def take_message_id(self, chat: Chat) -> int:
        """Number a message: per chat in supergroups and channels, else across the bot."""
        if chat.kind in (Kind.SUPERGROUP, Kind.CHANNEL):
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_message_id += 1
        return self._last_message_id

    def was_sent(self, chat: Chat, message_id: int) -> bool:
        """Say whether such a message may have been sent, where messages are not kept."""
        if chat.kind in (Kind.SUPERGROUP, Kind.CHANNEL):
            return 0 < message_id <= chat.last_message_id
        return 0 < message_id <= self._last_message_id

    # What is written

    def post(
        self,
        chat: Chat,
        content: dict[str, Any],
        *,
        sender: dict[str, Any] | None = None,
        sender_chat: Chat | None = None,
        thread: int | None = None,
        from_bot: bool = False,
        silent: bool = False,
        keyboard: dict[str, Any] | None = None,
    ) -> Message:
        """Put a message into a chat and tell the listeners."""
        message_id = self.take_message_id(chat)
        body: dict[str, Any] = {
            "message_id": message_id,
            "date": int(self.clock.now()),
            "chat": chat.json(),
        }
        if sender is not None:
            body["from"] = sender
        if sender_chat is not None:
            body["sender_chat"] = sender_chat.json()
        if thread is not None:
            body["message_thread_id"] = thread
            body["is_topic_message"] = True
        body |= content
        message = Message(chat, message_id, body, from_bot, silent, keyboard)
        if self.keep_messages:
            chat.messages[message_id] = message
            if keyboard is not None:
                chat.keyboard = None if keyboard.get("remove_keyboard") else keyboard
        if self._listeners:
            self.tell("message", message)
        return message

    def change(self, message: Message, content: dict[str, Any]) -> None:
        """Edit a message; the body before it is kept."""
        message.versions.append(message.body)
        body = {**message.body, **content, "edit_date": int(self.clock.now())}
        message.body = {name: value for name, value in body.items() if value is not None}
        self.tell("edit", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.chat.messages.pop(message.id, None)
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self.tell("delete", message)

    def deliver(self, kind: str, body: dict[str, Any]) -> None:
        """Queue an update towards the bot."""
        self.updates.push(kind, body)

    # Who listens

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener at every event; the returned function ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, what: str, thing: Any) -> None:
        for listener in tuple(self._listeners):
            listener(what, thing)

    async def wait_event(
        self, accept: Callable[[str, Any], Any], timeout_s: float, describe: Callable[[], str]
    ) -> Any:
        """Wait for the first event of which `accept` makes something, and return that."""
        found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def listener(what: str, thing: Any) -> None:
            if not found.done() and (result := accept(what, thing)) is not None:
                found.set_result(result)

        stop = self.listen(listener)
        try:
            return await asyncio.wait_for(found, timeout_s)
        except TimeoutError:
            raise TimeoutError(describe()) from None
        finally:
            stop()


def text_content(text: str) -> dict[str, Any]:
    """Return what somebody typed, with the commands and links Telegram finds in it."""
    plain, entities = parse(text, "")
    return {"text": plain, "entities": entities} if entities else {"text": plain}

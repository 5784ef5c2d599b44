"""The whole world of the sandbox, and how a test looks at it and waits for it."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from bot.sandbox.chats import Chat
from bot.sandbox.groups import Groups
from bot.sandbox.messages import Message


class World(Groups):
    """People, chats and messages; a test acts through it and looks at what the bot did."""

    def messages(self, chat_id: int, *, from_bot: bool | None = None) -> list[Message]:
        """List what stands in a chat now: edited as edited, without the deleted."""
        chat = self.find_chat(chat_id)
        if chat is None:
            raise LookupError(f"no chat {chat_id}")
        return [
            message
            for message in chat.messages.values()
            if from_bot is None or message.from_bot is from_bot
        ]

    def message(self, chat_id: int, message_id: int) -> Message:
        chat = self.find_chat(chat_id)
        if chat is None or message_id not in chat.messages:
            raise LookupError(f"no message {message_id} in chat {chat_id}")
        return chat.messages[message_id]

    def last(self, chat_id: int) -> Message:
        """Return the newest message of the bot in a chat."""
        messages = self.messages(chat_id, from_bot=True)
        if not messages:
            raise LookupError(f"the bot has written nothing in chat {chat_id}")
        return messages[-1]

    def history(self, chat_id: int, message_id: int) -> list[dict[str, Any]]:
        """List every body a message has had, oldest first, the present one last."""
        message = self.message(chat_id, message_id)
        return [*message.versions, message.body]

    async def wait_for(
        self,
        wanted: str | Callable[[Message], bool],
        *,
        chat_id: int | None = None,
        timeout_s: float = 5.0,
        after: int = 0,
    ) -> Message:
        """Wait until the bot has written (or edited in) such a message, and return it.

        A text is looked for as a part of the message. What stands there already counts, unless
        its id is not greater than `after`. The time is the real one, whatever the clock.

        Raises:
            TimeoutError: with what the bot wrote instead.
        """

        def accept(what: str, thing: object) -> Message | None:
            if what not in ("message", "edit") or not isinstance(thing, Message):
                return None
            if not thing.from_bot or (chat_id is not None and thing.chat.id != chat_id):
                return None
            if thing.id <= after and what == "message":
                return None
            fits = wanted in thing.text if isinstance(wanted, str) else wanted(thing)
            return thing if fits else None

        for message in self._written(chat_id):
            if message.id > after and accept("message", message):
                return message
        found = await self.wait_event(
            accept, timeout_s, lambda: self._instead(str(wanted), chat_id)
        )
        assert isinstance(found, Message)
        return found

    async def wait_answer(self, callback_id: str, *, timeout_s: float = 5.0) -> dict[str, Any]:
        """Wait until the bot has answered a callback query, and return the answer."""
        callback = self.callbacks[callback_id]
        if callback.answer is not None:
            return callback.answer
        answer: dict[str, Any] = await self.wait_event(
            lambda what, thing: thing.answer if what == "answer" and thing is callback else None,
            timeout_s,
            lambda: f"callback {callback.data!r} was not answered",
        )
        return answer

    def _written(self, chat_id: int | None) -> Iterator[Message]:
        chats: list[Chat] = list(self.chats.values())
        if chat_id is not None:
            chat = self.find_chat(chat_id)
            chats = [] if chat is None else [chat]
        return chain.from_iterable(list(chat.messages.values()) for chat in chats)

    def _instead(self, wanted: str, chat_id: int | None) -> str:
        texts = [message.text[:200] for message in self._written(chat_id) if message.from_bot]
        return f"waited in vain for {wanted!r}; the bot's last messages: {texts[-5:]}"

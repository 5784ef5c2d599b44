"""What a story is told with: a clock of its own day, people, the queue, and a transcript."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from textwrap import indent
from zoneinfo import ZoneInfo

from bot.formats.signature import sign
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from bot.storage.queue import AdvisoryQueue

SOURCE = "example-embassy"
PATIENCE_S = 5.0
KYIV = ZoneInfo("Europe/Kyiv")

Say = Callable[[str], None]


class StoryClock:
    """A day that is not today: it runs at the speed of life and jumps between scenes."""

    def __init__(self, start: datetime) -> None:
        self._at = start
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """Now, in the story."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def jump(self, to: datetime) -> None:
        """Go on from another moment; a story never goes back."""
        if to > self():
            self._at, self._since = to, time.monotonic()


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody in the story who expects messages: a name for the transcript and a chat."""

    name: str
    chat_id: int


@dataclass(slots=True)
class Story:
    """Tells scenes and remembers what was expected and did not come."""

    sandbox: Sandbox
    queue: AdvisoryQueue
    clock: StoryClock
    private_key: str
    say: Say
    missing: list[str] = field(default_factory=list)

    def scene(self, at: datetime, title: str) -> None:
        """Begin a scene at a moment of the story."""
        self.clock.jump(at)
        local = at.astimezone(KYIV)
        self.say(f"\n=== {local:%d.%m.%Y %H:%M} · {title}")

    async def publish(self, package: str, name: str, *, signed: bool = False) -> None:
        """Do what any producer does: add an advisory's bytes to the stream."""
        payload = (resources.files(package) / name).read_bytes()
        if signed:
            await self.queue.add(payload, SOURCE, sign(payload, self.private_key))
        else:
            await self.queue.add(payload)
        how = f"signed by {SOURCE}" if signed else "unsigned"
        self.say(f"\n--> XADD advisories: {name}, {how}")

    async def expect(self, listener: Listener, *parts: str, after: int = 0) -> Message | None:
        """Wait for one message of the bot with all `parts`; write it into the transcript."""
        try:
            message = await self.sandbox.world.wait_for(
                lambda one: all(part in one.text for part in parts),
                chat_id=listener.chat_id,
                timeout_s=PATIENCE_S,
                after=after,
            )
        except TimeoutError as fault:
            self.missing.append(f"{listener.name}: a message with {', '.join(parts)} ({fault})")
            self.say(f"\n[{listener.name}] MISSING: {', '.join(parts)}")
            return None
        self._transcribe(listener, message)
        return message

    async def expect_change(self, listener: Listener, message_id: int, *parts: str) -> None:
        """Wait until a message of the bot was changed so that it has all `parts` and no buttons."""
        try:
            message = await self.sandbox.world.wait_for(
                lambda one: one.id == message_id and all(part in one.text for part in parts),
                chat_id=listener.chat_id,
                timeout_s=PATIENCE_S,
            )
        except TimeoutError as fault:
            self.missing.append(f"{listener.name}: message {message_id} changed ({fault})")
            self.say(f"\n[{listener.name}] NOT CHANGED: message {message_id}, {', '.join(parts)}")
            return
        first = message.text.partition("\n")[0]
        self.say(f"\n[{listener.name}] message {message_id} was changed and begins: {first}")
        self.require(not message.button_texts, f"{listener.name}: {message_id} has no buttons left")

    def require(self, holds: bool, sentence: str) -> None:
        """Note what had to be true and is not."""
        if not holds:
            self.missing.append(sentence)
            self.say(f"\nNOT SO: {sentence}")

    def _transcribe(self, listener: Listener, message: Message) -> None:
        sound = "silent" if message.silent else "with sound"
        answer = message.body.get("reply_to_message")
        to = f", answers message {answer['message_id']}" if answer else ""
        self.say(f"\n[{listener.name}] message {message.id}, {sound}{to}")
        self.say(indent(message.text, "    ", lambda _line: True))
        if message.button_texts:
            self.say("    " + " ".join(f"[ {text} ]" for text in message.button_texts))

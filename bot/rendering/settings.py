"""The settings of a chat in words, with the buttons that change them."""

from __future__ import annotations

from bot.domain.message import Button, Message
from bot.domain.subscriber import Chat
from bot.rendering.dialogue import Dialogue
from bot.rendering.text import escape


def settings(dialogue: Dialogue, language: str, chat: Chat) -> Message:
    """Short messages on or off, and where the other settings are."""

    def say(key: str) -> str:
        return dialogue.text(language, f"settings.{key}")

    now, other = ("low_on", "turn_off") if chat.low_data else ("low_off", "turn_on")
    data = "settings:full" if chat.low_data else "settings:low"
    html = "\n\n".join((f"<b>{escape(say('title'))}</b>", escape(say(now)), escape(say("more"))))
    return Message(html, ((Button(say(other), data=data),),))

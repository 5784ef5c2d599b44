"""Operators at their phones: they tap and type, and what they tap is counted."""

from __future__ import annotations

import json
from typing import Any

from bot.domain.operators import Operator, Role
from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from tests.acceptance.town import Town


class Hand:
    """One person's phone. `taps` counts commands from the menu and pressed buttons."""

    def __init__(self, town: Town, user: User) -> None:
        self.town, self.user, self.taps = town, user, 0
        self.card: Message | None = None

    @property
    def id(self) -> int:
        return self.user.id

    def command(self, name: str) -> Message:
        """Choose a command from the menu."""
        self.taps += 1
        return self.town.world.private_message(self.user, f"/{name}")

    def type(self, text: str) -> Message:
        """Type something; not a tap."""
        return self.town.world.private_message(self.user, text)

    async def sees(self, *words: str, button: str | None = None) -> Message:
        """Wait until a message has these words, and such a button; it is looked at from now on."""

        def fits(message: Message) -> bool:
            there = all(word in message.text for word in words)
            return there and (button is None or button in message.button_texts)

        self.card = await self.town.world.wait_for(fits, chat_id=self.id)
        return self.card

    async def tap(self, button: str, card: Message | None = None) -> dict[str, Any]:
        """Press a button of what is looked at; the bot's answer."""
        self.taps += 1
        message = card or self.card
        assert message is not None
        pressed = self.town.world.press(self.user, self.id, message.id, text=button)
        return await self.town.world.wait_answer(pressed)

    async def press(self, data: str, card: Message) -> dict[str, Any]:
        """Press a button by its data, also one that this person's card does not show."""
        message = self.town.world.message(self.id, card.id)
        kept = message.body.get("reply_markup")
        forged = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        message.body["reply_markup"] = forged
        try:
            pressed = self.town.world.press(self.user, self.id, message.id, data=data)
        finally:
            if kept is None:
                del message.body["reply_markup"]
            else:
                message.body["reply_markup"] = kept
        return await self.town.world.wait_answer(pressed)


def hand(town: Town, name: str) -> Hand:
    """Somebody who has started the bot and follows nothing."""
    user = town.world.user(name, "en")
    town.world.private_chat(user).started = True
    return Hand(town, user)


async def employ(town: Town, name: str, role: Role, *places: str) -> Hand:
    """Somebody with a role, as if invited long ago."""
    found = hand(town, name)
    made = Operator(found.id, role, name, places)
    assert await town.storage.operators.change(None, made)
    return found


def settings(*owners: Hand, **more: str) -> dict[str, str]:
    """Owners of the configuration; what is not signed waits."""
    usual = {
        "BOT_ADMINS": json.dumps([owner.id for owner in owners]),
        "BOT_TRUST__UNSIGNED": "review",
    }
    return usual | more


async def audited(town: Town) -> list[tuple[str, str]]:
    """Who did what, in order."""
    entries = [entry async for entry in town.storage.audit.entries()]
    return [(entry.facts["name"], entry.facts["what"]) for entry in entries]

"""The story itself: who subscribes, what arrives, and what everybody must then have been told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.demo.story import KYIV, PATIENCE_S, Listener, Story
from bot.sandbox.chats import Chat, User

START = datetime(2024, 11, 19, 17, 0, tzinfo=KYIV)
PACKAGE = "bot.demo.kyiv"
KYIV_ID = "703448"
_CODE = re.compile(r"\bKYI-[0-9A-Z]{4}\b")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in the story who is told."""

    oksana: Listener
    james: Listener
    house: Listener
    channel: Listener

    @property
    def all(self) -> tuple[Listener, ...]:
        """In the order in which they must be reached: channels, groups, people."""
        return self.channel, self.house, self.oksana, self.james


async def tell(story: Story) -> None:
    """Play both days; what does not come ends up in `story.missing`."""
    cast = await _subscribe(story)
    story.scene(datetime(2024, 11, 19, 18, 30, tzinfo=KYIV), "An embassy advises reserves")
    await story.publish(PACKAGE, "1-reserves.json", signed=True)
    reserves = await _hear(story, cast, uk=("Київ", "вод"), en=("Kyiv", "water"))
    story.scene(datetime(2024, 11, 19, 22, 30, tzinfo=KYIV), "A possible air attack is announced")
    await story.publish(PACKAGE, "2-air-attack.json", signed=True)
    attack = await _hear(
        story, cast, uk=("повітряна атака", "Київ"), en=("air attack", "Kyiv"), after=reserves
    )
    story.scene(datetime(2024, 11, 20, 8, 0, tzinfo=KYIV), "A mistaken advisory goes out")
    await story.publish(PACKAGE, "3-mistake.json")
    mistake = await _hear(
        story, cast, uk=("електроенергії", "Київ"), en=("power cut", "Kyiv"), after=attack
    )
    story.scene(datetime(2024, 11, 20, 8, 20, tzinfo=KYIV), "It is withdrawn")
    await story.publish(PACKAGE, "4-withdrawal.json")
    await _hear_correction(story, cast, after=mistake)
    _close(story, cast)


async def _subscribe(story: Story) -> Cast:
    world = story.sandbox.world
    story.scene(START, "Four chats follow Kyiv")
    oksana = world.user("Оксана", "uk")
    james = world.user("James", "en")
    house = world.group("Будинок на Саксаганського", oksana, supergroup=True)
    channel = world.channel("Київ: попередження", oksana, "kyiv_forewarn")
    cast = Cast(
        Listener("Оксана, private, Ukrainian", oksana.id),
        Listener("James, private, English", james.id),
        Listener("Будинок на Саксаганського, group", house.id),
        Listener("Київ: попередження, channel", channel.id),
    )
    await _two_taps(story, cast.oksana, oksana)
    world.start(james, f"c_{KYIV_ID}")
    await story.expect(cast.james, "Kyiv")
    world.add_bot(house, oksana)
    world.group_message(house, oksana, f"/city@{story.sandbox.bot.username} Київ")
    await story.expect(cast.house, "Київ")
    await _bind_channel(story, cast.channel, channel, oksana)
    return cast


async def _two_taps(story: Story, listener: Listener, user: User) -> None:
    """Start, the button of the city: a confirmed subscription."""
    world = story.sandbox.world
    world.start(user)
    greeting = await world.wait_for(
        lambda message: "Київ" in message.button_texts, chat_id=listener.chat_id
    )
    world.press(user, listener.chat_id, greeting.id, text="Київ")
    await story.expect(listener, "Київ")


async def _bind_channel(story: Story, listener: Listener, channel: Chat, owner: User) -> None:
    """An administrator posts `/city`; the bot takes the post away and follows the city."""
    world = story.sandbox.world
    world.add_bot(channel, owner, admin=True)
    post = world.channel_post(channel, "/city Київ")
    gone = await _vanishes(story, post.id, listener)
    story.require(gone, "the channel's /city post is removed")
    story.say(f"\n[{listener.name}] follows Kyiv; the post /city Київ was removed")


async def _vanishes(story: Story, message_id: int, listener: Listener) -> bool:
    def gone(what: str, thing: Any) -> bool | None:
        if what != "delete":
            return None
        return (thing.chat.id, thing.id) == (listener.chat_id, message_id) or None

    try:
        await story.sandbox.world.wait_event(gone, PATIENCE_S, lambda: "the post still stands")
    except TimeoutError:
        return False
    return True


async def _hear(
    story: Story,
    cast: Cast,
    *,
    uk: tuple[str, ...],
    en: tuple[str, ...],
    after: dict[int, int] | None = None,
) -> dict[int, int]:
    """Everybody hears it in their language; returns the message id by chat."""
    heard: dict[int, int] = {}
    for listener in cast.all:
        parts = en if listener is cast.james else uk
        last = (after or {}).get(listener.chat_id, 0)
        message = await story.expect(listener, *parts, after=last)
        if message is not None:
            heard[listener.chat_id] = message.id
    return heard


async def _hear_correction(story: Story, cast: Cast, *, after: dict[int, int]) -> None:
    """Exactly those who were told hear that it is withdrawn, in answer to what they were told."""
    for listener in cast.all:
        words = ("withdrawn",) if listener is cast.james else ("відкликано",)
        told = after.get(listener.chat_id, 0)
        message = await story.expect(listener, *words, after=told)
        if message is not None:
            answered = message.body.get("reply_to_message", {}).get("message_id")
            story.require(answered == told, f"{listener.name}: the correction answers the mistake")


def _close(story: Story, cast: Cast) -> None:
    """Three warnings and one correction for each chat, and not one message more."""
    for listener in cast.all:
        sends = story.sandbox.ledger.entries(method="sendMessage", chat_id=listener.chat_id)
        told = [entry for entry in sends if _CODE.search(entry.text)]
        story.require(len(told) == 4, f"{listener.name}: was told 4 times, not {len(told)}")

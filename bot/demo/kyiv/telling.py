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
FORGED = "KYI-0000"
"""The code on a copy that somebody made up."""
COPY = f"The embassy orders everybody to leave Kyiv tonight. Pass it on. Code {FORGED}"
REPORT = "Report it to the operators"
OPERATOR_ID = 900_001

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
    story.scene(datetime(2024, 11, 20, 0, 0, tzinfo=KYIV), "The announced day begins")
    opened = await _hear(
        story,
        cast,
        uk=("Оголошений час настав",),
        en=("The announced time has begun",),
        after=attack,
        answers=attack,
    )
    await _see_changed(story, cast, attack, uk="ЗАМІНЕНО", en="REPLACED")
    story.scene(datetime(2024, 11, 20, 8, 0, tzinfo=KYIV), "A mistaken advisory goes out")
    await story.publish(PACKAGE, "3-mistake.json")
    mistake = await _hear(
        story, cast, uk=("електроенергії", "Київ"), en=("power cut", "Kyiv"), after=opened
    )
    story.scene(datetime(2024, 11, 20, 8, 20, tzinfo=KYIV), "It is withdrawn")
    await story.publish(PACKAGE, "4-withdrawal.json")
    withdrawn = await _hear(
        story, cast, uk=("відкликано",), en=("withdrawn",), after=mistake, answers=mistake
    )
    await _see_changed(story, cast, mistake, uk="ЗАВЕРШЕНО", en="ENDED")
    story.scene(datetime(2024, 11, 20, 9, 30, tzinfo=KYIV), "A forged copy makes the round")
    await _report_forgery(story, cast)
    story.scene(datetime(2024, 11, 20, 22, 0, tzinfo=KYIV), "The embassy extends its warning")
    await story.publish(PACKAGE, "5-extension.json", signed=True)
    longer = await _hear(
        story,
        cast,
        uk=("Триватиме довше", "03:00"),
        en=("Lasts longer", "03:00"),
        after=withdrawn,
        answers=opened,
    )
    await _see_changed(story, cast, opened, uk="ЗАМІНЕНО", en="REPLACED")
    story.scene(datetime(2024, 11, 21, 3, 0, tzinfo=KYIV), "Nothing came; no all-clear either")
    await _hear(
        story,
        cast,
        uk=("Час минув", "Відбою не було"),
        en=("Its time has passed", "No all-clear has come"),
        after=longer,
        answers=longer,
    )
    await _see_changed(story, cast, longer, uk="ЗАВЕРШЕНО", en="ENDED")
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
    answers: dict[int, int] | None = None,
) -> dict[int, int]:
    """Everybody hears it in their language, in answer to what they heard before; the message ids
    by chat.
    """
    heard: dict[int, int] = {}
    for listener in cast.all:
        parts = en if listener is cast.james else uk
        last = (after or {}).get(listener.chat_id, 0)
        message = await story.expect(listener, *parts, after=last)
        if message is None:
            continue
        heard[listener.chat_id] = message.id
        if answers is not None:
            said = message.body.get("reply_to_message", {}).get("message_id")
            is_right = said == answers.get(listener.chat_id)
            story.require(is_right, f"{listener.name}: {message.id} answers what was live")
    return heard


async def _see_changed(story: Story, cast: Cast, told: dict[int, int], *, uk: str, en: str) -> None:
    """What everybody was told says at its top that it no longer counts, and has no buttons."""
    for listener in cast.all:
        words = en if listener is cast.james else uk
        await story.expect_change(listener, told.get(listener.chat_id, 0), words)


async def _report_forgery(story: Story, cast: Cast) -> None:
    """James is shown a copy and asks; the bot never sent it, and its operator hears of it."""
    world = story.sandbox.world
    iryna = world.user("Iryna", "en", id=OPERATOR_ID)
    operator = Listener("Iryna, operator", iryna.id)
    started = world.start(iryna)
    await story.expect(operator, "Choose your city", after=started.id)
    james = world.users[cast.james.chat_id]
    story.say(f"\n[James] /verify {COPY}")
    asked = world.private_message(james, f"/verify {COPY}")
    answer = await story.expect(cast.james, "Unknown code", FORGED, after=asked.id)
    if answer is None:
        return
    has_button = REPORT in answer.button_texts
    story.require(has_button, f"James can press {REPORT}")
    if has_button:
        story.say(f"\n[James] presses [ {REPORT} ]")
        world.press(james, cast.james.chat_id, answer.id, text=REPORT)
        note = await story.expect(operator, "NOT OURS", COPY)
        story.require(note is None or "James" not in note.text, "the report names nobody")


def _close(story: Story, cast: Cast) -> None:
    """Two warnings and a mistake with all that became of them, and not one message more."""
    for listener in cast.all:
        sends = story.sandbox.ledger.entries(method="sendMessage", chat_id=listener.chat_id)
        told = [entry for entry in sends if set(_CODE.findall(entry.text)) - {FORGED}]
        story.require(len(told) == 7, f"{listener.name}: was told 7 times, not {len(told)}")

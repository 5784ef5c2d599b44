"""A group's pins: ours while a warning holds, nobody else's ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.sandbox.chats import Chat, User
from tests.acceptance.town import until
from tests.integration.chat.conftest import Stage


async def followed(stage: Stage, *, pins: bool, forum: bool = False) -> tuple[Chat, User]:
    """A group that follows Kyiv, where the bot may pin or not."""
    owner = stage.world.user("Owner", "en")
    group = stage.world.group("House 7", owner, supergroup=True, forum=forum)
    stage.world.add_bot(group, owner, rights={"can_pin_messages": True} if pins else None)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    return group, owner


async def test_warning_is_pinned_silently_and_taken_down_when_it_is_withdrawn(
    stage: Stage,
) -> None:
    group, owner = await followed(stage, pins=True)
    other = stage.world.group_message(group, owner, "House rules")
    group.pinned.append(other.id)
    sent = datetime.now(UTC).replace(microsecond=0).isoformat()
    identifier = await stage.publish(sent=sent)
    warning = await stage.world.wait_for("Example Embassy", chat_id=group.id)
    await until(lambda: group.pinned == [other.id, warning.id])
    pins = stage.sandbox.ledger.entries(method="pinChatMessage")
    assert [(one.message_id, one.silent) for one in pins] == [(warning.id, True)]
    original = f"acs@embassy.example,{identifier},{sent}"
    await stage.publish(msgType="Cancel", info=[], references=original)
    await until(lambda: group.pinned == [other.id])


async def test_group_without_the_right_gets_its_warning_and_no_word_about_pins(
    stage: Stage,
) -> None:
    group, owner = await followed(stage, pins=False)
    await stage.publish()
    await stage.world.wait_for("Example Embassy", chat_id=group.id)
    stage.world.group_message(group, owner, "/status")
    await stage.world.wait_for("What is active now", chat_id=group.id)
    said = [message.text for message in stage.world.messages(group.id, from_bot=True)]
    assert not group.pinned
    assert not any("pin" in text.casefold() for text in said)


async def test_drill_is_not_pinned_and_a_pin_taken_down_by_hand_stays_down(stage: Stage) -> None:
    group, _ = await followed(stage, pins=True)
    await stage.publish("Only a drill", status="Exercise")
    await stage.world.wait_for("Only a drill", chat_id=group.id)
    await stage.publish("The real one")
    real = await stage.world.wait_for("The real one", chat_id=group.id)
    await until(lambda: group.pinned == [real.id])
    group.pinned.clear()
    identifier = await stage.publish("A second one")
    second = await stage.world.wait_for("A second one", chat_id=group.id)
    await until(lambda: group.pinned == [second.id])
    assert identifier


async def test_pin_is_taken_down_when_its_time_is_over(stage: Stage) -> None:
    group, _ = await followed(stage, pins=True)
    now = datetime.now(UTC)
    info = {
        "language": "en-US",
        "category": ["Security"],
        "event": "Air attack",
        "responseType": ["Prepare"],
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Possible",
        "expires": (now + timedelta(seconds=3)).isoformat(timespec="seconds"),
        "headline": "Soon over",
        "area": [{"areaDesc": "Kyiv", "geocode": [{"valueName": "UA-ALERTS-UID", "value": "31"}]}],
    }
    await stage.publish(info=[info])
    warning = await stage.world.wait_for("Soon over", chat_id=group.id)
    await until(lambda: group.pinned == [warning.id])
    await until(lambda: group.pinned == [])

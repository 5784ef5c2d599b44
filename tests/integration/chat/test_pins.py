"""A group's pins: ours while a warning holds, nobody else's ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

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
    await stage.publish("A second one")
    second = await stage.world.wait_for("A second one", chat_id=group.id)
    await until(lambda: group.pinned == [second.id])


async def test_pin_is_taken_down_when_its_time_is_over(stage: Stage) -> None:
    group, _ = await followed(stage, pins=True)
    info = kyiv("Soon over", seconds=3)
    await stage.publish(info=[info])
    warning = await stage.world.wait_for("Soon over", chat_id=group.id)
    await until(lambda: group.pinned == [warning.id])
    await until(lambda: group.pinned == [])


async def test_change_of_a_pinned_message_pins_nothing_anew(stage: Stage) -> None:
    group, _ = await followed(stage, pins=True)
    sent = datetime.now(UTC).replace(microsecond=0).isoformat()
    info = kyiv("First words", hours=5)
    identifier = await stage.publish(sent=sent, info=[info])
    warning = await stage.world.wait_for("First words", chat_id=group.id)
    await until(lambda: group.pinned == [warning.id])
    group.pinned.clear()  # somebody takes it down by hand
    original = f"acs@embassy.example,{identifier},{sent}"
    changed = {**info, "headline": "Other words"}
    await stage.publish(msgType="Update", info=[changed], references=original)
    await until(lambda: "Other words" in warning.text)
    # The errand that the change left is worked off before that of a later warning.
    await stage.publish("A later one")
    later = await stage.world.wait_for("A later one", chat_id=group.id)
    await until(lambda: later.id in group.pinned)
    assert group.pinned == [later.id]


async def test_pin_waits_while_telegram_wants_it_and_a_deleted_message_costs_no_right(
    stage: Stage,
) -> None:
    group, _ = await followed(stage, pins=True)
    stage.sandbox.faults.too_many(1, method="pinChatMessage", chat_id=group.id, count=1)
    await stage.publish("First")
    first = await stage.world.wait_for("First", chat_id=group.id)
    await until(lambda: group.pinned == [first.id])
    stage.sandbox.faults.error(
        400, "Bad Request: message to pin not found", method="pinChatMessage", count=1
    )
    await stage.publish("Deleted at once")
    await until(lambda: stage.sandbox.ledger.refused[400] > 0)
    await stage.publish("Third")
    third = await stage.world.wait_for("Third", chat_id=group.id)
    await until(lambda: group.pinned == [first.id, third.id])


async def test_right_is_used_when_it_is_there_and_not_tried_without(stage: Stage) -> None:
    group, _ = await followed(stage, pins=True)
    stage.world.demote_bot(group)
    while await stage.storage.pins.allowed(group.id):
        pass
    for name in ("First", "Second"):
        await stage.publish(name)
        second = await stage.world.wait_for(name, chat_id=group.id)
    while len(await stage.storage.pins.held(group.id)) < 2:
        pass
    assert stage.sandbox.ledger.received["pinChatMessage"] == 0
    stage.world.promote_bot(group, rights={"can_pin_messages": True})
    await until(lambda: len(group.pinned) == 2)
    assert second.id in group.pinned
    assert not stage.sandbox.ledger.refused[400]


def kyiv(headline: str, **lasts: int) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(**lasts)
    return {
        "language": "en-US",
        "category": ["Security"],
        "event": "Air attack",
        "responseType": ["Prepare"],
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Possible",
        "expires": expires.isoformat(timespec="seconds"),
        "headline": headline,
        "area": [{"areaDesc": "Kyiv", "geocode": [{"valueName": "UA-ALERTS-UID", "value": "31"}]}],
    }

"""What waits for a person, and what that person decides."""

from __future__ import annotations

from bot.domain.record import AdvisoryState
from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from tests.integration.chat.conftest import OPERATOR_ID, SECOND_ID, Stage


def operators(stage: Stage) -> tuple[User, User]:
    """Two operators who started the bot."""
    first = stage.world.user("Iryna", "en", id=OPERATOR_ID)
    second = stage.world.user("Petro", "en", id=SECOND_ID)
    for person in (first, second):
        stage.world.start(person)
    return first, second


async def ready(stage: Stage, *people: User) -> None:
    """Wait until the bot can write to them."""
    for person in people:
        await stage.world.wait_for("Choose your city", chat_id=person.id)


def decision(message: Message, head: str) -> str:
    """The data of the button that approves (`ok`) or rejects (`no`)."""
    buttons = [str(button["callback_data"]) for row in message.buttons for button in row]
    return next(data for data in buttons if data.startswith(f"{head}:"))


async def test_operator_sees_the_advisory_and_approves_it(review_stage: Stage) -> None:
    stage = review_stage
    first, second = operators(stage)
    subscriber = stage.world.user("Olena", "en")
    await ready(stage, first, second)
    await stage.follow(subscriber)
    await stage.publish("Potential <air> attack")
    question = await stage.world.wait_for("Waits for your decision", chat_id=first.id)
    for part in ("Potential <air> attack", "No signature of a known source", "1 private chat"):
        assert part in question.text
    preview = stage.world.message(first.id, question.id - 1)
    assert preview.text.startswith("PREVIEW, NOT PUBLISHED")
    assert preview.text.endswith("PREVIEW, NOT PUBLISHED")
    await stage.world.wait_for("Waits for your decision", chat_id=second.id)
    await stage.press(first, question, decision(question, "ok"))
    await stage.world.wait_for("Example Embassy", chat_id=subscriber.id)
    for person in (first, second):
        closed = await stage.world.wait_for("approved by Iryna", chat_id=person.id)
        assert not {"Approve: publish now", "Reject: do not publish"} & set(closed.button_texts)


async def test_second_decision_comes_too_late(review_stage: Stage) -> None:
    stage = review_stage
    first, second = operators(stage)
    await ready(stage, first, second)
    await stage.publish()
    question = await stage.world.wait_for("Waits for your decision", chat_id=first.id)
    other = await stage.world.wait_for("Waits for your decision", chat_id=second.id)
    approve = decision(other, "ok")
    stage.sandbox.faults.error(
        400, "Bad Request: message can't be edited", method="editMessageText", chat_id=second.id
    )
    await stage.press(first, question, decision(question, "no"))
    answer = await stage.press(second, other, approve)
    assert "decided already" in answer["text"]
    records = await stage.storage.advisories.pending()
    assert records == ()
    stored = await stage.storage.advisories.get(approve.partition(":")[2])
    assert stored is not None
    assert stored.state is AdvisoryState.REJECTED


async def test_stranger_cannot_decide(review_stage: Stage) -> None:
    stage = review_stage
    first, second = operators(stage)
    stranger = stage.world.user("Mallory", "en")
    await ready(stage, first, second)
    stage.world.start(stranger)
    menu = await stage.world.wait_for("Choose your city", chat_id=stranger.id)
    await stage.publish()
    question = await stage.world.wait_for("Waits for your decision", chat_id=first.id)
    menu.buttons[0][0]["callback_data"] = data = decision(question, "ok")
    answer = await stage.press(stranger, menu, data)
    assert "Only operators" in answer["text"]
    assert answer["show_alert"]
    assert len(await stage.storage.advisories.pending()) == 1


async def test_operator_who_starts_later_is_asked_then(review_stage: Stage) -> None:
    stage = review_stage
    first = stage.world.user("Iryna", "en", id=OPERATOR_ID)
    stage.world.user("Petro", "en", id=SECOND_ID)
    await stage.publish()
    await stage.storage.queue.caught_up()
    stage.world.start(first)
    await ready(stage, first)
    stage.world.private_message(first, "/pending")
    await stage.world.wait_for("Waits for your decision", chat_id=first.id)


async def test_pending_is_a_command_of_operators_only(review_stage: Stage) -> None:
    stage = review_stage
    first, _ = operators(stage)
    stranger = stage.world.user("Mallory", "en")
    stage.world.private_message(first, "/pending")
    await stage.world.wait_for("Nothing waits", chat_id=first.id)
    stage.world.private_message(stranger, "/pending")
    await stage.world.wait_for("does not know this command", chat_id=stranger.id)

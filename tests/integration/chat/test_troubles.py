"""What a group lacks: the one who added the bot is told once, in private where that is possible."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.chat import troubles
from bot.domain.subscriber import State
from bot.sandbox.chats import Chat, Topic, User
from tests.acceptance.town import until
from tests.integration.chat.conftest import KYIV, Stage


async def forum(stage: Stage, *, started: bool) -> tuple[Chat, Topic, User]:
    """A forum that is warned in a topic; its owner has started the bot or not."""
    owner = stage.world.user("Owner", "en")
    if started:
        stage.world.start(owner)
    chat = stage.world.group("House 7", owner, forum=True)
    stage.world.add_bot(chat, owner)
    topic = stage.world.topic(chat, "Safety")
    stage.world.group_message(chat, owner, "/city Kyiv", thread=topic.id)
    await stage.world.wait_for("Done: Kyiv", chat_id=chat.id)
    return chat, topic, owner


async def warn(stage: Stage, chat: Chat, headline: str) -> int | None:
    """Publish, and tell in which topic it came."""
    await stage.publish(headline)
    return (await stage.world.wait_for(headline, chat_id=chat.id)).thread


async def test_closed_topic_falls_back_to_general_and_its_administrator_is_told_once(
    stage: Stage,
) -> None:
    chat, topic, owner = await forum(stage, started=True)
    stage.world.close_topic(chat, topic)
    assert await warn(stage, chat, "First") is None
    await stage.world.wait_for("They come to General now", chat_id=owner.id)
    second = stage.world.topic(chat, "News")
    stage.world.group_message(chat, owner, "/city Kyiv", thread=second.id)
    await stage.world.wait_for("already on the list", chat_id=chat.id)
    assert await warn(stage, chat, "Second") == second.id
    stage.world.delete_topic(chat, second)
    assert await warn(stage, chat, "Third") is None
    await until(lambda: len(told(stage, owner, "come to General")) == 2)


async def test_deleted_topic_is_told_in_general_where_nobody_started_the_bot(stage: Stage) -> None:
    chat, topic, _ = await forum(stage, started=False)
    stage.world.delete_topic(chat, topic)
    assert await warn(stage, chat, "First") is None
    said = await stage.world.wait_for("closed or deleted, so they come here", chat_id=chat.id)
    assert said.thread is None
    assert await warn(stage, chat, "Second") is None
    assert len([one for one in stage.world.messages(chat.id) if "come here" in one.text]) == 1


async def test_muted_group_is_told_of_once_and_is_warned_again_without_any_set_up(
    stage: Stage,
) -> None:
    owner = stage.world.user("Owner", "en")
    stage.world.start(owner)
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    stage.world.restrict_bot(group)
    await stage.world.wait_for("may no longer write in “House 7”", chat_id=owner.id)
    await stage.publish("While it was silent")
    stage.world.restrict_bot(group, allowed={"can_send_photos": True})
    stage.world.restrict_bot(group, allowed={"can_send_messages": True})
    await stage.world.wait_for("While it was silent", chat_id=group.id)
    assert len(told(stage, owner, "may no longer write")) == 1
    chat = await stage.chat(group.id)
    assert chat is not None
    assert (chat.places, chat.state) == ((KYIV,), State.ACTIVE)


async def test_refused_send_is_told_like_a_lost_right(stage: Stage) -> None:
    """The update about the right may have been lost: the error says the same."""
    owner = stage.world.user("Owner", "en")
    stage.world.start(owner)
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    stage.sandbox.faults.error(
        400, "Bad Request: CHAT_WRITE_FORBIDDEN", method="sendMessage", chat_id=group.id, count=1
    )
    await stage.publish()
    await stage.world.wait_for("may no longer write in “House 7”", chat_id=owner.id)
    chat = await stage.chat(group.id)
    assert chat is not None
    assert chat.state is State.SUSPENDED


async def house_of(stage: Stage, *, forum: bool = False) -> tuple[Chat, User]:
    """A group that follows Kyiv where the bot is an ordinary member; its owner started the bot."""
    owner = stage.world.user("Owner", "en")
    stage.world.start(owner)
    group = stage.world.group("House 7", owner, supergroup=True, forum=forum)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    return group, owner


async def test_group_where_nobody_may_write_for_a_while_is_warned_again_by_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram sends no update when the permissions of all members change."""
    monkeypatch.setattr(troubles, "LOOK_AGAIN_S", 0.3)
    group, owner = await house_of(stage)
    stage.world.allow_all(group, can_send_messages=False)
    await stage.publish("While it was silent")
    await stage.world.wait_for("may no longer write in “House 7”", chat_id=owner.id)
    asked = stage.sandbox.ledger.received["getChat"]
    await until(lambda: stage.sandbox.ledger.received["getChat"] > asked + 1)
    stage.world.allow_all(group)
    await stage.world.wait_for("While it was silent", chat_id=group.id)
    assert len(told(stage, owner, "may no longer write")) == 1
    # In order again, the next time is news.
    stage.world.allow_all(group, can_send_messages=False)
    await stage.publish("Once more")
    await until(lambda: len(told(stage, owner, "may no longer write")) == 2)


async def test_forum_whose_general_is_hidden_too_is_warned_when_it_is_opened(
    stage: Stage,
) -> None:
    group, owner = await house_of(stage, forum=True)
    topic = stage.world.topic(group, "Safety")
    stage.world.group_message(group, owner, "/city Kyiv", thread=topic.id)
    await stage.world.wait_for("already on the list", chat_id=group.id)
    stage.world.close_topic(group, topic)
    stage.world.close_general(group)
    await stage.publish("Behind closed doors")
    await stage.world.wait_for("may no longer write in “House 7”", chat_id=owner.id)
    # Nobody is told that warnings come to General while they do not.
    assert not told(stage, owner, "come to General")
    stage.world.reopen_general(group)
    warning = await stage.world.wait_for("Behind closed doors", chat_id=group.id)
    assert warning.thread is None
    assert not [one for one in stage.sandbox.ledger.entries() if one.thread == 1]


async def test_forum_that_is_one_no_longer_is_warned_like_any_group(stage: Stage) -> None:
    group, owner = await house_of(stage, forum=True)
    topic = stage.world.topic(group, "Safety")
    stage.world.group_message(group, owner, "/city Kyiv", thread=topic.id)
    await stage.world.wait_for("already on the list", chat_id=group.id)
    stage.world.set_forum(group, on=False)
    assert await warn(stage, group, "No topics") is None
    await stage.world.wait_for("They come to General now", chat_id=owner.id)
    stage.world.set_forum(group, on=True)
    assert await warn(stage, group, "Topics again") is None
    second = stage.world.topic(group, "Second")
    stage.world.group_message(group, owner, "/city Kyiv", thread=second.id)
    await until(lambda: len(told_here(stage, group, "already on the list")) == 2)
    assert await warn(stage, group, "In the second") == second.id


async def test_change_of_a_message_in_a_closed_topic_takes_nothing_from_the_group(
    stage: Stage,
) -> None:
    group, owner = await house_of(stage, forum=True)
    topic = stage.world.topic(group, "Safety")
    stage.world.group_message(group, owner, "/city Kyiv", thread=topic.id)
    await stage.world.wait_for("already on the list", chat_id=group.id)
    stage.sandbox.faults.error(400, "Bad Request: TOPIC_CLOSED", method="editMessageText")
    sent = datetime.now(UTC).replace(microsecond=0).isoformat()
    identifier = await stage.publish("First words", sent=sent)
    await stage.world.wait_for("First words", chat_id=group.id)
    original = f"acs@embassy.example,{identifier},{sent}"
    await stage.publish(msgType="Cancel", info=[], references=original)
    await stage.world.wait_for("withdrawn", chat_id=group.id)
    await until(lambda: stage.sandbox.ledger.received["editMessageText"] > 0)
    assert await warn(stage, group, "Afterwards") == topic.id
    assert not told(stage, owner, "House 7")


def told_here(stage: Stage, chat: Chat, words: str) -> list[str]:
    return [one.text for one in stage.world.messages(chat.id, from_bot=True) if words in one.text]


def told(stage: Stage, user: User, words: str) -> list[str]:
    return [one.text for one in stage.world.messages(user.id, from_bot=True) if words in one.text]

"""Channels: bound by who administers them, in several languages, offered to a city's people."""

from __future__ import annotations

import json

import pytest

from bot.domain.subscriber import Kind, State
from bot.sandbox.chats import Chat, User
from tests.acceptance.town import until
from tests.integration.chat.conftest import KYIV, OPERATOR_ID, Stage


async def bound(
    stage: Stage, person: User, words: str, *, username: str | None = None
) -> tuple[Chat, str]:
    """A channel of the person's, chosen by the button; what the bot said in the end."""
    channel = stage.world.channel("City news", person, username)
    stage.world.private_message(person, words)
    await stage.world.wait_for("choose the channel", chat_id=person.id)
    stage.world.share_chat(person, channel, 1)
    done = await stage.world.wait_for("“City news”", chat_id=person.id)
    return channel, done.text


async def test_channel_is_bound_by_a_button_and_posts_in_each_language(stage: Stage) -> None:
    owner = stage.world.user("Owner", "en")
    channel, done = await bound(stage, owner, "/channel Kyiv uk en")
    assert "Languages: Українська, English" in done
    assert "is offered" not in done
    member = stage.world.bot_member(channel)
    assert member.may("can_post_messages")
    assert not member.may("can_promote_members")
    chat = await stage.chat(channel.id)
    assert chat is not None
    assert (chat.kind, chat.places, chat.language, chat.also) == (
        Kind.CHANNEL,
        (KYIV,),
        "uk",
        ("en",),
    )
    identifier = await stage.publish()
    first = await stage.world.wait_for("Готуйтеся", chat_id=channel.id)
    second = await stage.world.wait_for("Prepare: ", chat_id=channel.id)
    assert first.id < second.id
    sent = (await stage.storage.advisories.current(stage.storage.clock()))[0]
    record = await stage.storage.advisories.get(sent.id)
    assert record is not None
    original = f"acs@embassy.example,{identifier},{await _sent(stage, record.payload)}"
    await stage.publish(msgType="Cancel", info=[], references=original)
    await until(lambda: len(stage.world.messages(channel.id, from_bot=True)) == 4)
    answers = [
        post.body["reply_to_message"]["message_id"]
        for post in stage.world.messages(channel.id, from_bot=True)[2:]
    ]
    assert answers == [first.id, second.id]
    # What was said before is marked in its own language, and nothing is posted for that.
    await until(
        lambda: all(
            "ENDED" in one.text or "ЗАВЕРШЕНО" in one.text
            for one in stage.world.messages(channel.id, from_bot=True)[:2]
        )
    )
    assert first.text.startswith("ЗАВЕРШЕНО")
    assert second.text.startswith("ENDED")
    assert len(stage.world.messages(channel.id, from_bot=True)) == 4


async def _sent(stage: Stage, payload: bytes) -> str:
    return str(json.loads(payload)["sent"])


async def test_channel_of_an_operator_is_offered_beside_the_private_chat(stage: Stage) -> None:
    operator = stage.world.user("Operator", "en", id=OPERATOR_ID)
    channel, done = await bound(stage, operator, "/channel Kyiv", username="kyiv_warnings")
    assert "is offered this channel" in done
    person = stage.world.user("Person", "en")
    confirmation = await stage.follow(person)
    assert "is faster: one post reaches all its readers at once" in confirmation.text
    links = [one.get("url") for one in confirmation.entities]
    assert "https://t.me/kyiv_warnings" in [str(url) for url in links]
    stage.world.kick_bot(channel)
    await stage.world.wait_for("Done", chat_id=person.id)

    async def gone() -> bool:
        chat = await stage.chat(channel.id)
        return chat is not None and chat.state is State.UNREACHABLE

    while not await gone():
        pass
    other = stage.world.user("Other", "en")
    assert "is faster" not in (await stage.follow(other)).text


async def test_channel_of_anybody_is_not_offered_to_everybody(stage: Stage) -> None:
    stranger = stage.world.user("Stranger", "en")
    _, done = await bound(stage, stranger, "/channel Kyiv", username="rumours")
    assert "is offered" not in done
    person = stage.world.user("Person", "en")
    assert "is faster" not in (await stage.follow(person)).text


async def test_channel_of_others_cannot_be_bound(stage: Stage) -> None:
    owner, stranger = stage.world.user("Owner", "en"), stage.world.user("Stranger", "en")
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, admin=True)
    stage.world.private_message(stranger, "/channel Kyiv")
    await stage.world.wait_for("choose the channel", chat_id=stranger.id)
    with pytest.raises(ValueError, match="lacks"):
        stage.world.share_chat(stranger, channel, 1)
    # An update that Telegram would not make is not believed either.
    stage.world._private(stranger, {"chat_shared": {"request_id": 1, "chat_id": channel.id}})
    await stage.world.wait_for("Nothing is changed", chat_id=stranger.id)
    assert await stage.chat(channel.id) is None


async def test_name_that_is_not_exact_is_answered_with_names(stage: Stage) -> None:
    owner = stage.world.user("Owner", "en")
    stage.world.private_message(owner, "/channel Миколаїв")
    await stage.world.wait_for("/channel Mykolaiv, Mykolaiv Oblast", chat_id=owner.id)
    stage.world.private_message(owner, "/channel")
    await stage.world.wait_for("Which city is the channel for?", chat_id=owner.id)


async def test_channel_may_be_told_its_languages_by_a_post(stage: Stage) -> None:
    owner = stage.world.user("Owner", "en")
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, admin=True)
    stage.world.channel_post(channel, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=channel.id)
    stage.world.channel_post(channel, "/language en uk")
    await stage.world.wait_for("From now on in English", chat_id=channel.id)
    chat = await stage.chat(channel.id)
    assert chat is not None
    assert (chat.language, chat.also) == ("en", ("uk",))


async def test_linked_channel_is_no_administrator_of_its_group(stage: Stage) -> None:
    owner = stage.world.user("Owner", "en")
    channel = stage.world.channel("City news", owner)
    group = stage.world.group("Discussion", owner, supergroup=True)
    stage.world.add_bot(group, owner, admin=True)
    await stage.world.wait_for("an administrator writes /city", chat_id=group.id)
    post = stage.world.post(
        group,
        {
            "text": "/city Kyiv",
            "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
            "is_automatic_forward": True,
            "forward_origin": {
                "type": "channel",
                "date": 1,
                "chat": channel.json(),
                "message_id": 1,
            },
        },
        sender={"id": 777000, "is_bot": False, "first_name": "Telegram"},
        sender_chat=channel,
    )
    stage.world.deliver("message", post.body)
    stage.world.group_message(group, owner, "/help")
    await stage.world.wait_for("For administrators", chat_id=group.id)
    assert await stage.chat(group.id) is None

"""What is passed on is a link to the advisory as it stands when somebody opens it."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from tests.integration.chat.conftest import Stage


def shared(message: Message) -> str:
    """The link that the button Share passes on."""
    (url,) = (b["url"] for row in message.buttons for b in row if b["text"] == "Share")
    return str(parse_qs(urlsplit(url).query)["url"][0])


async def published(stage: Stage) -> tuple[Message, User, str, str]:
    """A warning as a group has it, a stranger, its identifier and its time."""
    owner, stranger = stage.world.user("Owner", "en"), stage.world.user("Stranger", "en")
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    sent = datetime.now(UTC).replace(microsecond=0).isoformat()
    identifier = await stage.publish(sent=sent)
    warning = await stage.world.wait_for("Example Embassy", chat_id=group.id)
    return warning, stranger, identifier, sent


async def test_shared_link_shows_what_holds_and_offers_the_city(stage: Stage) -> None:
    warning, stranger, _, _ = await published(stage)
    stage.world.follow(stranger, shared(warning))
    await stage.world.wait_for("Details <of> it.", chat_id=stranger.id)
    offer = await stage.world.wait_for("advance warnings for Kyiv", chat_id=stranger.id)
    await stage.press(stranger, offer, "city:add:703448")
    await stage.world.wait_for("Done: Kyiv", chat_id=stranger.id)


async def test_shared_link_of_a_withdrawn_warning_says_so_and_nothing_to_do(stage: Stage) -> None:
    warning, stranger, identifier, sent = await published(stage)
    original = f"acs@embassy.example,{identifier},{sent}"
    await stage.publish(msgType="Cancel", info=[], references=original)
    await stage.world.wait_for("withdrawn", chat_id=warning.chat.id)
    stage.world.follow(stranger, shared(warning))
    said = await stage.world.wait_for("Withdrawn since: it no longer holds", chat_id=stranger.id)
    assert said.buttons == []
    assert len(stage.world.messages(stranger.id, from_bot=True)) == 1


async def test_channels_link_opens_the_readers_own_list(stage: Stage) -> None:
    owner, reader = stage.world.user("Owner", "en"), stage.world.user("Reader", "en")
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, admin=True)
    stage.world.channel_post(channel, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=channel.id)
    await stage.publish()
    post = await stage.world.wait_for("Example Embassy", chat_id=channel.id)
    links = {b["text"]: b.get("url") for row in post.buttons for b in row}
    assert "Share" in links
    stage.world.follow(reader, str(links["My supplies list"]))
    await stage.world.wait_for("Drinking water", chat_id=reader.id)

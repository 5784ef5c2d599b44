"""Groups, forums and channels: rights, privacy mode, topics, migration, the bot's place."""

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.chats import User
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller


@pytest.fixture
def owner(sandbox: Sandbox) -> User:
    return sandbox.world.user("Owner", id=1000)


def _texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates if "text" in update.get("message", {})]


async def test_bot_added_to_a_group_gets_both_kinds_of_news(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.add_bot(group, by=owner)
    membership, service = await call.updates()
    change = membership["my_chat_member"]
    assert change["old_chat_member"]["status"] == "left"
    assert change["new_chat_member"]["status"] == "member"
    assert service["message"]["new_chat_members"][0]["id"] == sandbox.bot.id
    sandbox.world.promote_bot(group, rights={"can_pin_messages": True})
    sandbox.world.restrict_bot(group)
    sandbox.world.kick_bot(group, by=owner)
    statuses = [
        update["my_chat_member"]["new_chat_member"]["status"]
        for update in await call.updates()
        if "my_chat_member" in update
    ]
    assert statuses == ["administrator", "restricted", "kicked"]


async def test_groups_refuse_in_the_words_of_the_bots_place(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    small = sandbox.world.group("Small", owner)
    large = sandbox.world.group("Large", owner, supergroup=True)
    channel = sandbox.world.channel("City", owner, username="city_news")

    async def refused(chat_id: object) -> str:
        return await call.refused("sendMessage", chat_id=chat_id, text="hi")

    assert await refused(small.id) == "403 Forbidden: bot is not a member of the group chat"
    assert await refused(large.id) == "403 Forbidden: bot is not a member of the supergroup chat"
    assert await refused("@city_news") == "403 Forbidden: bot is not a member of the channel chat"
    for chat in (small, large, channel):
        sandbox.world.add_bot(chat, by=owner)
    assert await refused(channel.id) == (
        "400 Bad Request: need administrator rights in the channel chat"
    )
    sandbox.world.promote_bot(channel)
    post = await call.ok("sendMessage", chat_id="@city_news", text="hi")
    assert post["sender_chat"]["id"] == channel.id
    assert "from" not in post
    sandbox.world.restrict_bot(large)
    assert await refused(large.id) == (
        "400 Bad Request: not enough rights to send text messages to the chat"
    )
    for chat in (small, large, channel):
        sandbox.world.kick_bot(chat)
    assert await refused(small.id) == "403 Forbidden: bot was kicked from the group chat"
    assert await refused(large.id) == "403 Forbidden: bot was kicked from the supergroup chat"
    assert await refused(channel.id) == "403 Forbidden: bot was kicked from the channel chat"


PRIVACY = [
    ("plain talk is not for the bot", "hello there", False),
    ("a plain command may be meant for the bot", "/status", True),
    ("a command addressed to the bot is", "/city@forewarn_bot Київ", True),
    ("a command addressed to another bot is not", "/city@other_bot Київ", False),
    ("a command after an emoji is still a command", "🚀 /status", True),
]


@pytest.mark.parametrize(("_why", "text", "read"), PRIVACY, ids=[row[0] for row in PRIVACY])
async def test_privacy_mode_lets_through_what_is_meant_for_the_bot(
    sandbox: Sandbox, call: "Caller", owner: User, _why: str, text: str, read: bool
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.add_bot(group, by=owner)
    sandbox.world.group_message(group, owner, text)
    assert _texts(await call.updates()) == ([text] if read else [])


async def test_privacy_mode_ends_with_a_reply_or_administration(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.add_bot(group, by=owner)
    sent = await call.ok("sendMessage", chat_id=group.id, text="Who is safe?")
    asked = sandbox.world.message(group.id, sent["message_id"])
    sandbox.world.group_message(group, owner, "we are", reply_to=asked)
    sandbox.world.group_message(group, owner, "not for you")
    sandbox.world.promote_bot(group)
    sandbox.world.group_message(group, owner, "now for you")
    assert _texts(await call.updates()) == ["we are", "now for you"]


async def test_anonymous_administrator_speaks_as_the_group(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner, supergroup=True)
    sandbox.world.add_bot(group, by=owner)
    sandbox.world.group_message(group, owner, "/settings", anonymous=True)
    message = (await call.updates())[-1]["message"]
    assert message["from"]["id"] == 1087968824
    assert message["sender_chat"]["id"] == message["chat"]["id"] == group.id
    with pytest.raises(ValueError, match="only administrators"):
        sandbox.world.group_message(group, sandbox.world.user("Guest"), "hi", anonymous=True)


async def test_migration_moves_the_group_and_names_the_new_id(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.add_bot(group, by=owner)
    await call.updates()
    new_id = sandbox.world.migrate(group)
    moved, arrived = await call.updates()
    assert moved["message"]["migrate_to_chat_id"] == new_id
    assert arrived["message"]["migrate_from_chat_id"] == group.id
    body = await call.body("sendMessage", chat_id=group.id, text="hi")
    assert body["description"] == ("Bad Request: group chat was upgraded to a supergroup chat")
    assert body["parameters"] == {"migrate_to_chat_id": new_id}
    await call.ok("sendMessage", chat_id=new_id, text="hi")


async def test_topics_open_close_and_vanish(sandbox: Sandbox, call: "Caller", owner: User) -> None:
    forum = sandbox.world.group("City", owner, forum=True)
    sandbox.world.add_bot(forum, by=owner)
    topic = sandbox.world.topic(forum, "Alerts")
    to_topic = {"chat_id": forum.id, "text": "hi", "message_thread_id": topic.id}
    sent = await call.ok("sendMessage", **to_topic)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.id, True)
    general = await call.ok("sendMessage", chat_id=forum.id, text="hi")
    assert "message_thread_id" not in general
    not_found = "400 Bad Request: message thread not found"
    assert await call.refused("sendMessage", **{**to_topic, "message_thread_id": 999}) == not_found
    sandbox.world.close_topic(forum, topic)
    assert await call.refused("sendMessage", **to_topic) == "400 Bad Request: TOPIC_CLOSED"
    sandbox.world.promote_bot(forum, rights={"can_manage_topics": True})
    await call.ok("sendMessage", **to_topic)
    sandbox.world.delete_topic(forum, topic)
    assert await call.refused("sendMessage", **to_topic) == not_found
    made = await call.ok("createForumTopic", chat_id=forum.id, name="New")
    named = {"chat_id": forum.id, "message_thread_id": made["message_thread_id"]}
    await call.ok("editForumTopic", **named, name="Newer")
    await call.ok("closeForumTopic", **named)
    await call.ok("reopenForumTopic", **named)


async def test_questions_about_members_are_answered(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner, supergroup=True)
    sandbox.world.add_bot(group, by=owner)
    helper, guest = sandbox.world.user("Helper"), sandbox.world.user("Guest")
    sandbox.world.set_admin(group, helper, {"can_pin_messages": True}, anonymous=True)
    admins = await call.ok("getChatAdministrators", chat_id=group.id)
    assert [admin["status"] for admin in admins] == ["creator", "administrator"]

    async def status(user_id: int) -> str:
        member = await call.ok("getChatMember", chat_id=group.id, user_id=user_id)
        return str(member["status"])

    assert await status(sandbox.bot.id) == "member"
    assert await status(guest.id) == "left"
    sandbox.world.restrict_bot(group, allowed={"can_send_messages": True})
    assert await status(sandbox.bot.id) == "restricted"
    assert await call.ok("getChatMemberCount", chat_id=group.id) == 3
    assert (await call.ok("getChat", chat_id=group.id))["title"] == "House"
    assert "user not found" in await call.refused("getChatMember", chat_id=group.id, user_id=7)


async def test_pin_in_a_group_needs_the_right(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.add_bot(group, by=owner)
    sent = await call.ok("sendMessage", chat_id=group.id, text="status")
    pin = {"chat_id": group.id, "message_id": sent["message_id"]}
    assert await call.refused("pinChatMessage", **pin) == (
        "400 Bad Request: not enough rights to manage pinned messages in the chat"
    )
    sandbox.world.promote_bot(group)
    await call.ok("pinChatMessage", **pin)


async def test_bot_that_leaves_is_no_member_any_more(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.add_bot(group, by=owner)
    await call.ok("leaveChat", chat_id=group.id)
    assert "not a member" in await call.refused("sendMessage", chat_id=group.id, text="hi")


async def test_startgroup_link_brings_the_bot_and_the_payload(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner)
    sandbox.world.follow(owner, "https://t.me/forewarn_bot?startgroup=c_kyiv", group)
    *_, last = await call.updates()
    assert last["message"]["text"] == "/start@forewarn_bot c_kyiv"
    assert last["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 19}]
    with pytest.raises(ValueError, match="payload"):
        sandbox.world.start(owner, "not allowed!")


async def test_channel_posts_reach_a_bot_that_is_in_the_channel(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    channel = sandbox.world.channel("City", owner)
    sandbox.world.channel_post(channel, "unseen")
    sandbox.world.add_bot(channel, by=owner, admin=True)
    sandbox.world.channel_post(channel, "seen")
    posts = [update["channel_post"]["text"] for update in (await call.updates())[1:]]
    assert posts == ["seen"]

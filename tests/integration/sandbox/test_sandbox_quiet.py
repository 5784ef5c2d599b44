"""What groups gained: ephemeral messages, and channels that are chosen by a button."""

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.chats import User
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller

POST = {"is_anonymous": False, "can_manage_chat": True, "can_post_messages": True}


@pytest.fixture
def owner(sandbox: Sandbox) -> User:
    return sandbox.world.user("Owner", id=1000)


def to(user: User, number: int = 0) -> dict[str, Any]:
    answered = {"reply_parameters": {"ephemeral_message_id": number}} if number else {}
    return {"ephemeral_message_parameters": {"receiver_user_id": user.id}, **answered}


async def test_ephemeral_command_can_be_answered_for_15_seconds(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner, supergroup=True)
    sandbox.world.add_bot(group, owner)
    await call.updates()
    sandbox.world.quiet_command(group, owner, "/help")
    (update,) = await call.updates()
    number = update["message"]["ephemeral_message_id"]
    sent = await call.ok("sendMessage", chat_id=group.id, text="hi", **to(owner, number))
    assert (sent["message_id"], sent["receiver_user"]["id"]) == (0, owner.id)
    assert group.messages.get(0) is None
    sandbox.clock.advance(16)
    late = await call.refused("sendMessage", chat_id=group.id, text="hi", **to(owner, number))
    assert "only in answer" in late


async def test_only_an_administrator_shows_a_member_something_unasked(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    stranger = sandbox.world.user("Stranger")
    group = sandbox.world.group("House", owner, supergroup=True)
    sandbox.world.add_bot(group, owner)
    asked = {"chat_id": group.id, "text": "hi"}
    assert "only in answer" in await call.refused("sendMessage", **asked, **to(owner))
    sandbox.world.promote_bot(group, rights={"can_pin_messages": True})
    await call.ok("sendMessage", **asked, **to(owner))
    assert "PARTICIPANT_ID_INVALID" in await call.refused("sendMessage", **asked, **to(stranger))
    private = {"chat_id": owner.id, "text": "hi"}
    sandbox.world.start(owner)
    assert "only to groups" in await call.refused("sendMessage", **private, **to(owner))


async def test_chosen_channel_gives_the_bot_the_rights_that_were_asked_for(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    sandbox.world.start(owner)
    channel = sandbox.world.channel("City", owner, username="city_news")
    request = {
        "request_id": 7,
        "chat_is_channel": True,
        "request_title": True,
        "request_username": True,
        "bot_administrator_rights": {**RIGHTS, **POST},
        "user_administrator_rights": {**RIGHTS, **POST},
    }
    rows = [[{"text": "Choose", "request_chat": request}]]
    with pytest.raises(LookupError):
        sandbox.world.share_chat(owner, channel, 7)
    await call.ok("sendMessage", chat_id=owner.id, text="?", reply_markup={"keyboard": rows})
    await call.updates()
    sandbox.world.share_chat(owner, channel, 7)
    promoted, shared = await call.updates()
    assert promoted["my_chat_member"]["new_chat_member"]["can_post_messages"]
    assert shared["message"]["chat_shared"] == {
        "request_id": 7,
        "chat_id": channel.id,
        "title": "City",
        "username": "city_news",
    }
    group = sandbox.world.group("House", owner)
    with pytest.raises(ValueError, match="another kind"):
        sandbox.world.share_chat(owner, group, 7)


async def test_bot_cannot_ask_for_more_than_the_person_has(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    sandbox.world.start(owner)
    request = {
        "request_id": 7,
        "chat_is_channel": True,
        "bot_administrator_rights": {**RIGHTS, **POST},
        "user_administrator_rights": RIGHTS,
    }
    rows = [[{"text": "Choose", "request_chat": request}]]
    said = await call.refused(
        "sendMessage", chat_id=owner.id, text="?", reply_markup={"keyboard": rows}
    )
    assert "must be a subset" in said


async def test_service_message_cannot_be_pinned_and_a_loud_pin_is_loud(
    sandbox: Sandbox, call: "Caller", owner: User
) -> None:
    group = sandbox.world.group("House", owner, supergroup=True)
    sandbox.world.add_bot(group, owner, rights={"can_pin_messages": True})
    sent = await call.ok("sendMessage", chat_id=group.id, text="hi")
    await call.ok("pinChatMessage", chat_id=group.id, message_id=sent["message_id"])
    service = sandbox.world.last(group.id)
    assert not service.silent
    said = await call.refused("pinChatMessage", chat_id=group.id, message_id=service.id)
    assert "can't be pinned" in said


RIGHTS = dict.fromkeys(
    (
        *("is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
        *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
        *("can_post_stories", "can_edit_stories", "can_delete_stories"),
        "can_send_welcome_messages",
    ),
    False,
)

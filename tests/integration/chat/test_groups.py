"""Groups, forums and channels: who may subscribe them, and where warnings go."""

from __future__ import annotations

from bot.domain.subscriber import Kind, State
from bot.sandbox.chats import User
from tests.integration.chat.conftest import KYIV, LVIV, Stage


def people(stage: Stage) -> tuple[User, User]:
    """An owner who speaks English and somebody else who does."""
    return stage.world.user("Owner", "en"), stage.world.user("Guest", "en")


async def test_administrator_subscribes_a_group(stage: Stage) -> None:
    owner, _ = people(stage)
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner)
    await stage.world.wait_for("an administrator writes /city", chat_id=group.id)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    chat = await stage.chat(group.id)
    assert chat is not None
    assert (chat.kind, chat.places, chat.language) == (Kind.GROUP, (KYIV,), "en")
    await stage.publish()
    await stage.world.wait_for("Example Embassy", chat_id=group.id)


async def test_nobody_else_subscribes_a_group(stage: Stage) -> None:
    owner, guest = people(stage)
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, guest, "/city Kyiv")
    await stage.world.wait_for("Only administrators", chat_id=group.id)
    assert await stage.chat(group.id) is None


async def test_buttons_in_a_group_obey_administrators_only(stage: Stage) -> None:
    owner, guest = people(stage)
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Миколаїв")
    offer = await stage.world.wait_for("Several places", chat_id=group.id)
    data = offer.buttons[0][0]["callback_data"]
    answer = await stage.press(guest, offer, data)
    assert "Only administrators" in answer["text"]
    assert answer["show_alert"]
    assert await stage.chat(group.id) is None
    await stage.press(owner, offer, data)
    await stage.world.wait_for("Done: Mykolaiv", chat_id=group.id)


async def test_anonymous_administrator_counts_and_speaks_the_language_they_write(
    stage: Stage,
) -> None:
    owner, _ = people(stage)
    group = stage.world.group("Будинок 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Київ", anonymous=True)
    await stage.world.wait_for("Готово: Київ", chat_id=group.id)


async def test_group_is_spared_what_is_not_meant_for_the_bot(stage: Stage) -> None:
    owner, guest = people(stage)
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner, admin=True)
    await stage.world.wait_for("an administrator writes /city", chat_id=group.id)
    for text in ("Kyiv", "/city@other_bot Kyiv", "/frobnicate", "/privacy", "/test"):
        stage.world.group_message(group, guest, text)
    stage.world.group_message(group, guest, "/help")
    await stage.world.wait_for("For administrators", chat_id=group.id)
    assert len(stage.world.messages(group.id, from_bot=True)) == 2


async def test_forum_is_warned_in_the_topic_where_its_city_was_chosen(stage: Stage) -> None:
    owner, _ = people(stage)
    forum = stage.world.group("House 7", owner, forum=True)
    stage.world.add_bot(forum, owner)
    topic = stage.world.topic(forum, "Safety")
    stage.world.group_message(forum, owner, "/city Kyiv", thread=topic.id)
    done = await stage.world.wait_for("Done: Kyiv", chat_id=forum.id)
    assert done.thread == topic.id
    await stage.publish()
    warning = await stage.world.wait_for("Example Embassy", chat_id=forum.id)
    assert warning.thread == topic.id


async def test_general_topic_is_stored_as_none(stage: Stage) -> None:
    owner, _ = people(stage)
    forum = stage.world.group("House 7", owner, forum=True)
    stage.world.add_bot(forum, owner)
    stage.world.group_message(forum, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=forum.id)
    chat = await stage.chat(forum.id)
    assert chat is not None
    assert chat.thread_id is None


async def test_startgroup_link_of_an_administrator_subscribes(stage: Stage) -> None:
    owner, _ = people(stage)
    group = stage.world.group("House 7", owner)
    stage.world.start_in_group(owner, group, f"c_{KYIV}")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)


async def test_group_keeps_its_cities_when_it_becomes_a_supergroup(stage: Stage) -> None:
    owner, _ = people(stage)
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    new_id = stage.world.migrate(group)
    supergroup = stage.world.find_chat(new_id)
    assert supergroup is not None
    stage.world.group_message(supergroup, owner, "/city")
    await stage.world.wait_for("Cities of this chat", chat_id=new_id)
    chat = await stage.chat(new_id)
    assert chat is not None
    assert (chat.places, chat.state) == ((KYIV,), State.ACTIVE)
    assert await stage.chat(group.id) is None


async def test_group_that_threw_the_bot_out_is_warned_again_after_its_return(
    stage: Stage,
) -> None:
    owner, _ = people(stage)
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    stage.world.kick_bot(group)
    await stage.publish()
    stage.world.add_bot(group, owner)
    await stage.world.wait_for("Hello again", chat_id=group.id)
    await stage.world.wait_for("Example Embassy", chat_id=group.id)


async def test_cities_of_the_greeting_obey_administrators_only(stage: Stage) -> None:
    owner, guest = people(stage)
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    hello = await stage.world.wait_for("presses a city below", chat_id=group.id)
    refused = await stage.press(guest, hello, f"city:add:{KYIV}")
    assert "Only administrators" in refused["text"]
    await stage.press(owner, hello, f"city:add:{KYIV}")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)


async def test_private_help_leads_into_a_group_with_no_right_but_to_pin(stage: Stage) -> None:
    owner, _ = people(stage)
    stage.world.start(owner)
    stage.world.private_message(owner, "/help")
    said = await stage.world.wait_for("works in groups and channels too", chat_id=owner.id)
    (link,) = (button["url"] for row in said.buttons for button in row)
    assert link.endswith("?startgroup=hello&admin=pin_messages")
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.follow(owner, link, group)
    await stage.world.wait_for("an administrator writes /city", chat_id=group.id)


async def test_group_status_is_short_and_for_everybody(stage: Stage) -> None:
    owner, guest = people(stage)
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    stage.world.group_message(group, guest, "/status")
    status = await stage.world.wait_for("No active warning: Kyiv", chat_id=group.id)
    assert status.button_texts == []


async def test_channel_post_subscribes_and_is_removed(stage: Stage) -> None:
    owner, _ = people(stage)
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, admin=True)
    post = stage.world.channel_post(channel, "/city Kyiv")
    done = await stage.world.wait_for("Done: Kyiv", chat_id=channel.id)
    assert done.silent
    assert done.button_texts == []
    await stage.publish()
    await stage.world.wait_for("Example Embassy", chat_id=channel.id)
    assert post.deleted
    chat = await stage.chat(channel.id)
    assert chat is not None
    assert (chat.kind, chat.places, chat.language) == (Kind.CHANNEL, (KYIV,), "en")


async def test_channel_is_offered_full_names_instead_of_buttons(stage: Stage) -> None:
    owner, _ = people(stage)
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, admin=True)
    stage.world.channel_post(channel, "/city Миколаїв")
    offer = await stage.world.wait_for("/city Mykolaiv, Mykolaiv Oblast", chat_id=channel.id)
    assert offer.button_texts == []
    stage.world.channel_post(channel, "/city Mykolaiv, Lviv Oblast")
    await stage.world.wait_for("Done: Mykolaiv, Lviv Oblast", chat_id=channel.id)


async def test_channel_without_the_right_to_delete_is_subscribed_all_the_same(
    stage: Stage,
) -> None:
    owner, _ = people(stage)
    channel = stage.world.channel("City news", owner)
    stage.world.add_bot(channel, owner, rights={"can_post_messages": True})
    post = stage.world.channel_post(channel, "/city Lviv")
    await stage.world.wait_for("Done: Lviv", chat_id=channel.id)
    stage.world.channel_post(channel, "/stop")
    await stage.world.wait_for("Warnings to this chat are off", chat_id=channel.id)
    assert not post.deleted
    chat = await stage.chat(channel.id)
    assert chat is not None
    assert (chat.places, chat.state) == ((LVIV,), State.STOPPED)


async def test_channels_administrator_is_told_in_private_what_to_do(stage: Stage) -> None:
    owner, _ = people(stage)
    stage.world.start(owner)
    channel = stage.world.channel("City <news>", owner)
    stage.world.add_bot(channel, owner, admin=True)
    hint = await stage.world.wait_for("can now post in", chat_id=owner.id)
    assert "“City <news>”" in hint.text
    stage.world.channel_post(channel, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=channel.id)
    stage.world.promote_bot(channel, rights={"can_post_messages": False})
    await stage.world.wait_for("may no longer post in", chat_id=owner.id)
    muted = await stage.chat(channel.id)
    assert muted is not None
    assert muted.state is State.SUSPENDED
    stage.world.promote_bot(channel)
    await stage.world.wait_for("again. The channel's cities are kept", chat_id=owner.id)

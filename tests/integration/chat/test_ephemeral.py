"""Answers that only the one who asked sees, and what happens where that cannot be."""

from __future__ import annotations

from bot.sandbox.chats import Chat, User
from tests.acceptance.town import until
from tests.integration.chat.conftest import Stage


async def group_of(stage: Stage) -> tuple[Chat, User]:
    owner, guest = stage.world.user("Owner", "en"), stage.world.user("Guest", "en")
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    await stage.world.wait_for("an administrator writes /city", chat_id=group.id)
    return group, guest


async def test_ephemeral_command_is_answered_to_its_writer_alone(stage: Stage) -> None:
    group, guest = await group_of(stage)
    before = len(stage.world.messages(group.id))
    stage.world.quiet_command(group, guest, "/help")
    await until(lambda: len(group.quiet) == 1)
    answer = group.quiet[0]
    assert "For administrators" in answer.text
    assert answer.body["receiver_user"]["id"] == guest.id
    assert len(stage.world.messages(group.id)) == before


async def test_where_telegram_refuses_a_short_answer_comes_to_all(stage: Stage) -> None:
    group, guest = await group_of(stage)
    stage.sandbox.faults.error(
        400, "Bad Request: EPHEMERAL_UNAVAILABLE", method="sendMessage", chat_id=group.id, count=1
    )
    stage.world.quiet_command(group, guest, "/help")
    await stage.world.wait_for("For administrators", chat_id=group.id)
    assert group.quiet == []


async def test_menu_of_members_marks_its_commands_as_ephemeral(stage: Stage) -> None:
    def marked() -> set[str]:
        commands = stage.sandbox.profile.commands.get(("all_group_chats", "en"), [])
        return {str(one["command"]) for one in commands if one.get("is_ephemeral")}

    await until(lambda: marked() == {"status", "help"})

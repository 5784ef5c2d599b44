"""A group that becomes a supergroup keeps everything, whichever way the bot hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.preferences import Preferences
from bot.domain.rollcall import Answer, RollCall
from bot.domain.subscriber import State
from bot.sandbox.chats import Chat, User
from bot.storage.rollcalls import Said
from tests.acceptance.town import until
from tests.integration.chat.conftest import KYIV, Stage

HEARD = pytest.mark.parametrize("heard", [True, False], ids=["by service message", "by error"])


async def house_of(stage: Stage) -> tuple[Chat, User]:
    """A group of the old kind that follows Kyiv and lets the bot pin."""
    owner = stage.world.user("Owner", "en")
    group = stage.world.group("House 7", owner)
    stage.world.add_bot(group, owner, rights={"can_pin_messages": True})
    stage.world.group_message(group, owner, "/city Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=group.id)
    return group, owner


def move(stage: Stage, group: Chat, *, heard: bool) -> int:
    """Turn it into a supergroup; unheard, its service messages never come."""
    members = dict(group.members)
    if not heard:
        del group.members[stage.world.bot.id]
    new_id = stage.world.migrate(group)
    supergroup = stage.world.find_chat(new_id)
    assert supergroup is not None
    group.members, supergroup.members = members, dict(members)
    return new_id


@HEARD
async def test_what_is_kept_beside_the_chat_follows_it(stage: Stage, heard: bool) -> None:
    group, owner = await house_of(stage)
    storage = stage.storage
    await storage.checklists.tick(group.id, "bandages", done=True)
    now = storage.clock()
    call = RollCall("0" * 8, group.id, owner.id, "en", now, now + timedelta(hours=1))
    await storage.rollcalls.open(call)
    await storage.rollcalls.answer(group.id, call.id, Said(owner.id, Answer.HELP, "Owner"), now)
    new_id = move(stage, group, heard=heard)
    await stage.publish("After the move")
    warning = await stage.world.wait_for("After the move", chat_id=new_id)
    moved = await stage.world.wait_for("Need help: 1", chat_id=new_id)
    supergroup = warning.chat
    await until(lambda: supergroup.pinned == [warning.id])
    assert "bandages" in (await storage.checklists.open(new_id)).ticked
    assert not (await storage.checklists.open(group.id)).ticked
    assert await storage.contacts.of(new_id) == owner.id
    assert await storage.contacts.of(group.id) is None
    assert await storage.rollcalls.get(group.id) is None
    assert moved.chat.id == new_id
    chat = await stage.chat(new_id)
    assert chat is not None
    assert (chat.places, chat.state) == ((KYIV,), State.ACTIVE)
    assert await stage.chat(group.id) is None


@HEARD
async def test_warning_that_was_held_for_a_rest_is_told_under_the_new_id(
    stage: Stage, heard: bool
) -> None:
    group, owner = await house_of(stage)
    chat = await stage.chat(group.id)
    assert chat is not None
    # What begins in an hour waits until then.
    rests = Preferences(paused_until=datetime.now(UTC) + timedelta(minutes=30))
    await stage.storage.chats.save(replace(chat, preferences=rests))
    neighbour = stage.world.user("Neighbour", "en")
    await stage.follow(neighbour)
    await stage.publish("Held at first")
    await stage.world.wait_for("Held at first", chat_id=neighbour.id)
    new_id = move(stage, group, heard=heard)
    # This one tells even those who rest; where nothing was heard, its error tells of the move.
    await stage.publish("Take shelter", info=[at_once("Take shelter")])
    warning = await stage.world.wait_for("Take shelter", chat_id=new_id)
    assert not told(stage, new_id, "Held at first")
    stage.world.group_message(warning.chat, owner, "/pause off")
    await stage.world.wait_for("Held at first", chat_id=new_id)
    assert told(stage, new_id, "Held at first") == 1
    assert told(stage, new_id, "Take shelter") == 1


def at_once(headline: str) -> dict[str, Any]:
    kyiv = {"areaDesc": "Kyiv", "geocode": [{"valueName": "UA-ALERTS-UID", "value": "31"}]}
    return {
        "language": "en-US",
        "category": ["Security"],
        "event": "Missile attack",
        "responseType": ["Shelter"],
        "urgency": "Immediate",
        "severity": "Extreme",
        "certainty": "Observed",
        "expires": (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds"),
        "headline": headline,
        "area": [kyiv],
    }


def told(stage: Stage, chat_id: int, words: str) -> int:
    return len([one for one in stage.world.messages(chat_id, from_bot=True) if words in one.text])

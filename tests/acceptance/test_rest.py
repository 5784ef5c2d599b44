"""Pause, quiet hours and choices, by what people say and press."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.advisory import Severity
from bot.domain.errand import Errand, Task
from bot.domain.preferences import Follow, Quiet
from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from tests.acceptance.advisories import Alert, cancel, info, shelter_now
from tests.acceptance.conftest import Shared
from tests.acceptance.town import Town, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _say(town: Town, user: User, text: str, wanted: str) -> Message:
    last = max((one.id for one in town.world.messages(user.id)), default=0)
    town.world.private_message(user, text)
    return await town.world.wait_for(wanted, chat_id=user.id, after=last, timeout_s=10)


async def _press(town: Town, user: User, message: Message, data: str) -> Message:
    callback = town.world.press(user, message.chat.id, message.id, data=data)
    await town.world.wait_answer(callback, timeout_s=10)
    return town.world.message(message.chat.id, message.id)


def _later(town: Town, name: str) -> Alert:
    """A warning that can wait for a pause of two hours."""
    now = datetime.now(UTC).replace(microsecond=0)
    window = {
        "onset": (now + timedelta(hours=6)).isoformat(),
        "expires": (now + timedelta(hours=12)).isoformat(),
    }
    return town.alert(name, info=[info(name, town.place, **window)])


async def test_pause_holds_what_can_wait_and_sums_it_up_once(shared: Shared) -> None:
    town, bot = shared
    olena, taras = await town.person("Olena", "en"), await town.person("Taras", "en")
    await _say(town, olena, "/pause", "There is no pause")
    said = await _say(town, olena, "/pause 2h", "Paused until")
    assert "A warning to take shelter now always comes" in said.text
    await _say(town, olena, "/status", "Paused until")
    first, second = _later(town, "first danger"), _later(town, "second danger")
    for one in (first, second):
        await town.publish(one)
    await bot.wait_log("broadcast ended", 2)
    assert set(town.told("first danger")) == {taras.id}
    await town.publish(shelter_now("shelter", town.place))
    await town.until_told("shelter", 2)
    await _press(town, olena, said, "pause:off")
    summary = await town.world.wait_for("while this chat was quiet", chat_id=olena.id)
    assert "first danger" in summary.text
    assert "second danger" in summary.text
    await town.publish(cancel(first, "It was wrong."))
    await town.until_told("It was wrong.", 2)
    assert town.told("while this chat was quiet") == {olena.id: 1}


async def test_one_held_warning_comes_as_itself_after_the_pause(shared: Shared) -> None:
    town, bot = shared
    olena = await town.person("Olena", "en")
    await _say(town, olena, "/pause 30m", "Paused until")
    await town.publish(_later(town, "alone"))
    await bot.wait_log("broadcast ended")
    assert not town.told("alone")
    await _say(town, olena, "/pause off", "There is no pause")
    await town.until_told("alone", 1)


async def test_longer_pause_lets_out_what_would_begin_in_it(shared: Shared) -> None:
    town, bot = shared
    olena = await town.person("Olena", "en")
    await _say(town, olena, "/pause 2h", "Paused until")
    await town.publish(_later(town, "in six hours"))
    await bot.wait_log("broadcast ended")
    assert not town.told("in six hours")
    await _say(town, olena, "/pause 24h", "Paused until")
    await town.until_told("in six hours", 1)
    assert [one.silent for one in town.sends("in six hours")] == [True]


async def test_nonsense_is_answered_with_what_can_be_written(shared: Shared) -> None:
    town, _ = shared
    olena = await town.person("Olena", "en")
    said = await _say(town, olena, "/pause forever", "is no length of time")
    assert "“forever”" in said.text
    assert "/pause 2h" in said.text
    said = await _say(town, olena, "/settings 25:00-26:00", "are no quiet hours")
    assert "/settings 22:30-06:30" in said.text
    assert (await town.chat(olena.id)).preferences.paused_until is None


async def test_settings_are_chosen_by_buttons_shown_and_deleted(shared: Shared) -> None:
    town, _ = shared
    olena, place = await town.person("Olena", "en"), town.place
    menu = await _say(town, olena, "/settings", "Settings of this chat")
    menu = await _press(town, olena, menu, "set:quiet")
    menu = await _press(town, olena, menu, "set:q:1320-420")
    assert "Quiet hours: 22:00–07:00, Kyiv time" in menu.text
    for data in (f"set:place:{place}", f"set:least:{place}:Severe", f"set:ring:{place}:0"):
        menu = await _press(town, olena, menu, data)
    assert "Severe threat" in menu.text
    assert "Without a sound." in menu.text
    menu = await _press(town, olena, menu, f"set:threats:{place}")
    menu = await _press(town, olena, menu, f"set:threat:{place}:flood:0")
    assert "flood: no" in menu.button_texts
    chosen = (await town.chat(olena.id)).preferences
    assert chosen.quiet == Quiet(1320, 420)
    assert chosen.of(place) == Follow(Severity.SEVERE, frozenset({"flood"}), secondary=True)
    kept = await _say(town, olena, "/privacy", "22:00–07:00")
    assert "Not told: flood." in kept.text
    for data in ("privacy:delete", "privacy:erase"):
        await _press(town, olena, kept, data)
    assert await town.storage.chats.get(olena.id) is None


async def test_members_of_a_group_change_nothing(shared: Shared) -> None:
    town, _ = shared
    group = await town.group("House")
    owner, member = next(iter(group.members)), town.world.user("Member", "en")
    town.world.add_member(group, member)
    town.world.group_message(group, member, "/pause@forewarn_bot 2h")
    await town.world.wait_for("administrator", chat_id=group.id)
    assert (await town.chat(group.id)).preferences.paused_until is None
    town.world.group_message(group, town.world.users[owner], "/pause@forewarn_bot 2h")
    await until(lambda: bool(town.told("/pause 2h")))
    assert (await town.chat(group.id)).preferences.paused_until is not None


async def test_daily_word_comes_when_nothing_is_active_and_only_then(shared: Shared) -> None:
    town, bot = shared
    olena, taras = await town.person("Olena", "en"), await town.person("Taras", "en", "703448")
    for user in (olena, taras):
        menu = await _say(town, user, "/settings", "Settings of this chat")
        menu = await _press(town, user, menu, "set:daily:1")
        assert "once, without a sound" in menu.text
    await town.publish(town.alert("danger"))
    await bot.wait_log("broadcast ended")
    for user in (olena, taras):
        # Brought forward: its own time is nine in the morning.
        await town.storage.errands.add(Task.DAILY, Errand(user.id))
    word = await town.world.wait_for("No active warning", chat_id=taras.id)
    assert not town.told("No active warning")[olena.id]
    (sent,) = town.sends("No active warning")
    assert sent.silent
    assert "/settings" in word.text

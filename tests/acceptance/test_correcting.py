"""Cancel and Update while a broadcast is under way: it stops, and those who were told hear it."""

from __future__ import annotations

import pytest

from tests.acceptance.advisories import Alert, cancel, info
from tests.acceptance.conftest import Shared

pytestmark = [pytest.mark.alone, pytest.mark.asyncio(loop_scope="module")]

CROWD = 200


async def test_cancel_stops_a_broadcast_and_corrects_exactly_those_told(shared: Shared) -> None:
    town, bot = shared
    people = await town.crowd(CROWD)
    mistake = town.alert("mistake")
    await town.publish(mistake)
    await town.until_told("mistake", 40)
    await town.publish(cancel(mistake, "sorry"))
    await bot.wait_log("broadcast ended", 3)
    (stopped,) = bot.lines("broadcast ended", state="cancelled")
    told, corrected = town.told("mistake"), town.told("sorry")
    assert 40 <= len(told) < CROWD
    assert set(told) < set(people)
    assert set(told.values()) == {1}
    assert corrected == told
    assert stopped["audience"] == CROWD == stopped["sent"] + stopped["cancelled"]
    assert stopped["sent"] == len(told)
    # What was under way when the Cancel came may still arrive, and nothing after that.
    corrected_at = min(one.at for one in town.sends("sorry"))
    assert max(one.at for one in town.sends("mistake")) <= corrected_at + 0.5


async def test_correction_answers_the_message_it_corrects(shared: Shared) -> None:
    town, bot = shared
    await town.crowd(5)
    house = await town.group("House")
    channel = await town.channel("Kyiv warns")
    mistake = town.alert("mistake")
    await town.publish(mistake)
    await bot.wait_log("broadcast ended")
    await town.publish(cancel(mistake, "sorry"))
    await bot.wait_log("broadcast ended", 3)
    ids = {one.chat_id: one.message_id for one in town.sends("mistake")}
    assert {house.id, channel.id} < set(ids)
    for one in town.sends("sorry"):
        body = town.world.message(one.chat_id, one.message_id).body
        assert body["reply_to_message"]["message_id"] == ids[one.chat_id]


async def test_cancel_that_comes_first_never_lets_its_advisory_out(shared: Shared) -> None:
    town, bot = shared
    await town.crowd(3)
    mistake = town.alert("mistake")
    await town.publish(mistake)
    await bot.wait_log("broadcast ended")
    await town.publish(cancel(mistake, "sorry"))
    await bot.wait_log("broadcast ended", 3)
    # A producer repeats itself after the Cancel; a newcomer asks what is active.
    await town.publish(mistake)
    await bot.wait_log("advisory judged", 3)
    newcomer = town.world.user("Newcomer", "en")
    town.world.start(newcomer, f"c_{town.place}")
    await town.world.wait_for("Done", chat_id=newcomer.id)
    await town.publish(town.alert("a later one"))
    await bot.wait_log("broadcast ended", 4)
    assert set(town.told("mistake").values()) == {1}
    assert newcomer.id not in town.told("mistake")
    assert newcomer.id not in town.told("sorry")


async def test_small_update_stops_the_first_version_and_changes_what_was_told(
    shared: Shared,
) -> None:
    town, bot = shared
    people = await town.crowd(CROWD)
    first = town.alert("first version")
    await town.publish(first)
    await town.until_told("first version", 40)
    await town.publish(town.alert("second version", msgType="Update", references=_of(first)))
    await bot.wait_log("broadcast ended", 2)
    told, changed = town.told("first version"), town.changed("second version")
    assert len(told) < CROWD
    assert changed == told
    # Who had not been told yet gets the second version as a message; nobody has two.
    assert town.told("second version") + changed == dict.fromkeys(people, 1)


async def test_rise_is_a_new_message_and_the_old_one_says_that_it_is_replaced(
    shared: Shared,
) -> None:
    town, bot = shared
    people = await town.crowd(20)
    first = town.alert("first version")
    await town.publish(first)
    await bot.wait_log("broadcast ended")
    worse = [info("worse", town.place, severity="Extreme")]
    update = town.alert("worse", msgType="Update", references=_of(first), info=worse)
    await town.publish(update)
    await bot.wait_log("broadcast ended", 3)
    assert town.told("worse") == dict.fromkeys(people, 1)
    assert town.changed("first version") == dict.fromkeys(people, 1)
    for one in town.sends("worse"):
        body = town.world.message(one.chat_id, one.message_id).body
        old = town.world.message(one.chat_id, body["reply_to_message"]["message_id"])
        assert old.text.startswith("ЗАМІНЕНО")
        assert not old.button_texts


async def test_withdrawn_message_says_at_its_top_that_it_has_ended(shared: Shared) -> None:
    town, bot = shared
    people = await town.crowd(5)
    mistake = town.alert("mistake")
    await town.publish(mistake)
    await bot.wait_log("broadcast ended")
    await town.publish(cancel(mistake, "sorry"))
    await bot.wait_log("broadcast ended", 3)
    assert town.changed("mistake") == dict.fromkeys(people, 1)
    for one in town.sends("mistake"):
        message = town.world.message(one.chat_id, one.message_id)
        assert message.text.startswith("ЗАВЕРШЕНО. Це попередження відкликано.")
        assert not message.button_texts


async def test_cancel_of_an_update_reaches_also_those_who_had_the_first_version_only(
    shared: Shared,
) -> None:
    town, bot = shared
    await town.crowd(CROWD)
    first = town.alert("first version")
    await town.publish(first)
    await bot.wait_log("broadcast ended")
    worse = [info("worse", town.place, severity="Extreme")]
    update = town.alert("worse", msgType="Update", references=_of(first), info=worse)
    await town.publish(update)
    await town.until_told("worse", 40)
    await town.publish(cancel(first, "sorry"))
    await bot.wait_log("broadcast ended", 4)
    assert len(town.told("worse")) < CROWD
    assert town.told("sorry") == town.told("first version")


def _of(original: Alert) -> str:
    return ",".join((original["sender"], original["identifier"], original["sent"]))

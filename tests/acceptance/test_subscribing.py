"""Whoever subscribes while an advisory is active gets it at once, and once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.content.places import load
from bot.sandbox.chats import User
from tests.acceptance.advisories import LVIV_OBLAST, alert
from tests.acceptance.conftest import Shared
from tests.acceptance.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

Ways = list[tuple[str, Callable[[User], object]]]


def _name(town: Town, language: str = "uk") -> str:
    place = load(("UA",)).get(town.place)
    assert place is not None
    return place.name(language)


def _ways(town: Town) -> Ways:
    world, uk, en = town.world, _name(town), _name(town, "en")
    return [
        ("a deep link subscribes in one tap", lambda user: world.start(user, f"c_{town.place}")),
        ("/city with the exact name", lambda user: world.private_message(user, f"/city {uk}")),
        ("in English too", lambda user: world.private_message(user, f"/city {en}")),
        ("a name typed without a command", lambda user: world.private_message(user, uk)),
    ]


async def test_each_way_to_subscribe_brings_what_is_active_once(shared: Shared) -> None:
    town, bot = shared
    await town.publish(town.alert("active"))
    await town.publish(alert("elsewhere", LVIV_OBLAST))
    await bot.wait_log("broadcast ended", 2)
    newcomers = {}
    for sentence, subscribe in _ways(town):
        newcomers[sentence] = user = town.world.user("Newcomer")
        subscribe(user)
    await bot.wait_log("broadcast ended", audience=len(newcomers))
    for sentence, user in newcomers.items():
        assert town.told("active")[user.id] == 1, sentence
        assert (await town.chat(user.id)).places == (town.place,), sentence
    assert not town.told("elsewhere")


async def test_group_and_channel_that_subscribe_get_what_is_active(shared: Shared) -> None:
    town, bot = shared
    world, command = town.world, f"/city@{town.sandbox.bot.username} {_name(town)}"
    owner = world.user("Owner")
    await town.publish(town.alert("active"))
    await bot.wait_log("broadcast ended")
    group = world.group("House", owner, supergroup=True)
    world.start_in_group(owner, group, f"c_{town.place}")
    club = world.group("Club", owner)
    world.add_bot(club, owner)
    world.group_message(club, owner, command)
    channel = world.channel("The city warns", owner)
    world.add_bot(channel, owner, admin=True)
    world.channel_post(channel, f"/city {_name(town)}")
    await bot.wait_log("broadcast ended", audience=3)
    assert town.told("active") == {group.id: 1, club.id: 1, channel.id: 1}


async def test_subscribing_again_brings_nothing_twice(shared: Shared) -> None:
    town, bot = shared
    user = town.world.user("Oksana")
    await town.publish(town.alert("active"))
    await bot.wait_log("broadcast ended")
    link = f"/start c_{town.place}"
    town.world.private_message(user, link)
    told = await town.world.wait_for("active", chat_id=user.id)
    for again in (f"/city {_name(town)}", link, "/start", "/stop", "/start"):
        last = max(told.id, *(one.id for one in town.world.messages(user.id)))
        town.world.private_message(user, again)
        await town.world.wait_for("", chat_id=user.id, after=last)
    await town.publish(town.alert("a later one"))
    await town.until_told("a later one", 1)
    assert town.told("active") == {user.id: 1}


async def test_stopped_person_is_not_told_and_hears_what_is_active_on_return(
    shared: Shared,
) -> None:
    town, bot = shared
    user, other = await town.person("Oksana"), await town.person("James", "en")
    town.world.private_message(user, "/stop")
    await town.world.wait_for("", chat_id=user.id)
    await town.publish(town.alert("meanwhile"))
    await bot.wait_log("broadcast ended")
    assert town.told("meanwhile") == {other.id: 1}
    town.world.start(user)
    await town.world.wait_for("meanwhile", chat_id=user.id)
    assert town.told("meanwhile") == {other.id: 1, user.id: 1}


async def test_person_who_blocked_the_bot_costs_no_send_and_is_told_on_return(
    shared: Shared,
) -> None:
    town, bot = shared
    user, other = await town.person("Oksana"), await town.person("James")
    refused = town.sandbox.ledger.refused.total()
    town.world.block(user)
    # Updates are handled in order: an answer to the other comes after the block was noted.
    town.world.private_message(other, "/help")
    await town.world.wait_for("", chat_id=other.id)
    await town.publish(town.alert("unheard"))
    ended = await bot.wait_log("broadcast ended")
    assert ended["audience"] == 1
    assert town.sandbox.ledger.refused.total() == refused
    town.world.unblock(user)
    await town.until_told("unheard", 2)

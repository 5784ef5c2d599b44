"""From XADD to phones: how soon, to whom and in which words."""

from __future__ import annotations

import asyncio

import pytest

from bot.content.places import load
from bot.domain.subscriber import Kind
from tests.acceptance.advisories import (
    BROVARY,
    IRPIN,
    KYIV,
    KYIV_OBLAST,
    LVIV,
    LVIV_OBLAST,
    alert,
    payload,
)
from tests.acceptance.conftest import Shared

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_raw_entry_reaches_a_phone_within_a_second(shared: Shared) -> None:
    town, _ = shared
    person = await town.person("Oksana")
    body = payload(town.alert("first"))
    loop = asyncio.get_running_loop()
    started = loop.time()
    await town.command("XADD", "advisories", "*", "payload", body)
    await town.until_told("first", 1)
    assert loop.time() - started <= 1.0
    assert town.told("first") == {person.id: 1}


async def test_advisory_reaches_each_kind_of_chat_in_its_language(shared: Shared) -> None:
    town, bot = shared
    oksana = await town.person("Oksana", "uk")
    james = await town.person("James", "en")
    house = await town.group("House")
    club = await town.group("Club", supergroup=False)
    channel = await town.channel("The city warns")
    await town.publish(town.alert("for all"))
    ended = await bot.wait_log("broadcast ended")
    assert (ended["audience"], ended["sent"]) == (5, 5)
    everyone = [oksana.id, james.id, house.id, club.id, channel.id]
    assert town.told("for all") == dict.fromkeys(everyone, 1)
    place = load(("UA",)).get(town.place)
    assert place is not None
    for one in town.sends("for all"):
        language = "en" if one.chat_id == james.id else "uk"
        assert place.name(language) in one.text
        # Every message says that it is no siren, and what a siren asks for.
        assert {"en": "siren", "uk": "сирен"}[language] in one.text.lower()


async def test_area_reaches_exactly_the_cities_in_it(shared: Shared) -> None:
    town, bot = shared
    kyiv = await town.person("Kyiv", place=KYIV)
    brovary = await town.person("Brovary", place=BROVARY)
    irpin = await town.person("Irpin", place=IRPIN)
    lviv = await town.person("Lviv", place=LVIV)
    table = [
        ("the capital alone", (KYIV,), {kyiv.id}),
        ("Kyiv oblast surrounds the capital", (KYIV_OBLAST,), {brovary.id, irpin.id}),
        ("an oblast reaches its cities", (LVIV_OBLAST,), {lviv.id}),
        ("two areas reach both", (KYIV, KYIV_OBLAST), {kyiv.id, brovary.id, irpin.id}),
    ]
    for number, (_, places, _) in enumerate(table):
        await town.publish(alert(f"area {number}", *places))
    await bot.wait_log("broadcast ended", len(table))
    for number, (sentence, _, reached) in enumerate(table):
        assert set(town.told(f"area {number}")) == reached, sentence


async def test_chat_with_two_affected_cities_is_told_once(shared: Shared) -> None:
    town, bot = shared
    (person,) = await town.crowd(1, town.place, BROVARY, LVIV)
    group = await town.group("House")
    await town.settle(Kind.GROUP, [group.id], LVIV, town.place)
    await town.publish(alert("both", town.place, LVIV_OBLAST))
    await bot.wait_log("broadcast ended")
    told = town.told("both")
    assert (told[person], told[group.id]) == (1, 1)

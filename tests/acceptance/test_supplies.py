"""Lists, households and shelters outlive a kill between any two taps; warnings carry the note."""

from __future__ import annotations

import pytest

from bot.domain.shelter import PublicShelter, ShelterNote
from bot.domain.subscriber import Household, Kind
from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from tests.acceptance.test_failures import _adds_up
from tests.acceptance.town import Town
from tests.bot_process import BotProcess, Ended, forewarn

FILE = """name,address,latitude,longitude,accessibility,capacity,hours
Metro,"Square, 1",50.4483,30.5134,lift,900,24/7
School,"Road, 5",50.4490,30.5150,,,
Cellar,"Lane, 9",50.4520,30.5100,,,
Theatre,"Street, 50",50.4466,30.5125,,,
"""


async def _again(bot: BotProcess) -> None:
    """Kill it, and let another one take its place."""
    bot.kill()
    await bot.wait()
    await bot.start()


async def _press(town: Town, user: User, message: Message, data: str) -> str:
    callback = town.world.press(user, message.chat.id, message.id, data=data)
    answer = await town.world.wait_answer(callback, timeout_s=10)
    return str(answer.get("text", ""))


async def _shelters(town: Town, file: str, *options: str) -> Ended:
    environment = {"BOT_TELEGRAM__TOKEN": town.sandbox.token, "BOT_REDIS__URL": town.redis_url}
    return await forewarn("shelters", "-", *options, environment=environment, given=file.encode())


async def _say(town: Town, user: User, text: str, wanted: str) -> Message:
    last = max((one.id for one in town.world.messages(user.id)), default=0)
    town.world.private_message(user, text)
    return await town.world.wait_for(wanted, chat_id=user.id, after=last, timeout_s=10)


@pytest.mark.long
async def test_every_tap_outlives_a_kill(town: Town) -> None:
    user = await town.person("Olena", "en")
    async with town.bot() as bot:
        home = await _say(town, user, "/household", "How many adults")
        taps = [
            ("home:set:adults:2", "How many children"),
            ("home:set:young:1-0", "How many pets"),
            ("home:set:pets:1", "medicines every day"),
        ]
        for data, shown in taps:
            await _again(bot)
            await _press(town, user, home, data)
            await town.world.wait_for(shown, chat_id=user.id)
        await _again(bot)
        supplies = await _say(town, user, "/checklist", "2 adults, 1 child and 1 pet")
        await _again(bot)
        await _press(town, user, supplies, "list:see:power")
        await town.world.wait_for("Battery radio", chat_id=user.id)
        await _again(bot)
        assert (await _press(town, user, supplies, "tick:torch:1")).startswith("Saved: 1 of")
        await _say(town, user, "/shelter", "Write in one message")
        await _again(bot)
        note = await _say(town, user, "School, cellar", "How many minutes")
        await _again(bot)
        await _press(town, user, note, "shelter:min:5")
        await _again(bot)
        supplies = await _say(town, user, "/checklist", "1 of")
    chat = await town.chat(user.id)
    assert chat.household == Household(2, 1, 0, 1)
    assert chat.shelter == ShelterNote("School, cellar", 5)
    assert (await town.storage.checklists.open(user.id)).ticked == {"torch"}


@pytest.mark.long
async def test_shared_list_outlives_a_kill_and_ends_when_it_is_taken_back(town: Town) -> None:
    olena, taras = await town.person("Olena", "en"), await town.person("Taras", "en")
    async with town.bot() as bot:
        supplies = await _say(town, olena, "/checklist", "Supplies for")
        await _press(town, olena, supplies, "list:share")
        link = await town.world.wait_for("The link to your list", chat_id=olena.id)
        payload = link.text.partition("?start=")[2].split()[0]
        await _again(bot)
        his = await _say(town, taras, f"/start {payload}", "You joined the shared list")
        await _again(bot)
        await _press(town, taras, his, "list:see:water")
        await _press(town, taras, his, "tick:drinking_water:1")
        await _again(bot)
        await _say(town, olena, "/checklist", "1 of 16")
        await _press(town, olena, link, "list:stop")
        await _again(bot)
        await _say(town, taras, "/checklist", "0 of 16")


async def test_warning_carries_a_persons_own_shelter_to_that_person_only(town: Town) -> None:
    users = [await town.person(name, "en") for name in ("Olena", "Taras", "Iryna")]
    group = await town.group("House")
    await town.settle(Kind.CHANNEL, [(await town.channel("City")).id], language="en")
    async with town.bot() as bot:
        for user, place in zip(users[:2], ("Cellar <2> & door", "Metro"), strict=True):
            await _say(town, user, f"/shelter {place}", "How many minutes")
        await town.publish(town.alert("tonight"))
        ended = await bot.wait_log("broadcast ended", audience=5, sent=5)
    assert _adds_up(ended)
    letters = {one.chat_id: one.text for one in town.sends("tonight")}
    assert "Your shelter\nCellar <2> & door" in letters[users[0].id]
    assert "Your shelter\nMetro" in letters[users[1].id]
    assert "Cellar" not in letters[users[1].id]
    for chat_id in (users[2].id, group.id):
        assert "Cellar" not in letters[chat_id]
        assert "Metro" not in letters[chat_id]
    assert not bot.complaints


async def test_letter_that_telegram_cannot_read_becomes_the_letter_of_all(town: Town) -> None:
    olena, taras = await town.person("Olena", "en"), await town.person("Taras", "en")
    async with town.bot() as bot:
        await _say(town, olena, "/shelter Cellar", "How many minutes")
        town.sandbox.faults.error(
            400,
            "Bad Request: can't parse entities: unsupported start tag",
            method="sendMessage",
            chat_id=olena.id,
            count=1,
        )
        await town.publish(town.alert("tonight"))
        ended = await bot.wait_log("broadcast ended", audience=2, sent=2)
    assert _adds_up(ended)
    letters = {one.chat_id: one.text for one in town.sends("tonight")}
    assert "Cellar" not in letters[olena.id]
    assert letters[olena.id] == letters[taras.id]


async def test_time_to_shelter_stands_under_the_headline(town: Town) -> None:
    user = await town.person("Olena", "en")
    parameter = [{"valueName": "timeToShelter", "value": "PT1M30S"}]
    about = town.alert("now")
    about["info"][0]["parameter"] = parameter
    async with town.bot() as bot:
        await town.publish(about)
        await bot.wait_log("broadcast ended", sent=1)
    (letter,) = town.sends("now")
    assert letter.chat_id == user.id
    assert letter.text.splitlines()[1] == "Time to reach shelter: 90 seconds."


async def test_shelters_are_loaded_whole_or_with_what_is_bad_left_out(town: Town) -> None:
    async with town.bot() as bot:
        bad = FILE + "Nowhere,,95,30,,,\n"
        refused = await _shelters(town, bad)
        assert refused.code == 1
        assert "line 6: address: '': is empty; write it" in refused.output
        assert "nothing was loaded" in refused.output
        assert not await town.storage.shelters.any()
        checked = await _shelters(town, FILE, "--check")
        assert (checked.code, await town.storage.shelters.any()) == (0, False)
        loaded = await _shelters(town, bad, "--skip-bad")
        assert loaded.code == 0
        assert "loaded 4 shelters; the earlier list is replaced" in loaded.output
        user = await town.person("Olena", "en")
        await _say(town, user, "/shelter", "three nearest public shelters")
        await _again(bot)
        town.world.share_location(user, 50.44847, 30.51353)
        await town.world.wait_for("1. Metro", chat_id=user.id, timeout_s=10)
        await _say(town, user, "/help", "/shelter:")
    sent = [one.body["venue"]["title"] for one in town.world.messages(user.id, from_bot=True)
            if "venue" in one.body]  # fmt: skip
    assert sent == ["Metro", "School", "Theatre"]
    assert "50.44847" not in "".join(bot.output)
    (near,) = await town.storage.shelters.nearest(50.4483, 30.5134, 1)
    assert near.shelter == PublicShelter(
        "Metro", "Square, 1", 50.4483, 30.5134, "lift", 900, "24/7"
    )

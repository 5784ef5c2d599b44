"""A shelter of one's own, and the three that are near; where somebody stands is not kept."""

from __future__ import annotations

import json

import pytest

from bot.domain.shelter import MAX_NOTE, PublicShelter, ShelterNote
from tests.integration.chat.conftest import KYIV, Stage

SHELTERS = [
    PublicShelter("Золоті ворота", "Володимирська, 42", 50.4483, 30.5134, "lift", 900, "24/7"),
    PublicShelter("Школа <5>", "Лисенка, 1 & 2", 50.4490, 30.5150),
    PublicShelter("Підвал", "Ярославів Вал, 9", 50.4520, 30.5100),
    PublicShelter("Театр", "Володимирська, 50", 50.4466, 30.5125),
]
HERE = (50.44847, 30.51353)


async def test_shelter_is_written_down_and_its_minutes_tapped(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/shelter")
    await stage.world.wait_for("Write in one message", chat_id=person.id)
    stage.world.private_message(person, "School 5, cellar,\nentrance from the yard")
    message = await stage.world.wait_for("How many minutes", chat_id=person.id)
    assert "School 5, cellar, entrance from the yard" in message.text
    for _ in range(2):
        await stage.press(person, message, "shelter:min:7")
    chat = await stage.chat(person.id)
    assert chat is not None
    assert chat.shelter == ShelterNote("School 5, cellar, entrance from the yard", 7)
    assert "The way there takes 7 minutes" in message.text
    await stage.press(person, message, "shelter:delete")
    chat = await stage.chat(person.id)
    assert chat is not None
    assert chat.shelter is None


async def test_text_is_a_city_again_after_the_answer_and_after_another_command(
    stage: Stage,
) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/shelter")
    await stage.world.wait_for("Write in one message", chat_id=person.id)
    stage.world.private_message(person, "/city")
    await stage.world.wait_for("Choose your city", chat_id=person.id)
    stage.world.private_message(person, "Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=person.id)
    stage.world.private_message(person, "/shelter Metro, platform")
    await stage.world.wait_for("Metro, platform", chat_id=person.id)
    stage.world.private_message(person, "Lviv")
    await stage.world.wait_for("Done: Lviv", chat_id=person.id)
    chat = await stage.chat(person.id)
    assert chat is not None
    assert chat.shelter == ShelterNote("Metro, platform")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("<b>bold</b> & <i>", "<b>bold</b> & <i>", id="HTML"),
        pytest.param("*bold* [x](tg://user?id=1)", "*bold* [x](tg://user?id=1)", id="Markdown"),
        pytest.param("a\u200bb\u2060c", "abc", id="zero width"),
        pytest.param("ملجأ 5", "\u2068ملجأ 5\u2069", id="right to left, isolated"),
        pytest.param("abc\u202ecba", "abccba", id="a direction that would turn the rest"),
        pytest.param("я" * MAX_NOTE, "я" * MAX_NOTE, id="as long as can be"),
    ],
)
async def test_any_words_arrive_as_text(stage: Stage, text: str, shown: str) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, f"/shelter {text}")
    message = await stage.world.wait_for("How many minutes", chat_id=person.id)
    assert f"Your shelter\n{shown}\n" in message.text
    assert {one["type"] for one in message.body.get("entities", ())} <= {"bold"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("я" * (MAX_NOTE + 1), f"has {MAX_NOTE + 1} characters; it may have {MAX_NOTE}"),
        ("\u200b\u200b", "nothing visible"),
    ],
)
async def test_words_that_cannot_be_kept_are_told_why(stage: Stage, text: str, said: str) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/shelter")
    await stage.world.wait_for("Write in one message", chat_id=person.id)
    stage.world.private_message(person, text)
    await stage.world.wait_for(said, chat_id=person.id)
    stage.world.private_message(person, "Cellar")
    await stage.world.wait_for("How many minutes", chat_id=person.id)


async def test_shared_location_gives_the_nearest_three_and_is_not_kept(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    await stage.storage.shelters.load(SHELTERS)
    person = stage.world.user("Olena", "en")
    room = stage.world.private_chat(person)
    stage.world.private_message(person, "/shelter")
    await stage.world.wait_for("three nearest public shelters", chat_id=person.id)
    assert room.keyboard is not None
    assert room.keyboard["keyboard"][0][0]["request_location"] is True
    stage.world.share_location(person, *HERE)
    words = await stage.world.wait_for("The nearest public shelters", chat_id=person.id)
    assert "1. Золоті ворота, 20 metres as the crow flies" in words.text
    assert "Access: lift\nRoom for 900\nOpen: 24/7" in words.text
    assert "Школа <5>" in words.text
    await stage.world.wait_for(lambda one: _venue(one) == "Театр", chat_id=person.id)
    venues = [one.body["venue"] for one in stage.world.messages(person.id) if "venue" in one.body]
    bot_s = [venue for venue in venues if venue["location"]["latitude"] != HERE[0]]
    assert [venue["title"] for venue in bot_s] == ["Золоті ворота", "Школа <5>", "Театр"]
    assert "Лисенка, 1 & 2 (" in bot_s[1]["address"]
    assert room.keyboard is None
    for key in [key async for key in stage.redis.scan_iter("*")]:
        stored = await stage.redis.dump(key)
        assert not any(str(degrees).encode() in stored for degrees in HERE), key
    said = "".join(capfd.readouterr())
    assert not any(str(degrees) in said for degrees in HERE)


async def test_location_is_about_a_city_for_whoever_asked_for_no_shelter(stage: Stage) -> None:
    await stage.storage.shelters.load(SHELTERS)
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/shelter")
    await stage.world.wait_for("three nearest", chat_id=person.id)
    stage.world.start(person)
    await stage.world.wait_for("Choose your city", chat_id=person.id)
    stage.world.share_location(person, *HERE)
    await stage.world.wait_for("The nearest city is Kyiv", chat_id=person.id)


async def test_far_from_every_shelter_is_said(stage: Stage) -> None:
    await stage.storage.shelters.load(SHELTERS)
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/shelter Cellar")
    await stage.world.wait_for("Cellar", chat_id=person.id)
    stage.world.share_location(person, 49.84, 24.03)
    await stage.world.wait_for("has no shelter near you", chat_id=person.id)


async def test_without_a_list_nobody_is_asked_where_they_are(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/shelter")
    await stage.world.wait_for("Write in one message", chat_id=person.id)
    stage.world.private_message(person, "/help")
    await stage.world.wait_for("/shelter:", chat_id=person.id)
    assert stage.world.private_chat(person).keyboard is None


async def test_shelter_is_shown_exported_and_deleted_with_the_rest(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person, KYIV)
    stage.world.private_message(person, "/shelter Cellar <2>")
    message = await stage.world.wait_for("How many minutes", chat_id=person.id)
    await stage.press(person, message, "shelter:min:5")
    stage.world.private_message(person, "/privacy")
    page = await stage.world.wait_for("What the bot keeps", chat_id=person.id)
    assert "Your shelter: Cellar <2>\nMinutes to your shelter: 5" in page.text
    await stage.press(person, page, "privacy:export")
    document = stage.world.last(person.id).body["document"]
    exported = json.loads(stage.world.files[document["file_id"]].content)
    assert exported["shelter"] == {"text": "Cellar <2>", "minutes": 5}
    await stage.press(person, page, "privacy:delete")
    await stage.press(person, page, "privacy:erase")
    keys = [key async for key in stage.redis.scan_iter("*")]
    assert [key for key in keys if str(person.id).encode() in key] == []


def _venue(message: object) -> str:
    body = getattr(message, "body", {})
    return str(body.get("venue", {}).get("title", ""))

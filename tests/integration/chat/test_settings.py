"""Short messages for a weak network, and the page for a blackout."""

from __future__ import annotations

import json

from tests.integration.chat.conftest import KYIV, Stage


async def test_person_who_asks_for_short_messages_gets_them(stage: Stage) -> None:
    person, other = stage.world.user("Olena", "en"), stage.world.user("James", "en")
    await stage.follow(person)
    await stage.follow(other)
    stage.world.private_message(person, "/settings")
    menu = await stage.world.wait_for("weak network: off", chat_id=person.id)
    await stage.press(person, menu, "settings:low")
    await stage.world.wait_for("weak network: on", chat_id=person.id)
    chat = await stage.chat(person.id)
    assert chat is not None
    assert (chat.language, chat.low_data, chat.places) == ("en", True, (KYIV,))

    await stage.publish()

    short = await stage.world.wait_for("Example Embassy", chat_id=person.id)
    full = await stage.world.wait_for("Example Embassy", chat_id=other.id)
    assert "Details <of> it." in full.text
    assert "Details <of> it." not in short.text
    assert short.text.startswith(full.text.split("\n")[0])
    assert [one["text"] for row in short.buttons for one in row] == ["More", "Share"]


async def test_short_messages_outlive_a_change_of_language_and_are_shown_as_kept(
    stage: Stage,
) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    stage.world.private_message(person, "/settings")
    menu = await stage.world.wait_for("weak network: off", chat_id=person.id)
    await stage.press(person, menu, "settings:low")
    stage.world.private_message(person, "/language uk")
    await stage.world.wait_for("Відтепер українською", chat_id=person.id)
    stage.world.private_message(person, "/privacy")
    page = await stage.world.wait_for("Короткі повідомлення: увімкнено", chat_id=person.id)
    await stage.press(person, page, "privacy:export")
    document = stage.world.last(person.id).body["document"]
    kept = json.loads(stage.world.files[document["file_id"]].content)
    assert (kept["language"], kept["short_messages"]) == ("uk", True)
    await stage.press(person, menu, "settings:full")
    chat = await stage.chat(person.id)
    assert chat is not None
    assert not chat.low_data


async def test_page_for_a_blackout_comes_as_a_document(stage: Stage) -> None:
    person = stage.world.user("Олена", "uk")
    stage.world.start(person, f"c_{KYIV}")
    await stage.world.wait_for("Готово", chat_id=person.id)
    stage.world.private_message(person, "/shelter Школа 5, підвал")
    await stage.world.wait_for("Школа 5, підвал", chat_id=person.id)
    stage.world.private_message(person, "/offline")
    sent = await stage.world.wait_for("Збережіть цю сторінку", chat_id=person.id)
    document = sent.body["document"]
    page = stage.world.files[document["file_id"]].content.decode()
    assert document["file_name"] == "forewarn.html"
    assert '<html lang="uk">' in page
    assert "Екстрені номери: Україна" in page
    assert "за київським часом" in page
    assert "Школа 5, підвал" in page


async def test_page_for_a_blackout_comes_to_somebody_who_follows_nothing(stage: Stage) -> None:
    person = stage.world.user("James", "ja")
    stage.world.private_message(person, "/offline")
    await stage.world.wait_for("Save this page on your phone", chat_id=person.id)
    assert await stage.chat(person.id) is None

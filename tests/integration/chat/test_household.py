"""Five taps, each saved at once, skipped, changed and deleted as one likes."""

from __future__ import annotations

import json

from bot.domain.subscriber import Household
from tests.integration.chat.conftest import Stage


async def test_five_taps_make_a_household_and_the_list_follows_it(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/household")
    message = await stage.world.wait_for("How many adults", chat_id=person.id)
    taps = [
        ("home:set:adults:2", "How many children", Household(2)),
        ("home:set:young:1-1", "How many pets", Household(2, 1, 1)),
        ("home:set:pets:1", "medicines every day", Household(2, 1, 1, 1)),
        ("home:set:pills:cold", "wheelchair", Household(2, 1, 1, 1, cold_medication=True)),
        (
            "home:set:aid:both",
            "2 adults, 1 child, 1 infant and 1 pet",
            Household(2, 1, 1, 1, cold_medication=True, mobility=True, oxygen=True),
        ),
    ]
    for data, shown, kept in taps:
        await stage.press(person, message, data)
        await stage.world.wait_for(shown, chat_id=person.id)
        chat = await stage.chat(person.id)
        assert chat is not None
        assert chat.household == kept
    assert len(stage.world.messages(person.id, from_bot=True)) == 1
    stage.world.private_message(person, "/checklist")
    listed = await stage.world.wait_for("Supplies for 2 adults", chat_id=person.id)
    for words in ("Infant formula", "Pet food", "Medicines kept cold", "Oxygen", "wheelchair"):
        assert words in listed.text


async def test_every_question_can_be_skipped(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/household")
    message = await stage.world.wait_for("How many adults", chat_id=person.id)
    for question in ("young", "pets", "pills", "aid"):
        await stage.press(person, message, f"home:ask:{question}")
    await stage.press(person, message, "home:done")
    assert "For now we reckon for 1 adult" in message.text
    assert await stage.chat(person.id) is None


async def test_household_is_changed_later_and_forgotten_alone(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    stage.world.private_message(person, "/household 9 5 1 2")
    message = await stage.world.wait_for("9 adults, 5 children", chat_id=person.id)
    await stage.press(person, message, "home:ask:pets")
    await stage.press(person, message, "home:set:pets:0")
    chat = await stage.chat(person.id)
    assert chat is not None
    assert chat.household == Household(9, 5, 1, 0)
    await stage.press(person, message, "home:done")
    await stage.press(person, message, "home:forget")
    chat = await stage.chat(person.id)
    assert chat is not None
    assert (chat.household, len(chat.places)) == (None, 1)


async def test_numbers_that_make_no_household_are_told_their_cure(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    for text in ("/household 0", "/household many", "/household 2 1 0 99"):
        stage.world.private_message(person, text)
        said = await stage.world.wait_for("Write up to four numbers", chat_id=person.id)
        stage.world.find_chat(person.id).messages.pop(said.id)  # type: ignore[union-attr]
    assert await stage.chat(person.id) is None


async def test_household_is_shown_exported_and_deleted_with_the_rest(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/household 2 1")
    message = await stage.world.wait_for("2 adults and 1 child", chat_id=person.id)
    await stage.press(person, message, "home:ask:aid")
    await stage.press(person, message, "home:set:aid:oxygen")
    stage.world.private_message(person, "/privacy")
    page = await stage.world.wait_for("What the bot keeps", chat_id=person.id)
    assert "Household: adults 2, children 1" in page.text
    assert "Needs: oxygen or a medical device" in page.text
    await stage.press(person, page, "privacy:export")
    document = stage.world.last(person.id).body["document"]
    exported = json.loads(stage.world.files[document["file_id"]].content)
    assert exported["household"]["oxygen"] is True
    await stage.press(person, page, "privacy:delete")
    await stage.press(person, page, "privacy:erase")
    assert await stage.chat(person.id) is None

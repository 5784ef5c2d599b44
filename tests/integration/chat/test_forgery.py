"""Somebody is shown a text that is not ours, and the operators hear of it."""

from __future__ import annotations

import asyncio

from bot.domain.forgery import fingerprint
from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from bot.storage.keys import Keys
from tests.integration.chat.conftest import OPERATOR_ID, SECOND_ID, Stage

REPORT = "Report it to the operators"
COPY = "Leave <b>Kyiv</b> tonight: https://evil.example Code KYI-0000"


async def operator(stage: Stage, id: int = OPERATOR_ID) -> User:
    person = stage.world.user("Iryna", "en", id=id)
    stage.world.start(person)
    await stage.world.wait_for("Choose your city", chat_id=person.id)
    return person


async def doubt(stage: Stage, person: User, text: str = COPY) -> Message:
    """Ask about a text; the bot's answer, which says that it is not ours."""
    asked = stage.world.private_message(person, f"/verify {text}")
    return await stage.world.wait_for(
        # An older answer that loses its button just now is another one.
        lambda one: one.id > asked.id and "Unknown code" in one.text,
        chat_id=person.id,
    )


def notes(stage: Stage, person: User) -> list[str]:
    said = stage.world.messages(person.id, from_bot=True)
    return [one.text for one in said if "NOT OURS" in one.text]


async def quiet(stage: Stage) -> None:
    """Wait until the operators were told everything that can be told now."""
    async with asyncio.timeout(5):
        while await stage.storage.forgeries.waiting():
            pass


async def test_copy_reaches_every_operator_without_the_name_of_who_reported(
    watched_stage: Stage,
) -> None:
    stage = watched_stage
    first, second = await operator(stage), await operator(stage, SECOND_ID)
    person = stage.world.user("Olena", "en", "olena_kyiv")
    answer = await doubt(stage, person)
    said = await stage.press(person, answer, "forged")
    assert said["text"] == "Thank you, the operators are told, without your name."
    for one in (first, second):
        note = await stage.world.wait_for("NOT OURS", chat_id=one.id)
        assert COPY in note.text
        assert "/publish" in note.text
        assert not note.buttons
        for secret in ("Olena", "olena_kyiv", str(person.id)):
            assert secret not in str(note.body)
    # Nothing of the text can be pressed, and nothing of the person is kept.
    kinds = {entity["type"] for entity in note.body["entities"]}
    assert {"url", "text_link", "mention"}.isdisjoint(kinds)
    assert "pre" in kinds
    await quiet(stage)
    kept = await stage.redis.hgetall(Keys().forgery(fingerprint(COPY)))
    assert COPY not in str(kept)
    assert str(person.id) not in str(kept)


async def test_button_goes_with_the_report(watched_stage: Stage) -> None:
    stage = watched_stage
    await operator(stage)
    person = stage.world.user("Olena", "en")
    answer = await doubt(stage, person)
    assert answer.button_texts == [REPORT]
    await stage.press(person, answer, "forged")
    await stage.world.wait_for(
        lambda one: one.id == answer.id and not one.button_texts, chat_id=person.id
    )


async def test_same_text_from_two_people_is_one_note(watched_stage: Stage) -> None:
    stage = watched_stage
    iryna = await operator(stage)
    for name, text in (("Olena", COPY), ("Petro", COPY.upper().replace(" ", "\n"))):
        person = stage.world.user(name, "en")
        await stage.press(person, await doubt(stage, person, text), "forged")
        await stage.world.wait_for("NOT OURS", chat_id=iryna.id)
    other = stage.world.user("Taras", "en")
    await stage.press(other, await doubt(stage, other, "Another copy"), "forged")
    await stage.world.wait_for("Another copy", chat_id=iryna.id)
    assert len(notes(stage, iryna)) == 2
    waiting = {one.id: one for one in await stage.storage.forgeries.waiting()}
    counted = waiting[fingerprint(COPY)]
    assert (counted.count, counted.told) == (2, 1)


async def test_what_is_ours_has_no_such_button(watched_stage: Stage) -> None:
    stage = watched_stage
    await operator(stage)
    person = stage.world.user("Olena", "en")
    code = await published(stage, person)
    stage.world.private_message(person, f"/verify {code}")
    yes = await stage.world.wait_for(f"Yes, the bot sent {code}", chat_id=person.id)
    assert REPORT not in yes.button_texts
    assert "Compare the words" not in yes.text


async def published(stage: Stage, person: User) -> str:
    """The code of an advisory that this person was told."""
    await stage.follow(person)
    await stage.publish()
    await stage.world.wait_for("Example Embassy", chat_id=person.id)
    (record,) = await stage.storage.advisories.current(stage.storage.clock())
    return record.code


async def test_changed_copy_under_a_genuine_code_can_be_reported(watched_stage: Stage) -> None:
    """It comes as a forwarded text to which somebody answers with the bare command."""
    stage = watched_stage
    iryna = await operator(stage)
    person = stage.world.user("Olena", "en")
    code = await published(stage, person)
    shown = stage.world.private_message(person, f"Pay at once to be evacuated. Code {code}")
    stage.world.private_message(person, "/verify", reply_to=shown)
    yes = await stage.world.wait_for("Compare the words", chat_id=person.id)
    assert yes.button_texts == [f"What to do: {code}", REPORT]
    await stage.press(person, yes, "forged")
    note = await stage.world.wait_for("NOT OURS as it stands", chat_id=iryna.id)
    assert "Pay at once to be evacuated" in note.text
    assert f"our code {code}" in note.text
    # What to do about the genuine one stays within reach.
    await stage.world.wait_for(
        lambda one: one.id == yes.id and one.button_texts == [f"What to do: {code}"],
        chat_id=person.id,
    )


async def test_group_is_offered_no_report(watched_stage: Stage) -> None:
    stage = watched_stage
    await operator(stage)
    owner = stage.world.user("Owner", "en")
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    asked = stage.world.group_message(group, owner, f"/verify {COPY}")
    said = await stage.world.wait_for("Unknown code", chat_id=group.id, after=asked.id)
    assert not said.buttons


async def test_person_who_reports_without_end_is_answered_once_and_then_not(
    watched_stage: Stage,
) -> None:
    stage = watched_stage
    iryna = await operator(stage)
    person = stage.world.user("Olena", "en")
    answers = []
    for number in range(6):
        answer = await doubt(stage, person, f"Copy {number}")
        answers.append((await stage.press(person, answer, "forged")).get("text"))
    assert all("Thank you" in str(text) for text in answers[:3])
    assert "reported several texts already" in str(answers[3])
    assert not any(answers[4:])
    await stage.world.wait_for("Copy 2", chat_id=iryna.id)
    await quiet(stage)
    assert not any("Copy 3" in note for note in notes(stage, iryna))


async def test_text_that_is_gone_is_asked_for_again(watched_stage: Stage) -> None:
    stage = watched_stage
    await operator(stage)
    person = stage.world.user("Olena", "en")
    answer = await doubt(stage, person)
    del answer.body["reply_to_message"]
    assert "no longer there" in (await stage.press(person, answer, "forged"))["text"]
    assert await stage.storage.forgeries.waiting() == ()


async def test_forwarded_text_is_asked_about_and_can_be_reported(watched_stage: Stage) -> None:
    stage = watched_stage
    iryna = await operator(stage)
    person = stage.world.user("Olena", "en")
    copy = "Everybody must leave Kyiv tonight, says the embassy"
    stage.world.private_message(person, copy, forwarded_from="Well-wisher")
    answer = await stage.world.wait_for("does not know this message", chat_id=person.id)
    await stage.press(person, answer, "forged")
    note = await stage.world.wait_for("NOT OURS", chat_id=iryna.id)
    assert copy in note.text
    assert "Well-wisher" not in note.text


async def test_forwarded_warning_is_recognised_by_its_code(watched_stage: Stage) -> None:
    stage = watched_stage
    await operator(stage)
    person = stage.world.user("Olena", "en")
    code = await published(stage, person)
    told = await stage.world.wait_for("Example Embassy", chat_id=person.id)
    stage.world.private_message(person, told.text, forwarded_from="Neighbour")
    await stage.world.wait_for(f"Yes, the bot sent {code}", chat_id=person.id)

"""What people ask: what is active, is it genuine, what do you keep, does it work."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from bot.domain.fault import StorageUnavailable
from tests.integration.chat.conftest import KYIV, LVIV, Stage


async def test_status_shows_what_is_active_and_for_which_city_nothing_is(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    stage.world.private_message(person, "Lviv")
    await stage.world.wait_for("Done: Lviv", chat_id=person.id)
    await stage.publish("Potential air attack on Wednesday")
    await stage.world.wait_for("Example Embassy", chat_id=person.id)
    stage.world.private_message(person, "/status")
    status = await stage.world.wait_for("What is active now", chat_id=person.id)
    for part in ("Kyiv", "Potential air attack on Wednesday", "Code ", "As of ", "siren sounds"):
        assert part in status.text
    assert "No active warning: Lviv" in status.text
    more = status.buttons[0][0]["callback_data"]
    await stage.press(person, status, more)
    await stage.world.wait_for("Details <of> it.", chat_id=person.id)


async def test_button_and_command_say_that_a_message_is_genuine(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    await stage.publish()
    warning = await stage.world.wait_for("Example Embassy", chat_id=person.id)
    verify = next(
        button["callback_data"]
        for row in warning.buttons
        for button in row
        if str(button.get("callback_data", "")).startswith("verify:")
    )
    answer = await stage.press(person, warning, verify)
    assert answer["text"].startswith("Yes, the bot sent ")
    assert "Example Embassy" in answer["text"]
    code = answer["text"].split()[4].rstrip(".")
    stage.world.private_message(person, f"/verify {code.lower().replace('-', ' ')}")
    said = await stage.world.wait_for("Source: Example Embassy", chat_id=person.id)
    assert "Still in force" in said.text or "its time has not begun" in said.text
    assert "Without a signature" in said.text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("/verify KYI-0000", "Unknown code: KYI-0000", id="a code nobody sent"),
        pytest.param("/verify <b>", "Unknown code: <b>", id="something that is no code"),
        pytest.param("/verify", "Write the code", id="no code at all"),
    ],
)
async def test_what_the_bot_never_sent_is_not_confirmed(
    stage: Stage, text: str, answer: str
) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, text)
    await stage.world.wait_for(answer, chat_id=person.id)


async def test_waiting_advisory_is_unknown_to_people(review_stage: Stage) -> None:
    stage = review_stage
    person = stage.world.user("Olena", "en")
    stage.world.start(person)
    await stage.publish()
    await stage.storage.queue.caught_up()
    (waiting,) = await stage.storage.advisories.pending()
    stage.world.private_message(person, f"/verify {waiting.code}")
    await stage.world.wait_for("Unknown code", chat_id=person.id)
    stage.world.start(person, f"a_{waiting.id}")
    await stage.world.wait_for("no longer kept", chat_id=person.id)


async def test_language_is_kept_once_chosen(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/language")
    menu = await stage.world.wait_for("Choose a language", chat_id=person.id)
    await stage.press(person, menu, "lang:uk")
    await stage.world.wait_for("Відтепер українською", chat_id=person.id)
    stage.world.start(person, f"c_{KYIV}")
    await stage.world.wait_for("Готово: Київ", chat_id=person.id)
    stage.world.private_message(person, "/language en")
    await stage.world.wait_for("From now on in English", chat_id=person.id)
    chat = await stage.chat(person.id)
    assert chat is not None
    assert (chat.language, chat.places) == ("en", (KYIV,))


async def test_test_message_looks_like_a_warning_and_rings_on_request(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person, LVIV)
    stage.world.private_message(person, "/test")
    quiet = await stage.world.wait_for("only a test", chat_id=person.id)
    assert quiet.silent
    await stage.press(person, quiet, "test:loud")
    loud = await stage.world.wait_for("arrives with the same sound", chat_id=person.id)
    assert not loud.silent
    for one in (quiet, loud):
        assert one.text.startswith("TEST MESSAGE")
        assert one.text.endswith("TEST MESSAGE")
        # As a real one looks, and marked by itself as well.
        assert "TEST, not real\nPrepare: possible air attack, Lviv" in one.text
    # Nothing of it is kept that anybody could ask about.
    assert not await stage.storage.advisories.current(stage.storage.clock())


async def test_group_is_tested_by_its_administrators_alone(stage: Stage) -> None:
    owner, guest = stage.world.user("Owner", "en"), stage.world.user("Guest", "en")
    group = stage.world.group("House 7", owner, supergroup=True)
    stage.world.add_bot(group, owner)
    stage.world.group_message(group, guest, "/test")
    stage.world.group_message(group, owner, "/test")
    test = await stage.world.wait_for("only a test", chat_id=group.id)
    assert test.silent
    refused = await stage.press(guest, test, "test:loud")
    assert refused["show_alert"]
    await stage.press(owner, test, "test:loud")
    loud = await stage.world.wait_for("arrives with the same sound", chat_id=group.id)
    assert not loud.silent
    tests = [one for one in stage.world.messages(group.id, from_bot=True) if "a test" in one.text]
    assert len(tests) == 2


async def test_person_sees_takes_along_and_deletes_what_is_kept(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "/privacy")
    await stage.world.wait_for("keeps nothing about this chat", chat_id=person.id)
    await stage.follow(person)
    stage.world.private_message(person, "/privacy")
    page = await stage.world.wait_for("What the bot keeps", chat_id=person.id)
    await stage.press(person, page, "privacy:export")
    document = stage.world.last(person.id).body["document"]
    exported = json.loads(stage.world.files[document["file_id"]].content)
    assert document["file_name"] == "forewarn.json"
    assert exported["places"] == [{"id": KYIV, "name": "Kyiv"}]
    assert exported["chat_id"] == person.id
    await stage.press(person, page, "privacy:delete")
    await stage.press(person, page, "privacy:show")
    assert await stage.chat(person.id) is not None
    await stage.press(person, page, "privacy:delete")
    await stage.press(person, page, "privacy:erase")
    assert await stage.chat(person.id) is None
    await stage.world.wait_for("Nothing is kept", chat_id=person.id)


@pytest.mark.parametrize(
    "data", ["unknown:button", "city:add:1", "city:add:UA", "lang:xx", "verify:x", "more:x"]
)
async def test_every_button_is_answered_however_old(stage: Stage, data: str) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.start(person)
    menu = await stage.world.wait_for("Choose your city", chat_id=person.id)
    menu.buttons[0][0]["callback_data"] = data
    callback = stage.world.press(person, person.id, menu.id, data=data)
    await stage.world.wait_answer(callback)


async def test_fault_is_told_in_one_sentence(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person, LVIV)
    stage.sandbox.faults.error(400, "Bad Request: wrong file", method="sendDocument", count=1)
    stage.world.private_message(person, "/privacy")
    page = await stage.world.wait_for("What the bot keeps", chat_id=person.id)
    with capture_logs() as logs:
        answer = await stage.press(person, page, "privacy:export")
    assert answer["show_alert"]
    assert "the fault is the bot's" in answer["text"]
    (event,) = (entry for entry in logs if entry["event"] == "handler failed")
    assert event["error"] == "BadRequest"
    assert any(frame.startswith("privacy.py:") for frame in event["where"])
    assert str(person.id) not in str(event)


@pytest.mark.parametrize("text", ["Kyiv", "/start", "/status", "/stop"])
async def test_person_is_told_to_try_again_while_storage_is_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    async def away(_chat_id: int) -> None:
        raise StorageUnavailable("Redis: gone. Start it.")

    monkeypatch.setattr(stage.storage.chats, "get", away)
    person = stage.world.user("Олена", "uk")
    stage.world.private_message(person, text)
    said = await stage.world.wait_for("Спробуйте за хвилину", chat_id=person.id)
    assert "не вимикайте звук повітряної тривоги" in said.text

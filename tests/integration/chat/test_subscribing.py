"""From /start to a confirmed city, and back out."""

from __future__ import annotations

import pytest

from bot.domain.subscriber import Kind, State
from tests.integration.chat.conftest import BROVARY, KYIV, LVIV, Stage

ELEVEN_CITIES = (
    *("Київ", "Харків", "Одеса", "Дніпро", "Донецьк", "Львів"),
    *("Вінниця", "Луганськ", "Севастополь", "Херсон", "Полтава"),
)


async def test_start_needs_two_taps_to_a_confirmed_city(stage: Stage) -> None:
    person = stage.world.user("Olena", "en-GB")
    stage.world.start(person)
    menu = await stage.world.wait_for("Choose your city", chat_id=person.id)
    assert len(menu.button_texts) == 8
    await stage.press(person, menu, f"city:add:{KYIV}")
    done = await stage.world.wait_for("Done: Kyiv", chat_id=person.id)
    assert "not a siren" in done.text
    chat = await stage.chat(person.id)
    assert chat is not None
    assert (chat.places, chat.language, chat.kind) == ((KYIV,), "en", Kind.PRIVATE)


@pytest.mark.parametrize(
    ("language_code", "greeting"),
    [
        pytest.param("uk", "Виберіть своє місто", id="Ukrainian"),
        pytest.param("en", "Choose your city", id="English"),
        pytest.param("pt-BR", "Choose your city", id="a language it does not speak: English"),
        pytest.param(None, "Choose your city", id="no language at all: English"),
    ],
)
async def test_start_greets_in_the_persons_language(
    stage: Stage, language_code: str | None, greeting: str
) -> None:
    person = stage.world.user("Olena", language_code)
    stage.world.start(person)
    await stage.world.wait_for(greeting, chat_id=person.id)


async def test_location_button_stands_until_a_city_is_chosen(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    room = stage.world.private_chat(person)
    stage.world.start(person)
    menu = await stage.world.wait_for("Choose your city", chat_id=person.id)
    assert room.keyboard is not None
    assert room.keyboard["keyboard"][0][0]["request_location"] is True
    await stage.press(person, menu, f"city:add:{KYIV}")
    await stage.world.wait_for("Done: Kyiv", chat_id=person.id)
    assert room.keyboard is None


async def test_shared_location_offers_the_nearest_city_and_is_not_kept(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.start(person)
    stage.world.share_location(person, 50.4412, 30.5523)
    offer = await stage.world.wait_for("The nearest city is Kyiv", chat_id=person.id)
    assert await stage.chat(person.id) is None
    await stage.press(person, offer, f"city:add:{KYIV}")
    await stage.world.wait_for("Done: Kyiv", chat_id=person.id)
    for key in await stage.redis.keys("*"):
        stored = await stage.redis.dump(key) or b""
        assert b"50.44" not in stored
        assert b"30.55" not in stored


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Kyiv", id="English"),
        pytest.param("київ", id="Ukrainian, lower case"),
        pytest.param("Киев", id="Russian"),
        pytest.param("/city Kyiv", id="behind the command"),
    ],
)
async def test_exact_name_subscribes_in_one_step(stage: Stage, name: str) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, name)
    await stage.world.wait_for("Done: Kyiv", chat_id=person.id)


async def test_slip_is_offered_with_its_oblast_and_never_accepted(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "Brovarry")
    offer = await stage.world.wait_for("Did you mean", chat_id=person.id)
    assert offer.button_texts[0] == "Brovary, Kyiv Oblast"
    assert await stage.chat(person.id) is None
    await stage.press(person, offer, f"city:add:{BROVARY}")
    await stage.world.wait_for("Done: Brovary, Kyiv Oblast", chat_id=person.id)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("Миколаїв", "Several places", id="namesakes are asked about"),
        pytest.param("Львівська область", "That is a region", id="a region is narrowed down"),
        pytest.param("Xqzwv", "knows no city", id="an unknown name is said to be unknown"),
        pytest.param("what should I do " * 8, "write only its name", id="a long text is no city"),
        pytest.param("/frobnicate", "/help", id="an unknown command leads to the help"),
        pytest.param("/help", "/verify", id="the help lists what there is"),
    ],
)
async def test_other_texts_get_a_short_hint(stage: Stage, text: str, answer: str) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, text)
    await stage.world.wait_for(answer, chat_id=person.id)
    assert await stage.chat(person.id) is None


async def test_city_chosen_twice_is_said_to_be_on_the_list(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.private_message(person, "Kyiv")
    await stage.world.wait_for("Done: Kyiv", chat_id=person.id)
    stage.world.private_message(person, "Kyiv")
    await stage.world.wait_for("already on the list", chat_id=person.id)


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        pytest.param(f"c_{KYIV}", "Done: Kyiv", id="a city: subscribed in one tap"),
        pytest.param("c_1", "Choose your city", id="a place that is not known: greeted"),
        pytest.param("c_UA", "Choose your city", id="a country: greeted"),
        pytest.param("ref7", "Choose your city", id="somebody else's payload: greeted"),
        pytest.param("a_aaaaaaaaaaaaaaaaaaaa", "no longer kept", id="an advisory long gone"),
    ],
)
async def test_deep_link_leads_somewhere(stage: Stage, payload: str, answer: str) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.start(person, payload)
    await stage.world.wait_for(answer, chat_id=person.id)


async def test_several_cities_are_added_and_removed_in_one_menu(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person, KYIV)
    stage.world.private_message(person, "/city")
    menu = await stage.world.wait_for("Your cities", chat_id=person.id)
    written = len(stage.world.messages(person.id))
    await stage.press(person, menu, "city:more")
    await stage.press(person, menu, f"city:add:{LVIV}")
    chat = await stage.chat(person.id)
    assert chat is not None
    assert chat.places == (KYIV, LVIV)
    await stage.press(person, menu, "city:menu")
    await stage.press(person, menu, f"city:del:{KYIV}")
    await stage.press(person, menu, f"city:del:{LVIV}")
    assert "No city is chosen" in stage.world.message(person.id, menu.id).text
    assert len(stage.world.messages(person.id)) == written


async def test_city_behind_the_limit_is_refused(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    stage.world.start(person)
    for name in ELEVEN_CITIES:
        stage.world.private_message(person, name)
    await stage.world.wait_for("10 cities are on the list", chat_id=person.id)
    chat = await stage.chat(person.id)
    assert chat is not None
    assert len(chat.places) == 10


async def test_stop_keeps_the_cities_and_start_brings_them_back(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    stage.world.private_message(person, "/stop")
    await stage.world.wait_for("Warnings are off", chat_id=person.id)
    stopped = await stage.chat(person.id)
    assert stopped is not None
    assert (stopped.state, stopped.places) == (State.STOPPED, (KYIV,))
    stage.world.start(person)
    await stage.world.wait_for("Warnings are on again", chat_id=person.id)
    again = await stage.chat(person.id)
    assert again is not None
    assert again.state is State.ACTIVE


async def test_stop_with_a_name_removes_that_city_only(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person, KYIV)
    stage.world.private_message(person, "Lviv")
    await stage.world.wait_for("Done: Lviv", chat_id=person.id)
    stage.world.private_message(person, "/stop Kyiv")
    await stage.world.wait_for("Removed: Kyiv", chat_id=person.id)
    stage.world.private_message(person, "/stop Poltava")
    await stage.world.wait_for("Nothing is changed", chat_id=person.id)
    chat = await stage.chat(person.id)
    assert chat is not None
    assert (chat.places, chat.state) == ((LVIV,), State.ACTIVE)


async def test_subscriber_during_an_advisory_gets_it_at_once_and_only_once(stage: Stage) -> None:
    await stage.publish("Potential air attack")
    first, second = stage.world.user("Olena", "en"), stage.world.user("Ihor", "en")
    await stage.follow(first)
    await stage.world.wait_for("Example Embassy", chat_id=first.id)
    done = await stage.follow(second)
    assert "1 warning is active now" in done.text
    await stage.world.wait_for("Example Embassy", chat_id=second.id)
    stage.world.private_message(second, "Kyiv")
    await stage.world.wait_for("has it already", chat_id=second.id)
    warnings = [one for one in stage.world.messages(second.id) if "Example Embassy" in one.text]
    assert len(warnings) == 1


async def test_blocked_person_is_found_again_after_unblocking(stage: Stage) -> None:
    person = stage.world.user("Olena", "en")
    await stage.follow(person)
    stage.world.block(person)
    stage.world.unblock(person)
    await stage.publish()
    await stage.world.wait_for("Example Embassy", chat_id=person.id)
    chat = await stage.chat(person.id)
    assert chat is not None
    assert (chat.state, chat.places) == (State.ACTIVE, (KYIV,))

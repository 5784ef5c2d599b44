"""What follows a published warning: corrected in few taps, withdrawn, cleared, halted, updated."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.domain.operators import Role
from tests.acceptance.advisories import LVIV, alert, shelter_now
from tests.acceptance.desk import Hand, audited, employ, hand, settings
from tests.acceptance.test_operators import draft
from tests.acceptance.town import Town, until
from tests.bot_process import BotProcess

MISTAKE, SEND = "Sent by mistake", "Send now"


async def _published(town: Town, bot: BotProcess, operator: Hand) -> None:
    """A warning of power cuts, which needs nobody else."""
    await draft(operator, "Power cuts")
    await operator.tap("Preview")
    await operator.sees("At the free rate", button="Publish now")
    await operator.tap("Publish now")
    await operator.sees("on its way", button=MISTAKE)
    await bot.wait_log("broadcast ended")


async def test_mistake_is_two_taps_away_below_the_warning_and_three_by_command(
    town: Town,
) -> None:
    person = await town.person("Oksana", "en")
    greta = await town.person("Greta", "de")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await _published(town, bot, iryna)
        iryna.taps = petro.taps = 0
        await iryna.tap(MISTAKE)
        await iryna.sees("PREVIEW, NOT PUBLISHED", "was sent by mistake")
        await iryna.sees("tells everybody who was told", button=SEND)
        assert iryna.taps == 1
        # Another one is at it by command: from "this is wrong" to the end in three.
        petro.command("cancel")
        await petro.sees("Which warning?")
        assert petro.card is not None
        await petro.tap(petro.card.button_texts[0])
        await petro.sees("tells everybody who was told", button=SEND)
        await petro.tap(SEND)
        assert petro.taps == 3
        await petro.sees("on its way")
        await until(lambda: bool(town.told("by mistake")[person.id]))
        late = await iryna.tap(SEND)
        assert iryna.taps == 2
        assert "has ended" in late["text"] or late["text"].startswith("Petro was first")
        await bot.wait_log("broadcast ended", 2)
    assert town.told("was sent by mistake")[person.id] == 1
    assert town.told("versehentlich gesendet")[greta.id] == 1
    assert (await audited(town))[-1] == ("Petro", "corrected")


async def test_of_two_who_send_at_once_one_is_first_and_people_hear_it_once(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await _published(town, bot, iryna)
        await iryna.tap(MISTAKE)
        await iryna.sees("tells everybody", button=SEND)
        petro.command("cancel")
        await petro.sees("Which warning?")
        assert petro.card is not None
        await petro.tap(petro.card.button_texts[0])
        await petro.sees("tells everybody", button=SEND)
        answers = await asyncio.gather(iryna.tap(SEND), petro.tap(SEND))
        assert sum(bool(one.get("text")) for one in answers) == 1
        await until(lambda: bool(town.told("by mistake")[person.id]))
        await bot.wait_log("broadcast ended", 2)
    assert town.told("by mistake")[person.id] == 1
    assert [what for _, what in await audited(town)].count("corrected") == 1


@pytest.mark.alone
async def test_halt_stops_within_half_a_second_and_everybody_is_told_once_after_it(
    town: Town,
) -> None:
    people = await town.crowd(300)
    owner = hand(town, "Olena")
    async with town.bot(**settings(owner, BOT_TRUST__UNSIGNED="publish")) as bot:
        warning = alert("a long broadcast")
        await town.publish(warning)
        await town.until_told("a long broadcast", 40)
        owner.command("halt")
        await owner.sees("Which warning?")
        assert owner.card is not None
        await owner.tap(owner.card.button_texts[0])
        accepted = max(one.at for one in town.sandbox.ledger.entries())
        await owner.sees("is halted", button="Go on sending")
        assert {MISTAKE, "Withdraw"} < set(owner.card.button_texts)
        told = len(town.told("a long broadcast"))
        await asyncio.sleep(1)
        late = [one for one in town.sends("a long broadcast") if one.at > accepted + 0.5]
        assert not late
        assert told < 300
        await owner.tap("Go on sending")
        await bot.wait_log("broadcast ended")
    assert town.told("a long broadcast") == dict.fromkeys(people, 1)
    assert [what for _, what in await audited(town)] == ["halted", "resumed"]


async def test_all_clear_of_a_grave_warning_needs_a_second_person(town: Town) -> None:
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings(owner)) as bot:
        await draft(iryna, "Take shelter now")
        await iryna.tap("Preview")
        await iryna.sees("Type Kyiv to publish")
        iryna.type("Kyiv")
        await owner.sees("Waits for your decision", "Written by Iryna")
        await owner.tap("Approve: publish now")
        await bot.wait_log("broadcast ended")
        # The author's own card has what can follow now.
        await iryna.sees("approved by Olena", button="All clear")
        await iryna.tap("All clear")
        ask = await iryna.sees("gives the all-clear", button=SEND)
        assert "somebody else must approve" in ask.text
        await iryna.tap(SEND)
        await iryna.sees("not published yet")
        await owner.sees("Waits for your decision", "Written by Iryna")
        assert not town.told("All clear")[person.id]
        await owner.tap("Approve: publish now")
        await until(lambda: bool(town.told("All clear")[person.id]))
    assert town.told("All clear")[person.id] == 1


async def test_update_goes_on_from_what_was_published(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await _published(town, bot, iryna)
        await iryna.tap("Update")
        await iryna.sees("Draft, begun by Iryna", button="Source’s words")
        await iryna.tap("Source’s words")
        await iryna.sees("Type what the source says")
        iryna.type("Hospitals keep their power.")
        await iryna.sees("Hospitals keep", button="Preview")
        await iryna.tap("Preview")
        await iryna.sees("At the free rate", button="Publish now")
        await iryna.tap("Publish now")
        await iryna.sees("on its way")
        await until(lambda: bool(town.changed("Hospitals keep their power.")[person.id]))
    # A small change is made in the message that people have.
    assert town.told("ower cut")[person.id] == 1


async def test_nobody_ends_what_is_outside_their_places_or_over(town: Town) -> None:
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    lviv = await employ(town, "Iryna", Role.OPERATOR, LVIV)
    async with town.bot(**settings(owner, BOT_TRUST__UNSIGNED="publish")) as bot:
        await town.publish(shelter_now("in Kyiv"))
        await bot.wait_log("broadcast ended")
        owner.command("cancel")
        card = await owner.sees("Which warning?")
        data = [str(one["callback_data"]) for row in card.buttons for one in row]
        lviv.command("cancel")
        nothing = await lviv.sees("No warning is active")
        for one in data:
            answer = await lviv.press(one, nothing)
            assert "places" in answer["text"]
            answer = await lviv.press(one.replace("f:", "fs:", 1), nothing)
            assert "places" in answer["text"]
        # An embassy's own warning is ended by somebody else only if a second person agrees.
        await owner.tap(card.button_texts[1])
        ask = await owner.sees("is withdrawn", button=SEND)
        assert len(ask.text.splitlines()) > 1
        await owner.tap(SEND)
        await owner.sees("not published yet")
    assert not town.told("Withdrawn")[person.id]


@pytest.mark.long
async def test_every_tap_outlives_a_kill(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await _published(town, bot, iryna)
        taps = [("Withdraw", "is withdrawn"), (SEND, "on its way")]
        for button, seen in taps:
            bot.kill()
            await bot.wait()
            await bot.start()
            await iryna.tap(button)
            await iryna.sees(seen)
        await until(lambda: bool(town.told("Withdrawn")[person.id]))
    assert town.told("Withdrawn")[person.id] == 1
    assert json.dumps(await audited(town)).count("cancelled") == 1

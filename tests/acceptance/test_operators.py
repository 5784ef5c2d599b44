"""`/publish` from the first tap to a phone: few taps, two people, and no step lost."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.domain.audit import verify
from bot.domain.draft import Draft, DraftState
from bot.domain.draft import Hand as Doer
from bot.domain.operators import Role
from bot.formats import parse
from tests.acceptance.advisories import KYIV, LVIV, Alert, alert, info
from tests.acceptance.desk import Hand, audited, employ, hand, settings
from tests.acceptance.town import Town

MOST_TAPS = 8


async def test_templated_warning_takes_few_taps_and_two_people(town: Town) -> None:
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.APPROVER)
    async with town.bot(**settings(owner)) as bot:
        iryna.command("publish")
        await iryna.sees("New warning", button="Expected air attack")
        await iryna.tap("Expected air attack")
        await iryna.sees("Where?", button="Kyiv")
        await iryna.tap("Kyiv")
        await iryna.sees("Where: Kyiv", button="Next")
        await iryna.tap("Next")
        await iryna.sees("When?", button="Tomorrow, the whole day")
        await iryna.tap("Tomorrow, the whole day")
        await iryna.sees("Severity: Severe", button="Preview")
        await iryna.tap("Preview")
        confirm = await iryna.sees("Type Kyiv to publish")
        # As recipients will see it, in each language, and marked as a preview.
        for words in ("Prepare: possible air attack, Kyiv", "Готуйтеся: можлива повітряна атака"):
            seen = await town.world.wait_for(words, chat_id=iryna.id)
            assert seen.text.startswith("PREVIEW, NOT PUBLISHED")
            assert seen.text.endswith("PREVIEW, NOT PUBLISHED")
        for part in ("1 private chat", "At the free rate", "Stars", "somebody else must approve"):
            assert part in confirm.text
        assert person.id not in town.told("air attack")
        iryna.type("kyiv")
        await iryna.sees("not published yet")
        question = await petro.sees("Waits for your decision", "Written by Iryna")
        await petro.tap("Approve: publish now", question)
        ended = await bot.wait_log("broadcast ended")
        assert ended["sent"] == 1
        await iryna.sees("approved by Petro")
        assert iryna.taps + petro.taps <= MOST_TAPS
        assert not bot.complaints
    (told,) = [one for one in town.sends("possible air attack") if one.chat_id == person.id]
    assert "passed on" not in told.text
    assert "Forewarn operators" in told.text
    assert await audited(town) == [
        ("Iryna", "draft_created"),
        ("Iryna", "submitted"),
        ("Petro", "approved"),
    ]
    entries = [entry async for entry in town.storage.audit.entries()]
    assert verify(entries, await town.storage.audit.span()) == ()


async def test_lesser_warning_is_published_by_one_person_with_a_button(town: Town) -> None:
    person = await town.person("Oksana", "uk", LVIV)
    elsewhere = await town.person("Kateryna", "uk", KYIV)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        iryna.command("publish")
        await iryna.sees("New warning")
        await iryna.tap("Power cuts")
        await iryna.sees("Where?")
        iryna.type("Lviv")
        await iryna.sees("Where: Lviv", button="Next")
        await iryna.tap("Whole: Lviv Oblast")
        await iryna.sees("Lviv and Lviv Oblast")
        await iryna.tap("Next")
        await iryna.sees("When?")
        await iryna.tap("Now, for 24 h")
        await iryna.sees("Severity: Moderate", button="Source and link")
        await iryna.tap("Source and link")
        await iryna.sees("Type the name of the source")
        iryna.type("Lvivoblenergo https://loe.example/1")
        await iryna.sees("Source: Lvivoblenergo", button="Preview")
        await iryna.tap("Preview")
        await iryna.sees("At the free rate", button="Publish now")
        await iryna.tap("Publish now")
        await iryna.sees("on its way")
        await bot.wait_log("broadcast ended")
        assert iryna.taps <= MOST_TAPS + 1
    assert town.told("Lvivoblenergo")[person.id] == 1
    assert town.told("Lvivoblenergo")[elsewhere.id] == 0
    (sent,) = [one for one in town.sends("Lvivoblenergo") if one.chat_id == person.id]
    assert "передав оператор цього бота" in sent.text


@pytest.mark.long
async def test_every_step_survives_a_restart(town: Town) -> None:
    """Killed, not asked to stop, between any two steps; a second device would do the same."""
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    petro = await employ(town, "Petro", Role.APPROVER)
    iryna = await employ(town, "Iryna", Role.OPERATOR)

    async def start() -> None:
        iryna.command("publish")
        await iryna.sees("New warning")

    async def template() -> None:
        await iryna.tap("Expected air attack")
        await iryna.sees("Where?")

    async def typed_place() -> None:
        iryna.type("Київ")
        await iryna.sees("Where: Kyiv", button="Next")

    async def next_() -> None:
        await iryna.tap("Next")
        await iryna.sees("When?")

    async def window() -> None:
        await iryna.tap("Tomorrow, the whole day")
        await iryna.sees(button="Preview")

    async def preview() -> None:
        await iryna.tap("Preview")
        await iryna.sees("Type Kyiv to publish")

    async def typed_city() -> None:
        iryna.type("Київ")
        await iryna.sees("not published yet")
        await petro.sees("Waits for your decision")

    async def approval() -> None:
        await petro.tap("Approve: publish now")
        await petro.sees("approved by Petro")

    for step in (start, template, typed_place, next_, window, preview, typed_city, approval):
        async with town.bot(**settings(owner)) as bot:
            await step()
            bot.kill()
    async with town.bot(**settings(owner)):
        await town.until_told("possible air attack", 1)
        await town.world.wait_for("possible air attack", chat_id=person.id)


async def test_issue_that_a_crash_interrupted_is_taken_up_again(town: Town) -> None:
    """The advisory was fixed and the process died before it was on the queue."""
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    alert = json.dumps(info_alert("crashed")).encode()
    (advisory,) = parse(alert).advisories
    drafts, by = town.storage.drafts, Doer(iryna.id, "Iryna", "submitted")
    kept = await drafts.create(Draft(), by)
    assert kept is not None
    await drafts.note_author(advisory.id, iryna.id)
    assert await drafts.close(kept, DraftState.SUBMITTED, by, alert)
    async with town.bot(**settings()):
        await town.until_told("crashed", 1)
        await until_due_is_empty(town)
    assert town.told("crashed")[person.id] == 1
    async with town.bot(**settings()) as bot:
        assert not bot.lines("draft taken up again")


def info_alert(name: str) -> Alert:
    """What one operator may publish alone."""
    return alert(name, info=[info(name, severity="Moderate")])


async def until_due_is_empty(town: Town) -> None:
    async with asyncio.timeout(5):
        while await town.storage.drafts.due():
            await asyncio.sleep(0.01)


async def test_one_person_may_override_for_a_reason_that_everybody_reads(town: Town) -> None:
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    viewer = await employ(town, "Vira", Role.VIEWER)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings(owner)) as bot:
        await draft(iryna, "Take shelter now")
        await iryna.tap("Preview")
        await iryna.sees("Type Kyiv to publish")
        iryna.type("Kyiv")
        await iryna.sees("not published yet", button="Emergency: publish alone")
        await owner.sees("Waits for your decision")
        # Nobody but its author may use this button.
        assert iryna.card is not None
        data = iryna.card.buttons[0][0]["callback_data"]
        for other in (owner, viewer):
            other.command("pending")
            message = await other.sees("wait")
            answer = await other.press(data, message)
            assert "does not allow" in answer["text"]
        await iryna.tap("Emergency: publish alone")
        await iryna.sees("write why it cannot wait")
        iryna.type("now")
        await iryna.sees("Nothing was published")
        assert town.told("Take shelter")[person.id] == 0
        iryna.type("Explosions are heard, nobody answers")
        await bot.wait_log("broadcast ended")
        for everybody in (owner, viewer, iryna):
            await everybody.sees("by Iryna alone", "Explosions are heard, nobody answers")
        assert not bot.complaints
    entries = [entry.facts async for entry in town.storage.audit.entries()]
    (kept,) = [one for one in entries if one["what"] == "overridden"]
    assert kept["after"]["reason"] == "Explosions are heard, nobody answers"
    assert kept["before"] == {"state": "pending"}


async def draft(writer: Hand, template: str) -> None:
    """Write a templated warning for Kyiv as far as its card."""
    writer.command("publish")
    await writer.sees("New warning")
    await writer.tap(template)
    await writer.sees("Where?")
    await writer.tap("Kyiv")
    await writer.sees("Where: Kyiv", button="Next")
    await writer.tap("Next")
    await writer.sees("When?", button="Tomorrow, the whole day")
    quick = next(one for one in writer.card.button_texts if one.startswith("Now"))  # type: ignore[union-attr]
    await writer.tap(quick)
    await writer.sees(button="Preview")

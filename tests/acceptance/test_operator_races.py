"""Two operators at once: one wins, and the other is told who was first and what they did."""

from __future__ import annotations

import asyncio

from bot.domain.operators import Role
from bot.domain.record import AdvisoryRecord, AdvisoryState
from tests.acceptance.advisories import alert
from tests.acceptance.desk import Hand, audited, employ, hand, settings
from tests.acceptance.test_operators import draft
from tests.acceptance.town import Town


async def test_of_two_decisions_at_once_one_holds(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.APPROVER)
    petro = await employ(town, "Petro", Role.APPROVER)
    async with town.bot(**settings()) as bot:
        await town.publish(alert("contested"))
        for one in (iryna, petro):
            await one.sees("contested", button="Reject: do not publish")
        answers = await asyncio.gather(
            iryna.tap("Approve: publish now"), petro.tap("Reject: do not publish")
        )
        texts = [answer.get("text") or "" for answer in answers]
        (late,) = [text for text in texts if text]
        record = await _decided(town)
        assert record.decided_by is not None
        assert late.startswith(f"{record.decided_by} has decided already")
        for one in (iryna, petro):
            await one.sees(f"by {record.decided_by}")
        is_published = record.state is AdvisoryState.PUBLISHED
        if is_published:
            await bot.wait_log("broadcast ended")
        assert not bot.complaints
    done = await audited(town)
    assert len(done) == 1
    assert done[0][0] == record.decided_by
    assert town.told("contested")[person.id] == int(is_published)


async def _decided(town: Town) -> AdvisoryRecord:
    """The one advisory there is, whatever was decided."""
    ids = [
        one
        for state in ("published", "rejected", "pending")
        for one in await town.command("ZRANGE", f"{{forewarn}}:advisories:{state}", 0, -1)
    ]
    (only,) = ids
    found = await town.storage.advisories.get(only.decode())
    assert found is not None
    return found


async def test_of_two_hands_on_a_draft_the_second_is_told(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await draft(iryna, "Power cuts")
        petro.command("publish")
        await petro.sees("New warning")
        await petro.tap(_draft_of(petro))
        await petro.sees("Draft, begun by Iryna", button="Preview")
        stale = petro.card
        await iryna.tap("Severity")
        await iryna.sees("How severe?", button="Minor")
        await iryna.tap("Minor")
        await iryna.sees("Severity: Minor")
        # He looks at what was true before; his tap changes nothing.
        answer = await petro.tap("Delete the draft", stale)
        assert answer["text"].startswith("Iryna was first: changed the severity")
        await petro.sees("Severity: Minor", button="Delete the draft")
        await petro.tap("Delete the draft")
        await petro.sees("Draft deleted by Petro")
        answer = await iryna.tap("Preview")
        assert answer["text"].startswith("Petro was first: deleted it")
        await iryna.sees("Draft deleted by Petro")
        assert not bot.complaints
    assert await audited(town) == [("Iryna", "draft_created"), ("Petro", "draft_dropped")]


def _draft_of(one: Hand) -> str:
    assert one.card is not None
    return next(text for text in one.card.button_texts if text.startswith("Draft: "))


async def test_typed_city_confirms_only_what_was_previewed(town: Town) -> None:
    """Somebody else changed the draft between the preview and the confirmation."""
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings(owner)):
        await draft(iryna, "Take shelter now")
        owner.command("publish")
        await owner.sees("New warning")
        await owner.tap(_draft_of(owner))
        await owner.sees("Draft, begun by Iryna", button="Where")
        await iryna.tap("Preview")
        await iryna.sees("Type Kyiv to publish")
        await owner.tap("Where")
        await owner.sees("Where?", button="Lviv")
        await owner.tap("Lviv")
        await owner.sees("Kyiv and Lviv")
        iryna.type("Paris")
        told = await iryna.sees("Olena was first: changed the places")
        assert "Lviv" in told.text
        iryna.type("Kyiv")
        await iryna.sees("Draft, begun by Iryna", button="Preview")
    assert person.id not in town.told("shelter")
    assert ("Iryna", "submitted") not in await audited(town)


async def test_wrong_city_publishes_nothing(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()):
        await draft(iryna, "Take shelter now")
        await iryna.tap("Preview")
        await iryna.sees("Type Kyiv to publish")
        iryna.type("Lviv")
        await iryna.sees("That is not Kyiv. Nothing was published.")
        # Nor does the button of a lesser one, which this card never shows.
        assert iryna.card is not None
        data = str(iryna.card.buttons[0][0]["callback_data"]).removesuffix("bk") + "go"
        await iryna.press(data, iryna.card)
        await iryna.sees("Type Kyiv to publish")
    assert ("Iryna", "submitted") not in await audited(town)

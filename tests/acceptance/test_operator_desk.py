"""Pasting, editing what is under review, reminders, and the pages about it all."""

from __future__ import annotations

import json

from bot.domain.operators import Role
from tests.acceptance.advisories import LVIV, alert, info, payload
from tests.acceptance.desk import Hand, audited, employ, hand, settings
from tests.acceptance.test_operators import draft
from tests.acceptance.town import Town


async def test_advisory_under_review_is_edited_and_replaced(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.APPROVER)
    petro = await employ(town, "Petro", Role.APPROVER)
    async with town.bot(**settings()) as bot:
        mild = info("too loud", severity="Moderate", description="Too loud by far.")
        await town.publish(alert("too loud", info=[mild]))
        for one in (iryna, petro):
            await one.sees("No signature of a known source", button="Edit: write it anew")
        await iryna.tap("Edit: write it anew")
        await iryna.sees("The source says: Too loud by far.", "Where: Kyiv", button="Preview")
        # The second who edits joins the first, and is told so.
        question = petro.card
        answer = await petro.tap("Edit: write it anew")
        assert answer["text"].startswith("Iryna was first: began the draft")
        await iryna.tap("Source’s words")
        await iryna.sees("Type what the source says")
        iryna.type("It is quiet now.")
        await iryna.sees("The source says: It is quiet now.", button="Preview")
        assert [one.code for one in await town.storage.advisories.pending()]
        await iryna.tap("Preview")
        await iryna.sees("At the free rate", button="Publish now")
        await iryna.tap("Publish now")
        await iryna.sees("on its way")
        await bot.wait_log("broadcast ended")
        assert question is not None
        await town.world.wait_for("rejected by Iryna", chat_id=petro.id)
        assert not bot.complaints
    assert await town.storage.advisories.pending() == ()
    assert town.told("It is quiet now")[person.id] == 1
    assert town.told("Too loud by far")[person.id] == 0
    assert await audited(town) == [
        ("Iryna", "draft_created"),
        ("Iryna", "submitted"),
        ("Iryna", "edited"),
    ]


async def test_pasted_advisory_becomes_a_draft(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    given = alert("pasted", LVIV, info=[info("pasted", LVIV, severity="Minor", event="Flood")])
    table = [
        ("JSON", payload(given).decode(), ("Threat: flood", "Where: Lviv", "Severity: Minor")),
        ("a plain text", "Water will be off tonight.", ("The source says: Water will be off",)),
        ("JSON with a mistake", payload(given)[:-2].decode(), ("cannot be used", "not_json")),
    ]
    async with town.bot(**settings()) as bot:
        for sentence, text, shown in table:
            iryna.command("publish")
            await iryna.sees("New warning")
            await iryna.tap("Paste a text or a file")
            await iryna.sees("Send a CAP file")
            iryna.type(text)
            seen = await iryna.sees(*shown)
            assert seen.text, sentence
        # After a mistake it is asked for again, and a file does as well.
        town.world.share_document(iryna.user, "alert.json", payload(given), mime="text/json")
        await iryna.sees("Threat: flood", "pasted", button="Preview")
        assert not bot.complaints


async def test_slips_of_the_fingers_are_named(town: Town) -> None:
    """One process after the other: so many at once would meet its bound on questions."""
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    table = [
        ("Where", "Qwxzqwxz", "does not know: Qwxzqwxz"),
        ("Where", "Lvivv", "Not exactly one place"),
        ("When", "soon", "no time the bot can read"),
        ("When", "25:00-26:00", "no such day or time"),
        ("Source’s words", "x" * 3001, "3001 characters"),
        ("Source and link", "https://e.example", "name of the source"),
        ("Source and link", "Embassy https://good.example@evil.example/", "cannot be used"),
    ]
    async with town.bot(**settings()):
        await draft(iryna, "Power cuts")
    for rows in (table[:4], table[4:]):
        async with town.bot(**settings()) as bot:
            for button, typed, said in rows:
                await iryna.tap(button, await iryna.sees(button=button))
                await iryna.sees(button="Delete the draft")
                iryna.type(typed)
                card = await iryna.sees(said)
                await iryna.tap("Next", card)
                await iryna.sees(button="Preview")
            assert not bot.complaints


async def test_operator_speaks_for_their_own_places_alone(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR, LVIV)
    owner = hand(town, "Olena")
    async with town.bot(**settings(owner)) as bot:
        iryna.command("publish")
        await iryna.sees("New warning")
        await iryna.tap("Power cuts")
        await iryna.sees("Where?", button="Lviv")
        iryna.type("Kyiv")
        await iryna.sees("Where: Kyiv", button="Next")
        await iryna.tap("Next")
        await iryna.sees("When?")
        await iryna.tap("Now, for 24 h")
        await iryna.sees(button="Preview")
        await iryna.tap("Preview")
        await iryna.sees("not this source", button="Publish now")
        await iryna.tap("Publish now")
        issued = await iryna.sees("not published yet")
        assert issued.button_texts == []  # no emergency makes other places hers
        await owner.sees("Waits for your decision", "Written by Iryna")
        assert not bot.complaints


async def test_unanswered_question_is_asked_again_and_of_owners(town: Town) -> None:
    """The times live in Redis: a restart in between neither forgets nor repeats one."""
    owner = hand(town, "Olena")
    petro = await employ(town, "Petro", Role.APPROVER)
    hurried = settings(
        owner, BOT_OPERATORS__REMIND_MINUTES="0.02", BOT_OPERATORS__ESCALATE_MINUTES="0.1"
    )
    async with town.bot(**hurried) as bot:
        await town.publish(alert("unanswered"))
        await petro.sees("unanswered")
        await petro.sees("still waits for a decision")
        assert not any("unanswered" in one.text for one in town.world.messages(owner.id))
        bot.kill()
    async with town.bot(**hurried) as bot:
        await owner.sees("unanswered", button="Approve: publish now")
        await petro.sees("Nobody has decided")
        await owner.sees("Nobody has decided")
        assert not bot.complaints
    texts = [one.text for one in town.world.messages(petro.id)]
    assert sum("still waits for a decision" in text for text in texts) == 1
    assert sum("Nobody has decided" in text for text in texts) == 1


async def test_pages_say_what_waits_who_spoke_and_who_did_what(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.APPROVER)
    async with town.bot(**settings(), BOT_SOURCES='{"embassy": {"name": "Example Embassy"}}'):
        await town.publish(alert("named"), source="embassy")
        await town.publish(alert("unnamed"))
        await town.publish(b"nonsense", source="nobody")
        await iryna.sees("Warning: named")
        await iryna.tap("Reject: do not publish")
        await iryna.sees("rejected by Iryna")
        await iryna.sees("Warning: unnamed")
        await draft(iryna, "Power cuts")
        iryna.command("pending")
        await iryna.sees("1 advisory waits", "1 draft is open")
        iryna.command("sources")
        page = await iryna.sees("Example Embassy", "Last contact")
        assert "for review: 1" in page.text
        assert "Sources that are not configured" in page.text
        assert "unusable: 1" in page.text
        assert "Never heard of" in page.text  # the operators' own
        iryna.command("audit")
        await iryna.sees("Iryna: rejected", "pending", button="CSV")
        for form in ("CSV", "JSON"):
            await iryna.tap(form)
        files = town.sandbox.world.files.values()
        table, lines = (one.content.decode("utf-8-sig") for one in files)
        assert "rejected" in table.splitlines()[1]
        assert [json.loads(line)["number"] for line in lines.splitlines()] == [1, 2, 3]
        iryna.type("/privacy")
        await iryna.sees("You are an operator, role: approver", button="Delete everything")
    assert ("Iryna", "exported") in await audited(town)


async def test_operator_who_deletes_their_data_is_one_no_longer(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.APPROVER)
    async with town.bot(**settings()) as bot:
        await _forget(iryna)
        sent = iryna.command("publish")
        await town.world.wait_for("does not know this command", chat_id=iryna.id, after=sent.id)
        assert not bot.complaints
    assert await town.storage.operators.get(iryna.id) is None
    assert await audited(town) == [("Iryna", "left")]


async def _forget(one: Hand) -> None:
    one.type("/privacy")
    page = await one.sees("You are an operator")
    await one.press("privacy:erase", page)

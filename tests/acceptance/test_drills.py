"""`/drill` on the whole real way: to whom it goes, how it is marked, and what cannot start it."""

from __future__ import annotations

import json

import pytest

from bot.domain.draft import DraftState, Focus
from bot.domain.drill import in_share
from bot.domain.operators import Role
from bot.domain.preferences import Preferences
from bot.domain.subscriber import Chat, Kind
from bot.sandbox.ledger import Entry
from tests.acceptance.advisories import KYIV, LVIV
from tests.acceptance.desk import Hand, audited, employ, hand, settings
from tests.acceptance.town import Town, until

MARKS = {"en": "DRILL, not real", "uk": "НАВЧАННЯ, не тривога"}
AIR_ATTACK = "air attack"


async def drafted(writer: Hand, audience: str, template: str = "Expected air attack") -> None:
    """Write a drill for Kyiv as far as its card."""
    writer.command("drill")
    await writer.sees("A new drill", button=template)
    await writer.tap(template)
    await writer.sees("Where?", button="Kyiv")
    await writer.tap("Kyiv")
    await writer.sees("Where: Kyiv", button="Next")
    await writer.tap("Next")
    await writer.sees("For whom?", button=audience)
    await writer.tap(audience)


async def started(writer: Hand, audience: str, *choices: str) -> None:
    """A drill for Kyiv, with these buttons pressed on its card, on its way."""
    await drafted(writer, audience)
    await writer.sees("Rehearsed: Expected air attack", button="Preview of the drill")
    for choice in choices:
        await writer.tap(choice)
        await writer.sees("Rehearsed: Expected air attack", button="Preview of the drill")
    await writer.tap("Preview of the drill")
    await writer.sees("Type DRILL to start the drill")
    writer.type("drill")
    await writer.sees("is on its way")


def drilled(town: Town, chat_id: int, language: str = "en") -> list[Entry]:
    """What a chat was sent as part of a drill; nothing of it goes unmarked or with a sound."""
    mark = MARKS[language]
    found = [
        one
        for one in town.sends(mark)
        if one.chat_id == chat_id and one.text.startswith(mark) and one.text.endswith(mark)
    ]
    assert all(one.silent for one in found)
    return found


async def test_drill_for_operators_reaches_them_alone_marked_and_silent(town: Town) -> None:
    person = await town.person("Oksana", "en")
    owner = hand(town, "Olena")
    viewer = await employ(town, "Vira", Role.VIEWER)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings(owner)) as bot:
        await started(iryna, "Operators only")
        ended = await bot.wait_log("broadcast ended")
        assert (ended["audience"], ended["sent"]) == (3, 3)
        assert bot.lines("broadcast published", lane="drill")
        for one in (owner, viewer, iryna):
            await one.sees(": report", "Audience 3: told 3", "For whom: operators only")
            assert len(drilled(town, one.id)) == 1
        # To whoever follows the city nothing has happened, and nothing is active.
        town.world.private_message(person, "/status")
        await town.world.wait_for("No active warning: Kyiv", chat_id=person.id)
        newcomer = town.world.user("Newcomer", "en")
        town.world.start(newcomer, f"c_{KYIV}")
        await town.world.wait_for("Done", chat_id=newcomer.id)
        assert not bot.complaints
    assert not town.told("DRILL")[person.id] + town.told("DRILL")[newcomer.id]
    assert ("Iryna", "drill_started") in await audited(town)


async def test_drill_for_a_share_reaches_who_agreed_and_is_chosen(town: Town) -> None:
    people = list(town.world.crowd(40))
    agreed = set(people[::2])
    for one in people:
        chosen = Preferences(drills=one in agreed)
        chat = Chat(one, Kind.PRIVATE, "uk", (KYIV,), preferences=chosen)
        await town.storage.chats.save(chat)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await started(iryna, "50 % of those who agreed")
        ended = await bot.wait_log("broadcast ended")
        assert not bot.complaints
    (drill,) = await town.storage.advisories.current(town.storage.clock())
    chosen_ones = {one for one in agreed if in_share(one, drill.id, 50)}
    told = {one for one in people if drilled(town, one, "uk")}
    assert told == chosen_ones
    assert 0 < len(told) < len(agreed)
    assert ended["audience"] == ended["sent"] == len(told)


async def test_whoever_wants_drills_says_so_in_settings(town: Town) -> None:
    person = await town.person("Oksana", "en")
    phone = Hand(town, person)
    async with town.bot(**settings()):
        phone.command("settings")
        await phone.sees("Settings", button="Take part in drills")
        await phone.tap("Take part in drills")
        await phone.sees("takes part in drills", button="No drills any more")
        assert (await town.chat(person.id)).preferences.drills
        await phone.tap("No drills any more")
        await phone.sees("Settings", button="Take part in drills")
        assert not (await town.chat(person.id)).preferences.drills


async def test_drill_for_everyone_goes_to_all_and_rings_only_if_chosen(town: Town) -> None:
    person = await town.person("Oksana", "en")
    group = await town.group("House")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await started(iryna, "Everyone there")
        await bot.wait_log("broadcast ended", sent=2)
        assert len(drilled(town, person.id)) == len(drilled(town, group.id, "uk")) == 1
        # Who comes while it is active is told, as with the real thing.
        newcomer = town.world.user("Newcomer", "en")
        town.world.start(newcomer, f"c_{KYIV}")
        await until(lambda: len(drilled(town, newcomer.id)) == 1)
        await started(iryna, "Operators only", "With a sound")
        await until(lambda: any(not one.silent for one in _loud(town, iryna.id)))
        assert not bot.complaints


def _loud(town: Town, chat_id: int) -> list[Entry]:
    """Messages of a drill that a chat was sent with a sound."""
    found = [one for one in town.sends("DRILL, not real") if one.chat_id == chat_id]
    return [one for one in found if one.text.startswith("DRILL") and not one.silent]


async def test_drill_for_one_group_is_chosen_by_its_administrator_alone(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    person = await town.person("Oksana", "en")
    strange = await town.group("Strangers")
    own = town.world.group("Own house", iryna.user)
    town.world.add_bot(own, iryna.user)
    town.sandbox.updates.drop()
    await town.settle(Kind.GROUP, [own.id], LVIV)
    town.world.group_message(strange, iryna.user, "Good day, house")  # a member, no more
    async with town.bot(**settings()) as bot:
        await drafted(iryna, "One group …")
        await iryna.sees("you must be one of its administrators")
        town.world.share_chat(iryna.user, strange, 2)
        await iryna.sees("Nothing has changed")
        await iryna.tap("One group …", await iryna.sees(button="One group …"))
        await iryna.sees("you must be one of its administrators")
        town.world.share_chat(iryna.user, own, 2)
        await iryna.sees("For whom: the group “Own house”", button="Preview of the drill")
        await iryna.tap("Preview of the drill")
        await iryna.sees("It is told to 1 chat.", "Type DRILL to start the drill")
        iryna.type("НАВЧАННЯ")
        await iryna.sees("is on its way")
        ended = await bot.wait_log("broadcast ended")
        assert (ended["audience"], ended["sent"]) == (1, 1)
        assert not bot.complaints
    assert len(drilled(town, own.id, "uk")) == 1
    assert not drilled(town, strange.id, "uk") + drilled(town, person.id)


async def test_neither_confirmation_starts_the_other(town: Town) -> None:
    """Also with forged data, with old cards and with a focus that somebody made up."""
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    drafts = town.storage.drafts
    async with town.bot(**settings()) as bot:
        await drafted(iryna, "Everyone there", "Power cuts")
        card = await iryna.sees("Rehearsed: Power cuts", button="Preview of the drill")
        (drill,) = await drafts.open()
        for verb in ("go", "pv", "ok", "pl:703448", "se:Minor", "dr"):
            said = await iryna.press(f"d:{drill.id}:{drill.version}:{verb}", card)
            assert said["text"].startswith("This is a drill."), verb
        assert (await iryna.press(f"p:d:{drill.id}", card))["text"].startswith("This is a drill.")
        # The word of the drill's own confirmation, and the city, typed into the wrong one.
        await drafts.set_focus(iryna.id, Focus(drill.id, f"confirm:{drill.version}", card.id))
        iryna.type("Kyiv")
        await iryna.sees("This is a drill. It is started in /drill")
        await drafts.set_focus(iryna.id, Focus(drill.id, f"drill:{drill.version}", 0))
        iryna.type("Kyiv")
        await iryna.sees("That is not DRILL. Nothing was sent.")
        assert not bot.complaints
    # Now the other way round, by another process: so many questions at once would meet a bound.
    async with town.bot(**settings()) as bot:
        iryna.command("publish")
        message = await iryna.sees("New warning")
        assert not any("drill" in one.lower() for one in message.button_texts)
        await iryna.tap("Power cuts")
        await iryna.sees("Where?")
        await iryna.tap("Kyiv")
        await iryna.sees("Where: Kyiv", button="Next")
        await iryna.tap("Next")
        await iryna.sees("When?", button="Now, for 24 h")
        await iryna.tap("Now, for 24 h")
        await iryna.sees("Severity: Moderate", button="Preview")
        (real,) = [one for one in await drafts.open() if one.id != drill.id]
        for verb in ("pv", "ok", "dr", "au:everyone", "so:1"):
            said = await iryna.press(f"x:{real.id}:{real.version}:{verb}", card)
            assert "button" in said["text"], verb
        await drafts.set_focus(iryna.id, Focus(real.id, f"drill:{real.version}", 0))
        iryna.type("DRILL")
        await iryna.sees("This is no drill. Nothing was sent.")
        assert {one.state for one in await drafts.open()} == {DraftState.OPEN}
        assert not bot.lines("advisory issued")
        assert not bot.complaints
    assert not town.told("Power")[person.id]


async def test_buttons_under_a_drill_and_under_the_real_thing_do_not_mix(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    lone = {"BOT_TRUST__TWO_PEOPLE_ABOVE": "Extreme"}
    async with town.bot(**settings(**lone)) as bot:
        await town.publish(town.alert("for real"))
        owner = await employ(town, "Petro", Role.APPROVER)
        await owner.sees("Waits for your decision")
        await owner.tap("Approve: publish now")
        await bot.wait_log("broadcast ended", sent=1)
        await started(iryna, "Everyone there")
        await bot.wait_log("broadcast ended", 2, sent=1)
        found = await town.storage.advisories.current(town.storage.clock())
        (real,) = [one for one in found if one.author is None]
        (drill,) = [one for one in found if one.author is not None]
        card = iryna.card
        assert card is not None
        assert all(one["callback_data"].startswith("xf:") for row in card.buttons for one in row)
        for data in (f"xf:m:{real.id}", f"xfs:m:{real.id}", f"xf:h:{real.id}", f"f:m:{drill.id}",
                     f"fs:m:{drill.id}", f"f:u:{drill.id}", f"f:h:{drill.id}"):  # fmt: skip
            assert "button" in (await iryna.press(data, card))["text"], data
        iryna.command("cancel")
        message = await iryna.sees("Which warning")
        shown = [one["callback_data"] for row in message.buttons for one in row]
        assert not any(drill.id in one for one in shown)
        # Its own buttons do: what ends it is marked, and reaches those whom it reached.
        await iryna.tap("Sent by mistake", card)
        await iryna.sees("this ends the drill", button="Send now")
        await iryna.tap("Send now")
        await until(lambda: len(drilled(town, person.id)) == 2)
        assert not bot.complaints
    states = {one.id for one in await town.storage.advisories.current(town.storage.clock())}
    assert real.id in states


async def test_strangers_and_viewers_hold_no_drills(town: Town) -> None:
    stranger, viewer = hand(town, "Nobody"), await employ(town, "Vira", Role.VIEWER)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await drafted(iryna, "Operators only")
        card = await iryna.sees("Rehearsed: Expected air attack")
        (drill,) = await town.storage.drafts.open()
        stranger.command("drill")
        await stranger.sees("/help")
        viewer.command("drill")
        await viewer.sees("role does not allow")
        buttons = ["x:t:air_attack", f"x:d:{drill.id}", "x:s:abc"]
        buttons += [f"x:{drill.id}:{drill.version}:{verb}" for verb in ("pv", "dr", "so:1")]
        for one in (stranger, viewer):
            message = one.card
            assert message is not None
            for data in buttons:
                said = await one.press(data, message)
                assert said["show_alert"], (one.user.first_name, data)
            await town.storage.drafts.set_focus(
                one.id, Focus(drill.id, f"drill:{drill.version}", card.id)
            )
            one.type("DRILL")
        (still,) = await town.storage.drafts.open()
        assert still == drill
        assert not bot.lines("advisory issued")


@pytest.mark.long
async def test_every_step_of_a_drill_survives_a_restart(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)

    async def start() -> None:
        iryna.command("drill")
        await iryna.sees("A new drill")

    async def template() -> None:
        await iryna.tap("Expected air attack")
        await iryna.sees("Where?")

    async def typed_place() -> None:
        iryna.type("Київ")
        await iryna.sees("Where: Kyiv", button="Next")

    async def next_() -> None:
        await iryna.tap("Next")
        await iryna.sees("For whom?")

    async def audience() -> None:
        await iryna.tap("Operators only")
        await iryna.sees(button="With the correction")

    async def correction() -> None:
        await iryna.tap("With the correction")
        await iryna.sees(button="Without the correction")

    async def preview() -> None:
        await iryna.tap("Preview of the drill")
        await iryna.sees("Type DRILL to start")

    async def word() -> None:
        iryna.type("drill")
        await iryna.sees("is on its way")

    quick = settings(BOT_DRILLS__REHEARSE_MINUTES="0.02")
    for step in (start, template, typed_place, next_, audience, correction, preview, word):
        async with town.bot(**quick) as bot:
            await step()
            bot.kill()
    async with town.bot(**quick):
        await iryna.sees(": report", "Correction: sent")
    assert len(drilled(town, iryna.id)) == 2


async def test_of_two_operators_at_one_drill_one_starts_it(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    async with town.bot(**settings()) as bot:
        await drafted(iryna, "Operators only")
        await iryna.sees(button="Preview of the drill")
        petro.command("drill")
        await petro.sees("A new drill")
        assert petro.card is not None
        (button,) = [one for one in petro.card.button_texts if one.startswith("Continue")]
        await petro.tap(button)
        await petro.sees(button="Preview of the drill")
        for one in (iryna, petro):
            await one.tap("Preview of the drill")
            await one.sees("Type DRILL to start")
        for one in (iryna, petro):
            one.type("drill")
        await bot.wait_log("broadcast ended")
        for one in (iryna, petro):
            await one.sees(": report")
        assert len(bot.lines("advisory issued")) == 1
        assert not bot.complaints
    told = [len(drilled(town, one.id)) for one in (iryna, petro)]
    assert told == [1, 1]
    starts = [what for _, what in await audited(town) if what == "drill_started"]
    assert len(starts) == 1


async def test_drill_rehearses_all_clear_and_correction_for_exactly_those_told(town: Town) -> None:
    people = list(await town.crowd(12))
    for one in people[:6]:
        chat = Chat(one, Kind.PRIVATE, "uk", (KYIV,), preferences=Preferences(drills=True))
        await town.storage.chats.save(chat)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    quick = settings(BOT_DRILLS__REHEARSE_MINUTES="0.02")
    async with town.bot(**quick) as bot:
        await started(iryna, "100 % of those who agreed", "With the all-clear",
                      "With the correction")  # fmt: skip
        report = await iryna.sees(": report")
        assert not bot.complaints
    for part in ("Audience 6: told 6", "All-clear: sent", "Correction: sent", "by the bot itself",
                 "tried in 9 languages"):  # fmt: skip
        assert part in report.text
    assert report.text.count("told 6") == 3
    for one in people:
        messages = drilled(town, one, "uk")
        assert len(messages) == (3 if one in people[:6] else 0)
        if messages:
            _, eased, sorry = messages
            assert "Час, про який попереджали, минув" in eased.text
            assert "надіслано помилково" in sorry.text


async def test_drill_never_goes_before_a_real_warning(town: Town) -> None:
    await town.crowd(60)
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    slow = settings(BOT_DELIVERY__RATE="20", BOT_TRUST__UNSIGNED="publish")
    async with town.bot(**slow) as bot:
        await started(iryna, "Everyone there")
        await town.until_told("НАВЧАННЯ", 5)
        await town.publish(town.alert("for real"))
        await town.until_told("for real", 60)
        await bot.wait_log("broadcast ended", 2)
    first = min(one.at for one in town.sends("for real"))
    last = max(one.at for one in town.sends("for real"))
    meanwhile = [one for one in town.sends("НАВЧАННЯ, не тривога") if first < one.at < last]
    # At most what had its slot already when the warning came.
    assert len(meanwhile) <= 2


async def test_pasted_or_waiting_drill_never_becomes_a_real_draft(town: Town) -> None:
    petro = await employ(town, "Petro", Role.APPROVER)
    given = town.alert("a drill from outside", status="Exercise")
    async with town.bot(**settings()) as bot:
        petro.command("publish")
        await petro.sees("New warning")
        await petro.tap("Paste a text or a file")
        await petro.sees("Send a CAP file")
        petro.type(json.dumps(given))
        await petro.sees("This advisory is a drill")
        await town.publish(given)
        await petro.sees("Waits for your decision", "DRILL: a drill from outside")
        said = await petro.tap("Edit: write it anew")
        assert "approved or rejected as it is" in said["text"]
        assert not await town.storage.drafts.open()
        assert not bot.complaints


async def test_test_message_never_waits_behind_a_broadcast(town: Town) -> None:
    people = await town.crowd(200)
    person = await town.person("Oksana", "en")
    slow = settings(BOT_DELIVERY__RATE="20", BOT_TRUST__UNSIGNED="publish")
    async with town.bot(**slow) as bot:
        await town.publish(town.alert("for real"))
        await town.until_told("for real", 5)
        town.world.private_message(person, "/test")
        test = await town.world.wait_for("only a test", chat_id=person.id)
        assert len(town.told("for real")) < len(people) / 2
        assert test.silent
        assert not bot.complaints


async def test_operator_drills_in_their_own_places_alone(town: Town) -> None:
    person = await town.person("Oksana", "en")
    iryna = await employ(town, "Iryna", Role.OPERATOR, LVIV)
    async with town.bot(**settings()) as bot:
        iryna.command("drill")
        await iryna.sees("A new drill")
        await iryna.tap("Expected air attack")
        await iryna.sees("Where?", button="Lviv")
        iryna.type("Kyiv")
        await iryna.sees("Where: Kyiv", button="Next")
        await iryna.tap("Next")
        await iryna.sees("For whom?")
        await iryna.tap("Everyone there")
        await iryna.sees("Rehearsed: Expected air attack", button="Preview of the drill")
        await iryna.tap("Preview of the drill")
        await iryna.sees("places for which you may not speak", "Where?")
        assert not bot.lines("advisory issued")
        assert not bot.complaints
    assert not drilled(town, person.id)


async def test_drill_that_is_being_written_stands_among_what_waits(town: Town) -> None:
    iryna = await employ(town, "Iryna", Role.OPERATOR)
    petro = await employ(town, "Petro", Role.OPERATOR)
    async with town.bot(**settings()):
        await drafted(iryna, "Operators only")
        await iryna.sees(button="Preview of the drill")
        petro.command("pending")
        page = await petro.sees("draft")
        (button,) = [one for one in page.button_texts if one.startswith("Continue the drill")]
        await petro.tap(button)
        await petro.sees("DRILL, prepared by Iryna", button="Delete the drill")
        await petro.tap("Delete the drill")
        await petro.sees("Petro")
        assert not await town.storage.drafts.open()

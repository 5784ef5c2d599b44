"""Who may press and say what: every command and every button, for each role and for strangers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

import pytest
from telegram.ext import CallbackQueryHandler, CommandHandler

from bot.chat.handlers import of_operators
from bot.domain.operators import Act, Operator, Role, may
from bot.sandbox.messages import Message
from tests.acceptance.advisories import alert
from tests.acceptance.desk import Hand, audited, employ, hand, settings
from tests.acceptance.test_operators import draft
from tests.acceptance.town import Town

REFUSED = ("Only operators", "does not allow", "does not know this command")
COMMANDS = {
    "publish": (Act.DRAFT, "New warning"),
    "update": (Act.CORRECT, "No warning is active"),
    "cancel": (Act.CORRECT, "No warning is active"),
    "allclear": (Act.CORRECT, "No warning is active"),
    "halt": (Act.CORRECT, "Nothing is being sent"),
    "drill": (Act.DRILL, "A new drill"),
    "pending": (Act.VIEW, "1 draft is open"),
    "progress": (Act.VIEW, "Nothing has been sent yet"),
    "sources": (Act.VIEW, "Sources"),
    "operators": (Act.VIEW, "People and roles"),
    "audit": (Act.VIEW, "Audit"),
}


class Scene(NamedTuple):
    """One of each role, a stranger, and what there is to press."""

    people: dict[Role | None, Hand]
    presses: dict[str, Act]


def _has_any(words: tuple[str, ...], message: Message) -> bool:
    return any(one in message.text for one in words)


async def _scene(town: Town, owner: Hand) -> Scene:
    people: dict[Role | None, Hand] = {Role.OWNER: owner, None: hand(town, "Mallory")}
    for role in (Role.APPROVER, Role.OPERATOR, Role.VIEWER):
        people[role] = await employ(town, role.value.title(), role)
    victim = await employ(town, "Victim", Role.VIEWER)
    await town.publish(alert("waits"))
    question = await people[Role.APPROVER].sees("Waits for your decision")
    data = [str(row[0]["callback_data"]) for row in question.buttons]
    ok, ed, no = data
    await draft(people[Role.OPERATOR], "Power cuts")
    card = people[Role.OPERATOR].card
    assert card is not None
    pressed = [str(one["callback_data"]) for row in card.buttons for one in row]
    (preview,) = [one for one in pressed if one.endswith(":pv")]
    (drop,) = [one for one in pressed if one.endswith(":dr")]
    publish = preview.removesuffix("pv") + "go"
    presses = {
        "p:t:air_attack": Act.DRAFT,
        "p:paste": Act.DRAFT,
        f"p:d:{preview.split(':')[1]}": Act.DRAFT,
        preview: Act.DRAFT,
        publish: Act.PUBLISH,
        drop: Act.DRAFT,
        ok: Act.APPROVE,
        ed: Act.APPROVE,
        no: Act.APPROVE,
        ok.replace("ok:", "ov:"): Act.OVERRIDE,
        **{
            ok.replace("ok:", f"{verb}:"): Act.CORRECT
            for verb in ("f:m", "fs:m", "f:u", "f:h", "f:r", "xf:m", "xfs:m", "xf:h", "xf:r", "x:s")
        },
        "x:t:air_attack": Act.DRILL,
        "x:k:monthly:2026-12": Act.DRILL,
        f"x:d:{preview.split(':')[1]}": Act.DRILL,
        preview.replace("d:", "x:", 1): Act.DRILL,
        "x:k:kyiv-monthly:2026-11": Act.DRILL,
        "op:list": Act.VIEW,
        "op:invite": Act.MANAGE,
        "op:new:owner": Act.MANAGE,
        f"op:see:{victim.id}": Act.MANAGE,
        f"op:role:{victim.id}:viewer:owner": Act.MANAGE,
        f"op:places:{victim.id}": Act.MANAGE,
        f"op:del:{victim.id}:viewer": Act.MANAGE,
        "pg:list": Act.VIEW,
        **{ok.replace("ok:", verb): Act.VIEW for verb in ("pg:see:", "pg:csv:")},
        "au:to:5": Act.VIEW,
        "au:csv": Act.VIEW,
        "au:json": Act.VIEW,
    }
    return Scene(people, presses)


def test_every_command_of_operators_is_tried() -> None:
    """With each role and with strangers, below; a new one must be put into the table."""
    commands = [one.commands for one in of_operators() if isinstance(one, CommandHandler)]
    assert frozenset[str]().union(*commands) == set(COMMANDS)


def _untried(presses: Iterable[str]) -> list[str]:
    """The patterns of operators' buttons that none of these fits."""
    buttons = [one.pattern for one in of_operators() if isinstance(one, CallbackQueryHandler)]
    patterns = [one for one in buttons if isinstance(one, re.Pattern)]
    assert len(patterns) == len(buttons) > 0
    return [one.pattern for one in patterns if not any(map(one.match, presses))]


async def test_nobody_may_press_what_their_role_does_not_allow(town: Town) -> None:
    """Commands with one process, buttons with more: one would bound such a flood of them."""
    owner = hand(town, "Olena")
    async with town.bot(**settings(owner)):
        scene = await _scene(town, owner)
        for role, person in scene.people.items():
            operator = None if role is None else Operator(person.id, role)
            for command, (act, shown) in COMMANDS.items():
                sent = person.command(command)
                expected = (shown,) if may(operator, act) else REFUSED
                answer = await town.world.wait_for(
                    partial(_has_any, (shown, *REFUSED)), chat_id=person.id, after=sent.id
                )
                assert _has_any(expected, answer), (role, command)
    assert _untried(scene.presses) == []
    presses = list(scene.presses.items())
    for some in (presses[:13], presses[13:26], presses[26:]):
        async with town.bot(**settings(owner)) as bot:
            for role, person in scene.people.items():
                operator = None if role is None else Operator(person.id, role)
                anything = town.world.last(person.id)
                for data, act in some:
                    if may(operator, act):
                        continue
                    answered = await person.press(data, anything)
                    assert any(words in answered["text"] for words in REFUSED), (role, data)
            assert not bot.complaints
    # Nothing of what was refused has happened.
    waiting = await town.storage.advisories.pending()
    assert [one.decided_by for one in waiting] == [None]
    roles = {one.name: one.role for one in await town.storage.operators.all()}
    assert roles["Victim"] is Role.VIEWER
    assert len(await town.storage.drafts.open()) == 1


async def test_role_that_is_taken_away_is_gone_at_once(town: Town) -> None:
    """A menu, a card and a question stay on the phone; none of them does anything any more."""
    owner, iryna = hand(town, "Olena"), await employ(town, "Iryna", Role.APPROVER)
    async with town.bot(**settings(owner)) as bot:
        await town.publish(alert("waits"))
        question = await iryna.sees("Waits for your decision")
        await draft(iryna, "Expected air attack")
        card = iryna.card
        await iryna.tap("Preview")
        await iryna.sees("Type Kyiv to publish")
        owner.command("operators")
        await owner.sees("Iryna: approver", button="Iryna")
        await owner.tap("Iryna")
        await owner.sees("May speak for: everywhere", button="Remove")
        await owner.tap("Remove")
        await owner.sees("People and roles", button="Invite somebody")
        assert owner.card is not None
        assert "Iryna" not in owner.card.text
        iryna.type("Kyiv")  # the confirmation that was asked for: a city's name now
        await iryna.sees("Done: Kyiv")
        assert card is not None
        for data, where in ((f"ok:{_id_of(question)}", question), ("p:t:air_attack", card)):
            assert "Only operators" in (await iryna.press(data, where))["text"]
        sent = iryna.command("publish")
        await town.world.wait_for("does not know this command", chat_id=iryna.id, after=sent.id)
        # What she was writing is there for others.
        owner.command("publish")
        await owner.sees("New warning")
        assert owner.card is not None
        (mine,) = [one for one in owner.card.button_texts if one.startswith("Draft: ")]
        await owner.tap(mine)
        await owner.sees("Draft, begun by Iryna", button="Preview")
        assert not bot.complaints
    assert ("Olena", "removed") in await audited(town)


def _id_of(question: Message) -> str:
    return str(question.buttons[0][0]["callback_data"]).partition(":")[2]


async def test_invitation_makes_one_person_an_operator(town: Town) -> None:
    owner, first, second = (hand(town, name) for name in ("Olena", "Iryna", "Mallory"))
    async with town.bot(**settings(owner)) as bot:
        owner.command("operators")
        await owner.sees("Olena: owner", button="Invite somebody")
        await owner.tap("Invite somebody")
        await owner.sees("Which role", button="operator")
        await owner.tap("operator")
        link = (await owner.sees("One-time link")).text.split()[-1]
        # In a group a link means nothing, whoever follows it.
        group = town.world.group("House", second.user)
        town.world.add_bot(group, second.user)
        token = link.rpartition("=")[2]
        town.world.group_message(group, second.user, f"/start@{bot_name(town)} {token}")
        town.world.follow(first.user, link)
        await first.sees("You are an operator now, role: operator")
        town.world.follow(second.user, link)
        await second.sees("This link is used")
        await owner.sees("Iryna has become an operator")
        first.command("publish")
        await first.sees("New warning")
        # The menu follows the role.
        assert not bot.complaints
    found = await town.storage.operators.get(first.id)
    assert found is not None
    assert (found.role, found.by, found.name) == (Role.OPERATOR, owner.id, "Iryna")
    assert await town.storage.operators.get(second.id) is None
    done = await audited(town)
    assert done[:2] == [("Olena", "invited"), ("Iryna", "joined")]


def bot_name(town: Town) -> str:
    """The bot's user name, as groups address it."""
    return str(town.world.bot.username)


@pytest.mark.parametrize("anonymous", [True, False])
async def test_group_gives_nobody_the_rights_of_an_operator(town: Town, anonymous: bool) -> None:
    owner = hand(town, "Olena")
    async with town.bot(**settings(owner)) as bot:
        group = town.world.group("Operators", owner.user)
        town.world.add_bot(group, owner.user)
        for command in COMMANDS:
            address = f"/{command}@{bot_name(town)}"
            town.world.group_message(group, owner.user, address, anonymous=anonymous)
        # Everything said before is answered before this.
        town.world.group_message(group, owner.user, f"/help@{bot_name(town)}", anonymous=anonymous)
        await town.world.wait_for("/city", chat_id=group.id)
        said = [one.text for one in town.world.messages(group.id, from_bot=True)]
        for _, shown in COMMANDS.values():
            assert not any(shown in text for text in said if "/city" not in text)
        assert not bot.complaints
    assert await town.storage.drafts.open() == ()


async def test_nobody_approves_what_they_wrote(town: Town) -> None:
    """Not even an owner, and not by a button that another person's phone would show."""
    owner = hand(town, "Olena")
    petro = await employ(town, "Petro", Role.APPROVER)
    async with town.bot(**settings(owner)) as bot:
        await draft(owner, "Expected air attack")
        await owner.tap("Preview")
        await owner.sees("Type Kyiv to publish")
        owner.type("Kyiv")
        issued = await owner.sees("not published yet")
        question = await petro.sees("Written by Olena", button="Approve: publish now")
        answer = await owner.press(f"ok:{_id_of(question)}", issued)
        assert answer["text"] == "You wrote it: somebody else must decide."
        assert len(await town.storage.advisories.pending()) == 1
        await petro.tap("Approve: publish now")
        await owner.sees("approved by Petro")
        assert not bot.complaints

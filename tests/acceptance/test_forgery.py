"""A forged copy is reported over a restart, in the operators' chat where there is one."""

from __future__ import annotations

from bot.sandbox.messages import Message
from tests.acceptance.desk import Hand, hand
from tests.acceptance.test_watch import operators_group, said, told, watched
from tests.acceptance.town import Town, until

COPY = "Everybody must leave Kyiv tonight"


async def doubted(person: Hand) -> Message:
    person.type(f"/verify {COPY}")
    return await person.sees("Unknown code", button="Report it to the operators")


async def test_report_outlives_restarts_on_both_sides_of_the_press(town: Town) -> None:
    owner, person = hand(town, "Iryna"), hand(town, "Olena")
    async with watched(town, owner):
        await doubted(person)
    # Somebody else has the turn, so that the report waits for the next process.
    assert await town.storage.watch.take_turn()
    async with watched(town, owner):
        await person.tap("Report it to the operators")
    assert not said(town, owner.id, "NOT OURS")
    await town.storage.watch.end_turn()
    async with watched(town, owner):
        assert COPY in await told(town, owner, "NOT OURS")
        other = hand(town, "Petro")
        await doubted(other)
        await other.tap("Report it to the operators")
        await told(town, owner, "reported 1 more time")
    assert len(said(town, owner.id, "NOT OURS")) == 1


async def test_report_goes_to_the_operators_chat_where_there_is_one(town: Town) -> None:
    owner, person = hand(town, "Iryna"), hand(town, "Olena")
    room = operators_group(town, owner)
    async with watched(town, owner, BOT_OPERATORS__CHAT=str(room.id)):
        await doubted(person)
        await person.tap("Report it to the operators")
        await until(lambda: bool(said(town, room.id, "NOT OURS")))
    (note,) = said(town, room.id, "NOT OURS")
    assert COPY in note
    assert not said(town, owner.id, "NOT OURS")


async def test_nothing_is_offered_where_nobody_could_be_told(town: Town) -> None:
    person = hand(town, "Olena")
    async with watched(town):
        person.type(f"/verify {COPY}")
        assert not (await person.sees("Unknown code")).buttons

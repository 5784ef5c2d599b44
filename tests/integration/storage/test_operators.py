"""Operators, invitations, drafts and the audit against a real Redis."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from bot.domain.advisory import Severity
from bot.domain.audit import Doing, Fault, verify
from bot.domain.draft import Draft, DraftState, Focus, Hand
from bot.domain.operators import Invitation, Operator, Role
from bot.storage.audit import Audit
from bot.storage.drafts import Drafts
from bot.storage.operators import Operators
from bot.storage.source_contacts import SourceContacts
from tests.integration.storage.conftest import Clock

IRYNA, PETRO = Hand(1, "Iryna", "places"), Hand(2, "Petro", "window")
HOUR = timedelta(hours=1)


async def test_operator_comes_back_as_stored_and_goes_at_once(redis: Redis) -> None:
    operators = Operators(redis)
    iryna = Operator(1, Role.OPERATOR, "Ірина", ("703448",), Clock().now, 9)
    assert await operators.change(None, iryna)
    assert await operators.get(1) == iryna
    assert await operators.all() == (iryna,)
    assert await operators.change(iryna, None)
    assert await operators.get(1) is None


async def test_of_two_owners_at_once_one_wins(redis: Redis) -> None:
    operators = Operators(redis)
    iryna = Operator(1, Role.OPERATOR, "Iryna")
    await operators.change(None, iryna)
    wishes = [Operator(1, role, "Iryna") for role in (Role.APPROVER, Role.VIEWER)]
    done = await asyncio.gather(*(operators.change(iryna, wish) for wish in wishes))
    assert sorted(done) == [False, True]
    assert await operators.get(1) == wishes[done.index(True)]


async def test_invitation_works_once(redis: Redis) -> None:
    operators = Operators(redis)
    token = await operators.invite(Invitation(Role.APPROVER, 9, ("703448",)), HOUR)
    made = await asyncio.gather(*(operators.redeem(token, n, f"n{n}") for n in range(8)))
    (winner,) = [one for one in made if one]
    assert (winner.role, winner.by, winner.places) == (Role.APPROVER, 9, ("703448",))
    assert await operators.all() == (winner,)
    assert await operators.redeem("guessed", 5, "Mallory") is None


async def test_invitation_expires(redis: Redis) -> None:
    token = await Operators(redis).invite(Invitation(Role.OWNER, 9), HOUR)
    left = await redis.pttl(f"{{forewarn}}:invitation:{token}")
    assert 3_590_000 < left <= 3_600_000


async def test_audit_chains_what_many_do_at_once(redis: Redis) -> None:
    audit = Audit(redis)
    await asyncio.gather(*(audit.append(Doing("approved", n, f"n{n}")) for n in range(12)))
    entries = [entry async for entry in audit.entries()]
    assert [entry.number for entry in entries] == list(range(1, 13))
    assert {entry.facts["who"] for entry in entries} == set(range(12))
    assert verify(entries, await audit.span()) == ()


async def test_audit_shows_an_entry_that_was_deleted(redis: Redis) -> None:
    audit = Audit(redis)
    for number in range(3):
        await audit.append(Doing("approved", number))
    _, (second, _), _ = await cast(Any, redis).execute_command(
        "XRANGE", "{forewarn}:audit", "-", "+"
    )
    await redis.xdel("{forewarn}:audit", second)
    found = verify([entry async for entry in audit.entries()], await audit.span())
    assert found == ((3, Fault.GAP),)


async def test_audit_forgets_what_is_older_than_it_keeps(redis: Redis) -> None:
    audit = Audit(redis, kept=timedelta(days=30))
    await audit.append(Doing("old", 1))
    ((first, fields),) = await cast(Any, redis).execute_command(
        "XRANGE", "{forewarn}:audit", "-", "+"
    )
    # As if the first had been made long ago.
    await redis.delete("{forewarn}:audit")
    await redis.xadd("{forewarn}:audit", fields, id="1-1")
    await audit.append(Doing("new", 1))
    entries = [entry async for entry in audit.entries()]
    assert [entry.facts["what"] for entry in entries] == ["new"]
    assert (await audit.span()).first == 2
    assert verify(entries, await audit.span()) == ()
    assert first != b"1-1"


async def test_audit_is_read_from_its_end_in_pages(redis: Redis) -> None:
    audit = Audit(redis)
    for number in range(7):
        await audit.append(Doing("approved", number))
    page = await audit.latest(3)
    assert [one.number for one in page] == [7, 6, 5]
    assert [one.number for one in await audit.latest(9, before=5)] == [4, 3, 2, 1]


async def test_draft_keeps_every_step(redis: Redis) -> None:
    drafts = Drafts(redis, clock=Clock())
    made = await drafts.create(Draft(severity=Severity.SEVERE), IRYNA)
    assert made is not None
    saved = await drafts.save(made, made.draft.toggled("703448"), PETRO)
    assert saved is not None
    again = await Drafts(redis).get(made.id)
    assert again == saved
    assert (again.version, again.author.name, again.hand.name) == (2, "Iryna", "Petro")
    assert again.draft.places == ("703448",)
    assert await drafts.open() == (saved,)


async def test_of_two_hands_on_a_draft_one_wins(redis: Redis) -> None:
    drafts = Drafts(redis, clock=Clock())
    made = await drafts.create(Draft(), IRYNA)
    assert made is not None
    results = await asyncio.gather(
        drafts.save(made, made.draft.toggled("a"), IRYNA),
        drafts.close(made, DraftState.DROPPED, PETRO),
    )
    assert results.count(None) == 1
    stands = await drafts.get(made.id)
    assert stands is not None
    assert stands == next(one for one in results if one)


async def test_submitted_draft_is_due_until_it_is_queued(redis: Redis) -> None:
    drafts = Drafts(redis, clock=Clock())
    made = await drafts.create(Draft(), IRYNA)
    assert made is not None
    sent = await drafts.close(made, DraftState.SUBMITTED, IRYNA, b"{}")
    assert sent is not None
    assert await drafts.open() == ()
    assert await drafts.due() == (sent,)
    assert await drafts.save(sent, Draft(), PETRO) is None
    queued = await drafts.close(sent, DraftState.QUEUED, IRYNA)
    assert queued is not None
    assert queued.payload == b"{}"
    assert await drafts.due() == ()


async def test_draft_of_an_id_is_made_once(redis: Redis) -> None:
    drafts = Drafts(redis, clock=Clock())
    assert await drafts.create(Draft(), IRYNA, "edit")
    assert await drafts.create(Draft(), PETRO, "edit") is None


@pytest.mark.parametrize("focus", [Focus("d1", "source", 5), None])
async def test_focus_is_kept_for_another_device(redis: Redis, focus: Focus | None) -> None:
    drafts = Drafts(redis)
    await drafts.set_focus(1, Focus("d0", "says", 4))
    await drafts.set_focus(1, focus)
    assert await Drafts(redis).focus(1) == focus


async def test_author_of_an_advisory_is_kept(redis: Redis) -> None:
    drafts = Drafts(redis)
    await drafts.note_author("a", 7)
    assert (await drafts.author_of("a"), await drafts.author_of("b")) == (7, None)


async def test_author_is_whoever_claims_an_advisory_first(redis: Redis) -> None:
    drafts = Drafts(redis)
    assert [await drafts.claim_author("a", one) for one in (7, 8, 7)] == [7, 7, 7]
    assert await drafts.author_of("a") == 7


async def test_contact_counts_by_verdict(redis: Redis) -> None:
    contacts = SourceContacts(redis, clock=Clock())
    for verdict in ("publish", "publish", "review"):
        await contacts.note("embassy", verdict)
    found = await contacts.of(["embassy", "silent"])
    assert found["embassy"].counts == {"publish": 2, "review": 1}
    assert found["embassy"].last == Clock().now
    assert found["silent"].last is None

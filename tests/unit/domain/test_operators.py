"""Roles and what they may do, as a table with a sentence for each row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.advisory import Severity, Status
from bot.domain.change import all_clear, is_warning
from bot.domain.followup import Finish, Said, finish
from bot.domain.life import Event
from bot.domain.operators import (
    Act,
    Operator,
    Patience,
    Refusal,
    Role,
    Urging,
    asked_about,
    may,
    may_decide,
    may_override,
    second_look,
    urgings,
)
from bot.domain.trust import Reason
from bot.formats import parse
from tests.unit.rendering.test_dialogue import advisory

IRYNA = Operator(1, Role.OPERATOR, "Iryna")
KYIV, LVIV = "703448", "702550"


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        pytest.param(Role.OWNER, set(Act), id="an owner may do everything"),
        pytest.param(Role.APPROVER, set(Act) - {Act.MANAGE}, id="an approver gives no roles"),
        pytest.param(
            Role.OPERATOR, set(Act) - {Act.MANAGE, Act.APPROVE}, id="an operator only writes"
        ),
        pytest.param(Role.VIEWER, {Act.VIEW}, id="a viewer changes nothing"),
        pytest.param(None, set(), id="a stranger may do nothing"),
    ],
)
def test_role_may_do_exactly_this(role: Role | None, acts: set[Act]) -> None:
    person = None if role is None else Operator(1, role)
    assert {act for act in Act if may(person, act)} == acts


@pytest.mark.parametrize(
    ("author", "severity", "status", "limit", "allowed", "reasons"),
    [
        pytest.param(IRYNA, "Moderate", "Actual", "Moderate", None, [], id="at the limit one may"),
        pytest.param(
            *(IRYNA, "Severe", "Actual", "Moderate", None, [Reason.SECOND_PERSON]),
            id="above the limit two must",
        ),
        pytest.param(IRYNA, "Extreme", "Exercise", "Minor", None, [], id="a drill needs nobody"),
        pytest.param(
            *(IRYNA, "Unknown", "Actual", "Severe", None, [Reason.SECOND_PERSON]),
            id="an unknown severity may be the worst",
        ),
        pytest.param(IRYNA, "Extreme", "Actual", "Extreme", None, [], id="Extreme asks for nobody"),
        pytest.param(
            *(IRYNA, "Minor", "Actual", "Severe", {LVIV}, [Reason.OUTSIDE_PLACES]),
            id="places that are not theirs",
        ),
        pytest.param(IRYNA, "Minor", "Actual", "Severe", {KYIV, LVIV}, [], id="their own places"),
        pytest.param(
            *(None, "Minor", "Actual", "Severe", None, [Reason.AUTHOR_REMOVED]),
            id="somebody who was removed after they wrote it",
        ),
        pytest.param(
            *(Operator(1, Role.VIEWER), "Minor", "Actual", "Severe", None),
            [Reason.AUTHOR_REMOVED],
            id="somebody who has become a viewer",
        ),
    ],
)
def test_second_look_is_asked_for(
    author: Operator | None,
    severity: str,
    status: str,
    limit: str,
    allowed: set[str] | None,
    reasons: list[Reason],
) -> None:
    info = advisory().info[0].model_copy(update={"severity": Severity(severity)})
    about = advisory().model_copy(update={"info": (info,), "status": Status(status)})
    found = second_look(
        about,
        author=author,
        two_people_above=Severity(limit),
        reached={KYIV},
        allowed=allowed,
    )
    assert list(found) == reasons


@pytest.mark.parametrize(
    ("operator", "author", "allowed", "refusal"),
    [
        pytest.param(Operator(1, Role.APPROVER), 2, None, None, id="an approver decides"),
        pytest.param(Operator(1, Role.APPROVER), None, None, None, id="about a source's too"),
        pytest.param(
            Operator(1, Role.OWNER), 1, None, Refusal.AUTHOR, id="not even an owner on their own"
        ),
        pytest.param(Operator(1, Role.OPERATOR), 2, None, Refusal.ROLE, id="an operator not"),
        pytest.param(None, 2, None, Refusal.ROLE, id="a stranger not"),
        pytest.param(
            Operator(1, Role.APPROVER), 2, {LVIV}, Refusal.PLACES, id="not for others' places"
        ),
    ],
)
def test_person_may_decide(
    operator: Operator | None, author: int | None, allowed: set[str] | None, refusal: Refusal | None
) -> None:
    found = may_decide(operator, author=author, reached={KYIV}, allowed=allowed)
    assert found is refusal


def test_override_stands_in_for_the_second_person_only() -> None:
    assert may_override(["second_person"])
    assert not may_override(["second_person", "outside_places"])
    assert not may_override(["unsigned"])
    assert not may_override([])


def test_owners_are_asked_where_approvers_do_not_answer() -> None:
    owner, approver = Operator(1, Role.OWNER), Operator(2, Role.APPROVER)
    everybody = (approver, owner, IRYNA, Operator(4, Role.VIEWER))
    assert asked_about(everybody, author=None, escalated=False) == (approver,)
    assert asked_about(everybody, author=None, escalated=True) == (owner, approver)
    assert asked_about(everybody, author=2, escalated=False) == (owner,)
    assert asked_about((owner,), author=1, escalated=True) == ()


def test_urgings_come_one_after_the_other() -> None:
    patience = Patience(remind=timedelta(minutes=5), escalate=timedelta(minutes=10))
    assert urgings(patience, timedelta(minutes=4)) == ()
    assert urgings(patience, timedelta(minutes=5)) == (Urging.REMIND,)
    assert urgings(patience, timedelta(minutes=10)) == (Urging.REMIND, Urging.ESCALATE)


ENDS = [
    ("one person takes back a grave mistake", Finish.MISTAKE, "Extreme", ()),
    ("and withdraws what is grave", Finish.WITHDRAWN, "Extreme", ()),
    ("to say that it is over needs two", Finish.CLEAR, "Extreme", (Reason.SECOND_PERSON,)),
    ("to ease it too", Finish.EASED, "Severe", (Reason.SECOND_PERSON,)),
    ("what was mild is over by one word", Finish.CLEAR, "Minor", ()),
]


@pytest.mark.parametrize(
    ("what", "severity", "reasons"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS]
)
def test_second_look_at_what_ends_a_warning(
    what: Finish, severity: str, reasons: tuple[Reason, ...]
) -> None:
    info = advisory().info[0].model_copy(update={"severity": Severity(severity)})
    original = advisory().model_copy(update={"info": (info,)})
    said = Said({"en": "air attack"}, {"en": "It was a mistake."})
    found = second_look(
        finish(what, original, said, "t.me/forewarn_bot", original.sent + timedelta(hours=1)),
        author=IRYNA,
        two_people_above=Severity.MODERATE,
        reached={KYIV},
        allowed=None,
        ends=[original],
    )
    assert found == reasons


@pytest.mark.parametrize("what", Finish)
def test_what_ends_a_warning_is_read_as_just_that(what: Finish) -> None:
    original = advisory()
    said = Said({"en": "air attack", "uk": "атака"}, {"en": "A mistake.", "uk": "Помилка."})
    ended = finish(what, original, said, "t.me/forewarn_bot", original.sent + timedelta(hours=1))
    (read,) = parse(ended.to_json()).advisories
    assert [one.identifier for one in read.references] == [original.identifier]
    assert not is_warning(read)
    expected = {Finish.CLEAR: Event.ALL_CLEAR, Finish.EASED: Event.EASED}
    assert all_clear(read) is expected.get(what)
    assert read.status is original.status
    assert {info.language for info in read.info} == (
        set() if what is Finish.WITHDRAWN else {"en", "uk"}
    )

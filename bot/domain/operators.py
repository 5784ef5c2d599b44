"""Who may do what: people by Telegram user id, their roles, and a table of permissions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.advisory import Advisory, MsgType, Severity, Status
from bot.domain.change import all_clear
from bot.domain.trust import SEVERITY_RANK, Reason

SOURCE = "operators"
"""The key of the source under which operators publish; no configured source may take it."""


class Role(StrEnum):
    """What a person is among the operators."""

    OWNER = "owner"
    APPROVER = "approver"
    OPERATOR = "operator"
    VIEWER = "viewer"


class Act(StrEnum):
    """What somebody wants to do."""

    VIEW = "view"  # what waits, sources, people, the audit
    DRAFT = "draft"
    PUBLISH = "publish"
    OVERRIDE = "override"  # publish alone what needs two people
    CORRECT = "correct"  # update, cancel, all-clear, halt
    DRILL = "drill"
    APPROVE = "approve"  # decide what waits
    MANAGE = "manage"  # people and roles


_WRITING = frozenset({Act.VIEW, Act.DRAFT, Act.PUBLISH, Act.OVERRIDE, Act.CORRECT, Act.DRILL})

PERMISSIONS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Act),
        Role.APPROVER: _WRITING | {Act.APPROVE},
        Role.OPERATOR: _WRITING,
        Role.VIEWER: frozenset({Act.VIEW}),
    }
)


@dataclass(frozen=True, slots=True)
class Operator:
    """A person with a role. ``places`` are ids they may speak for; empty for all.

    ``since`` is when the role was given and ``by`` the id of who gave it; both are None for an
    owner of the configuration.
    """

    id: int
    role: Role
    name: str = ""
    places: tuple[str, ...] = ()
    since: datetime | None = None
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a one-time link gives to whoever redeems it first."""

    role: Role
    by: int
    places: tuple[str, ...] = ()


def may(operator: Operator | None, act: Act) -> bool:
    """Whether somebody may do this; a stranger may do nothing."""
    return operator is not None and act in PERMISSIONS[operator.role]


def second_look(
    advisory: Advisory,
    *,
    author: Operator | None,
    two_people_above: Severity,
    reached: Collection[str],
    allowed: Collection[str] | None,
    ends: Iterable[Advisory] = (),
) -> tuple[Reason, ...]:
    """Why what an operator wrote must wait for somebody else; empty if it need not.

    ``author`` is who wrote it as they are now, None for somebody who was removed meanwhile;
    ``reached`` are the settlements it is for, ``allowed`` those of the author (None: all), and
    ``ends`` the warnings that it speaks of. A mistake is taken back as fast as it was made, by one
    person; to say that a danger is over is as grave as the danger was.
    """
    found: list[Reason] = []
    if not may(author, Act.PUBLISH):
        found.append(Reason.AUTHOR_REMOVED)
    grave = [advisory.max_severity]
    if all_clear(advisory) is not None:
        grave += [one.max_severity for one in ends]
    needs_two = advisory.status is Status.ACTUAL and advisory.msg_type is not MsgType.CANCEL
    if needs_two and max(SEVERITY_RANK[one] for one in grave) > SEVERITY_RANK[two_people_above]:
        found.append(Reason.SECOND_PERSON)
    if allowed is not None and not set(reached) <= set(allowed):
        found.append(Reason.OUTSIDE_PLACES)
    return tuple(found)


def may_override(reasons: Iterable[str]) -> bool:
    """Whether one person may publish it in an emergency: only the second person is missing."""
    return set(reasons) == {Reason.SECOND_PERSON}


class Refusal(StrEnum):
    """Why somebody may not decide about what waits."""

    ROLE = "role"
    AUTHOR = "author"
    PLACES = "places"


def may_decide(
    operator: Operator | None,
    *,
    author: int | None,
    reached: Collection[str],
    allowed: Collection[str] | None,
) -> Refusal | None:
    """Why ``operator`` may not approve it; None if they may.

    Nobody approves what they wrote; an approver with places speaks for these (``allowed``) only.
    """
    if operator is None or not may(operator, Act.APPROVE):
        return Refusal.ROLE
    if author == operator.id:
        return Refusal.AUTHOR
    if allowed is not None and not set(reached) <= set(allowed):
        return Refusal.PLACES
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a question may stay unanswered before a reminder, and before the next are asked."""

    remind: timedelta
    escalate: timedelta


class Urging(StrEnum):
    """What is due because nobody has answered."""

    REMIND = "remind"
    ESCALATE = "escalate"


def urgings(patience: Patience, waited: timedelta) -> tuple[Urging, ...]:
    """What is due after so long without an answer, in order."""
    found = [(Urging.REMIND, patience.remind), (Urging.ESCALATE, patience.escalate)]
    return tuple(urging for urging, after in found if waited >= after)


def asked_about(
    operators: Iterable[Operator], *, author: int | None, escalated: bool
) -> tuple[Operator, ...]:
    """Who is asked to decide, by id: approvers, or owners where there is no approver, first.

    Once ``escalated`` it is everybody who may decide. Its author is never asked.
    """
    able = [one for one in operators if may(one, Act.APPROVE) and one.id != author]
    first = able if escalated else [one for one in able if one.role is Role.APPROVER] or able
    return tuple(sorted(first, key=lambda one: one.id))

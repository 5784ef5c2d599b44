"""What a source may do: publish, wait for a person, or be refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.advisory import Advisory, MsgType, Scope, Severity, Status


class Unsigned(StrEnum):
    """What becomes of an advisory that no key of a known source vouches for."""

    PUBLISH = "publish"
    REVIEW = "review"
    REFUSE = "refuse"


class Verdict(StrEnum):
    """What becomes of an advisory."""

    PUBLISH = "publish"
    REVIEW = "review"
    REFUSE = "refuse"
    IGNORE = "ignore"  # what is not for the public is never shown to it


class Reason(StrEnum):
    """Why an advisory waits or is refused; shown to approvers and in dead letters."""

    NOT_PUBLIC = "not_public"  # Draft, Ack, Error, or a restricted scope
    UNSIGNED = "unsigned"
    UNKNOWN_SOURCE = "unknown_source"
    SOURCE_UNDER_REVIEW = "source_under_review"
    ABOVE_LIMIT = "above_limit"
    OUTSIDE_PLACES = "outside_places"
    AREA_UNRESOLVED = "area_unresolved"
    REFERENCE_UNKNOWN = "reference_unknown"  # a Cancel or all-clear of nothing that was told
    NOT_ITS_OWN = "not_its_own"  # an Update or Cancel of what another sender said
    SENT_AHEAD = "sent_ahead"  # issued in the future: its dates are not to be relied on
    CLEARS_A_PART = "clears_a_part"  # it ends a warning in some of its places: an Update says that
    SECOND_PERSON = "second_person"  # an operator wrote it, and it is too severe for one person
    AUTHOR_REMOVED = "author_removed"  # who wrote it may no longer publish


@dataclass(frozen=True, slots=True)
class Source:
    """A source of the configuration.

    ``public_key`` is a base64 Ed25519 key; ``places`` are ids it may speak for, empty for all;
    ``max_severity`` is the highest it may publish unattended. Of two on the same danger the one
    with more ``trust``, 1 to 10, stands first; one that says nothing for longer than
    ``silent_after`` is silent.
    """

    key: str
    name: str
    kind: str = "authority"
    public_key: str | None = None
    places: frozenset[str] = frozenset()
    max_severity: Severity = Severity.EXTREME
    review: bool = False
    trust: int = 5
    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict with its reasons, in the order in which they were found."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


SEVERITY_RANK = {
    Severity.EXTREME: 4,
    Severity.SEVERE: 3,
    Severity.MODERATE: 2,
    Severity.MINOR: 1,
    Severity.UNKNOWN: 4,  # an unknown severity may be the worst
}


def judge(
    advisory: Advisory,
    *,
    source: Source | None,
    source_named: bool,
    signed: bool,
    unsigned: Unsigned,
    reached: Collection[str],
    allowed: Collection[str] | None,
    unresolved: bool,
) -> Ruling:
    """What may be done with ``advisory``.

    ``signed`` says that the key of ``source`` vouches for the bytes; ``source_named`` that the
    entry named a source at all; ``reached`` are the settlements it resolves to, ``allowed`` those
    the source may speak for (``None``: all); ``unresolved`` that some area resolved to nothing.
    """
    public = advisory.scope is Scope.PUBLIC and advisory.status is not Status.DRAFT
    if not public or advisory.msg_type in (MsgType.ACK, MsgType.ERROR):
        return Ruling(Verdict.IGNORE, (Reason.NOT_PUBLIC,))
    reasons: list[Reason] = []
    if not signed:
        reasons.append(Reason.UNSIGNED)
    if source_named and source is None:
        reasons.append(Reason.UNKNOWN_SOURCE)
    vouched = _vouched(signed, reasons, unsigned)
    if vouched is Verdict.REFUSE:
        return Ruling(Verdict.REFUSE, tuple(reasons))
    limits = _limits(advisory, source, reached, allowed, unresolved)
    if vouched is Verdict.REVIEW or limits:
        return Ruling(Verdict.REVIEW, (*reasons, *limits))
    return Ruling(Verdict.PUBLISH)


def _vouched(signed: bool, reasons: list[Reason], unsigned: Unsigned) -> Verdict:
    if Reason.UNKNOWN_SOURCE in reasons:
        # A name that the configuration does not know claims more than no name at all.
        return Verdict.REFUSE if unsigned is Unsigned.REFUSE else Verdict.REVIEW
    return Verdict.PUBLISH if signed else Verdict(unsigned.value)


def _limits(
    advisory: Advisory,
    source: Source | None,
    reached: Collection[str],
    allowed: Collection[str] | None,
    unresolved: bool,
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if source is not None and source.review:
        found.append(Reason.SOURCE_UNDER_REVIEW)
    if (
        source is not None
        and SEVERITY_RANK[advisory.max_severity] > SEVERITY_RANK[source.max_severity]
    ):
        found.append(Reason.ABOVE_LIMIT)
    if allowed is not None and not set(reached) <= set(allowed):
        found.append(Reason.OUTSIDE_PLACES)
    if unresolved:
        found.append(Reason.AREA_UNRESOLVED)
    return tuple(found)

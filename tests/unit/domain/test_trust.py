"""What a source may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.advisory import Advisory, Severity
from bot.domain.trust import Reason, Ruling, Source, Unsigned, Verdict, judge

EMBASSY = Source("embassy", "Embassy", public_key="key", max_severity=Severity.SEVERE)


def advisory(**changes: Any) -> Advisory:
    base: dict[str, Any] = {
        "identifier": "1",
        "sender": "a@b.example",
        "sent": datetime(2024, 11, 19, tzinfo=UTC),
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "info": [
            {
                "category": ["Security"],
                "event": "Potential air attack",
                "urgency": "Expected",
                "severity": changes.pop("severity", "Severe"),
                "certainty": "Possible",
            }
        ],
    }
    return Advisory.model_validate(base | changes)


def rule(alert: Advisory | None = None, **changes: Any) -> Ruling:
    asked: dict[str, Any] = {
        "source": EMBASSY,
        "source_named": True,
        "signed": True,
        "unsigned": Unsigned.REVIEW,
        "reached": {"703448"},
        "allowed": None,
        "unresolved": False,
    }
    return judge(alert or advisory(), **(asked | changes))


REFERENCES = "a@b.example,0,2024-11-18T00:00:00+00:00"

ROWS: list[tuple[str, Advisory, dict[str, Any], Verdict, tuple[Reason, ...]]] = [
    ("a signed advisory goes out", advisory(), {}, Verdict.PUBLISH, ()),
    (
        "an unsigned one waits where the policy says review",
        advisory(),
        {"signed": False, "source": None, "source_named": False},
        Verdict.REVIEW,
        (Reason.UNSIGNED,),
    ),
    (
        "an unsigned one goes out where the policy says publish",
        advisory(),
        {
            "signed": False,
            "source": None,
            "source_named": False,
            "unsigned": Unsigned.PUBLISH,
        },
        Verdict.PUBLISH,
        (),
    ),
    (
        "an unsigned one is refused where the policy says refuse",
        advisory(),
        {"signed": False, "unsigned": Unsigned.REFUSE},
        Verdict.REFUSE,
        (Reason.UNSIGNED,),
    ),
    (
        "a name nobody configured waits even where unsigned is published",
        advisory(),
        {"signed": False, "source": None, "unsigned": Unsigned.PUBLISH},
        Verdict.REVIEW,
        (Reason.UNSIGNED, Reason.UNKNOWN_SOURCE),
    ),
    (
        "a severity above the source's limit waits",
        advisory(severity="Extreme"),
        {},
        Verdict.REVIEW,
        (Reason.ABOVE_LIMIT,),
    ),
    (
        "an unknown severity may be the worst, and waits too",
        advisory(severity="Unknown"),
        {},
        Verdict.REVIEW,
        (Reason.ABOVE_LIMIT,),
    ),
    (
        "a place the source may not speak for waits",
        advisory(),
        {"allowed": {"706483"}},
        Verdict.REVIEW,
        (Reason.OUTSIDE_PLACES,),
    ),
    (
        "an area that resolves to nothing waits",
        advisory(),
        {"unresolved": True, "reached": set()},
        Verdict.REVIEW,
        (Reason.AREA_UNRESOLVED,),
    ),
    (
        "a source under review always waits",
        advisory(),
        {"source": Source("embassy", "Embassy", review=True)},
        Verdict.REVIEW,
        (Reason.SOURCE_UNDER_REVIEW,),
    ),
    ("a draft is for nobody", advisory(status="Draft"), {}, Verdict.IGNORE, (Reason.NOT_PUBLIC,)),
    (
        "an acknowledgement is for nobody",
        advisory(msgType="Ack", references=REFERENCES),
        {},
        Verdict.IGNORE,
        (Reason.NOT_PUBLIC,),
    ),
    (
        "what is restricted is not for the public",
        advisory(scope="Restricted", restriction="staff only"),
        {},
        Verdict.IGNORE,
        (Reason.NOT_PUBLIC,),
    ),
    (
        "what is private is not for the public",
        advisory(scope="Private", addresses="a@b.example"),
        {},
        Verdict.IGNORE,
        (Reason.NOT_PUBLIC,),
    ),
    (
        "an error report is for nobody",
        advisory(msgType="Error", references=REFERENCES),
        {},
        Verdict.IGNORE,
        (Reason.NOT_PUBLIC,),
    ),
]


@pytest.mark.parametrize(
    ("alert", "changes", "verdict", "reasons"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_judge_follows_the_table(
    alert: Advisory, changes: dict[str, Any], verdict: Verdict, reasons: tuple[Reason, ...]
) -> None:
    assert rule(alert, **changes) == Ruling(verdict, reasons)

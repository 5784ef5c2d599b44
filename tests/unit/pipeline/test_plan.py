"""What publishing an advisory means, decided without I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.advisory import Advisory
from bot.domain.broadcast import Plan
from bot.domain.delivery import Lane
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.trust import Reason
from bot.pipeline.plan import (
    CORRECTION_LASTS,
    Original,
    advisory_id,
    broadcast_id,
    check_references,
    expiry,
    proceed,
    short_code,
)

SENT = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
NOW = SENT + timedelta(minutes=1)


def advisory(identifier: str, msg_type: str = "Alert", **changes: Any) -> Advisory:
    base: dict[str, Any] = {
        "identifier": identifier,
        "sender": "a@b.example",
        "sent": SENT,
        "status": "Actual",
        "msgType": msg_type,
        "scope": "Public",
    }
    if msg_type == "Alert":
        base["info"] = [
            {
                "category": ["Security"],
                "event": "Potential air attack",
                "responseType": ["Shelter"],
                "urgency": "Expected",
                "severity": "Severe",
                "certainty": "Possible",
            }
        ]
    else:
        base["references"] = f"a@b.example,first,{SENT.isoformat()}"
    return Advisory.model_validate(base | changes)


def record(of: Advisory, **changes: Any) -> AdvisoryRecord:
    kept = AdvisoryRecord(
        id=of.id,
        payload=of.to_json(),
        raw=b"",
        source=None,
        signed=False,
        state=AdvisoryState.PUBLISHED,
        code="KYI-0000",
        places=("703448",),
        named=("703448",),
        unresolved=(),
        reasons=(),
        received=NOW,
        expires=expiry(of, NOW),
    )
    return replace(kept, **changes)


def original(of: Advisory, **changes: Any) -> Original:
    return Original(record(of, **changes), of)


FIRST = advisory("first")
CANCEL = advisory("cancel", "Cancel")
UPDATE = advisory("update", "Update")


def test_alert_goes_to_its_places() -> None:
    kept = record(FIRST)
    proceeding = proceed(FIRST, kept, (), NOW)
    assert proceeding.end == ()
    assert proceeding.start == (Plan(FIRST.id, Lane.PREPARE, kept.expires, places=("703448",)),)


def test_cancel_ends_the_original_and_goes_to_those_who_were_told() -> None:
    proceeding = proceed(CANCEL, record(CANCEL, places=()), (original(FIRST),), NOW)
    assert proceeding.end == ((FIRST.id, AdvisoryState.CANCELLED),)
    (plan,) = proceeding.start
    assert (plan.id, plan.told_by, plan.places) == (CANCEL.id, FIRST.id, ())
    assert plan.expires == NOW + CORRECTION_LASTS


def test_cancel_taken_up_again_after_a_crash_still_corrects() -> None:
    half_done = original(FIRST, state=AdvisoryState.CANCELLED, ended_by=CANCEL.id)
    assert proceed(CANCEL, record(CANCEL, places=()), (half_done,), NOW).start


def test_cancel_of_what_another_message_cancelled_tells_nobody_again() -> None:
    done = original(FIRST, state=AdvisoryState.CANCELLED, ended_by="another")
    assert proceed(CANCEL, record(CANCEL, places=()), (done,), NOW).start == ()


def test_cancel_of_what_waits_for_approval_stops_it_and_tells_nobody() -> None:
    waiting = original(FIRST, state=AdvisoryState.PENDING)
    proceeding = proceed(CANCEL, record(CANCEL, places=()), (waiting,), NOW)
    assert proceeding.end == ((FIRST.id, AdvisoryState.CANCELLED),)
    assert proceeding.start == ()


def test_cancel_of_several_corrects_each_under_its_own_id() -> None:
    second = advisory("second")
    proceeding = proceed(
        CANCEL, record(CANCEL, places=()), (original(FIRST), original(second)), NOW
    )
    assert [plan.id for plan in proceeding.start] == [CANCEL.id, f"{CANCEL.id}-1"]
    assert {advisory_id(plan.id) for plan in proceeding.start} == {CANCEL.id}


def test_drill_never_ends_the_real_thing() -> None:
    drill = advisory("cancel", "Cancel", status="Exercise")
    assert check_references(drill, (original(FIRST),)) == (Reason.REFERENCE_UNKNOWN,)
    assert proceed(drill, record(drill, places=()), (original(FIRST),), NOW).end == ()


def test_update_supersedes_the_original() -> None:
    proceeding = proceed(UPDATE, record(UPDATE), (original(FIRST),), NOW)
    assert proceeding.end == ((FIRST.id, AdvisoryState.SUPERSEDED),)
    assert [plan.places for plan in proceeding.start] == [("703448",)]


def test_update_without_an_area_goes_to_those_who_were_told() -> None:
    proceeding = proceed(UPDATE, record(UPDATE, places=()), (original(FIRST),), NOW)
    assert [plan.told_by for plan in proceeding.start] == [FIRST.id]


def test_correction_is_never_slower_than_a_warning() -> None:
    routine = advisory("first")
    routine = Advisory.model_validate(
        {
            **routine.model_dump(by_alias=True),
            "info": [
                {
                    "category": ["Infra"],
                    "event": "Power cut",
                    "urgency": "Future",
                    "severity": "Minor",
                    "certainty": "Likely",
                }
            ],
        }
    )
    assert proceed(routine, record(routine), (), NOW).start[0].lane is Lane.ROUTINE
    plans = proceed(CANCEL, record(CANCEL, places=()), (original(routine),), NOW).start
    assert [plan.lane for plan in plans] == [Lane.PREPARE]


DOUBTS = [
    ("an alert needs no original", FIRST, (), ()),
    ("a cancel of nothing known waits", CANCEL, (), (Reason.REFERENCE_UNKNOWN,)),
    ("a cancel of its own goes on", CANCEL, (original(FIRST),), ()),
    (
        "a cancel of what another sender said waits",
        advisory("cancel", "Cancel", sender="x@y.example"),
        (original(FIRST),),
        (Reason.NOT_ITS_OWN,),
    ),
    ("an update of nothing known is news", UPDATE, (), ()),
]


@pytest.mark.parametrize(
    ("alert", "originals", "doubts"), [r[1:] for r in DOUBTS], ids=[r[0] for r in DOUBTS]
)
def test_references_are_checked(
    alert: Advisory, originals: tuple[Original, ...], doubts: tuple[Reason, ...]
) -> None:
    assert check_references(alert, originals) == doubts


def test_code_is_short_and_without_letters_that_are_mistaken() -> None:
    code = short_code(FIRST.id, "Kyiv")
    assert code.startswith("KYI-")
    assert len(code) == 8
    assert not set(code[4:]) & set("ILOU")


def test_code_of_a_name_without_latin_letters_still_holds() -> None:
    assert short_code(FIRST.id, "").startswith("ALL-")


@pytest.mark.parametrize("index", [0, 1, 7])
def test_broadcast_id_leads_back_to_its_advisory(index: int) -> None:
    assert advisory_id(broadcast_id(FIRST.id, index)) == FIRST.id

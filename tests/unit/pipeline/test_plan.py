"""What publishing an advisory means, decided without I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.advisory import Advisory
from bot.domain.broadcast import Manner, Plan
from bot.domain.change import Policy, Version, window_of
from bot.domain.delivery import Lane
from bot.domain.operators import SOURCE
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.subscriber import Kind, Recipient
from bot.domain.trust import Reason
from bot.pipeline.known import Known
from bot.pipeline.plan import (
    CORRECTION_LASTS,
    advisory_id,
    broadcast_id,
    expiry,
    name_of,
    short_code,
)
from bot.pipeline.proceeding import Proceeding, doubts
from bot.pipeline.proceeding import proceed as _proceed

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
        expires=expiry(of, NOW, Policy()),
    )
    return replace(kept, **changes)


def known(of: Advisory, kept: AdvisoryRecord, hazard: str = "missile") -> Known:
    window = window_of(of, kept.received, kept.expires)
    return Known(kept, Version(of, hazard, window), (f"{of.id}-open", of.id))


def original(of: Advisory, hazard: str = "missile", **changes: Any) -> Known:
    return known(of, record(of, **changes), hazard)


def proceed(
    of: Advisory, kept: AdvisoryRecord, originals: Sequence[Known], now: datetime
) -> Proceeding:
    return _proceed(known(of, kept), originals, now)


FIRST = advisory("first")
CHAIN = (f"{FIRST.id}-open", FIRST.id)
CANCEL = advisory("cancel", "Cancel")
INFO = FIRST.model_dump(by_alias=True)["info"][0]
UPDATE = advisory("update", "Update", info=[INFO])


def test_alert_goes_to_its_places() -> None:
    kept = record(FIRST)
    proceeding = proceed(FIRST, kept, (), NOW)
    assert proceeding.end == ()
    assert proceeding.start == (Plan(FIRST.id, Lane.PREPARE, kept.expires, places=("703448",)),)


def test_cancel_ends_the_original_and_goes_to_those_who_were_told() -> None:
    proceeding = proceed(CANCEL, record(CANCEL, places=()), (original(FIRST),), NOW)
    assert proceeding.end == ((FIRST.id, AdvisoryState.CANCELLED),)
    plan, mark = proceeding.start
    assert (plan.id, plan.told_by, plan.places) == (CANCEL.id, CHAIN, ())
    assert plan.expires == NOW + CORRECTION_LASTS
    assert plan.closes
    assert (mark.id, mark.told_by, mark.manner) == (f"{FIRST.id}-ended", CHAIN, Manner.EDIT)


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


def test_cancel_of_several_is_told_once_and_ends_each() -> None:
    second = advisory("second")
    originals = (original(FIRST), original(second))
    proceeding = proceed(CANCEL, record(CANCEL, places=()), originals, NOW)
    plan, *marks = proceeding.start
    assert (plan.id, plan.told_by) == (CANCEL.id, (*CHAIN, f"{second.id}-open", second.id))
    assert [mark.id for mark in marks] == [f"{FIRST.id}-ended", f"{second.id}-ended"]
    assert [ended for ended, _ in proceeding.end] == [FIRST.id, second.id]


def test_drill_never_ends_the_real_thing() -> None:
    drill = advisory("cancel", "Cancel", status="Exercise")
    assert doubts(drill, (original(FIRST),), NOW) == (Reason.REFERENCE_UNKNOWN,)
    assert proceed(drill, record(drill, places=()), (original(FIRST),), NOW).end == ()


def test_small_update_changes_the_live_message_and_tells_the_newly_concerned() -> None:
    proceeding = proceed(UPDATE, record(UPDATE), (original(FIRST),), NOW)
    assert proceeding.end == ((FIRST.id, AdvisoryState.SUPERSEDED),)
    (plan,) = proceeding.start
    assert (plan.places, plan.told_by, plan.manner) == (("703448",), CHAIN, Manner.EDIT_OR_SEND)


def test_update_that_rises_is_a_new_message_and_marks_the_old_one_where_it_arrived() -> None:
    rising = advisory("update", "Update", info=[{**INFO, "severity": "Extreme"}])
    plan, mark = proceed(rising, record(rising), (original(FIRST),), NOW).start
    assert (plan.places, plan.told_by, plan.manner) == (("703448",), CHAIN, Manner.SEND)
    assert (mark.id, mark.told_by) == (f"{FIRST.id}-replaced", (rising.id,))
    assert (mark.answers, mark.manner, mark.lane) == (CHAIN, Manner.EDIT, Lane.ROUTINE)


def test_update_without_an_area_goes_to_those_who_were_told() -> None:
    proceeding = proceed(UPDATE, record(UPDATE, places=()), (original(FIRST),), NOW)
    assert [(plan.told_by, plan.places) for plan in proceeding.start] == [(CHAIN, ())]


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
    plan, mark = proceed(CANCEL, record(CANCEL, places=()), (original(routine),), NOW).start
    assert (plan.lane, mark.lane) == (Lane.PREPARE, Lane.ROUTINE)


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
    (
        "what is issued in the future waits",
        advisory("early", sent=NOW + timedelta(hours=1)),
        (),
        (Reason.SENT_AHEAD,),
    ),
    (
        "clocks that differ a little do not matter",
        advisory("a", sent=NOW + timedelta(minutes=9)),
        (),
        (),
    ),
]


@pytest.mark.parametrize(
    ("alert", "originals", "found"), [r[1:] for r in DOUBTS], ids=[r[0] for r in DOUBTS]
)
def test_references_are_checked(
    alert: Advisory, originals: tuple[Known, ...], found: tuple[Reason, ...]
) -> None:
    assert doubts(alert, originals, NOW) == found


def test_code_is_short_and_without_letters_that_are_mistaken() -> None:
    code = short_code(FIRST.id, "Kyiv")
    assert code.startswith("KYI-")
    assert len(code) == 8
    assert not set(code[4:]) & set("ILOU")


def test_code_of_a_name_without_latin_letters_still_holds() -> None:
    assert short_code(FIRST.id, "").startswith("ALL-")


@pytest.mark.parametrize("name", ["", "open", "open-replaced", "remind120"])
def test_broadcast_id_leads_back_to_its_advisory(name: str) -> None:
    broadcast = broadcast_id(FIRST.id, name)
    assert (advisory_id(broadcast), name_of(broadcast)) == (FIRST.id, name)


def test_drill_of_operators_is_told_to_its_audience_and_goes_on_with_it_alone() -> None:
    said = {"valueName": "drillAudience", "value": "operators"}
    info = advisory("x").info[0].model_dump(by_alias=True) | {"parameter": [said]}
    drill = advisory("first", status="Exercise", info=[info])
    of = known(drill, replace(record(drill), source=SOURCE, signed=True))
    (plan,) = _proceed(of, (), NOW, operators=(7, 8)).start
    assert (plan.lane, plan.places) == (Lane.DRILL, ())
    assert plan.chats == (Recipient(Kind.PRIVATE, 7), Recipient(Kind.PRIVATE, 8))
    # The same from outside is for whoever follows the place.
    (outside,) = _proceed(known(drill, record(drill)), (), NOW, operators=(7, 8)).start
    assert (outside.places, outside.chats) == (("703448",), ())
    worse = [info | {"severity": "Extreme", "parameter": []}]
    update = advisory("second", "Update", status="Exercise", info=worse)
    after = known(update, replace(record(update), source=SOURCE, signed=True))
    (first, *_) = _proceed(after, (of,), NOW, operators=(7, 8)).start
    assert first.told_by == of.chain
    assert (first.places, first.chats) == ((), ())

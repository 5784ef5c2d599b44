"""From advisories to windows, ends, all-clears and kinds of update."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.advisory import Advisory, Severity
from bot.domain.change import Policy, Version, all_clear, is_warning, kind_of, window_of
from bot.domain.life import Event, State, Window

HOUR = timedelta(hours=1)
SENT = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)


def advisory(msg_type: str = "Alert", *, sent: str = "", **info: Any) -> Advisory:
    said = {
        "category": ["Security"],
        "event": "Air attack",
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Possible",
    }
    alert: dict[str, Any] = {
        "identifier": "one" if msg_type == "Alert" else "two",
        "sender": "a@b.example",
        "sent": sent or "2024-11-19T22:30:00+02:00",
        "status": "Actual",
        "msgType": msg_type,
        "scope": "Public",
        "info": [said | info],
    }
    if msg_type != "Alert":
        alert["references"] = "a@b.example,one,2024-11-19T22:30:00+02:00"
    return Advisory.model_validate(alert)


ENDS = [
    (
        "the stated end counts",
        {"expires": "2024-11-20T12:00:00+02:00"},
        "2024-11-20T10:00:00+00:00",
    ),
    (
        "24:00 is the next midnight",
        {"expires": "2024-11-20T24:00:00+02:00"},
        "2024-11-20T22:00:00+00:00",
    ),
    (
        "the 29th of a leap year is a day",
        {"onset": "2028-02-28T12:00:00+02:00", "severity": "Minor"},
        "2028-02-28T16:00:00+00:00",
    ),
    (
        "a day without an end lasts 24 hours, also over a leap day",
        {"onset": "2028-02-28T12:00:00+02:00"},
        "2028-02-29T10:00:00+00:00",
    ),
    (
        "24 hours are 24 hours when the clocks change",
        {"onset": "2025-03-29T12:00:00+02:00"},
        "2025-03-30T10:00:00+00:00",
    ),
    (
        "a mild one without an end is over sooner by this policy",
        {"severity": "Minor"},
        "2024-11-20T02:30:00+00:00",
    ),
]


@pytest.mark.parametrize(("info", "ends"), [r[1:] for r in ENDS], ids=[r[0] for r in ENDS])
def test_advisory_ends(info: dict[str, Any], ends: str) -> None:
    policy = Policy(lasts={**Policy().lasts, Severity.MINOR: 6 * HOUR})
    assert policy.ends(advisory(**info)) == datetime.fromisoformat(ends)


WINDOWS = [
    (
        "an onset ahead is announced",
        {"onset": "2024-11-20T00:00:00+02:00"},
        SENT,
        Event.PUBLISHED_AHEAD,
    ),
    ("without an onset nothing opens later", {}, SENT, Event.PUBLISHED_OPEN),
    (
        "an onset in the past is open",
        {"onset": "2024-11-19T20:00:00+02:00"},
        SENT,
        Event.PUBLISHED_OPEN,
    ),
    (
        "from the past and over, it is too late",
        {"expires": "2024-11-20T00:00:00+02:00"},
        SENT + 48 * HOUR,
        Event.TOO_LATE,
    ),
    (
        "a sender's clock that is ahead opens no window by itself",
        {"effective": "2024-11-19T22:39:00+02:00"},
        SENT,
        Event.PUBLISHED_OPEN,
    ),
]


@pytest.mark.parametrize(
    ("info", "now", "event"), [r[1:] for r in WINDOWS], ids=[r[0] for r in WINDOWS]
)
def test_window_is_ahead_open_or_over(info: dict[str, Any], now: datetime, event: Event) -> None:
    one = advisory(**info)
    assert window_of(one, now, Policy().ends(one)).published(now) is event


def test_window_is_open_until_before_its_end() -> None:
    window = Window(SENT, SENT + HOUR)
    at = [SENT - HOUR, SENT, SENT + HOUR - timedelta(milliseconds=1), SENT + HOUR]
    expected = [State.ANNOUNCED, State.OPEN, State.OPEN, State.PASSED]
    assert [window.state(now) for now in at] == expected


def scope(value: str) -> dict[str, Any]:
    return {"parameter": [{"valueName": "allClearScope", "value": value}]}


CLEAR = {"responseType": ["AllClear"]}
CLEARS = [
    ("a plain one is full", "Update", CLEAR, Event.ALL_CLEAR),
    ("one that says full is full", "Update", CLEAR | scope("Full"), Event.ALL_CLEAR),
    ("one with limits is graded", "Update", CLEAR | scope("stay-near"), Event.EASED),
    ("a word that nobody knows is a limit", "Update", CLEAR | scope("?"), Event.EASED),
    ("an Alert may be one", "Alert", CLEAR, Event.ALL_CLEAR),
    ("a Cancel is a cancel", "Cancel", CLEAR, None),
    ("a warning is none", "Alert", {"responseType": ["Shelter"]}, None),
]


@pytest.mark.parametrize(
    ("kind", "info", "event"), [r[1:] for r in CLEARS], ids=[r[0] for r in CLEARS]
)
def test_all_clear_is_full_or_graded(kind: str, info: dict[str, Any], event: Event | None) -> None:
    one = advisory(kind, **info)
    assert all_clear(one) is event
    assert is_warning(one) is (event is None and kind != "Cancel")


def version(one: Advisory, hazard: str = "missile") -> Version:
    return Version(one, hazard, window_of(one, SENT, Policy().ends(one)))


def test_update_that_changes_several_is_as_grave_as_the_gravest() -> None:
    mild = version(advisory(severity="Minor"))
    same = version(advisory())
    update = version(advisory("Update", sent="2024-11-19T22:31:00+02:00"))
    assert kind_of(update, [same]) is Event.MINOR
    assert kind_of(update, [same, mild]) is Event.MAJOR


def test_update_that_says_nothing_leaves_no_old_text_in_its_place() -> None:
    empty = version(advisory("Update").model_copy(update={"info": ()}))
    assert kind_of(empty, [version(advisory())]) is Event.MAJOR

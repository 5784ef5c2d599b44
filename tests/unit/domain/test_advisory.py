"""What follows from one advisory: identity, window, phase, language, severity."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.domain.advisory import (
    Advisory,
    Area,
    Category,
    Certainty,
    Ending,
    Info,
    MsgType,
    NamedValue,
    Phase,
    Reference,
    Scope,
    Severity,
    Status,
    Urgency,
)

KYIV = timezone(timedelta(hours=2))
SENT = datetime(2024, 11, 19, 22, 30, tzinfo=KYIV)
ONSET = datetime(2024, 11, 20, tzinfo=KYIV)
EXPIRES = datetime(2024, 11, 21, tzinfo=KYIV)


def info(**changes: Any) -> Info:
    values: dict[str, Any] = {
        "category": (Category.SECURITY,),
        "event": "Potential air attack",
        "urgency": Urgency.EXPECTED,
        "severity": Severity.SEVERE,
        "certainty": Certainty.POSSIBLE,
    }
    return Info(**values | changes)


def advisory(*infos: Info, **changes: Any) -> Advisory:
    values: dict[str, Any] = {
        "identifier": "kyiv-1",
        "sender": "acs@embassy.example",
        "sent": SENT,
        "status": Status.ACTUAL,
        "msg_type": MsgType.ALERT,
        "scope": Scope.PUBLIC,
        "info": infos,
    }
    return Advisory(**values | changes)


def test_id_fits_callback_data() -> None:
    assert re.fullmatch(r"[a-z0-9]{20}", advisory().id)


def test_id_is_the_same_in_every_offset() -> None:
    assert advisory().id == advisory(sent=SENT.astimezone(UTC)).id
    assert advisory().key == advisory(sent=SENT.astimezone(UTC)).key


@pytest.mark.parametrize(
    "change", [{"identifier": "kyiv-2"}, {"sender": "x"}, {"sent": SENT + timedelta(seconds=1)}]
)
def test_id_differs_with_each_part_of_the_key(change: dict[str, Any]) -> None:
    assert advisory(**change).id != advisory().id


def test_id_is_stable_across_releases() -> None:
    assert advisory().id == "yehfq62jlgglttzalbzw"


def test_advisory_cannot_be_changed_and_hides_its_bytes() -> None:
    found = advisory(raw=b"secret")
    with pytest.raises(ValidationError, match="frozen"):
        found.note = "x"  # type: ignore[misc]
    assert "secret" not in repr(found)
    assert "raw" not in found.model_dump()
    assert b"secret" not in found.to_json()


def test_times_keep_their_offset_and_are_written_as_cap_does() -> None:
    assert b'"sent": "2024-11-19T22:30:00+02:00"' in advisory().to_json()
    assert b'"sent": "2024-11-19T20:30:00-00:00"' in advisory(sent=SENT.astimezone(UTC)).to_json()


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="no UTC offset"):
        advisory(sent=datetime(2024, 11, 19))  # noqa: DTZ001


def test_times_in_one_zone_compare_as_instants_over_the_clock_change() -> None:
    zone = ZoneInfo("Europe/Kyiv")
    before = datetime(2024, 10, 27, 3, 30, tzinfo=zone)
    after = datetime(2024, 10, 27, 3, 15, fold=1, tzinfo=zone)
    assert advisory(info(expires=after), sent=before).info[0].expires == after.astimezone(UTC)


STARTS = {
    "onset before all": ({"onset": ONSET, "effective": SENT}, ONSET),
    "effective without onset": ({"effective": ONSET}, ONSET),
    "sent without either": ({}, SENT),
}


@pytest.mark.parametrize(("times", "start"), STARTS.values(), ids=STARTS.keys())
def test_info_starts_with_onset_then_effective_then_sent(
    times: dict[str, datetime], start: datetime
) -> None:
    found = advisory(info(**times))
    assert found.starts(found.info[0]) == start


def test_window_spans_all_infos() -> None:
    later = info(onset=ONSET + timedelta(hours=1), expires=EXPIRES)
    assert advisory(later, info(onset=ONSET)).window == (ONSET, EXPIRES)
    assert advisory().window == (SENT, None)


SECOND = timedelta(seconds=1)
PHASES = {
    "before its onset": (ONSET - SECOND, Phase.SCHEDULED),
    "at its onset": (ONSET, Phase.ACTIVE),
    "at its onset in another offset": (ONSET.astimezone(UTC), Phase.ACTIVE),
    "just before it expires": (EXPIRES - SECOND, Phase.ACTIVE),
    "when it expires": (EXPIRES, Phase.PASSED),
}


@pytest.mark.parametrize(("now", "phase"), PHASES.values(), ids=PHASES.keys())
def test_phase_follows_the_window(now: datetime, phase: Phase) -> None:
    assert advisory(info(onset=ONSET, expires=EXPIRES)).phase(now) is phase


def test_phase_without_expires_lasts_a_day_or_as_told() -> None:
    found = advisory(info(onset=ONSET))
    assert found.phase(ONSET + timedelta(hours=24) - SECOND) is Phase.ACTIVE
    assert found.phase(ONSET + timedelta(hours=24)) is Phase.PASSED
    assert found.phase(ONSET + timedelta(hours=2), lasts=timedelta(hours=2)) is Phase.PASSED


@pytest.mark.parametrize("ending", Ending)
def test_ending_known_from_elsewhere_wins_over_time(ending: Ending) -> None:
    found = advisory(info(onset=ONSET, expires=EXPIRES))
    assert found.phase(ONSET, ended=ending) == ending.value


LANGUAGES = {
    "the same tag": ("uk-UA", ("en", "uk", "uk-UA"), "uk-UA"),
    "the same tag in another case": ("UK-ua", ("en", "uk-UA"), "uk-UA"),
    "the primary subtag": ("uk-UA", ("en", "uk"), "uk"),
    "a region of the language": ("uk", ("en", "uk-UA"), "uk-UA"),
    "the tag itself before a region": ("uk", ("uk-UA", "uk"), "uk"),
    "English of any region": ("fr", ("uk", "en-GB"), "en-GB"),
    "the first where there is no English": ("fr", ("uk", "pl"), "uk"),
}


@pytest.mark.parametrize(("wanted", "given", "found"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_info_is_chosen_by_language(wanted: str, given: tuple[str, ...], found: str) -> None:
    chosen = advisory(*(info(language=tag) for tag in given)).info_for(wanted)
    assert chosen is not None
    assert chosen.language == found


def test_info_is_none_where_there_is_none() -> None:
    assert advisory().info_for("uk") is None


def test_severity_and_urgency_are_the_highest() -> None:
    found = advisory(
        info(severity=Severity.UNKNOWN, urgency=Urgency.PAST),
        info(severity=Severity.MINOR, urgency=Urgency.UNKNOWN),
    )
    assert (found.max_severity, found.urgency) == (Severity.MINOR, Urgency.UNKNOWN)
    assert (advisory().max_severity, advisory().urgency) == (Severity.UNKNOWN, Urgency.UNKNOWN)


def test_parameter_is_found_in_any_info_and_case() -> None:
    posture = NamedValue(value_name="embassyPosture", value="closed")
    found = advisory(info(), info(parameter=(posture,)))
    assert found.parameter("EMBASSYPOSTURE") == "closed"
    assert found.parameter("other") is None


def test_areas_come_in_order() -> None:
    first, second = Area(area_desc="Kyiv"), Area(area_desc="Irpin")
    assert advisory(info(area=(first,)), info(area=(second,))).areas == (first, second)


@pytest.mark.parametrize("status", Status)
def test_drill_is_exercise_system_or_test(status: Status) -> None:
    drills = {Status.EXERCISE, Status.SYSTEM, Status.TEST}
    assert advisory(status=status).is_drill is (status in drills)


def test_update_needs_a_reference_and_accepts_one() -> None:
    with pytest.raises(ValidationError, match="no earlier message"):
        advisory(msg_type=MsgType.UPDATE)
    earlier = Reference(sender="acs@embassy.example", identifier="kyiv-0", sent=SENT)
    assert advisory(msg_type=MsgType.UPDATE, references=(earlier,)).references == (earlier,)

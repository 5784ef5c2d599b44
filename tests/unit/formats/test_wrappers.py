"""EDXL-DE and Atom: the good alerts are kept, each bad one is refused by itself."""

from pathlib import Path

from bot.formats import Reason, parse
from bot.formats.cap import MOST_ALERTS

WRAPPED = (Path(__file__).parents[2] / "samples" / "cap" / "wrapped.edxlde").read_text("utf-8")


def test_wrapper_gives_good_alerts_and_one_refusal_for_each_bad_one() -> None:
    parsed = parse(WRAPPED.encode())
    assert [a.identifier for a in parsed.advisories] == ["w-1", "w-3"]
    (refusal,) = parsed.refusals
    assert refusal.reason is Reason.TIME
    assert refusal.detail.startswith("alert[1].sent: '2025-03-01T10:00:00' has no UTC offset")
    assert b"w-2" in refusal.raw
    assert b"w-1" not in refusal.raw


def test_raw_of_a_wrapped_alert_is_that_alert_alone() -> None:
    for advisory in parse(WRAPPED.encode()).advisories:
        (again,) = parse(advisory.raw).advisories
        assert again == advisory


def test_drill_envelope_does_not_deliver_an_actual_alert() -> None:
    parsed = parse(WRAPPED.replace("Status>Actual</de", "Status>Exercise</de", 1).encode())
    assert not parsed.advisories
    assert parsed.refusals[0].detail.startswith("alert[0].status: 'Actual' travels in a")


def test_wrapper_without_an_alert_is_refused() -> None:
    feed = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title></entry></feed>'
    (refusal,) = parse(feed).refusals
    assert refusal.reason is Reason.NOT_CAP
    assert refusal.detail.startswith("feed holds no whole CAP alert")


def test_wrapper_of_too_many_alerts_is_one_refusal() -> None:
    alert = '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{alert * (MOST_ALERTS + 1)}</feed>'
    (refusal,) = parse(feed.encode()).refusals
    assert refusal.reason is Reason.TOO_LARGE


def test_alert_inside_another_alert_is_not_read_twice() -> None:
    inner = '<x xmlns="urn:example"><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/></x>'
    parsed = parse(WRAPPED.replace("</cap:alert>", f"{inner}</cap:alert>", 1).encode())
    assert [a.identifier for a in parsed.advisories] == ["w-1", "w-3"]
    assert len(parsed.refusals) == 1

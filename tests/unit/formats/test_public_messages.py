"""Published CAP messages are read or refused as the README beside them says."""

from pathlib import Path

import pytest

from bot.formats import parse

PUBLIC = Path(__file__).parents[3] / "../shared/data/cap"
pytestmark = pytest.mark.skipif(
    not PUBLIC.is_dir(), reason="the public messages are not part of this repository"
)

READ = {
    "google/australia.cap": 1,
    "google/bushfire_valid.edxlde": 7,
    "google/canada.cap": 1,
    "google/canada_signed.cap": 1,
    "google/earthquake.cap": 1,
    "google/earthquake-iso8859-1.cap": 1,
    "google/no_optional_fields.cap": 1,
    "google/wcatwc-warning.cap": 1,
    "google/weather.atom": 1,
    "google/weather.cap": 1,
    **{f"oasis/v1dot{v}_appendix_adot{n}.xml": 1 for v in (1, 2) for n in (1, 2, 3, 4)},
}
DOCTYPE = "the payload holds <!DOCTYPE"
REFUSED = {
    "google/canada_errors.cap": [("references", "references: name no earlier message")],
    "google/earthquake_signed.cap": [("schema", "Signature: is an extension, which CAP 1.1")],
    "google/invalid.cap": [("schema", "scope: is missing")],
    "google/noaa_errors.cap": [("schema", "info[0].urgency: is empty")],
    "google/xee.atom": [("doctype", DOCTYPE)],
    "google/xee.cap": [("doctype", DOCTYPE)],
    "google/bushfire_invalid.edxlde": [
        ("schema", "alert[1].identifier: is missing"),
        ("enumeration", "alert[2].info[0].urgency: 'Foobar' is not one of"),
    ],
    **{
        f"oasis/v1dot0_appendix_adot{n}.xml": [("unsupported", "alert: is CAP 1.0; write CAP 1.2")]
        for n in (1, 2, 3, 4)
    },
}


@pytest.mark.parametrize(("name", "count"), READ.items(), ids=READ.keys())
def test_valid_public_message_is_read(name: str, count: int) -> None:
    parsed = parse((PUBLIC / name).read_bytes())
    assert (len(parsed.advisories), parsed.refusals) == (count, ())


@pytest.mark.parametrize(("name", "expected"), REFUSED.items(), ids=REFUSED.keys())
def test_invalid_public_message_is_refused(name: str, expected: list[tuple[str, str]]) -> None:
    refusals = parse((PUBLIC / name).read_bytes()).refusals
    assert len(refusals) == len(expected)
    for refusal, (reason, start) in zip(refusals, expected, strict=True):
        assert (refusal.reason.value, refusal.detail[: len(start)]) == (reason, start)


def test_every_public_message_is_accounted_for() -> None:
    here = {
        p.relative_to(PUBLIC).as_posix()
        for f in ("google", "oasis")
        for p in PUBLIC.glob(f"{f}/*.*")
    }
    assert here == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_public_message_survives_the_json_form(name: str) -> None:
    for advisory in parse((PUBLIC / name).read_bytes()).advisories:
        (again,) = parse(advisory.to_json()).advisories
        assert again.model_copy(update={"raw": advisory.raw}) == advisory

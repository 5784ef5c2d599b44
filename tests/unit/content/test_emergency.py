"""Emergency numbers: there with a source, or not there at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.emergency import FILE, EmergencyError, Service, load_emergency


def test_ukraine_has_its_five_numbers() -> None:
    numbers = {one.kind: one.number for one in load_emergency().countries["UA"].numbers}
    assert numbers == {
        Service.EMERGENCY: "112",
        Service.FIRE: "101",
        Service.POLICE: "102",
        Service.AMBULANCE: "103",
        Service.GAS: "104",
    }


def test_every_member_of_the_european_union_has_112() -> None:
    found = load_emergency()
    union = {code for code, one in found.countries.items() if one.source.startswith("eu_")}
    assert len(union) == 27
    assert {one.number for code in union for one in found.countries[code].numbers} == {"112"}


@pytest.mark.parametrize(
    ("was", "now", "error"),
    [
        pytest.param("source: interfax_2023_09", "source: hearsay", "UA: 'hearsay' is no source",
                     id="a source that is not listed"),
        pytest.param('number: "101"', 'number: "1O1"', "cannot be read", id="a letter"),
        pytest.param("kind: fire", "kind: circus", "cannot be read", id="a service unknown"),
        pytest.param("  UA:\n    source", "  UKR:\n    source", "cannot be read", id="no code"),
        pytest.param("https://eur-lex", "http://eur-lex", "cannot be read", id="an unsafe link"),
    ],
)  # fmt: skip
def test_loader_refuses(tmp_path: Path, was: str, now: str, error: str) -> None:
    text = FILE.read_text("utf-8")
    assert was in text
    path = tmp_path / "emergency.yaml"
    path.write_text(text.replace(was, now, 1), "utf-8")
    with pytest.raises(EmergencyError, match=error):
        load_emergency(path)

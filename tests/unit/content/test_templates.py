"""The prepared advisories: complete in every language, or refused with the cure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.content.guidance import load_guidance
from bot.content.templates import TemplatesError, load_templates
from bot.content.templates.loader import FOLDER
from bot.content.texts import Texts

HAZARDS = load_guidance(Texts.load().languages).hazards


def test_shipped_templates_are_complete() -> None:
    found = load_templates(("en", "uk"), HAZARDS)
    assert next(iter(found)) == "air_attack"
    for template in found.values():
        texts = template.texts.values()
        assert all(text.correction and text.all_clear and text.headline for text in texts)
        # Callback data and a button have room for these.
        assert all(len(text.name) <= 40 for text in texts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"hazard": "dragon"}, "'dragon' is not in", id="a threat nobody knows"),
        pytest.param({"severity": "Bad"}, "severity", id="a severity that CAP does not have"),
        pytest.param({"colour": "red"}, "colour", id="a key that means nothing"),
        pytest.param({"texts": {}}, "en is missing", id="no texts"),
    ],
)
def test_template_that_cannot_be_published_is_refused(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    good = yaml.safe_load((FOLDER / "1-air_attack.yaml").read_text("utf-8"))
    (tmp_path / "1-bad.yaml").write_text(yaml.safe_dump(good | change), "utf-8")
    with pytest.raises(TemplatesError, match=said):
        load_templates(("en", "uk"), HAZARDS, tmp_path)


def test_template_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1-bad.yaml").write_text("a: [", "utf-8")
    with pytest.raises(TemplatesError, match="cannot be read"):
        load_templates(("en", "uk"), HAZARDS, tmp_path)


def test_template_in_a_language_operators_do_not_have_is_refused() -> None:
    with pytest.raises(TemplatesError, match="'uk' is no language of operators"):
        load_templates(("en",), HAZARDS)

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.content.guidance import FOLDER, GuidanceError, load_guidance

LANGUAGES = ("en", "uk")

WRONG = [
    # file, what is replaced, by what, what the error must say
    pytest.param("steps.yaml", "    en: Go to the nearest shelter at once.\n", "",
                 r"steps\.yaml: go_to_shelter\.text\.en: is missing; write",
                 id="a step without a language"),
    pytest.param("steps.yaml", "en: Go to the nearest shelter at once.", "en: ' '",
                 r"steps\.yaml: go_to_shelter\.text\.en: is missing; write",
                 id="an empty step"),
    pytest.param("steps.yaml", "sources: [izmail, dsns_lviv]", "sources: []",
                 r"steps\.yaml: go_to_shelter\.sources: \[\]: ",
                 id="a step without a source"),
    pytest.param("steps.yaml", "sources: [izmail, dsns_lviv]", "sources: [hearsay]",
                 r"steps\.yaml: go_to_shelter\.sources: 'hearsay' is no source; correct",
                 id="a step with an unknown source"),
    pytest.param("steps.yaml", "  sources: [izmail, dsns_lviv]\n  reviewed: 2026-11-22\n",
                 "  sources: [izmail, dsns_lviv]\n",
                 r"steps\.yaml: go_to_shelter\.reviewed: Field required; correct",
                 id="a step without a review date"),
    pytest.param("steps.yaml", "en: Go to the nearest shelter at once.", "en: " + "Go now. " * 30,
                 r"go_to_shelter\.text\.en: 'Go now.*has \d+ characters; shorten it to 200",
                 id="a step too long for its place"),
    pytest.param("steps.yaml", "en: Go to the nearest shelter at once.", "en: " + "go " * 21,
                 r"go_to_shelter\.text\.en: .*a sentence has 21 words; split it, 20 at most",
                 id="a sentence over 20 words"),
    pytest.param("steps.yaml", "en: Go to the nearest shelter at once.", "en: Go to <b>it</b>.",
                 r"go_to_shelter\.text\.en: .*markup.*write plain text",
                 id="markup in a step"),
    pytest.param("steps.yaml", "  reviewed: 2026-11-22\nstock_up:",
                 "  reviewed: 2026-11-22\n  mood: calm\nstock_up:",
                 r"steps\.yaml: choose_shelter\.mood: 'calm'", id="a key that nothing knows"),
    pytest.param("steps.yaml", "stock_up:", "choose_shelter:",
                 r"steps\.yaml: is no proper YAML: 'choose_shelter' stands twice",
                 id="a key that stands twice"),
    pytest.param("steps.yaml", "choose_shelter:", "choose_shelter: [",
                 r"steps\.yaml: is no proper YAML: .*; correct it there", id="no YAML at all"),
    pytest.param("hazards.yaml", "after: [debris_no_touch, debris_leave, debris_call, no_filming]",
                 "after: []", r"hazards\.yaml: combined_air_attack\.stages\.after: has no steps",
                 id="a stage without steps"),
    pytest.param("hazards.yaml", "    window_open:", "    window_ajar:",
                 r"hazards\.yaml: combined_air_attack\.stages\.window_ajar",
                 id="an unknown stage"),
    pytest.param("hazards.yaml", "[choose_shelter, stock_up", "[choose_castle, stock_up",
                 r"hazards\.yaml: combined_air_attack\.stages\.prepare: 'choose_castle' is no step",
                 id="an unknown step"),
    pytest.param("hazards.yaml", "named: drone attack", "named: " + "drone attack " * 3,
                 r"hazards\.yaml: drone\.text\.named\.en: .*shorten it to 36",
                 id="a threat too long for a headline"),
    pytest.param("classification.yaml", "hazard: chemical", "hazard: chemistry",
                 r"classification\.yaml: hazards\.1: 'chemistry' is no hazard",
                 id="an unknown hazard in the table"),
    pytest.param("classification.yaml", "otherwise: general_security", "otherwise: anything",
                 r"classification\.yaml: otherwise: 'anything' is no hazard",
                 id="an unknown hazard for the rest"),
    pytest.param("classification.yaml", "stage: ended, msg_type: [Cancel]",
                 "stage: over, msg_type: [Cancel]",
                 r"classification\.yaml: stages\.0\.stage: 'over'", id="an unknown stage there"),
    pytest.param("classification.yaml", "urgency: [Past]", "urgency: [Yesterday]",
                 r"classification\.yaml: stages\.3\.urgency\.0: 'Yesterday'",
                 id="a word that CAP does not have"),
    pytest.param("classification.yaml", "  - {stage: prepare}\n", "",
                 r"classification\.yaml: stages: the last row.*must have no condition",
                 id="a table that may match nothing"),
    pytest.param("checklists.yaml", "low: 10, high: 12", "low: 12, high: 10",
                 r"checklists\.yaml: items\.1\.profiles\.ua\.amount: .*is not above low",
                 id="a range upside down"),
    pytest.param("checklists.yaml", "low: 3,", "low: 0,",
                 r"checklists\.yaml: items\.0\.profiles\.ua\.amount\.low: 0: ",
                 id="an amount of nothing"),
    pytest.param("checklists.yaml", "en: Drinking water}", "de: Trinkwasser}",
                 r"checklists\.yaml: items\.drinking_water\.text\.en: is missing",
                 id="an item without a language"),
    pytest.param("checklists.yaml", "key: service_water", "key: drinking_water",
                 r"checklists\.yaml: items\.drinking_water: stands twice",
                 id="an item that stands twice"),
    pytest.param("checklists.yaml", "category: water", "category: wine",
                 r"checklists\.yaml: items\.0\.category: 'wine'", id="an unknown list"),
    pytest.param("checklists.yaml", "      us:\n        sources: [ready_water",
                 "      mars:\n        sources: [ready_water",
                 r"checklists\.yaml: items\.all_water\.profiles: 'mars' is no profile",
                 id="an unknown profile"),
    pytest.param("checklists.yaml", "countries: [SE]", "countries: [SE, UA]",
                 r"checklists\.yaml: profiles\.se\.countries: 'UA' is in ua too",
                 id="a country with two guidances"),
    pytest.param("checklists.yaml", "countries: [SE]", "countries: [Sweden]",
                 r"checklists\.yaml: profiles\.se\.countries\.0: 'Sweden'", id="no country's code"),
    pytest.param("checklists.yaml", "otherwise: us", "otherwise: mars",
                 r"checklists\.yaml: otherwise: 'mars' is no profile",
                 id="an unknown profile for the rest"),
    pytest.param("sources.yaml", "usda_food:\n", "usda_drinks:\n",
                 r"steps\.yaml: fridge_closed\.sources: 'usda_food' is no source",
                 id="a source that is gone"),
    pytest.param("sources.yaml", "usda_food:\n",
                 "spare:\n  name: {uk: Ніхто, en: Nobody}\nusda_food:\n",
                 r"sources\.yaml: spare: is used nowhere", id="a source that nothing names"),
]  # fmt: skip


def test_shipped_guidance_is_complete() -> None:
    book = load_guidance(LANGUAGES)
    assert {"combined_air_attack", "missile", "drone", "power_cut", "chemical", "radiation",
            "general_security"} <= set(book.hazards)  # fmt: skip
    assert {"ua", "us", "se", "de", "eu"} <= set(book.profiles)


@pytest.mark.parametrize(("file", "old", "new", "error"), WRONG)
def test_loader_refuses(tmp_path: Path, file: str, old: str, new: str, error: str) -> None:
    folder = tmp_path / "guidance"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(GuidanceError) as refused:
        load_guidance(LANGUAGES, folder)
    assert re.search(error, str(refused.value)), str(refused.value)


def test_loader_refuses_a_language_that_is_not_written_yet() -> None:
    with pytest.raises(GuidanceError, match=r"embassy_2024_11_20\.name\.de: is missing"):
        load_guidance((*LANGUAGES, "de"))


def test_loader_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match=r"sources\.yaml: cannot be read"):
        load_guidance(LANGUAGES, tmp_path)


def test_new_hazard_needs_no_code(tmp_path: Path) -> None:
    folder = tmp_path / "guidance"
    shutil.copytree(FOLDER, folder)
    hazards = (folder / "hazards.yaml").read_text("utf-8")
    drone = re.search(r"^drone:\n(?: .*\n)+", hazards, re.MULTILINE)
    assert drone
    (folder / "hazards.yaml").write_text(
        hazards + drone[0].replace("drone:", "glide_bomb:"), "utf-8"
    )
    assert "glide_bomb" in load_guidance(LANGUAGES, folder).hazards

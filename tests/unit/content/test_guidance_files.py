from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.content.guidance import FOLDER, GuidanceError, load_guidance

LANGUAGES = tuple(sorted(path.stem for path in (FOLDER / "texts").glob("*.yaml")))
EN = "texts/en.yaml"
GO = "  go_to_shelter: Go to the nearest shelter at once.\n"

WRONG = [
    # file, what is replaced, by what, what the error must say
    pytest.param(EN, GO, "",
                 r"texts/en\.yaml: steps\.go_to_shelter: is missing; write the text",
                 id="a step without a language"),
    pytest.param(EN, "Go to the nearest shelter at once.", "' '",
                 r"texts/en\.yaml: steps\.go_to_shelter: is missing; write the text",
                 id="an empty step"),
    pytest.param(EN, GO, GO + "  go_to_roof: Go up.\n",
                 r"texts/en\.yaml: steps\.go_to_roof: is not in steps\.yaml; correct the key",
                 id="a text for a step that is none"),
    pytest.param(EN, "reviewed_by_native: false\n", "",
                 r"texts/en\.yaml: reviewed_by_native: Field required; correct it",
                 id="a language that does not say whether a native reader has read it"),
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
    pytest.param(EN, "Go to the nearest shelter at once.", "Go now. " * 30,
                 r"texts/en\.yaml: steps\.go_to_shelter: 'Go.*characters; shorten it to 200",
                 id="a step too long for its place"),
    pytest.param(EN, "Go to the nearest shelter at once.", "go " * 21,
                 r"texts/en\.yaml: steps\.go_to_shelter: .*has 21 words; split it, 20 at most",
                 id="a sentence over 20 words"),
    pytest.param(EN, "Go to the nearest shelter at once.", "Go to <b>it</b>.",
                 r"texts/en\.yaml: steps\.go_to_shelter: .*markup.*write plain text",
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
                 "after: []",
                 r"hazards\.yaml: combined_air_attack\.stages\.after: has no steps; write 3 to 5",
                 id="a stage without steps"),
    pytest.param("hazards.yaml", "after: [debris_no_touch, debris_leave, debris_call, no_filming]",
                 "after: [debris_no_touch, debris_leave]",
                 r"hazards\.yaml: combined_air_attack\.stages\.after: has 2 steps; write 3 to 5",
                 id="a stage with too few steps"),
    pytest.param("hazards.yaml", "trigger: siren", "trigger: bell",
                 r"hazards\.yaml: combined_air_attack\.trigger: 'bell'", id="an unknown trigger"),
    pytest.param("hazards.yaml",
                 "    ended: [siren_still_counts, debris_no_touch, keep_stock]\n", "",
                 r"hazards\.yaml: combined_air_attack\.stages\.ended: has no steps; write 3 to 5",
                 id="a missing stage"),
    pytest.param("hazards.yaml", "    window_open:", "    window_ajar:",
                 r"hazards\.yaml: combined_air_attack\.stages\.window_ajar",
                 id="an unknown stage"),
    pytest.param("hazards.yaml", "[choose_shelter, stock_up", "[choose_castle, stock_up",
                 r"hazards\.yaml: combined_air_attack\.stages\.prepare: 'choose_castle' is no step",
                 id="an unknown step"),
    pytest.param("hazards.yaml", "drone:\n", "dron:\n",
                 r"texts/\w+\.yaml: hazards\.dron: is missing; write the text",
                 id="a threat without words"),
    pytest.param(EN, "named: drone attack", "named: " + "drone attack " * 3,
                 r"texts/en\.yaml: hazards\.drone\.named: .*shorten it to 36",
                 id="a threat too long for a headline"),
    pytest.param("classification.yaml", "hazard: drone", "hazard: kite",
                 r"classification\.yaml: hazards\.\d+: 'kite' is no hazard; correct it or add it",
                 id="an unknown hazard in the table"),
    pytest.param("classification.yaml", "otherwise: general", "otherwise: anything",
                 r"classification\.yaml: otherwise: 'anything' is no hazard",
                 id="an unknown hazard for the rest"),
    pytest.param("classification.yaml", "{hazard: radiation, name: SAME",
                 "{hazard: rays, name: SAME",
                 r"classification\.yaml: codes\.0: 'rays' is no hazard",
                 id="an unknown hazard for a code"),
    pytest.param("classification.yaml", "{category: Fire, hazard: wildfire}",
                 "{category: Fire, hazard: fire}",
                 r"classification\.yaml: categories\.2: 'fire' is no hazard",
                 id="an unknown hazard for a category"),
    pytest.param("classification.yaml", "{category: Fire,", "{category: Flames,",
                 r"classification\.yaml: categories\.2\.category: 'Flames'",
                 id="a category that CAP does not have"),
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
    pytest.param(EN, "  drinking_water: Drinking water\n", "",
                 r"texts/en\.yaml: items\.drinking_water: is missing; write the text",
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
                 r"texts/\w+\.yaml: sources\.usda_drinks: is missing; write the text",
                 id="a source without a name"),
]  # fmt: skip


def test_shipped_guidance_is_complete() -> None:
    book = load_guidance(LANGUAGES)
    assert set(book.hazards) == {
        "combined_air_attack", "missile", "drone", "artillery", "chemical", "chlorine", "ammonia",
        "radiation", "power_cut", "water_cut", "explosive_remnants", "flood", "tsunami", "storm",
        "extreme_heat", "extreme_cold", "earthquake", "wildfire", "general_security", "general",
    }  # fmt: skip
    assert {"ua", "us", "se", "de", "eu"} <= set(book.profiles)


def test_producers_are_told_the_key_of_every_threat() -> None:
    told = (Path(__file__).parents[3] / "docs/producers.md").read_text("utf-8")
    assert [key for key in load_guidance(LANGUAGES).hazards if f"`{key}`" not in told] == []


@pytest.mark.parametrize(("file", "old", "new", "error"), WRONG)
def test_loader_refuses(tmp_path: Path, file: str, old: str, new: str, error: str) -> None:
    folder = copied(tmp_path)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(GuidanceError) as refused:
        load_guidance(LANGUAGES, folder)
    assert re.search(error, str(refused.value)), str(refused.value)


def test_loader_refuses_a_language_that_is_not_written_yet() -> None:
    with pytest.raises(GuidanceError, match=r"texts/tlh\.yaml: cannot be read"):
        load_guidance((*LANGUAGES, "tlh"))


def test_loader_refuses_a_language_that_the_interface_does_not_have() -> None:
    with pytest.raises(GuidanceError, match=r"texts/uk\.yaml: is no language of the interface"):
        load_guidance([tag for tag in LANGUAGES if tag != "uk"])


def test_loader_refuses_a_source_that_nothing_names(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    append(folder / "sources.yaml", "spare:\n  via: nobody\n")
    for path in (folder / "texts").iterdir():
        path.write_text(
            path.read_text("utf-8").replace("sources:\n", "sources:\n  spare: Nobody\n", 1)
        )
    with pytest.raises(GuidanceError, match=r"sources\.yaml: spare: is used nowhere"):
        load_guidance(LANGUAGES, folder)


def test_book_knows_which_languages_a_native_reader_has_read(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    said = (folder / EN).read_text("utf-8")
    (folder / EN).write_text(said.replace("native: false", "native: true"), "utf-8")
    assert "en" not in load_guidance(LANGUAGES).natively_reviewed
    assert "en" in load_guidance(LANGUAGES, folder).natively_reviewed


def test_loader_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match=r"texts/\w+\.yaml: cannot be read"):
        load_guidance(LANGUAGES, tmp_path)


def test_new_hazard_needs_no_code(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for path in (folder / "hazards.yaml", *(folder / "texts").iterdir()):
        text = path.read_text("utf-8")
        drone = re.search(r"^( *)drone:\n(?:\1 .*\n)+", text, re.MULTILINE)
        assert drone
        another = drone[0].replace("drone:", "glide_bomb:", 1)
        path.write_text(text.replace(drone[0], drone[0] + another, 1), "utf-8")
    assert "glide_bomb" in load_guidance(LANGUAGES, folder).hazards


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "guidance"))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")

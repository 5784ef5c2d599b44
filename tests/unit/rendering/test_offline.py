"""The page for a blackout: whole, by itself, readable in order, whatever a person wrote."""

from __future__ import annotations

import itertools
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.emergency import load_emergency
from bot.domain.guidance import Stage
from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import Household
from bot.rendering.offline import Keeper, Offline
from tests.unit.rendering.samples import EVENING_BEFORE, GUIDANCE, TEXTS

OFFLINE = Offline(TEXTS, GUIDANCE, load_emergency(), 3, None)
FAMILY = Household(adults=2, children=1, pets=1, daily_medication=True)
VOID = {"meta", "br"}
every_language = pytest.mark.parametrize("language", TEXTS.languages)


class Reader(HTMLParser):
    """A strict reader: what is opened is closed, ids stand once, nothing is loaded."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.shown = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert tag not in ("script", "img", "link", "iframe", "object", "form")
        assert not {"src", "style", "onclick", "srcset"} & set(given)
        self.links += [given["href"] or ""] if "href" in given else []
        self.ids += [given["id"] or ""] if "id" in given else []
        self.headings += [int(tag[1])] if tag in ("h1", "h2", "h3", "h4") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.shown += data


def page(
    language: str = "en",
    country: str = "UA",
    shelter: str | None = None,
    minutes: int | None = None,
) -> str:
    note = None if shelter is None else ShelterNote(shelter, minutes)
    keeper = Keeper(language, country, "Europe/Kyiv", FAMILY, note)
    return OFFLINE.page(keeper, EVENING_BEFORE)


@every_language
def test_page_stands_by_itself_and_is_small(language: str) -> None:
    text = page(language, shelter="Basement")
    read = Reader(text)
    assert text.startswith("<!DOCTYPE html>\n")
    assert f'<html lang="{language}">' in text
    assert len(text.encode()) < 200_000
    assert "url(" not in text
    assert "@import" not in text
    assert all(link.startswith(("#", "tel:")) for link in read.links)
    assert {link[1:] for link in read.links if link[0] == "#"} == set(read.ids)
    assert len(read.ids) == len(set(read.ids)) == len(GUIDANCE.hazards)


@every_language
def test_headings_lead_a_screen_reader_down_step_by_step(language: str) -> None:
    levels = Reader(page(language)).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@every_language
def test_page_holds_every_step_of_every_hazard(language: str) -> None:
    shown = Reader(page(language)).shown
    for hazard in GUIDANCE.hazards:
        for stage in Stage:
            for step in GUIDANCE.steps(hazard, stage).steps:
                assert step.text[language] in shown
                for key in step.sources:
                    assert GUIDANCE.sources[key].name[language] in shown


def test_page_reckons_for_the_household_and_says_whom_to_call() -> None:
    shown = Reader(page()).shown
    assert "Supplies for 2 adults, 1 child, and 1 pet for 3 days" in shown.replace(
        "1 child and 1 pet", "1 child, and 1 pet"
    )
    assert "Drinking water: 27 litres (3 litres a day each)" in shown
    assert "Children are counted as adults." in shown
    assert "Emergency numbers: Ukraine" in shown
    for number in ("112", "101", "102", "103", "104"):
        assert f'<a href="tel:{number}">{number}</a>' in page()
    assert "Prepared Tue 19 Nov 2024, 22:31, Kyiv time." in shown


def test_page_gives_no_number_where_none_is_known() -> None:
    assert "tel:" not in page(country="XK")
    assert 'href="tel:112"' in page(country="PL")


def test_page_says_nothing_of_a_shelter_that_is_not_written_down() -> None:
    assert TEXTS.get("en", "chat.offline.shelter") not in page()
    assert "Basement, green door" in Reader(page(shelter="Basement, green door")).shown


@every_language
def test_page_says_how_long_the_way_to_the_shelter_takes(language: str) -> None:
    said = TEXTS.plural(language, "advisory.shelter.minutes", 4)
    assert said in Reader(page(language, shelter="Basement", minutes=4)).shown
    assert said not in Reader(page(language, shelter="Basement")).shown


@pytest.mark.parametrize(
    ("country", "amount", "days"),
    [
        ("UA", "Drinking water: 27 litres (3 litres a day each)", "3 days"),
        ("US", "Water, half of it for drinking: 34.2 litres (3.8 litres a day each)", "3 days"),
        ("DE", "Drinking water: 60 litres (2 litres a day each)", "10 days"),
        ("XK", "Water, half of it for drinking: 34.2 litres (3.8 litres a day each)", "3 days"),
    ],
)
def test_page_reckons_by_the_guidance_of_its_country(country: str, amount: str, days: str) -> None:
    shown = Reader(page(country=country)).shown
    assert amount in shown
    assert f"for {days}" in shown


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=200))
def test_any_note_arrives_as_text(note: str) -> None:
    Reader(page(shelter=f"<script>{note}</p>&"))


def test_markup_in_a_note_is_shown_as_it_was_written() -> None:
    note = "</p><script>alert(1)</script> & <b>cellar</b>"
    assert note in Reader(page(shelter=note)).shown

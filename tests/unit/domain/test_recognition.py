from __future__ import annotations

from typing import Any

import pytest

from bot.domain.recognition import HAZARD_PARAMETER, MAX_TEXT, Basis
from tests.unit.domain.test_guidance import BOOK, EVENING_BEFORE, advisory


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("Potential significant air attack", "combined_air_attack"),
        ("Ймовірна масована атака", "combined_air_attack"),
        ("Missile and drone attack", "combined_air_attack"),
        ("Загроза застосування ракет та БпЛА", "combined_air_attack"),
        ("Повітряна тривога", "combined_air_attack"),
        ("Luftalarm", "combined_air_attack"),
        ("Ballistic missile threat", "missile"),
        ("Ракетна небезпека", "missile"),
        ("Загроза балістики", "missile"),
        ("Ракетний обстріл", "missile"),
        ("Drone threat", "drone"),
        ("Атака дронів", "drone"),
        ("Artillery shelling", "artillery"),
        ("Артилерійський обстріл", "artillery"),
        ("Blackout", "power_cut"),
        ("Аварійні відключення світла", "power_cut"),
        ("Stromausfall", "power_cut"),
        ("Відключення води", "water_cut"),
        ("Boil Water Advisory", "water_cut"),
        ("Chemical release", "chemical"),
        ("Витік хлору", "chlorine"),
        ("Chlorgasaustritt", "chlorine"),
        ("Витік аміаку", "ammonia"),
        ("Fuite d'ammoniac", "ammonia"),
        ("Release of chlorine and ammonia", "chemical"),
        ("Hazardous Materials Warning", "chemical"),
        ("Nuclear power plant incident", "radiation"),
        ("Радіаційна небезпека", "radiation"),
        ("High UV radiation", "general"),
        ("Unexploded missile found", "explosive_remnants"),
        ("Вибухонебезпечні предмети", "explosive_remnants"),
        ("Flash Flood Watch", "flood"),
        ("Затоплення", "flood"),
        ("Amtliche Warnung vor Hochwasser", "flood"),
        ("Storm surge", "flood"),
        ("Tsunami Warning", "tsunami"),
        ("Severe thunderstorm", "storm"),
        ("SEVERE THUNDERSTORM", "storm"),
        ("orages", "storm"),
        ("Burze z gradem", "storm"),
        ("Штормове попередження", "storm"),
        ("Heat wave", "extreme_heat"),
        ("Сильна спека", "extreme_heat"),
        ("Vigilance canicule", "extreme_heat"),
        ("Wind chill warning", "extreme_cold"),
        ("Сильний мороз", "extreme_cold"),
        ("Earthquake", "earthquake"),
        ("Землетрус", "earthquake"),
        ("Incendio forestal", "wildfire"),
        ("Waldbrandgefahr", "wildfire"),
        ("Лісова пожежа", "wildfire"),
        ("Civil unrest", "general_security"),
        ("Demonstration", "general_security"),
    ],
)
def test_hazard_follows_from_the_event_s_words(event: str, hazard: str) -> None:
    assert BOOK.classify(advisory(event=event), EVENING_BEFORE).hazard == hazard


@pytest.mark.parametrize(
    ("changes", "hazard", "basis"),
    [
        pytest.param(
            {"parameter": [{"valueName": HAZARD_PARAMETER, "value": "chemical"}]},
            "chemical", Basis.PARAMETER, id="the source's own key comes first",
        ),
        pytest.param(
            {"event": "Drone", "parameter": [{"valueName": HAZARD_PARAMETER, "value": "ufo"}]},
            "drone", Basis.EVENT, id="a key that is none is passed over",
        ),
        pytest.param(
            {"event": "Avis", "eventCode": [{"valueName": "SAME", "value": "EQW"}]},
            "earthquake", Basis.EVENT_CODE, id="a code tells what the words do not",
        ),
        pytest.param(
            {"event": "Avis", "eventCode": [{"valueName": "same", "value": "svr"}]},
            "storm", Basis.EVENT_CODE, id="in any case of letters",
        ),
        pytest.param(
            {"event": "Hujan Lebat", "eventCode": [{"valueName": "OET:v1.2", "value": "OET-194"}]},
            "storm", Basis.EVENT_CODE, id="and in any version of its list",
        ),
        pytest.param(
            {"event": "Flood", "eventCode": [{"valueName": "SAMENESS", "value": "EQW"}]},
            "flood", Basis.EVENT, id="but only of that list",
        ),
        pytest.param(
            {"event": "Ammonia leak", "eventCode": [{"valueName": "SAME", "value": "HMW"}]},
            "ammonia", Basis.EVENT, id="a code without a row leaves it to the words",
        ),
        pytest.param(
            {"event": "Security Alert", "headline": "Drone attack expected", "category": ["Met"]},
            "general_security", Basis.EVENT, id="the event counts for more than the headline",
        ),
        pytest.param(
            {"event": "Alert", "headline": "Drone attack expected"}, "drone", Basis.HEADLINE,
            id="the headline tells where the event says nothing",
        ),
        pytest.param(
            {"event": "Alert", "category": ["Met"]}, "storm", Basis.CATEGORY,
            id="weather of any kind is severe weather",
        ),
        pytest.param(
            {"event": "Alert", "category": ["CBRNE"]}, "general_security", Basis.CATEGORY,
            id="which poison it is decides up or down, so nothing is guessed",
        ),
        pytest.param(
            {"event": "Alert", "category": ["Geo"]}, "general", Basis.NOTHING,
            id="the ground may shake or the sea may come: neither is guessed",
        ),
        pytest.param(
            {"event": "Child Abduction", "category": ["Rescue"]}, "general", Basis.NOTHING,
            id="what nobody takes shelter from has the general words",
        ),
    ],
)  # fmt: skip
def test_hazard_follows_from_the_surest_that_tells(
    changes: dict[str, Any], hazard: str, basis: Basis
) -> None:
    about = advisory(**{"headline": None, **changes})
    found = BOOK.recognition.recognise(about, BOOK.hazards)
    assert (found.hazard, found.basis) == (hazard, basis)


@pytest.mark.parametrize("basis", Basis)
def test_only_category_and_nothing_are_a_guess(basis: Basis) -> None:
    assert basis.is_guess is (basis in (Basis.CATEGORY, Basis.NOTHING))


def test_megabyte_is_not_searched_for_a_word() -> None:
    about = advisory(event="x" * MAX_TEXT + " missile", category=["Geo"])
    assert BOOK.recognition.recognise(about, BOOK.hazards).basis is Basis.NOTHING

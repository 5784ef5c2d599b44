"""The Kyiv advisory of 20 November 2024 and what else the tests of rendering tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.content.guidance import load_guidance
from bot.content.texts import Texts
from bot.domain.advisory import Advisory
from bot.domain.place import Level, Place
from bot.rendering.advisory import Renderer
from bot.rendering.notice import Notice, Purpose

TEXTS = Texts.load()
GUIDANCE = load_guidance(TEXTS.languages)
RENDERER = Renderer(TEXTS, GUIDANCE, "forewarn_bot")
SIREN = {
    "de": "sirene",
    "el": "σειρήν",
    "en": "siren",
    "es": "sirena",
    "fr": "sirène",
    "it": "sirena",
    "pl": "syren",
    "ro": "siren",
    "uk": "сирен",
}
"""What a reader hears, in every language: a stem that its sentences about the siren hold."""

EVENING_BEFORE = datetime(2024, 11, 19, 20, 31, tzinfo=UTC)


def place(id: str, english: str, ukrainian: str, level: Level = Level.CITY) -> Place:
    return Place(
        id=id,
        level=level,
        names={"en": english, "uk": ukrainian},
        aliases=(),
        country="UA",
        parents=(),
        codes={},
        lat=50.45,
        lon=30.52,
        population=1,
        timezone="Europe/Kyiv",
    )


KYIV = place("703448", "Kyiv", "Київ")
LONGEST_NAME = place("UA-26", "Ivano-Frankivsk Oblast", "Івано-Франківська область", Level.OBLAST)


def info(**changes: Any) -> dict[str, Any]:
    return {
        "language": "en-US",
        "category": ["Security", "Safety"],
        "event": "Potential significant air attack",
        "responseType": ["Shelter", "Prepare"],
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Possible",
        "onset": "2024-11-20T00:00:00+02:00",
        "expires": "2024-11-21T00:00:00+02:00",
        "senderName": "Example Embassy in Kyiv",
        "headline": "Security Alert",
        "description": "The Embassy has information of a potential significant air attack. "
        "The Embassy will be closed.",
        "instruction": "Be prepared to shelter in the event an air alert is announced.",
        "web": "https://embassy.example/alerts/1",
        "parameter": [{"valueName": "embassyPosture", "value": "closed"}],
        "area": [{"areaDesc": "Kyiv"}],
        **changes,
    }


def advisory(*infos: dict[str, Any], **changes: Any) -> Advisory:
    return Advisory.model_validate(
        {
            "identifier": "kyiv-2024-11-20-1",
            "sender": "acs@embassy.example",
            "sent": "2024-11-19T22:30:00+02:00",
            "status": "Actual",
            "msgType": "Alert",
            "scope": "Public",
            "info": [*infos],
            **changes,
        }
    )


KYIV_ADVISORY = advisory(info())
REFERENCE = "acs@embassy.example,kyiv-2024-11-20-1,2024-11-19T22:30:00+02:00"


def cancel(**changes: Any) -> Advisory:
    return advisory(
        identifier="kyiv-2024-11-20-2",
        sent="2024-11-20T09:00:00+02:00",
        msgType="Cancel",
        references=REFERENCE,
        **changes,
    )


def notice(about: Advisory = KYIV_ADVISORY, **changes: Any) -> Notice:
    found = GUIDANCE.classify(about, EVENING_BEFORE)
    values: dict[str, Any] = {
        "advisory": about,
        "purpose": Purpose.ALERT,
        "code": "KYI-7Q2F",
        "hazard": found.hazard,
        "stage": found.stage,
        "lane": found.lane,
        "places": (KYIV,),
        "timezone": "Europe/Kyiv",
        "source_name": "Example Embassy in Kyiv",
        "source_kind": "embassy",
        "verified": True,
    }
    return Notice(**{**values, **changes})


def cancel_notice(**changes: Any) -> Notice:
    values: dict[str, Any] = {
        "purpose": Purpose.CANCEL,
        "code": "KYI-AB12",
        "hazard": "combined_air_attack",
        "original": KYIV_ADVISORY,
        "original_code": "KYI-7Q2F",
    }
    return notice(changes.pop("about", cancel()), **{**values, **changes})

"""Advisories as producers write them, with dates around now."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

KYIV, BROVARY, IRPIN, LVIV = "703448", "711390", "707565", "702550"
KYIV_OBLAST, LVIV_OBLAST = "UA-32", "UA-46"
SENDER = "acs@embassy.example"

Alert = dict[str, Any]


def alert(name: str, *places: str, **changes: Any) -> Alert:
    """An advisory for tonight whose headline is `name`; `places` are ids (Kyiv)."""
    now = datetime.now(UTC).replace(microsecond=0)
    found: Alert = {
        "identifier": f"{name.replace(' ', '-')}-{token_hex(4)}",
        "sender": SENDER,
        "sent": now.isoformat(),
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "info": [info(name, *places)],
    }
    return found | changes


def info(name: str, *places: str, **changes: Any) -> dict[str, Any]:
    """The `info` of an advisory in the prepare lane, from an hour on until twelve hours on."""
    now = datetime.now(UTC).replace(microsecond=0)
    found: dict[str, Any] = {
        "language": "en-US",
        "category": ["Security"],
        "event": "Air attack",
        "responseType": ["Prepare"],
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Possible",
        "onset": (now + timedelta(hours=1)).isoformat(),
        "expires": (now + timedelta(hours=12)).isoformat(),
        "senderName": "Example Embassy",
        "headline": name,
        "area": [_area(place) for place in places or (KYIV,)],
    }
    return found | changes


def _area(place: str) -> dict[str, Any]:
    scheme = "ISO3166-2" if place.startswith("UA-") else "GEONAMES"
    return {"areaDesc": f"Area {place}", "geocode": [{"valueName": scheme, "value": place}]}


def shelter_now(name: str, *places: str) -> Alert:
    """An advisory of the most urgent lane."""
    urgent = info(name, *places, responseType=["Shelter"], urgency="Immediate", severity="Extreme")
    return alert(name, info=[urgent])


def routine(name: str, *places: str) -> Alert:
    """An advisory of the routine lane."""
    mild = info(name, *places, responseType=["Monitor"], urgency="Future", severity="Minor")
    return alert(name, info=[mild])


def cancel(original: Alert, note: str, **changes: Any) -> Alert:
    """A Cancel of an advisory; what it says is `note`."""
    now = datetime.now(UTC).replace(microsecond=0)
    found: Alert = {
        "identifier": f"cancel-of-{original['identifier']}",
        "sender": original["sender"],
        "sent": now.isoformat(),
        "status": original["status"],
        "msgType": "Cancel",
        "scope": "Public",
        "note": note,
        "references": ",".join((original["sender"], original["identifier"], original["sent"])),
    }
    return found | changes


def payload(advisory: Alert) -> bytes:
    """The advisory as it goes into the stream."""
    return json.dumps(advisory, ensure_ascii=False).encode()

"""The advisory that a benchmark publishes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from bot.formats import parse


def advisory(place: str, identifier: str, now: datetime) -> tuple[bytes, str]:
    """A severe warning for one settlement, valid for six hours: payload and id."""
    payload = json.dumps(
        {
            "identifier": identifier,
            "sender": "bench@forewarn.example",
            "sent": now.isoformat(timespec="seconds"),
            "status": "Actual",
            "msgType": "Alert",
            "scope": "Public",
            "info": [
                {
                    "language": "en-US",
                    "category": ["Security", "Safety"],
                    "event": "Potential air attack",
                    "responseType": ["Shelter", "Prepare"],
                    "urgency": "Expected",
                    "severity": "Severe",
                    "certainty": "Possible",
                    "onset": (now + timedelta(hours=1)).isoformat(timespec="seconds"),
                    "expires": (now + timedelta(hours=6)).isoformat(timespec="seconds"),
                    "senderName": "Bench",
                    "headline": "Possible significant air attack",
                    "description": "A potential significant air attack is expected tonight.",
                    "instruction": "Be ready to go to shelter at once.",
                    "area": [
                        {
                            "areaDesc": "Bench",
                            "geocode": [{"valueName": "GeoNames", "value": place}],
                        }
                    ],
                }
            ],
        }
    ).encode()
    return payload, parse(payload).advisories[0].id

"""What is gathered of an advisory, and what is logged where its event is not known."""

from __future__ import annotations

from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.content.guidance import load_guidance
from bot.content.texts import Texts
from bot.domain.gazetteer import Gazetteer
from bot.pipeline.notices import KEPT_GUESSES, Notices
from bot.pipeline.ports import Advisories
from tests.unit.pipeline.test_plan import NOW, advisory, record

BOOK = load_guidance(Texts.load().languages)


class NoAdvisories:
    """A store that knows no earlier advisory."""

    async def by_reference(self, *_: object) -> None:
        return None


def notices() -> Notices:
    return Notices(
        advisories=cast(Advisories, NoAdvisories()),
        gazetteer=Gazetteer(()),
        guidance=BOOK,
        sources={},
        days=3,
        profile="ua",
        clock=lambda: NOW,
    )


def info(**changes: Any) -> dict[str, Any]:
    said = {"category": ["Geo"], "event": "Meteor", "urgency": "Future", "severity": "Severe"}
    return {**said, "certainty": "Possible", **changes}


async def gather(told: Notices, identifier: str, **changes: Any) -> str:
    about = advisory(identifier, info=[info(**changes)])
    return (await told.of(record(about, places=(), named=()))).hazard


async def test_unknown_event_has_the_general_words_and_is_logged_with_its_codes() -> None:
    code = {"valueName": "OET:v1.2", "value": "OET-999"}
    with capture_logs() as logs:
        assert await gather(notices(), "first", eventCode=[code]) == "general"
    (said,) = logs
    assert said["event"] == "event not recognised"
    assert said["advisory"] == advisory("first", info=[info(eventCode=[code])]).id
    assert (said["event_codes"], said["hazard"]) == (["OET:v1.2=OET-999"], "general")
    assert said["basis"] == "nothing"


@pytest.mark.parametrize(
    ("changes", "hazard", "logged"),
    [
        pytest.param({"category": ["Met"]}, "storm", 1, id="a category is a guess and is logged"),
        pytest.param({"event": "Flood"}, "flood", 0, id="what is known is not"),
    ],
)
async def test_only_a_guess_is_logged(changes: dict[str, Any], hazard: str, logged: int) -> None:
    with capture_logs() as logs:
        assert await gather(notices(), "first", **changes) == hazard
    assert len(logs) == logged


async def test_each_unknown_event_is_logged_once_and_memory_is_bounded() -> None:
    told = notices()
    with capture_logs() as logs:
        for _ in range(3):
            await gather(told, "first")
    assert len(logs) == 1
    with capture_logs() as logs:
        for number in range(KEPT_GUESSES):
            await gather(told, f"other-{number}")
        await gather(told, "first")
    assert len(logs) == KEPT_GUESSES + 1


async def test_cancel_that_says_nothing_has_no_event_to_recognise() -> None:
    cancel = advisory("cancel", "Cancel")
    with capture_logs() as logs:
        await notices().of(record(cancel, places=(), named=()))
    assert logs == []

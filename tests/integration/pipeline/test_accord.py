"""Two embassies warn of the same night: told once, asked about together, ended one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.accord import Matter
from bot.domain.advisory import Advisory
from bot.domain.life import Mark, Purpose
from bot.domain.trust import Source
from tests.integration.pipeline.village import HOUR, KYIV, LVIV, Village, area, village

SOURCES = {
    "us": Source("us", "Embassy of the USA", trust=9, silent_after=timedelta(hours=12)),
    "gr": Source("gr", "Embassy of Greece", trust=4),
    "lviv": Source("lviv", "Lviv", places=frozenset({LVIV})),
}


@pytest.fixture
async def here(redis: Redis, redis_url: str) -> AsyncIterator[Village]:
    """Two people in Kyiv, and the embassies as configured sources."""
    async with village(redis_url, sources=SOURCES) as found:
        await found.follow(1)
        await found.follow(2)
        yield found


async def hear(here: Village, source: str, name: str = "", **changes: Any) -> Advisory:
    """What an embassy says, by its key."""
    here.clock.now += timedelta(minutes=1)
    sender = f"{source}@embassy.example"
    said = here.alert(name or source, sender=sender, **changes)
    heard = await here.receive(said, source)
    await here.storage.source_contacts.note(source, "publish")
    return heard


def said(here: Village, chat_id: int) -> list[tuple[Purpose, bool]]:
    return [(one.purpose, one.is_live) for one in here.of(chat_id)]


async def test_same_danger_from_a_second_source_is_told_once(here: Village) -> None:
    await hear(here, "us")
    await here.deliver()
    second = await hear(here, "gr")
    await here.deliver()
    await here.follow(9)
    await here.deliver()
    for chat_id in (1, 2, 9):
        assert said(here, chat_id) == [(Purpose.ALERT, True)]
    # What the second one said is kept, and adds up: nobody of its audience is left out.
    broadcast = await here.storage.broadcasts.get(second.id)
    assert broadcast is not None
    assert broadcast.adds_up


async def test_same_message_by_way_of_two_sources_is_told_once(here: Village) -> None:
    alert = here.alert("same")
    for source in SOURCES:
        await here.receive(alert, source)
    assert len(await here.deliver()) == 2


GRAVER = [
    ("graver", {"severity": "Extreme"}),
    ("another threat", {"event": "Missile attack"}),
    ("a wider area", {"area": [area(KYIV), area(LVIV)]}),
]


@pytest.mark.parametrize("info", [row[1] for row in GRAVER], ids=[row[0] for row in GRAVER])
async def test_second_source_that_says_more_is_heard(here: Village, info: dict[str, Any]) -> None:
    await hear(here, "us")
    await here.deliver()
    await hear(here, "gr", info=info)
    await here.deliver()
    assert len(here.of(1)) == 2


async def test_warning_that_another_source_keeps_is_told_when_the_first_is_withdrawn(
    here: Village,
) -> None:
    first = await hear(here, "us")
    await here.deliver()
    second = await hear(here, "gr")
    await here.deliver()
    await here.receive(here.withdrawal(first, "us-off", sender=first.sender), "us")
    await here.deliver()
    assert sorted(said(here, 1)) == sorted(
        [(Purpose.ALERT, False), (Purpose.CANCEL, False), (Purpose.ALERT, True)]
    )
    assert "Embassy of Greece" in next(one.text for one in here.of(1) if one.is_live)
    # Whoever has it now hears its end too, once.
    await here.receive(here.withdrawal(second, "gr-off", sender=second.sender), "gr")
    await here.deliver()
    assert [one.purpose for one in here.of(1)].count(Purpose.CANCEL) == 2
    assert not any(one.is_live for one in here.shown)


async def test_small_update_of_the_second_source_alarms_nobody(here: Village) -> None:
    await hear(here, "us")
    await here.deliver()
    second = await hear(here, "gr")
    await here.deliver()
    again = here.after(second, "gr-again", sender=second.sender)
    await here.receive(again, "gr")
    await here.deliver()
    assert said(here, 1) == [(Purpose.ALERT, True)]
    await here.pass_time(19 * HOUR)
    await here.deliver()
    assert [(one.purpose, one.mark) for one in here.of(1)] == [
        (Purpose.ALERT, Mark.ENDED),
        (Purpose.PASSED, None),
    ]


async def test_status_has_every_source_by_trust_and_says_what_they_differ_about(
    here: Village,
) -> None:
    closed = [{"valueName": "embassyPosture", "value": "closed"}]
    remote = [{"valueName": "embassyPosture", "value": "remote-work"}]
    await hear(here, "gr", info={"parameter": remote})
    await hear(here, "us", info={"parameter": closed, "severity": "Extreme"})
    found = await here.voices.of([KYIV])
    (accord,) = found.accords
    assert [one.source for one in accord.voices] == ["us", "gr"]
    assert accord.differ == (Matter.SEVERITY, Matter.POSTURE)
    assert [one.name for one in found.heard] == ["Embassy of the USA", "Embassy of Greece"]
    assert (await here.voices.of([LVIV])).accords == ()


async def test_status_says_that_one_has_withdrawn_what_another_still_says(here: Village) -> None:
    first = await hear(here, "us")
    await hear(here, "gr")
    await here.receive(here.withdrawal(first, "off", sender=first.sender), "us")
    (accord,) = (await here.voices.of([KYIV])).accords
    assert [(one.source, one.withdrawn is not None) for one in accord.voices] == [
        ("gr", False),
        ("us", True),
    ]
    assert accord.differ == (Matter.WHETHER,)


async def test_status_says_that_a_source_has_eased_its_warning(here: Village) -> None:
    first = await hear(here, "us")
    await here.deliver()
    scope = [{"valueName": "allClearScope", "value": "stay-near"}]
    clear = {"responseType": ["AllClear"], "severity": "Minor", "parameter": scope}
    here.clock.now += HOUR
    eased = here.after(first, "eased", sender=first.sender, info=clear)
    await here.receive(eased, "us")
    # Easing anew counts; what another source says is its own.
    here.clock.now += HOUR
    again = await here.receive(here.after(first, "again", sender=first.sender, info=clear), "us")
    await hear(here, "gr")
    (accord,) = (await here.voices.of([KYIV])).accords
    assert [(one.source, one.eased) for one in accord.voices] == [("us", again.sent), ("gr", None)]


async def test_status_says_which_source_has_been_silent_for_too_long(here: Village) -> None:
    await here.storage.source_contacts.note("us", "publish")
    for hours, silent in ((11, False), (2, True)):
        await here.pass_time(hours * HOUR)
        heard = {one.name: one for one in (await here.voices.of([KYIV])).heard}
        assert heard["Embassy of the USA"].is_silent is silent
        assert heard["Embassy of Greece"].last is None
        # Of one that nobody expects to speak, nobody says that it is silent.
        assert not heard["Embassy of Greece"].is_silent
    heard_in_lviv = [one.name for one in (await here.voices.of([LVIV])).heard]
    assert "Lviv" in heard_in_lviv

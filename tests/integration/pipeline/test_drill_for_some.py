"""A drill for some, to everybody else: there is nothing active."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bot.domain.drill import CONFIGURED
from bot.domain.operators import SOURCE
from bot.domain.trust import Source
from bot.formats import parse
from tests.acceptance.advisories import payload
from tests.integration.pipeline.village import KYIV, village

OWN = {SOURCE: Source(key=SOURCE, name="Operators", kind="operator")}


@pytest.mark.parametrize(
    ("audience", "seen"), [("share:100", 0), ("operators", 0), ("everyone", 1)]
)
async def test_drill_is_active_for_others_only_if_it_is_for_everyone(
    redis: Redis, redis_url: str, audience: str, seen: int
) -> None:
    async with village(redis_url, sources=OWN) as here:
        said = {"valueName": "drillAudience", "value": audience}
        drill = here.alert("drill", status="Exercise", info={"parameter": [said]})
        (advisory,) = parse(payload(drill)).advisories
        await here.storage.drafts.note_author(advisory.id, CONFIGURED)
        await here.receive(drill, SOURCE)
        assert len(await here.live.active([KYIV])) == seen
        assert len((await here.voices.of([KYIV])).accords) == seen
        await here.follow(1)
        assert [one.chat_id for one in await here.deliver()] == [1] * seen

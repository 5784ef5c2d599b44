"""Public shelters near a point, and the question that a text or a location answers."""

from __future__ import annotations

from dataclasses import replace

from redis.asyncio import Redis

from bot.domain.shelter import PublicShelter
from bot.domain.subscriber import Awaited
from bot.storage.awaited import KEPT_S, Questions
from bot.storage.keys import Keys
from bot.storage.server import Server
from bot.storage.shelters import BATCH, Shelters

METRO = PublicShelter("Золоті ворота", "Володимирська, 42", 50.4483, 30.5134, "ліфт", 900, "24/7")
SCHOOL = PublicShelter("Школа № 5", "Лисенка, 1", 50.4490, 30.5150)
CELLAR = PublicShelter("Підвал", "Ярославів Вал, 9", 50.4520, 30.5100)
FAR = PublicShelter("Львів", "Площа Ринок", 49.8419, 24.0315)


async def test_nearest_come_first_with_all_that_the_list_says(redis: Redis) -> None:
    shelters = Shelters(redis)
    assert await shelters.load([FAR, CELLAR, SCHOOL, METRO]) == 4
    found = await shelters.nearest(50.4484, 30.5135, 3)
    assert [near.shelter for near in found] == [METRO, SCHOOL, CELLAR]
    assert 0 < found[0].metres < 20
    assert [near.shelter for near in await shelters.nearest(50.4484, 30.5135, 1)] == [METRO]


async def test_nothing_near_is_nothing(redis: Redis) -> None:
    shelters = Shelters(redis)
    assert not await shelters.any()
    assert await shelters.nearest(50.4, 30.5, 3) == ()
    await shelters.load([FAR])
    assert await shelters.any()
    assert await shelters.nearest(50.4, 30.5, 3) == ()


async def test_loading_replaces_the_whole_list_and_leaves_no_edition(redis: Redis) -> None:
    shelters = Shelters(redis)
    many = [replace(METRO, name=f"Укриття {n}") for n in range(BATCH + 1)]
    assert await shelters.load(many) == BATCH + 1
    assert await shelters.load([SCHOOL]) == 1
    keys = set(await Server(redis).call("KEYS", "*"))
    assert keys == {Keys().shelters().encode(), Keys().shelters_where().encode()}
    assert [await Server(redis).call("TTL", key) for key in keys] == [-1, -1]
    assert await shelters.load([]) == 0
    assert not await shelters.any()


async def test_question_is_open_until_it_is_closed_or_too_old(redis: Redis) -> None:
    questions = Questions(redis)
    assert await questions.open(5) is None
    await questions.ask(5, Awaited.SHELTER)
    assert await questions.open(5) is Awaited.SHELTER
    assert 0 < await Server(redis).call("TTL", Keys().awaited(5)) <= KEPT_S
    await questions.close(5)
    assert await questions.open(5) is None

"""Chats: preferences and memberships change together."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import Chat, Household, Kind, State
from bot.storage.chats import Chats
from bot.storage.keys import Keys
from bot.storage.server import Server

CHAT = Chat(
    id=703448123,
    kind=Kind.PRIVATE,
    language="uk",
    places=("703448", "UA-32"),
    thread_id=7,
    household=Household(2, 1, 0, 3, daily_medication=True, oxygen=True),
    shelter=ShelterNote("школа | підвал, вхід з двору", 7),
)


@pytest.fixture
def chats(redis: Redis) -> Chats:
    return Chats(redis)


async def members(redis: Redis, place: str, kind: Kind = Kind.PRIVATE) -> list[int]:
    return [int(m) for m in await Server(redis).call("ZRANGE", Keys().place(place, kind), 0, -1)]


async def inhabited(redis: Redis, kind: Kind = Kind.PRIVATE) -> set[str]:
    return {place.decode() for place in await Server(redis).call("SMEMBERS", Keys().places(kind))}


async def test_household_of_an_older_version_needs_nothing_that_was_not_asked(
    chats: Chats, redis: Redis
) -> None:
    await Server(redis).call("HSET", Keys().chat(5), "k", "p", "l", "uk", "h", "2,1,0,3,1")
    chat = await chats.get(5)
    assert chat is not None
    assert chat.household == Household(2, 1, 0, 3, daily_medication=True)


@pytest.mark.parametrize(
    "note",
    [
        ShelterNote("підвал"),
        ShelterNote("12|||5", 3),
        ShelterNote("|", None),
    ],
)
async def test_shelter_of_ones_own_comes_back_as_written(chats: Chats, note: ShelterNote) -> None:
    await chats.save(replace(CHAT, shelter=note))
    stored = await chats.get(CHAT.id)
    assert stored is not None
    assert stored.shelter == note


async def test_chat_comes_back_as_it_was_saved(chats: Chats) -> None:
    assert await chats.get(CHAT.id) is None
    await chats.save(CHAT)
    await chats.save(CHAT)
    assert await chats.get(CHAT.id) == CHAT
    bare = Chat(-1001234567890123, Kind.CHANNEL, "en-GB")
    await chats.save(bare)
    assert await chats.get(bare.id) == bare
    brief = Chat(7, Kind.PRIVATE, "pt-br", low_data=True)
    await chats.save(brief)
    assert await chats.get(brief.id) == brief


async def test_save_follows_new_places_and_leaves_old_ones(chats: Chats, redis: Redis) -> None:
    await chats.save(CHAT)
    await chats.save(replace(CHAT, places=("UA-32", "706483")))
    assert await members(redis, "703448") == []
    assert await members(redis, "UA-32") == await members(redis, "706483") == [CHAT.id]
    assert await inhabited(redis) == {"UA-32", "706483"}


async def test_place_stays_while_somebody_else_is_there(chats: Chats, redis: Redis) -> None:
    await chats.save(CHAT)
    await chats.save(replace(CHAT, id=5))
    await chats.forget(CHAT.id)
    assert await members(redis, "703448") == [5]
    assert await inhabited(redis) == {"703448", "UA-32"}


@pytest.mark.parametrize("id_", [-(2**52) + 1, -1009999999999999, -1, 1, 2**52 - 1])
async def test_id_of_52_bits_is_exact_in_its_place(chats: Chats, redis: Redis, id_: int) -> None:
    await chats.save(replace(CHAT, id=id_))
    assert await members(redis, "UA-32") == [id_]
    score = await redis.zscore(Keys().place("UA-32", Kind.PRIVATE), str(id_))
    assert score is not None
    assert int(score) == id_


@pytest.mark.parametrize("state", [State.STOPPED, State.UNREACHABLE, State.SUSPENDED])
async def test_unreachable_chat_leaves_places_and_keeps_preferences(
    chats: Chats, redis: Redis, state: State
) -> None:
    await chats.save(CHAT)
    assert await chats.set_state(CHAT.id, state) == replace(CHAT, state=state)
    assert await chats.get(CHAT.id) == replace(CHAT, state=state)
    assert await members(redis, "703448") == []
    assert await inhabited(redis) == set()
    assert await chats.set_state(CHAT.id, State.ACTIVE) == CHAT
    assert await members(redis, "703448") == [CHAT.id]


async def test_set_state_and_thread_of_an_unknown_chat_create_nothing(
    chats: Chats, redis: Redis
) -> None:
    assert await chats.set_state(1, State.STOPPED) is None
    await chats.set_thread(1, 5)
    assert await redis.dbsize() == 0


async def test_set_thread_changes_nothing_else(chats: Chats) -> None:
    await chats.save(CHAT)
    await chats.set_thread(CHAT.id, None)
    assert await chats.get(CHAT.id) == replace(CHAT, thread_id=None)
    await chats.set_thread(CHAT.id, 9)
    assert await chats.get(CHAT.id) == replace(CHAT, thread_id=9)


async def test_migrate_twice_is_once(chats: Chats, redis: Redis) -> None:
    old = replace(CHAT, id=-5, kind=Kind.GROUP, thread_id=None)
    await chats.save(old)
    for _ in range(2):
        assert await chats.migrate(-5, -1000000000005) == replace(old, id=-1000000000005)
    assert await chats.get(-5) is None
    assert await chats.get(-1000000000005) == replace(old, id=-1000000000005)
    assert await members(redis, "703448", Kind.GROUP) == [-1000000000005]
    assert await redis.ttl(Keys().chat(-5)) > 0


async def test_migrate_keeps_what_the_new_id_chose(chats: Chats, redis: Redis) -> None:
    await chats.save(Chat(-5, Kind.GROUP, "uk", ("a", "b")))
    await chats.save(Chat(-100, Kind.GROUP, "en", ("b", "c"), thread_id=4))
    assert await chats.migrate(-5, -100) == Chat(
        -100, Kind.GROUP, "uk", ("a", "b", "c"), thread_id=4
    )
    for place in "abc":
        assert await members(redis, place, Kind.GROUP) == [-100]


async def test_migrate_of_an_unknown_chat_is_nothing(chats: Chats) -> None:
    assert await chats.migrate(-5, -100) is None


async def test_forget_leaves_nothing(chats: Chats, redis: Redis) -> None:
    await chats.save(CHAT)
    await chats.forget(CHAT.id)
    await chats.forget(CHAT.id)
    assert await redis.dbsize() == 0


async def test_note_written_between_a_read_and_a_write_is_not_lost(
    chats: Chats, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chats.save(replace(CHAT, shelter=None))
    read, late = chats._read, iter([replace(CHAT, shelter=ShelterNote("cellar"))])

    async def read_then_be_overtaken(*ids: int) -> tuple[dict[str, str], ...]:
        found = await read(*ids)
        if (other := next(late, None)) is not None:
            await Chats(redis).save(other)
        return found

    monkeypatch.setattr(chats, "_read", read_then_be_overtaken)
    await chats.set_state(CHAT.id, State.STOPPED)
    stored = await chats.get(CHAT.id)
    assert stored == replace(CHAT, shelter=ShelterNote("cellar"), state=State.STOPPED)


async def test_count_adds_up_by_kind(chats: Chats) -> None:
    for i in range(1, 4):
        await chats.save(Chat(i, Kind.PRIVATE, "uk", ("a",)))
    await chats.save(Chat(-1, Kind.CHANNEL, "uk", ("a", "b")))
    expected = {Kind.CHANNEL: 2, Kind.GROUP: 0, Kind.PRIVATE: 3}
    assert await chats.count(["a", "b", "nowhere"]) == expected
    assert await chats.count([]) == dict.fromkeys(Kind, 0)


async def test_writers_at_once_leave_hash_and_places_in_agreement(
    chats: Chats, redis: Redis
) -> None:
    await asyncio.gather(
        *(chats.save(replace(CHAT, places=(f"p{i}", f"q{i % 3}"))) for i in range(6)),
        chats.set_state(CHAT.id, State.UNREACHABLE),
        chats.set_thread(CHAT.id, 3),
    )
    chat = await chats.get(CHAT.id)
    assert chat is not None
    expected = set(chat.places) if chat.state is State.ACTIVE else set()
    assert await inhabited(redis) == expected
    for place in [*(f"p{i}" for i in range(6)), "q0", "q1", "q2"]:
        assert await members(redis, place) == ([CHAT.id] if place in expected else [])


async def test_crowd_that_answers_at_once_waits_for_a_connection(chats: Chats) -> None:
    await asyncio.gather(*(chats.save(replace(CHAT, id=i)) for i in range(1, 401)))
    assert (await chats.count(["UA-32"]))[Kind.PRIVATE] == 400


async def test_place_with_a_comma_is_refused(chats: Chats) -> None:
    with pytest.raises(ValueError, match="comma"):
        await chats.save(replace(CHAT, places=("a,b",)))


async def test_subscriber_costs_at_most_300_bytes(chats: Chats, redis: Redis) -> None:
    home = Household(2, 1, 0, 1, daily_medication=True)

    async def used() -> int:
        return int((await redis.info("memory"))["used_memory"])

    for i in range(1000):
        await chats.save(Chat(500_000_000 + i, Kind.PRIVATE, "uk", ("703448",), household=home))
    before = await used()
    for i in range(1000, 4000):
        await chats.save(
            Chat(500_000_000 + i * 7919, Kind.PRIVATE, "uk", ("703448",), household=home)
        )
    assert (await used() - before) / 3000 <= 300

"""A claim brings the shelter that a person wrote down, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import Kind
from tests.integration.storage.conftest import ROLE, World


@pytest.mark.parametrize("words", ["Cellar", "Школа № 5,  підвал | двір", "a b c 1 2 3", "ملجأ"])
async def test_claim_and_recovery_bring_the_note_as_it_was_written(
    world: World, words: str
) -> None:
    with_note = await world.subscribe(1)
    await world.chats.save(replace(with_note, low_data=True, shelter=ShelterNote(words, 5)))
    await world.subscribe(2)
    await world.publish()
    claimed = (await world.broadcasts.claim(ROLE, "b", 10)).chats
    recovered = await world.broadcasts.recover(ROLE, "b", ())
    for chats in (claimed, recovered):
        notes = {chat.recipient.chat_id: chat.shelter for chat in chats}
        assert notes == {1: ShelterNote(words, 5), 2: None}
        assert {chat.recipient.chat_id: chat.low_data for chat in chats} == {1: True, 2: False}


async def test_group_that_became_a_supergroup_has_no_note(world: World) -> None:
    await world.subscribe(-5, kind=Kind.GROUP)
    await world.publish()
    (claimed,) = (await world.broadcasts.claim(ROLE, "b", 10)).chats
    assert claimed.shelter is None

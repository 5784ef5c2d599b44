"""Texts of a broadcast: written once, and before anybody has a slot for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.domain.broadcast import Claimed
from bot.domain.delivery import Lane
from bot.domain.fault import StorageUnavailable
from bot.domain.message import Layout, Message, Prepared
from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import Kind, Recipient
from bot.pipeline.job import Job
from bot.pipeline.letters import Letters

NOW = datetime(2024, 11, 20, tzinfo=UTC)
CELLAR = ShelterNote("Cellar", 4)


class Desk:
    """Advisories, a renderer and a sender that note what they are asked for."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.now = NOW
        self.changes_at: datetime | None = None
        self.written: list[tuple[str, Layout]] = []
        self.paid: list[bool] = []
        self.notes: list[ShelterNote | None] = []
        port = cast(Any, self)
        self.letters = Letters(port, port, port, lambda: self.now)

    async def for_broadcast(self, broadcast_id: str) -> Any:
        if self.fault:
            raise self.fault
        return self

    def render(
        self, _: object, language: str, layout: Layout, shelter: ShelterNote | None = None
    ) -> Message:
        self.written.append((language, layout))
        self.notes.append(shelter)
        return Message("text")

    def prepare(self, message: Message, *, paid: bool = False) -> Prepared:
        self.paid.append(paid)
        return Prepared(b"paid" if paid else b"free", b"")


def _job(
    chat_id: int,
    language: str = "uk",
    kind: Kind = Kind.PRIVATE,
    *,
    paid: bool = False,
    shelter: ShelterNote | None = None,
) -> Job:
    chat = Claimed(Recipient(kind, chat_id), language, shelter=shelter)
    return Job("b", Lane.PREPARE, NOW, chat, paid)


async def test_letters_are_written_ahead_once_for_each_language_and_layout() -> None:
    desk = Desk()
    jobs = [_job(1), _job(2), _job(3, "en"), _job(-4, kind=Kind.GROUP), _job(5)]
    await desk.letters.write_ahead(jobs)
    expected = [("uk", Layout.PRIVATE), ("en", Layout.PRIVATE), ("uk", Layout.GROUP)]
    assert desk.written == expected
    for job in jobs:
        await desk.letters.letter(job)
    assert desk.written == expected


async def test_letters_that_cannot_be_written_ahead_are_left_to_the_send() -> None:
    for fault in (LookupError("gone"), StorageUnavailable("away")):
        desk = Desk(fault)
        await desk.letters.write_ahead([_job(1)])
        desk.fault = None
        assert (await desk.letters.letter(_job(1))).new == b"free"


async def test_paid_letter_says_so_and_the_free_one_does_not() -> None:
    desk = Desk()
    assert (await desk.letters.letter(_job(1, paid=True))).new == b"paid"
    assert (await desk.letters.letter(_job(2))).new == b"free"
    assert desk.paid == [True, False]


async def test_letter_is_written_anew_when_what_it_tells_changes() -> None:
    desk = Desk()
    desk.changes_at = NOW + timedelta(hours=1)
    await desk.letters.letter(_job(1))
    desk.now += timedelta(minutes=59)
    await desk.letters.letter(_job(2))
    assert len(desk.written) == 1
    desk.now += timedelta(minutes=1)
    desk.changes_at = None
    await desk.letters.letter(_job(3))
    await desk.letters.letter(_job(4))
    assert len(desk.written) == 2


async def test_letter_for_one_reader_is_not_the_one_that_is_written_ahead() -> None:
    desk = Desk()
    # The one with a note comes last of its version: it must not stand for all of them.
    await desk.letters.write_ahead([_job(1), _job(2, shelter=CELLAR)])
    assert desk.notes == [None]
    await desk.letters.letter(_job(1))
    await desk.letters.letter(_job(2, shelter=CELLAR))
    await desk.letters.letter(_job(3))
    assert desk.notes == [None, CELLAR]


async def test_letter_for_one_reader_is_paid_like_any_other() -> None:
    desk = Desk()
    assert (await desk.letters.letter(_job(1, paid=True, shelter=CELLAR))).new == b"paid"
    assert (await desk.letters.letter(_job(1, shelter=CELLAR))).new == b"free"


async def test_letter_that_telegram_refused_to_one_reader_becomes_the_shared_one() -> None:
    desk = Desk()
    mine = _job(1, shelter=CELLAR)
    assert await desk.letters.simplify(mine, await desk.letters.letter(mine))
    await desk.letters.letter(mine)
    await desk.letters.letter(_job(2, shelter=CELLAR))
    assert desk.notes == [CELLAR, None, CELLAR]

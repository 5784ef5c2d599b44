"""A job that changes a message: it is edited, never sent anew by mistake, and keeps its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bot.domain.broadcast import BroadcastState, Claimed, Manner
from bot.domain.delivery import End, Lane, Outcome, Verdict
from bot.domain.errand import Errand, Task
from bot.domain.message import Prepared
from bot.domain.preferences import Fate, Tact
from bot.domain.subscriber import Kind, Recipient
from bot.pipeline.courier import Courier
from bot.pipeline.job import Job

NOW = datetime(2024, 11, 20, tzinfo=UTC)
BODY = Prepared(b"{}", b"{}")


class Post:
    """Everything that a courier needs, as one that notes what goes out."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome = outcome or Outcome(Verdict.ACCEPTED, message_id=70)
        self.went: list[tuple[object, ...]] = []
        self.left: list[tuple[object, ...]] = []
        self.tact = Tact(Fate.LOUD)
        self.hushed = False
        port = cast(Any, self)
        names = ("letters", "paying", "sender", "chats", "broadcasts", "pacer", "pace", "meter")
        self.courier = Courier(
            **dict.fromkeys(names, port),
            errands=port,
            discretion=port,
            clock=lambda: NOW,
            register=cast(Any, self),
        )

    async def letter(self, job: Job) -> Prepared:
        self.hushed = job.hushed
        return BODY

    async def of(self, _: Job) -> Tact:
        return self.tact

    async def send(self, _: Prepared, chat_id: int, **address: object) -> Outcome:
        self.went.append(("send", chat_id, address["reply_to"]))
        return self.outcome

    async def edit(self, _: Prepared, chat_id: int, message_id: int) -> Outcome:
        self.went.append(("edit", chat_id, message_id))
        return self.outcome

    async def add(self, task: Task, errand: Errand, delay_s: float = 0) -> None:
        self.left.append((task, errand.chat_id, delay_s))

    async def migrate(self, _: int, __: int) -> None:
        self.outcome = Outcome(Verdict.ACCEPTED, message_id=71)

    def state(self, _: str) -> BroadcastState:
        return BroadcastState.SENDING

    def begin(self, _: str) -> None:
        return None

    def observe(self, _: str, __: float, /) -> None:
        return None

    def count(self, _: str, /, **__: str) -> None:
        return None


def job(manner: Manner, answers: int | None) -> Job:
    chat = Claimed(Recipient(Kind.GROUP, -7), "uk", answers=answers)
    return Job("b", Lane.ROUTINE, NOW + timedelta(hours=1), chat, manner=manner)


WAYS = [
    ("a new message answers the old one", Manner.SEND, 5, ("send", -7, 5)),
    ("a mark changes the old message", Manner.EDIT, 5, ("edit", -7, 5)),
    ("a small update changes it too", Manner.EDIT_OR_SEND, 5, ("edit", -7, 5)),
    ("who has none is sent the update", Manner.EDIT_OR_SEND, None, ("send", -7, None)),
]


@pytest.mark.parametrize(
    ("manner", "answers", "went"), [r[1:] for r in WAYS], ids=[r[0] for r in WAYS]
)
async def test_job_goes_the_way_of_its_manner(
    manner: Manner, answers: int | None, went: tuple[object, ...]
) -> None:
    post = Post()
    entry = await post.courier.deliver(job(manner, answers))
    assert post.went == [went]
    assert entry.end is End.SENT


async def test_mark_without_a_message_is_sent_to_nobody() -> None:
    post = Post()
    entry = await post.courier.deliver(job(Manner.EDIT, None))
    assert (post.went, entry.end) == ([], End.SUPPRESSED)


async def test_change_that_telegram_does_not_name_keeps_the_number_of_its_message() -> None:
    post = Post(Outcome(Verdict.ACCEPTED))
    entry = await post.courier.deliver(job(Manner.EDIT_OR_SEND, 5))
    assert entry.message_id == 5


async def test_mark_of_a_group_that_moved_becomes_no_new_message() -> None:
    post = Post(Outcome(Verdict.MIGRATED, migrate_to=-1000000000007))
    entry = await post.courier.deliver(job(Manner.EDIT, 5))
    assert post.went == [("edit", -7, 5)]
    assert (entry.end, entry.moved_to) == (End.SUPPRESSED, -1000000000007)


async def test_held_job_leaves_its_errand_first() -> None:
    post = Post()
    post.tact = Tact(Fate.HELD, NOW + timedelta(hours=8))
    entry = await post.courier.deliver(job(Manner.SEND, None))
    assert (post.went, entry.end) == ([], End.HELD)
    assert post.left == [(Task.RESTED, -7, 8 * 3600)]


async def test_job_that_is_not_wanted_is_sent_to_nobody() -> None:
    post = Post()
    post.tact = Tact(Fate.DROPPED)
    entry = await post.courier.deliver(job(Manner.SEND, None))
    assert (post.went, entry.end) == ([], End.SUPPRESSED)


@pytest.mark.parametrize("fate", [Fate.LOUD, Fate.SILENT])
async def test_letter_knows_whether_it_may_make_a_sound(fate: Fate) -> None:
    post = Post()
    post.tact = Tact(fate)
    entry = await post.courier.deliver(job(Manner.SEND, None))
    assert (entry.end, post.hushed) == (End.SENT, fate is Fate.SILENT)


async def test_echo_is_not_sent_to_who_has_the_other_message() -> None:
    post = Post()
    entry = await post.courier.deliver(job(Manner.UNTOLD, 5))
    assert (post.went, entry.end) == ([], End.SUPPRESSED)
    entry = await post.courier.deliver(job(Manner.UNTOLD, None))
    assert (post.went, entry.end) == ([("send", -7, None)], End.SENT)

"""The message about a broadcast: one for each operator, whatever fails or happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.chat.operators.ticker import Ticker
from bot.content.texts import Texts
from bot.domain.broadcast import Entry
from bot.domain.delivery import End
from bot.domain.operators import Operator, Role
from bot.domain.paid import Terms
from bot.pipeline.progress import Gauge
from bot.rendering.progress import ProgressTexts
from bot.storage.advisories import Advisories
from bot.storage.audit import Audit
from bot.storage.chats import Chats
from bot.storage.pace import Pace
from bot.storage.progress import ProgressNotes
from tests.integration.storage.conftest import ROLE, World, private

EVERY_S = 5
TEXTS = Texts.load()
OWNERS: tuple[Operator, ...] = (Operator(77, Role.OWNER), Operator(78, Role.OWNER))


class Desk:
    """Operators' phones, and what Telegram says to each call that is made for one."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.texts: list[str] = []
        self.faults: dict[int, TelegramError] = {}
        self.people = OWNERS[:1]
        self.holds: asyncio.Event | None = None

    async def all(self) -> tuple[Operator, ...]:
        return self.people

    async def send_message(self, chat_id: int, text: str, **_: object) -> SimpleNamespace:
        await self._answer("send", chat_id, text)
        return SimpleNamespace(message_id=70 + len(self.calls))

    async def edit_message_text(self, text: str, chat_id: int, **_: object) -> None:
        await self._answer("edit", chat_id, text)

    async def _answer(self, what: str, chat_id: int, text: str) -> None:
        self.calls.append((what, chat_id))
        if (holds := self.holds) is not None:
            self.holds = None  # the first call alone is answered late
            await holds.wait()
        if chat_id in self.faults:
            raise self.faults[chat_id]
        self.texts.append(text)

    def fresh(self) -> Iterator[tuple[str, int]]:
        """The calls since this was asked last."""
        calls, self.calls = self.calls, []
        return iter(calls)


class Scene:
    """A broadcast to ten chats, and replicas that show it."""

    def __init__(self, redis: Redis) -> None:
        self.redis, self.world, self.desk = redis, World(redis), Desk()
        self.notes, self.leads = ProgressNotes(redis), True

    def ticker(self) -> Ticker:
        clock = self.world.clock
        pace = Pace(self.redis, clock=clock)
        return Ticker(
            bot=cast(Bot, self.desk),
            people=self.desk,
            chats=cast(Any, Chats(self.redis)),
            notes=self.notes,
            pace=pace,
            gauge=Gauge(
                broadcasts=self.world.broadcasts,
                notes=self.notes,
                pace=pace,
                advisories=Advisories(self.redis),
                audit=Audit(self.redis),
                terms=Terms(),
                clock=clock,
            ),
            words=ProgressTexts(TEXTS, "Europe/Kyiv"),
            every=timedelta(seconds=EVERY_S),
            leads=lambda: self.leads,
            sleep=_no_time,
        )

    async def tell(self, *chats: int) -> None:
        """These chats are told."""
        entries = [Entry(private(n), End.SENT, n, accepted=self.world.clock.now) for n in chats]
        await self.world.broadcasts.record(ROLE, "b", entries)

    def pass_s(self, seconds: float) -> None:
        self.world.clock.pass_s(seconds)

    async def finish(self) -> None:
        await self.tell(*range(1, 11))
        assert (await self.world.broadcasts.claim(ROLE, "b", 10)).finished


async def _no_time(_: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
async def scene(redis: Redis) -> Scene:
    scene = Scene(redis)
    assert await scene.world.role.acquire(ROLE, 60)
    for chat_id in range(1, 11):
        await scene.world.subscribe(chat_id)
    await scene.world.publish()
    await scene.world.broadcasts.claim(ROLE, "b", 10)
    return scene


async def test_message_is_sent_once_edited_in_time_and_ends_as_a_report(scene: Scene) -> None:
    ticker = scene.ticker()
    for seconds, calls in ((0, []), (4, []), (1, [("send", 77)]), (4, []), (1, [("edit", 77)])):
        scene.pass_s(seconds)
        await scene.tell(1 + seconds)
        await ticker.look()
        assert list(scene.desk.fresh()) == calls
    await scene.finish()
    await ticker.look()
    assert not list(scene.desk.fresh()), "the report waits its turn as well"
    scene.pass_s(EVERY_S)
    await ticker.look()
    assert list(scene.desk.fresh()) == [("edit", 77)]
    assert "Report: b" in scene.desk.texts[-1]
    assert await scene.notes.owed() == ()
    scene.pass_s(EVERY_S)
    await ticker.look()
    assert not list(scene.desk.fresh())


async def test_replicas_that_both_believe_they_lead_send_one_message(scene: Scene) -> None:
    """The former dispatcher waits for Telegram's answer while its successor looks."""
    scene.pass_s(EVERY_S)
    scene.desk.holds = held = asyncio.Event()
    former = asyncio.create_task(scene.ticker().look())
    async with asyncio.timeout(5):
        while not scene.desk.calls:
            await asyncio.sleep(0)
    successor = scene.ticker()
    scene.pass_s(EVERY_S)
    await successor.look()
    held.set()
    await former
    assert list(scene.desk.fresh()) == [("send", 77)]
    scene.pass_s(EVERY_S)
    await scene.tell(1)
    await successor.look()
    assert list(scene.desk.fresh()) == [("edit", 77)]


async def test_successor_goes_on_where_it_was(scene: Scene) -> None:
    scene.pass_s(EVERY_S)
    await scene.ticker().look()
    assert list(scene.desk.fresh()) == [("send", 77)]
    successor = scene.ticker()
    scene.pass_s(EVERY_S - 1)
    await scene.tell(1, 2, 3)
    await successor.look()
    assert not list(scene.desk.fresh())
    scene.pass_s(1)
    await successor.look()
    assert list(scene.desk.fresh()) == [("edit", 77)]


async def test_replica_that_does_not_lead_shows_nothing(scene: Scene) -> None:
    scene.pass_s(EVERY_S)
    scene.leads = False
    await scene.ticker().look()
    assert not list(scene.desk.fresh())


async def test_what_has_not_changed_is_not_edited(scene: Scene) -> None:
    ticker = scene.ticker()
    await scene.world.broadcasts.halt("b", "a test")
    for calls in ([("send", 77)], [], []):
        scene.pass_s(EVERY_S)
        await ticker.look()
        assert list(scene.desk.fresh()) == calls


async def test_nothing_is_said_while_telegram_asks_for_silence(scene: Scene) -> None:
    ticker, pace = scene.ticker(), Pace(scene.redis, clock=scene.world.clock)
    scene.pass_s(EVERY_S)
    for scope in ("all", "chat:77"):
        await pace.pause_until(scope, scene.world.clock.now.timestamp() + 8)
        await ticker.look()
        assert not list(scene.desk.fresh()), scope
        scene.pass_s(9)
    await ticker.look()
    assert list(scene.desk.fresh()) == [("send", 77)]


TROUBLES = [
    ("a 429 is waited out", RetryAfter(3), True),
    ("so is a network that is away", NetworkError("away"), True),
    (
        "whoever deleted the message has no more of it",
        BadRequest("message to edit not found"),
        False,
    ),
    ("nor has who blocked the bot", Forbidden("bot was blocked by the user"), False),
]


@pytest.mark.parametrize(
    ("fault", "is_owed"), [row[1:] for row in TROUBLES], ids=[row[0] for row in TROUBLES]
)
async def test_trouble_with_one_operator_is_nobody_elses(
    scene: Scene, fault: TelegramError, is_owed: bool
) -> None:
    ticker = scene.ticker()
    scene.desk.people = OWNERS
    scene.pass_s(EVERY_S)
    await ticker.look()
    assert list(scene.desk.fresh()) == [("send", 77), ("send", 78)]
    await scene.finish()
    scene.desk.faults = {77: fault}
    scene.pass_s(EVERY_S)
    await ticker.look()
    assert list(scene.desk.fresh()) == [("edit", 77), ("edit", 78)]
    assert (await scene.notes.owed() == ("b",)) is is_owed
    await ticker.look()
    assert not list(scene.desk.fresh())
    scene.desk.faults.clear()
    scene.pass_s(EVERY_S)
    await ticker.look()
    assert list(scene.desk.fresh()) == ([("edit", 77)] if is_owed else [])
    assert await scene.notes.owed() == ()


async def test_fault_of_ours_in_a_report_ends_nothing_else(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticker = scene.ticker()
    await scene.world.publish("second")
    scene.pass_s(EVERY_S)
    live = ProgressTexts.live

    def broken(words: ProgressTexts, language: str, account: Any) -> Any:
        if account.id == "b":
            raise KeyError("no such text")
        return live(words, language, account)

    monkeypatch.setattr(ProgressTexts, "live", broken)
    await ticker.look()
    assert list(scene.desk.fresh()) == [("send", 77)]
    assert "second" in scene.desk.texts[-1]


async def test_follow_up_that_concerns_nobody_has_no_message(scene: Scene) -> None:
    await scene.finish()
    await scene.notes.settle("b")
    for broadcast_id, calls in (("c-open", []), ("c", [("send", 77)])):
        await scene.world.publish(broadcast_id, "nowhere")
        assert (await scene.world.broadcasts.claim(ROLE, broadcast_id, 10)).finished
        scene.pass_s(EVERY_S)
        await scene.ticker().look()
        assert list(scene.desk.fresh()) == calls
        assert await scene.notes.owed() == ()


async def test_broadcast_that_redis_has_forgotten_owes_nothing(scene: Scene) -> None:
    await scene.redis.delete("{forewarn}:broadcast:b")
    await scene.ticker().look()
    assert await scene.notes.owed() == ()

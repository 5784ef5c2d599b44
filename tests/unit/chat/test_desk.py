"""The operators' desk asks everybody once, patiently, and survives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError, TimedOut

from bot.chat.operators.desk import Desk
from bot.chat.operators.post import TRIES
from bot.content.texts import Texts
from bot.domain.message import Layout, Message
from bot.domain.operators import Operator, Refusal, Role, Urging, asked_about
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import Chat, Kind
from bot.rendering.followup import FollowUps
from bot.rendering.notice import Notice
from bot.rendering.operator import OperatorTexts
from bot.rendering.watch import WatchTexts
from tests.unit.rendering.test_dialogue import advisory, record

ABOUT = advisory()
RECORD = record(ABOUT)
IRYNA, PETRO = 11, 12


class FakeBot:
    """Notes what it was told to send; `refusals` are raised first, one at each send."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.edited: list[int] = []
        self.refusals: dict[int, list[TelegramError]] = {}

    async def send_message(self, chat_id: int, text: str, **_: Any) -> SimpleNamespace:
        if waiting := self.refusals.get(chat_id):
            raise waiting.pop(0)
        self.sent.append((chat_id, text))
        return SimpleNamespace(message_id=len(self.sent))

    async def edit_message_text(self, _text: str, *, chat_id: int, **_: Any) -> None:
        if waiting := self.refusals.get(chat_id):
            raise waiting.pop(0)
        self.edited.append(chat_id)

    def asked(self) -> list[int]:
        """Who got the question, in order."""
        return [chat_id for chat_id, text in self.sent if "Waits for your decision" in text]


class FakeAsked:
    def __init__(self) -> None:
        self.kept: dict[int, int] = {}
        self.urged: list[str] = []

    async def messages(self, _advisory_id: str) -> Mapping[int, int]:
        return dict(self.kept)

    async def keep(self, _advisory_id: str, admin_id: int, message_id: int) -> None:
        self.kept[admin_id] = message_id

    async def begin_urging(self, _advisory_id: str, word: str) -> bool:
        return word not in self.urged

    async def end_urging(self, _advisory_id: str, word: str) -> None:
        self.urged.append(word)


class FakePeople:
    """Approvers and, with an id from 100, owners."""

    def __init__(self, *ids: int) -> None:
        roles = {id: Role.OWNER if id >= 100 else Role.APPROVER for id in ids}
        self.operators = {id: Operator(id, role) for id, role in roles.items()}

    async def get(self, user_id: int) -> Operator | None:
        return self.operators.get(user_id)

    async def all(self) -> tuple[Operator, ...]:
        return tuple(self.operators.values())

    async def name(self, user_id: int) -> str:
        return str(user_id)

    def refusal(self, operator: Operator | None, _record: AdvisoryRecord) -> Refusal | None:
        return None if operator is not None else Refusal.ROLE

    async def asked_about(self, record: AdvisoryRecord, *, escalated: bool) -> tuple[Operator, ...]:
        return asked_about(await self.all(), author=record.author, escalated=escalated)


class FakeRooms:
    """Storage, notices and renderer in one: nothing of them matters here."""

    async def get(self, _chat_id: int) -> Chat | None:
        return None

    async def count(self, _place_ids: object) -> Mapping[Kind, int]:
        return {Kind.PRIVATE: 2}

    async def for_advisory(self, _advisory_id: str) -> Notice | None:
        notice = SimpleNamespace(advisory=ABOUT, source_name="Embassy", timezone="Europe/Kyiv")
        return cast(Notice, notice)

    def render(self, _notice: Notice, _language: str, _layout: Layout) -> Message:
        return Message("as people see it")


class Scene:
    def __init__(self) -> None:
        self.bot, self.asked, self.naps = FakeBot(), FakeAsked(), list[float]()

    def desk(self, *admins: int) -> Desk:
        rooms = cast(Any, FakeRooms())

        async def nap(seconds: float) -> None:
            self.naps.append(seconds)

        return Desk(
            bot=cast(Bot, self.bot),
            people=FakePeople(*admins),
            asked=self.asked,
            chats=rooms,
            counts=rooms,
            notices=rooms,
            renderer=rooms,
            words=OperatorTexts(Texts.load()),
            follow_ups=FollowUps(Texts.load(), cast(Any, None)),
            watch_texts=WatchTexts(Texts.load(), "Europe/Kyiv"),
            sleep=nap,
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_desk_asks_everybody_once_over_restarts(scene: Scene) -> None:
    assert await scene.desk(IRYNA, PETRO).ask(RECORD)
    assert await scene.desk(IRYNA, PETRO).ask(RECORD)
    assert scene.bot.asked() == [IRYNA, PETRO]


async def test_desk_asks_somebody_new_even_if_others_were_asked(scene: Scene) -> None:
    await scene.desk(IRYNA).ask(RECORD)
    await scene.desk(IRYNA, PETRO).ask(RECORD)
    assert scene.bot.asked() == [IRYNA, PETRO]


async def test_desk_names_the_cure_once_and_asks_again_later(scene: Scene) -> None:
    desk = scene.desk(IRYNA)
    scene.bot.refusals[IRYNA] = [Forbidden("bot can't initiate conversation") for _ in range(2)]
    with capture_logs() as logs:
        assert not await desk.ask(RECORD)
        assert not await desk.ask(RECORD)
    (warning,) = logs
    assert "press Start" in warning["cure"]
    assert await desk.ask(RECORD)
    assert scene.bot.asked() == [IRYNA]


async def test_desk_tries_again_when_telegram_is_slow(scene: Scene) -> None:
    scene.bot.refusals[IRYNA] = [TimedOut()]
    assert await scene.desk(IRYNA).ask(RECORD)
    assert scene.naps == [1.0]


async def test_desk_gives_up_for_now_after_a_few_tries(scene: Scene) -> None:
    scene.bot.refusals[IRYNA] = [TimedOut() for _ in range(TRIES)]
    assert not await scene.desk(IRYNA).ask(RECORD)
    assert scene.asked.kept == {}


async def test_desk_without_operators_says_what_to_set(scene: Scene) -> None:
    with capture_logs() as logs:
        assert not await scene.desk().ask(RECORD)
    assert "BOT_ADMINS" in logs[0]["cure"]


async def test_decision_reaches_everybody_who_was_asked(scene: Scene) -> None:
    desk = scene.desk(IRYNA, PETRO)
    await desk.ask(RECORD)
    scene.bot.refusals[IRYNA] = [BadRequest("Message is not modified")]
    await desk.close(RECORD, by="Iryna")
    assert scene.bot.edited == [PETRO]


async def test_note_goes_to_every_operator(scene: Scene) -> None:
    await scene.desk(IRYNA, PETRO).tell("dead_letter", reason="schema", detail="<x>")
    assert [chat_id for chat_id, _ in scene.bot.sent] == [IRYNA, PETRO]
    assert "&lt;x&gt;" in scene.bot.sent[0][1]


async def test_desk_reminds_once_and_then_asks_owners_too(scene: Scene) -> None:
    owner = 100
    people = (IRYNA, owner)
    await scene.desk(*people).ask(RECORD)
    assert scene.bot.asked() == [IRYNA]
    for _ in range(2):  # a restart in between reminds nobody twice
        await scene.desk(*people).urge(RECORD, Urging.REMIND)
    reminded = [chat_id for chat_id, text in scene.bot.sent if "still waits" in text]
    assert reminded == [IRYNA]
    await scene.desk(*people).ask(RECORD, escalated=True)
    await scene.desk(*people).urge(RECORD, Urging.ESCALATE)
    assert scene.bot.asked() == [IRYNA, owner]
    told = [chat_id for chat_id, text in scene.bot.sent if "Nobody has decided" in text]
    assert told == [IRYNA, owner]

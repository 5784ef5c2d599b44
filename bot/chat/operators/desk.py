"""The operators' desk: asks those who may decide, and tells them what was decided."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol

import structlog
from telegram import Bot
from telegram import Message as TelegramMessage
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.operators.post import send_patiently
from bot.chat.operators.room import Room
from bot.chat.reply import redraw
from bot.chat.services import Chats, Counts, Notices, Renderer
from bot.domain.forgery import Reported
from bot.domain.message import Layout, Message
from bot.domain.operators import Operator, Refusal, Urging
from bot.domain.record import AdvisoryRecord
from bot.domain.watch import Report
from bot.pipeline.lineage import read_back
from bot.rendering.followup import FollowUps
from bot.rendering.operator import OperatorTexts, Waiting
from bot.rendering.watch import WatchTexts

log = structlog.get_logger(__name__)

ANNOUNCED = "announced"

_TO_EACH = frozenset({"override", "halted_by", "joined"})
"""What somebody did: every operator hears of it, whoever reads the operators' chat."""


class Asked(Protocol):
    """Who was asked about an advisory: admin id -> id of the message with the buttons.

    It must survive a restart. It is written after the question was sent, not before: a crash in
    between asks a second time, which is harmless, where a lost question would hold a warning back.
    """

    async def messages(self, advisory_id: str) -> Mapping[int, int]: ...
    async def keep(self, advisory_id: str, admin_id: int, message_id: int) -> None: ...
    async def begin_urging(self, advisory_id: str, word: str) -> bool: ...
    async def end_urging(self, advisory_id: str, word: str) -> None: ...


class People(Protocol):
    """Who the operators are; `bot.pipeline.roster.Roster`."""

    async def get(self, user_id: int) -> Operator | None: ...
    async def all(self) -> tuple[Operator, ...]: ...
    async def name(self, user_id: int) -> str: ...
    def refusal(self, operator: Operator | None, record: AdvisoryRecord) -> Refusal | None: ...
    async def asked_about(
        self, record: AdvisoryRecord, *, escalated: bool
    ) -> tuple[Operator, ...]: ...


class Desk:
    """Implements `bot.pipeline.ports.Desk`. Telegram's errors end here, storage's do not."""

    def __init__(
        self,
        *,
        bot: Bot,
        people: People,
        asked: Asked,
        chats: Chats,
        counts: Counts,
        notices: Notices,
        renderer: Renderer,
        words: OperatorTexts,
        follow_ups: FollowUps,
        watch_texts: WatchTexts,
        room: Room | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._people = people
        self._asked = asked
        self._chats = chats
        self._counts = counts
        self._notices = notices
        self._renderer = renderer
        self._words = words
        self._follow_ups = follow_ups
        self._watch_texts = watch_texts
        self._room = room
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._warned: set[int | str] = set()  # who waits is asked for again every few seconds

    async def ask(self, record: AdvisoryRecord, *, escalated: bool = False) -> bool:
        """Ask everybody whose turn it is and who was not asked; whether anybody has it now.

        One at a time, so that an arrival and a re-assertion do not both ask the same person.
        """
        async with self._turn:
            wanted = {one.id for one in await self._people.asked_about(record, escalated=escalated)}
            if not wanted:
                cure = "set BOT_ADMINS to those who may, or invite an approver"
                self._warn(record.id, "nobody can approve", cure=cure)
                return False
            asked = set(await self._asked.messages(record.id)) & wanted
            missing = sorted(wanted - asked)
            reached = [await self.show(record, operator_id) for operator_id in missing]
            await self._announce(record)
        return bool(asked) or any(reached)

    async def urge(self, record: AdvisoryRecord, urging: Urging) -> None:
        """Remind those who were asked, or say that the next are asked; each once, over restarts."""
        if not await self._asked.begin_urging(record.id, urging.value):
            return
        escalated = urging is Urging.ESCALATE
        for one in await self._people.asked_about(record, escalated=escalated):
            note = self._words.note(await self._language(one.id), urging.value, code=record.code)
            await self._send(one.id, note)
        log.info("operators urged", advisory=record.id, urging=urging.value)
        await self._asked.end_urging(record.id, urging.value)

    async def show(self, record: AdvisoryRecord, admin_id: int) -> bool:
        """Send one operator the advisory as people will see it, and the question behind it."""
        notice = await self._notices.for_advisory(record.id)
        if notice is None:
            log.error("advisory to ask about is gone", advisory=record.id)
            return False
        language = await self._language(admin_id)
        waiting = Waiting(
            record=record,
            advisory=notice.advisory,
            source=notice.source_name,
            timezone=notice.timezone,
            audience=await self._counts.count(record.places),
            author=None if record.author is None else await self._people.name(record.author),
        )
        operator = await self._people.get(admin_id)
        may_decide = self._people.refusal(operator, record) is None
        seen = self._renderer.render(notice, language, Layout.PRIVATE)
        for message in self._words.preview(language, seen):
            if await self._send(admin_id, message) is None:
                return False
        sent = await self._send(admin_id, self._words.question(language, waiting, may_decide))
        if sent is None:
            return False
        if may_decide:
            await self._asked.keep(record.id, admin_id, sent.message_id)
        return True

    async def close(self, record: AdvisoryRecord, *, by: str | None) -> None:
        """Replace every operator's buttons by what was decided, and by what can follow it now;
        `by` is the decider's name.
        """
        advisory = read_back(record)
        for admin_id, message_id in (await self._asked.messages(record.id)).items():
            language = await self._language(admin_id)
            words = self._words.decided(language, record, by=by)
            follow = self._follow_ups.buttons(language, record, advisory)
            await self._edit(admin_id, message_id, replace(words, keyboard=follow))

    async def tell(self, text_key: str, **values: object) -> None:
        """Send the operators a short note, one of the keys `operator.note.*` without that head."""

        def note(language: str) -> Message:
            return self._words.note(language, text_key, **values)

        if text_key in _TO_EACH:
            await self._tell_each(note)
        else:
            await self._spread(note)

    async def report(self, report: Report) -> bool:
        """Say what needs a person; whether anybody has it now."""

        def said(language: str) -> Message:
            return self._watch_texts.report(language, report)

        return await self._spread(said)

    async def forged(self, reported: Reported) -> bool:
        """Say what people report as forged; whether anybody has it now."""

        def said(language: str) -> Message:
            return self._watch_texts.forged(language, reported)

        return await self._spread(said)

    async def _spread(self, write: Callable[[str], Message]) -> bool:
        """Into the operators' chat; where it cannot be written to, to each, who learns that too."""
        if self._room is None:
            return await self._tell_each(write)

        def beside(language: str) -> Message:
            message = write(language)
            return replace(message, html=f"{message.html}\n\n{self._watch_texts.lost(language)}")

        return await self._room.post(write) or await self._tell_each(beside)

    async def _tell_each(self, write: Callable[[str], Message]) -> bool:
        people = await self._people.all()
        sent = [await self._send(one.id, write(await self._language(one.id))) for one in people]
        return any(sent)

    async def _announce(self, record: AdvisoryRecord) -> None:
        """Say once in the operators' chat that something waits; it is decided in private alone."""
        if self._room is None or not await self._asked.begin_urging(record.id, ANNOUNCED):
            return

        def said(language: str) -> Message:
            return self._watch_texts.waits(language, record, self._bot.username)

        if await self._room.post(said):
            await self._asked.end_urging(record.id, ANNOUNCED)

    async def tell_each(self, message: Callable[[str], Message]) -> None:
        """Send every operator a message in their language."""
        for one in await self._people.all():
            await self._send(one.id, message(await self._language(one.id)))

    async def _language(self, admin_id: int) -> str:
        chat = await self._chats.get(admin_id)
        return self._words.texts.closest(chat.language if chat else None)

    async def _send(self, admin_id: int, message: Message) -> TelegramMessage | None:
        """Send, patiently: a question that is not asked holds a warning back."""
        try:
            sent = await send_patiently(self._bot, admin_id, message, self._sleep)
        except (Forbidden, BadRequest) as error:
            cure = "they must open the bot in Telegram and press Start"
            self._warn(admin_id, "operator cannot be reached", said=error.message, cure=cure)
            return None
        except TelegramError as error:
            log.warning("operator not reached yet", operator=admin_id, said=error.message)
            return None
        self._warned.discard(admin_id)
        return sent

    def _warn(self, about: int | str, event: str, **fields: str) -> None:
        if about not in self._warned:
            self._warned.add(about)
            log.warning(event, about=about, **fields)

    async def _edit(self, admin_id: int, message_id: int, message: Message) -> None:
        try:
            await redraw(self._bot, admin_id, message_id, message)
        except TelegramError as error:
            if "not modified" in error.message.lower():
                return
            # The buttons stay, and say when pressed that it is decided.
            log.info("question not updated", operator=admin_id, said=error.message)

"""A bound on how much one chat or one person can ask of the bot: one polite answer, then silence.

The state is this process's, bounded, and gone with it. In Redis a flood would cost a round trip
for each of its messages, which is what it is to be kept from; the worst that a restart or a second
replica gives away is one more burst. What was told, chosen or answered is never kept here.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

import structlog
from telegram import Update
from telegram.constants import ChatType, MessageEntityType
from telegram.ext import ApplicationHandlerStop

from bot.chat.context import Context
from bot.chat.reply import answer, send
from bot.chat.visit import personal_language

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and one more every `every_s` seconds."""

    burst: int
    every_s: float


PERSON = Allowance(burst=20, every_s=1)
"""In one chat. A hand that ticks off a list stays below it."""

MEMBER = Allowance(burst=4, every_s=10)
"""Commands of one member of a group: one alone does not use up what is for all."""

GROUP = Allowance(burst=5, every_s=6)
"""Commands of all members together: with its answers a group stays below Telegram's 20 a minute,
so that a warning finds room."""

MOST_KEPT = 20_000
"""Buckets; the least recently used go first, and a bucket that is gone is full again."""


class Answer(StrEnum):
    """What is done with an update."""

    PASS = "pass"  # noqa: S105
    SAY = "say"  # the first that is too many is answered
    SILENT = "silent"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    was_told: bool = False


class Buckets:
    """Token buckets by key, at most `most` of them. Times are seconds of one clock."""

    def __init__(self, allowance: Allowance, most: int = MOST_KEPT) -> None:
        self._allowance = allowance
        self._most = most
        self._buckets: OrderedDict[object, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: object, now: float) -> Answer:
        """Count one at `now`."""
        bucket = self._refilled(key, now)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            # Half full again, the flood is over: the next one is answered once too.
            bucket.was_told = bucket.was_told and bucket.tokens < self._allowance.burst / 2
            return Answer.PASS
        return self.refuse(key, now)

    def refuse(self, key: object, now: float) -> Answer:
        """What is said to one that is too many already, without counting it."""
        bucket = self._refilled(key, now)
        first, bucket.was_told = not bucket.was_told, True
        return Answer.SAY if first else Answer.SILENT

    def _refilled(self, key: object, now: float) -> _Bucket:
        burst = self._allowance.burst
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        refilled = (now - bucket.at) / self._allowance.every_s
        bucket.tokens, bucket.at = min(burst, bucket.tokens + refilled), now
        return bucket


class Gate:
    """Stands in front of every handler; `commands` are those that the bot answers."""

    def __init__(
        self, commands: Collection[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._commands = commands
        self._clock = clock
        self._people = Buckets(PERSON)
        self._members = Buckets(MEMBER)
        self._groups = Buckets(GROUP)

    async def check(self, update: Update, context: Context) -> None:
        """Let an update pass, or answer it once and stop it here."""
        verdict = self.weigh(update, context.bot.username)
        if verdict is Answer.PASS:
            return
        if update.callback_query is not None:
            # Always answered, or the button turns for ever; in words only the first time.
            text = self._words(update, context) if verdict is Answer.SAY else None
            await answer(update, text)
        elif verdict is Answer.SAY:
            log.info("too many questions")
            language = personal_language(update, context)
            await send(update, context, context.services.dialogue.say(language, "limit"))
        raise ApplicationHandlerStop

    def weigh(self, update: Update, username: str) -> Answer:
        """Count what somebody asks for; what Telegram tells of chats is always let through."""
        place, user, now = update.effective_chat, update.effective_user, self._clock()
        if place is None or not self._asks(update, username):
            return Answer.PASS
        is_group = place.type in (ChatType.GROUP, ChatType.SUPERGROUP)
        if update.callback_query is not None or not is_group:
            return self._people.take((place.id, user.id if user else 0), now)
        # Anonymous administrators share one account: there the group's bucket is theirs.
        member = None if user is None or user.is_bot else (place.id, user.id)
        if member and self._members.take(member, now) is not Answer.PASS:
            return self._groups.refuse(place.id, now)
        return self._groups.take(place.id, now)

    @staticmethod
    def _words(update: Update, context: Context) -> str:
        return context.services.dialogue.text(personal_language(update, context), "limit")

    def _asks(self, update: Update, username: str) -> bool:
        """Whether the bot would answer: a press, a private message, or its command in a group."""
        if update.callback_query is not None:
            return True
        message = update.message or update.edited_message
        if message is None or message.is_automatic_forward:
            return False
        if message.chat.type == ChatType.PRIVATE:
            return True
        typed = message.parse_entities([MessageEntityType.BOT_COMMAND]).values()
        named = (text[1:].lower().partition("@") for text in typed)
        return any(name in self._commands and to in ("", username.lower()) for name, _, to in named)

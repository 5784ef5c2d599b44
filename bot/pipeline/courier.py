"""One send, from the last look at the clock to the entry that records it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.broadcast import BroadcastState, Entry, Manner
from bot.domain.delivery import Act, Cause, End, Outcome, Step, Verdict, cause_of, decide
from bot.domain.errand import Errand, Task, Trouble
from bot.domain.fault import StorageUnavailable
from bot.domain.message import Prepared
from bot.domain.preferences import Fate
from bot.domain.subscriber import Kind, Recipient, State
from bot.pipeline.discretion import Discretion
from bot.pipeline.job import Job
from bot.pipeline.letters import Letters
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Broadcasts, Chats, Errands, Meter, Pace, Pacer, Sender
from bot.pipeline.register import Register

log = structlog.get_logger(__name__)

EXPIRY_GUARD = timedelta(milliseconds=200)
"""A send started this close to the expiry could be accepted after it."""

TOKEN_REST_S = 30.0

MOST_REDIRECTS = 3
_WAITS = (Verdict.FLOOD, Verdict.TOKEN)
_REDIRECTS = (Verdict.MIGRATED, Verdict.THREAD_GONE)


class Courier:
    """Delivers jobs; whatever Telegram says of one ends in an entry to record."""

    def __init__(
        self,
        *,
        letters: Letters,
        paying: Paying,
        sender: Sender,
        chats: Chats,
        broadcasts: Broadcasts,
        pacer: Pacer,
        pace: Pace,
        meter: Meter,
        clock: Callable[[], datetime],
        register: Register,
        errands: Errands,
        discretion: Discretion,
    ) -> None:
        self._letters = letters
        self._paying = paying
        self._sender = sender
        self._chats = chats
        self._broadcasts = broadcasts
        self._pacer = pacer
        self._pace = pace
        self._meter = meter
        self._clock = clock
        self._register = register
        self._errands = errands
        self._discretion = discretion

    async def deliver(self, job: Job, redirects: int = 0) -> Entry:
        """Check, render, send, decide; what comes back is to be recorded."""
        if (unsent := self._check(job)) is not None:
            return unsent
        try:
            ready = await self._suit(job)
            if isinstance(ready, Entry):
                return ready
            job, prepared = ready, await self._letters.letter(ready)
        except LookupError as fault:
            return await self._halt(job, str(fault))
        outcome = await self._send(job, prepared)
        if job.paid and not self._paying.settle(job, outcome):
            # Nothing was wrong with the chat: it is next again, in the free rate.
            self._pacer.forgive(job.recipient.kind, job.recipient.chat_id)
            return job.again(self._clock(), failed=False)
        if outcome.verdict is Verdict.ACCEPTED:
            if job.recipient.kind is not Kind.PRIVATE:
                # Before its record: a crash in between sends and pins again, and loses nothing.
                about = Errand(job.recipient.chat_id, job.broadcast_id, outcome.message_id or 0)
                await self._leave(Task.TOLD, about)
            return self._accepted(job, outcome)
        # Redirects are counted by themselves: earlier failures say nothing against another address.
        attempts = 1 + (redirects if outcome.verdict in _REDIRECTS else job.chat.attempts)
        step = decide(
            outcome, lane=job.lane, attempts=attempts, now=self._clock(), expires=job.expires
        )
        if step.act is Act.MOVE or step.act is Act.UNTHREAD:
            return await self._redirect(job, outcome, step, redirects + 1)
        if step.act is Act.HALT:
            return await self._simplify(job, prepared, outcome)
        rests = await self._note(job, outcome, step)
        if step.at is not None:
            doubtful = outcome.verdict is Verdict.AMBIGUOUS
            again = job.again(step.at, failed=outcome.verdict not in _WAITS, doubtful=doubtful)
            return replace(again, cause=rests)
        return Entry(job.recipient, step.end, cause=cause_of(outcome, step.end))

    async def _suit(self, job: Job) -> Job | Entry:
        """The job as this chat wants it now, or what ends it."""
        tact = await self._discretion.of(job)
        if tact.fate is Fate.DROPPED:
            return job.unsent(End.SUPPRESSED, Cause.UNWANTED)
        if tact.until is not None:
            return await self._hold(job, tact.until)
        return replace(job, hushed=True) if tact.fate is Fate.SILENT else job

    async def _hold(self, job: Job, until: datetime) -> Entry:
        """Keep it back until the chat has rested. The errand comes first: without it nobody would
        ever tell.
        """
        rest_s = (until - self._clock()).total_seconds()
        await self._errands.add(Task.RESTED, Errand(job.recipient.chat_id), max(rest_s, 0))
        return job.unsent(End.HELD)

    def _accepted(self, job: Job, outcome: Outcome) -> Entry:
        """What `decide` says of an accepted send, without the way there: it is nearly every one."""
        if published := self._register.begin(job.broadcast_id):
            self._meter.observe("first_send_seconds", (self._clock() - published).total_seconds())
        # Telegram does not name a message that was as it should be already.
        message_id = outcome.message_id or job.edits
        return Entry(job.recipient, End.SENT, message_id=message_id, accepted=self._clock())

    def _check(self, job: Job) -> Entry | None:
        """What ends a job before its send. Expiry is this clock's, all else is heard of."""
        state = self._register.state(job.broadcast_id)
        if state is BroadcastState.CANCELLED:
            return job.unsent(End.CANCELLED)
        if state is BroadcastState.HALTED:
            # It may be resumed: its chats wait in `later` for that.
            return job.again(self._clock(), failed=False)
        if self._clock() >= job.expires - EXPIRY_GUARD:
            return job.unsent(End.EXPIRED)
        if job.manner is Manner.EDIT and job.edits is None:
            # The group moved, and its messages have other numbers now: a mark is no news.
            return Entry(job.recipient, End.SUPPRESSED)
        if job.manner is Manner.UNTOLD and job.chat.answers is not None:
            # Another source has told this chat the same.
            return job.unsent(End.SUPPRESSED, Cause.TOLD)
        return None

    async def _send(self, job: Job, prepared: Prepared) -> Outcome:
        started = time.monotonic()
        if (message_id := job.edits) is not None:
            outcome = await self._sender.edit(prepared, job.recipient.chat_id, message_id)
        else:
            outcome = await self._sender.send(
                prepared,
                job.recipient.chat_id,
                thread_id=job.chat.thread_id,
                reply_to=job.chat.answers,
            )
        self._meter.observe("send_seconds", time.monotonic() - started)
        self._meter.count("outcomes", verdict=outcome.verdict.value)
        return outcome

    async def _redirect(self, job: Job, outcome: Outcome, step: Step, redirects: int) -> Entry:
        """Send again at once where the chat is now: under its new id, or in General."""
        chat = replace(job.chat, thread_id=None, attempts=job.chat.attempts + 1)
        if step.act is Act.MOVE and outcome.migrate_to is not None:
            new_id = outcome.migrate_to
            await self._chats.migrate(job.recipient.chat_id, new_id)
            await self._leave(Task.MOVED, Errand(job.recipient.chat_id, str(new_id)))
            chat = replace(chat, recipient=Recipient(job.recipient.kind, new_id), answers=None)
        else:
            new_id = None
            await self._chats.set_thread(job.recipient.chat_id, None)
            await self._leave(Task.TROUBLE, Errand(job.recipient.chat_id, Trouble.TOPIC))
        if redirects > MOST_REDIRECTS:
            return Entry(job.recipient, End.REJECTED, cause=Cause.ASTRAY)
        entry = await self.deliver(replace(job, chat=chat), redirects)
        # In Redis the chat is in flight under the id it was claimed by.
        return replace(entry, recipient=job.recipient, moved_to=entry.moved_to or new_id)

    async def _simplify(self, job: Job, refused: Prepared, outcome: Outcome) -> Entry:
        """Our text was refused: try plain text once, then stop the broadcast, blame no chat."""
        if await self._letters.simplify(job, refused):
            log.error("text refused, sent plain", broadcast=job.broadcast_id, detail=outcome.detail)
            return job.again(self._clock(), failed=False)
        return await self._halt(job, outcome.detail)

    async def _halt(self, job: Job, reason: str) -> Entry:
        log.error("broadcast halted", broadcast=job.broadcast_id, reason=reason)
        await self._broadcasts.halt(job.broadcast_id, reason)
        return job.again(self._clock(), failed=False)

    async def _note(self, job: Job, outcome: Outcome, step: Step) -> Cause | None:
        """Carry what the answer says about the chat, or about everyone, beyond this send; for a
        429, who waits because of it.
        """
        chat_id = job.recipient.chat_id
        if outcome.verdict is Verdict.REFUSED:
            log.warning("send refused", broadcast=job.broadcast_id, detail=outcome.detail)
        try:
            if step.deactivate:
                await self._chats.set_state(chat_id, State.UNREACHABLE)
            elif step.suspend:
                await self._chats.set_state(chat_id, State.SUSPENDED)
                await self._leave(Task.TROUBLE, Errand(chat_id, Trouble.MUTED))
            elif outcome.verdict is Verdict.FLOOD:
                return await self._pause(chat_id, outcome.retry_after_s)
            elif outcome.verdict is Verdict.TOKEN:
                log.error("token refused", cure="set BOT_TELEGRAM__TOKEN to @BotFather's token")
                await self._pause(None, TOKEN_REST_S)
        except StorageUnavailable:
            # The result of the send matters more than this; the next broadcast finds it again.
            log.warning("chat not updated", broadcast=job.broadcast_id)
        return None

    async def _leave(self, task: Task, errand: Errand) -> None:
        """Leave to others what may wait; the send and its record matter more."""
        try:
            await self._errands.add(task, errand)
        except StorageUnavailable:
            log.warning("errand not left", task=task.value)

    async def _pause(self, chat_id: int | None, seconds: float) -> Cause:
        pause = self._pacer.flood(chat_id, seconds)
        until = self._clock() + timedelta(seconds=pause.for_s)
        try:
            await self._pace.pause_until(pause.scope, until.timestamp())
        except StorageUnavailable:
            log.warning("pause not kept", scope=pause.scope)
        log.warning("paused", scope=pause.scope, seconds=pause.for_s)
        return Cause.FLOODED if pause.scope == f"chat:{chat_id}" else Cause.RESTS

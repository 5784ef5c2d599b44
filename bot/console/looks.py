"""What an operator sees at the command line: what is active, how far it is, and the audit."""

from __future__ import annotations

import asyncio

from bot.chat.operators.records import as_csv, as_json_lines
from bot.console.bars import Show, describe
from bot.domain.audit import verify
from bot.domain.broadcast import BroadcastState
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.pipeline.lineage import read_back
from bot.pipeline.plan import advisory_id
from bot.pipeline.progress import Gauge
from bot.rendering.watch import WatchTexts
from bot.storage.opening import Storage

LOOK_S = 0.5
PATIENCE_S = 15.0
"""How long a bot that runs may take to read the queue."""

ABSENT_S = 5.0
"""After so long without a process that holds the dispatcher's role, none runs."""

NOT_READ = (
    "it is on the queue, and nobody has read it yet; it goes out when the bot runs: see "
    "`forewarn check`"
)
NOT_SENT = (
    "it is published, and no process sends; it goes out when the bot runs: see `forewarn check`"
)


class Looks:
    """Reads, and changes nothing."""

    def __init__(self, storage: Storage, gauge: Gauge, texts: WatchTexts) -> None:
        self._storage = storage
        self._gauge = gauge
        self._texts = texts

    async def status(self) -> list[str]:
        """What needs a person and what waits, a line for each active warning, and one with a bar
        for each of its broadcasts.
        """
        advisories, now = self._storage.advisories, self._storage.clock()
        memory = await self._storage.watch.memory()
        concerns = memory.concerns if memory is not None else ()
        lines = [f"needs a person: {self._texts.line('en', one)}" for one in concerns]
        pending = await advisories.pending()
        lines += [f"{one.code}  waits for a decision: {', '.join(one.reasons)}" for one in pending]
        running = await self._storage.broadcasts.all_active()
        for record in await advisories.current(now):
            advisory = read_back(record)
            info = advisory.info_for("en")
            said = (info.headline or info.event) if info else advisory.msg_type.value
            until = record.expires.astimezone().isoformat(timespec="minutes")  # the shell's clock
            lines.append(f"{record.code}  {said}  {advisory.max_severity}, until {until}")
            mine = [one for one in running if advisory_id(one) == record.id] or [record.id]
            lines += [f"  {line}" for one in mine if (line := await self._line(one))]
        return lines or ["nothing is active and nothing waits"]

    async def follow(self, id: str, show: Show) -> bool:
        """Show how far an advisory is until it has ended or waits; whether it was sent."""
        waited, said = 0.0, NOT_READ
        while waited < PATIENCE_S:
            record = await self._storage.advisories.get(id)
            found = await self._gauge.progress(id)
            if record is not None and record.state is AdvisoryState.PENDING:
                show.say(f"{record.code} waits for a decision: {', '.join(record.reasons)}")
                return False
            if record is not None and found is not None:
                show.move(found)
                if found.is_over:
                    return found.broadcast.state is BroadcastState.DONE
                if found.broadcast.state is BroadcastState.HALTED:
                    show.say(f"{record.code} is halted; `forewarn resume` goes on with it")
                    return False
            said = NOT_READ if record is None else NOT_SENT
            waited = await self._waited(waited, is_known=found is not None)
            await asyncio.sleep(LOOK_S)
        show.say(said)
        return False

    async def waiting(self, id: str) -> AdvisoryRecord | None:
        """The advisory once the queue was read; None where nobody reads it."""
        waited = 0.0
        while waited < PATIENCE_S:
            if record := await self._storage.advisories.get(id):
                return record
            waited = await self._waited(waited)
            await asyncio.sleep(LOOK_S)
        return None

    async def _waited(self, waited: float, *, is_known: bool = False) -> float:
        """How much patience is used up: faster where no bot runs, not at all while one sends."""
        if await self._storage.role.holder() is None:
            return waited + LOOK_S * PATIENCE_S / ABSENT_S
        return 0.0 if is_known else waited + LOOK_S

    async def audit(self, last: int) -> list[str]:
        """The newest entries, oldest first."""
        lines = [
            f"{one.number}  {facts['at']}  {facts['name'] or facts['who']}  {facts['what']}"
            f"  {facts['about']}"
            for one in reversed(await self._storage.audit.latest(last))
            for facts in (one.facts,)
        ]
        return lines or ["nothing yet"]

    async def faults(self) -> list[str]:
        """What `verify` finds wrong with the whole audit; empty if nothing."""
        entries = [entry async for entry in self._storage.audit.entries()]
        return [str(fault) for fault in verify(entries, await self._storage.audit.span())]

    async def export(self, form: str) -> bytes:
        """All of the audit, as `csv` or as `json` lines."""
        entries = [entry async for entry in self._storage.audit.entries()]
        return as_csv(entries) if form == "csv" else as_json_lines(entries)

    async def _line(self, broadcast_id: str) -> str:
        found = await self._gauge.progress(broadcast_id)
        return "" if found is None else describe(found)

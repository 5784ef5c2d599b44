"""Operators at the command line, for the night in which their phone has no Telegram.

The same rules and the same audit: whoever acts is named by their Telegram user id, and may do here
what their role allows there.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from bot.assembly import build_gauge, operators_key
from bot.chat.operators.records import as_csv, as_json_lines
from bot.config import Settings
from bot.domain.advisory import Advisory
from bot.domain.audit import Doing, verify
from bot.domain.broadcast import BroadcastState
from bot.domain.change import is_warning
from bot.domain.delivery import End
from bot.domain.draft import Hand, Kept
from bot.domain.followup import DONE, Finish
from bot.domain.operators import SOURCE, Act, Operator, may
from bot.domain.progress import Progress
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.formats import parse
from bot.formats.signature import sign
from bot.loading import Content, load_content
from bot.pipeline.lineage import read_back
from bot.pipeline.plan import advisory_id, locate
from bot.pipeline.publishing import Publishing
from bot.pipeline.roster import Roster
from bot.rendering.followup import FollowUps
from bot.storage.opening import Storage, open_storage

Say = Callable[[str], None]

BAR = 24
LOOK_S = 0.5
PATIENCE_S = 15.0
"""How long a bot may take to read the queue before nobody seems to be reading it."""


class Refused(Exception):
    """An operator may not do it, or it cannot be done; says why and what would help."""


class Console:
    """One connection and one operator's hands."""

    def __init__(self, settings: Settings, content: Content, storage: Storage) -> None:
        self._settings = settings
        self._content = content
        self._storage = storage
        self._gauge = build_gauge(settings, storage)
        self._roster = Roster(storage.operators, settings.admins, content.gazetteer)

    async def publish(self, payload: bytes, operator_id: int) -> Advisory:
        """Put one advisory on the queue in an operator's name, by the operators' own key."""
        operator = await self._acting(operator_id, Act.PUBLISH)
        parsed = parse(payload)
        if len(parsed.advisories) != 1 or parsed.refusals:
            raise Refused("FILE: must hold exactly one advisory; publish the others one by one")
        (advisory,) = parsed.advisories
        await self._storage.drafts.note_author(advisory.id, operator.id)
        key = operators_key(self._settings)
        await self._storage.queue.add(payload, SOURCE, sign(payload, key))
        places = sorted(locate(advisory, self._content.gazetteer).places)[:8]
        after = {"severity": str(advisory.max_severity), "places": places}
        await self._note(operator, "submitted", advisory.id, after)
        return advisory

    async def cancel(self, code: str, what: Finish, operator_id: int) -> AdvisoryRecord:
        """End a warning by the code that people see."""
        operator = await self._acting(operator_id, Act.CORRECT)
        record = await self._storage.advisories.by_code(code.strip().upper())
        if record is None:
            raise Refused(f"CODE: {code!r} is no warning that is known; see `forewarn status`")
        original, allowed = read_back(record), self._roster.reach(operator)
        if record.state is not AdvisoryState.PUBLISHED or not is_warning(original):
            raise Refused(f"CODE: {record.code} is {record.state.value}; there is nothing to end")
        if allowed is not None and not set(record.places) <= allowed:
            raise Refused(
                f"--operator: {operator.id} may not speak for the places of {record.code}"
            )
        hazard = self._content.guidance.classify(original, self._storage.clock()).hazard
        is_own = record.author is not None
        draft = await self._storage.drafts.get(original.identifier) if is_own else None
        template = self._content.templates.get(draft.draft.template or "") if draft else None
        follow_ups = FollowUps(self._content.texts, self._content.guidance)
        said = follow_ups.said(what, hazard, template)
        hand = Hand(operator.id, self._name(operator), DONE[what])
        # It speaks for its own sender where operators wrote it, and for nobody else.
        sender = original.sender if record.source == SOURCE else f"operator-{operator.id}"
        issued = await self._publishing(sender).submit_finish(what, original, said, hand)
        if isinstance(issued, Kept):
            raise Refused(f"CODE: {issued.hand.name} was first: {issued.hand.what}")
        await self._note(operator, DONE[what], record.id, {"code": issued.code, "of": record.code})
        return issued

    async def status(self) -> list[str]:
        """A line for each active warning, and one with a bar for each of its broadcasts."""
        advisories, now = self._storage.advisories, self._storage.clock()
        pending = await advisories.pending()
        lines = [f"{one.code}  waits for a decision: {', '.join(one.reasons)}" for one in pending]
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

    async def follow(self, id: str, say: Say) -> bool:
        """Say how far an advisory is until it has ended or waits; whether it was sent."""
        waited, last = 0.0, ""
        while waited < PATIENCE_S:
            record = await self._storage.advisories.get(id)
            if record is not None and record.state is AdvisoryState.PENDING:
                say(f"{record.code} waits for a decision: {', '.join(record.reasons)}")
                return False
            broadcast = await self._storage.broadcasts.get(id)
            if record is None or broadcast is None:
                waited += LOOK_S
            elif (line := await self._line(id)) != last:
                say(last := line)
            if broadcast is not None and broadcast.ended is not None:
                return broadcast.state is BroadcastState.DONE
            await asyncio.sleep(LOOK_S)
        say("nobody has taken it from the queue yet; is the bot running? see `forewarn check`")
        return False

    async def audit(self, last: int) -> list[str]:
        """The newest entries, oldest first, and what is wrong with the chain."""
        audit = self._storage.audit
        lines = [
            f"{one.number}  {facts['at']}  {facts['name'] or facts['who']}  {facts['what']}"
            f"  {facts['about']}"
            for one in reversed(await audit.latest(last))
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

    async def _acting(self, operator_id: int, act: Act) -> Operator:
        operator = await self._roster.get(operator_id)
        if operator is None:
            raise Refused(f"--operator: {operator_id} is no operator; /operators lists who is")
        if not may(operator, act):
            raise Refused(f"--operator: a {operator.role.value} may not do this; ask an owner")
        return operator

    async def _note(
        self, operator: Operator, what: str, about: str, after: Mapping[str, object]
    ) -> None:
        name = self._name(operator)
        await self._storage.audit.append(Doing(what, operator.id, name, about, {}, after))

    def _name(self, operator: Operator) -> str:
        """Who they say they are, and whose shell it was: here nobody has signed in."""
        return f"{operator.name or operator.id} (command line of {getpass.getuser()})"

    async def _line(self, broadcast_id: str) -> str:
        found = await self._gauge.progress(broadcast_id)
        return "" if found is None else describe(found)

    def _publishing(self, sender: str) -> Publishing:
        return Publishing(
            drafts=self._storage.drafts,
            queue=self._storage.queue,
            gazetteer=self._content.gazetteer,
            guidance=self._content.guidance,
            sign=partial(sign, private_key_b64=operators_key(self._settings)),
            sender=sender,
            policy=self._settings.life.policy,
            clock=self._storage.clock,
        )


def describe(found: Progress) -> str:
    """A bar and the counts, and while it is being sent how fast and for how long yet."""
    broadcast = found.broadcast
    bar = "#" * found.cells(BAR)
    counts = ", ".join(f"{n} {end}" for end, n in _shown(broadcast.counts.items()))
    line = (
        f"[{bar:<{BAR}}] {found.done} of {found.total}: {counts or 'nothing yet'}"
        f" ({broadcast.lane.name.lower().replace('_', '-')}, {found.phase})"
    )
    if found.is_over:
        return line
    said = {"paused by Telegram for {:.0f} s": found.rests_s or None}
    said |= {"{:.1f} a second": found.rate_per_s, "{:.0f} s left": found.left_s}
    speed = ", ".join(words.format(n) for words, n in said.items() if n is not None)
    return f"{line} {speed}".rstrip()


def _shown(counts: Iterable[tuple[End, int]]) -> list[tuple[End, int]]:
    return sorted(counts, key=lambda one: list(End).index(one[0]))


@asynccontextmanager
async def open_console(settings: Settings) -> AsyncIterator[Console]:
    """Connect to the bot's Redis; raises StorageUnavailable where it does not answer."""
    queue = settings.queue
    async with open_storage(
        settings.redis_url,
        settings.redis.folder,
        stream=queue.stream,
        group=queue.group,
    ) as storage:
        yield Console(settings, load_content(settings), storage)

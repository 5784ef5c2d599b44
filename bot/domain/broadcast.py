"""A broadcast as values: what is planned, claimed, recorded and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.delivery import Cause, End, Lane
from bot.domain.preferences import Preferences
from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import REACH_FIRST, Kind, Recipient


class BroadcastState(StrEnum):
    """Where a broadcast stands; only a sending one sends."""

    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HALTED = "halted"


class Manner(StrEnum):
    """What a broadcast does with a chat that has an earlier message of the same matter."""

    SEND = "send"  # a new message, which answers that one
    EDIT = "edit"  # that message is changed; whoever has none gets nothing
    UNTOLD = "untold"  # a new message for whoever has none; whoever has one gets nothing
    EDIT_OR_SEND = "edit_or_send"  # that message is changed; whoever has none gets a new one


@dataclass(frozen=True, slots=True)
class Plan:
    """One broadcast to start: to those whom the broadcasts ``told_by`` told, then to ``places``.

    ``answers`` are the broadcasts whose message is answered or changed, the newest first; left
    out, they are ``told_by``. ``kinds`` are the kinds of chats it is for. Nobody joins a
    broadcast any more that another one ``closes`` by speaking to those it told. One that
    ``stands`` for an advisory starts only while that advisory is published. A drill may be for
    ``chats`` by name, whatever they follow, or for a ``share`` in percent of those who follow its
    places and agreed to drills; nobody joins either later.
    """

    id: str
    lane: Lane
    expires: datetime
    places: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()
    answers: tuple[str, ...] | None = None
    manner: Manner = Manner.SEND
    kinds: tuple[Kind, ...] = REACH_FIRST
    closes: bool = False
    stands: str | None = None
    chats: tuple[Recipient, ...] = ()
    share: int | None = None


class Standing(StrEnum):
    """What a claim or a record learns about its right to go on."""

    OK = "ok"
    STOP = "stop"  # cancelled, halted or expired: send nothing more of it
    PREEMPT = "preempt"  # a higher lane has work
    FENCED = "fenced"  # another replica is the dispatcher now


@dataclass(frozen=True, slots=True)
class Claimed:
    """A chat put in flight. ``answers`` is the earlier message that is answered or changed.

    ``doubtful``: an earlier send of this broadcast to it may have been accepted. ``shelter`` is
    what the person wrote down: then the letter is for this chat alone. ``chosen`` is None for a
    chat that never chose anything: it is told everything at once.
    """

    recipient: Recipient
    language: str
    thread_id: int | None = None
    attempts: int = 0
    answers: int | None = None
    low_data: bool = False
    doubtful: bool = False
    shelter: ShelterNote | None = None
    chosen: Preferences | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim; ``due_at`` is when the next postponed chat is due, if not already."""

    standing: Standing
    chats: tuple[Claimed, ...] = ()
    finished: bool = False
    due_at: datetime | None = None
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One chat's result to record: a final ``end``, or ``due`` when it is to be tried again.

    Only what ``failed`` counts as a try: a chat that waited for its own limit, a 429 or an
    operator has failed at nothing. Where the chat is ``doubtful`` it may have been told already:
    if nothing is sent any more, its end is unknown. ``accepted`` is when Telegram's answer came.
    """

    recipient: Recipient
    end: End | None
    message_id: int | None = None
    due: datetime | None = None
    moved_to: int | None = None
    failed: bool = True
    doubtful: bool = False
    cause: Cause | None = None
    accepted: datetime | None = None

    def __post_init__(self) -> None:
        if (self.end is None) == (self.due is None):
            raise ValueError("an entry has either an end or a due time")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as stored. ``audience`` equals the sum of ``counts`` once it has ended.

    ``paid`` is an operator's choice to send it for Stars, or not to; ``spent`` is in tenths of a
    Star, and ``unpaid`` says why it is sent on free. ``answers`` are the broadcasts whose message
    is answered or changed, the newest first. ``expected`` is what its audience was estimated at
    when it was published, and ``is_met`` says that the cursor has met everybody.
    """

    id: str
    lane: Lane
    state: BroadcastState
    expires: datetime
    audience: int = 0
    counts: Mapping[End, int] = field(default_factory=dict)
    in_flight: int = 0
    later: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    manner: Manner = Manner.SEND
    answers: tuple[str, ...] = ()
    paid: bool | None = None
    spent: int = 0
    unpaid: str | None = None
    expected: int = 0
    is_met: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether everyone of the audience has exactly one end."""
        return self.audience == sum(self.counts.values())

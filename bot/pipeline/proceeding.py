"""What follows from an advisory or a timer: what ends, and which broadcasts start; without I/O.

The decision is that of `bot/domain/life.py`; here it becomes plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.advisory import Advisory, MsgType
from bot.domain.broadcast import Manner, Plan
from bot.domain.change import all_clear, is_warning, kind_of
from bot.domain.delivery import Lane
from bot.domain.drill import Audience as DrillAudience
from bot.domain.drill import Reach, audience_of
from bot.domain.guidance import lane_of
from bot.domain.life import (
    LEFT,
    OVER,
    Audience,
    Decision,
    Event,
    Form,
    Mark,
    State,
    Timer,
    Timing,
    decide,
)
from bot.domain.record import AdvisoryState
from bot.domain.subscriber import REACH_FIRST, Kind, Recipient
from bot.domain.trust import Reason
from bot.pipeline.echoes import for_the_rest, released, told_before
from bot.pipeline.known import Known
from bot.pipeline.narrowing import clears_a_part, reach_of
from bot.pipeline.plan import CORRECTION_LASTS, advisory_id, broadcast_id

MARK_LASTS = timedelta(days=7)
"""How long the messages that are no longer live are sought, to be marked: also by a bot that was
away for days, for such a message misleads as long as it stands unmarked."""

AHEAD = timedelta(minutes=10)
"""Clocks differ; what was issued later than this in the future was dated wrongly."""


_HAVE_LISTS = (Kind.GROUP, Kind.PRIVATE)


@dataclass(frozen=True, slots=True)
class Proceeding:
    """What publishing an advisory means: `end` these first and `stop` these broadcasts, then
    `start` those.
    """

    end: tuple[tuple[str, AdvisoryState], ...] = ()
    start: tuple[Plan, ...] = ()
    stop: tuple[str, ...] = ()


_ENDED = {
    State.CANCELLED: AdvisoryState.CANCELLED,
    State.CLEARED: AdvisoryState.CLEARED,
    State.SUPERSEDED: AdvisoryState.SUPERSEDED,
}
_STATES = {
    AdvisoryState.PENDING: State.UNTOLD,
    AdvisoryState.REJECTED: State.MISSED,
    **{stored: state for state, stored in _ENDED.items()},
}
_MANNERS = {
    Form.NEW: Manner.SEND,
    Form.ANSWER: Manner.SEND,
    Form.IN_PLACE: Manner.EDIT_OR_SEND,
}


def doubts(
    advisory: Advisory,
    originals: Sequence[Known],
    received: datetime,
    reached: frozenset[str] = frozenset(),
) -> tuple[Reason, ...]:
    """Why a person must look at it before it goes out, by its date and by what it refers to;
    `reached` are the settlements that it names.
    """
    found = [Reason.SENT_AHEAD] if advisory.sent > received + AHEAD else []
    ends = not is_warning(advisory)
    if not ends and advisory.msg_type is not MsgType.UPDATE:
        return tuple(found)
    same = _same(advisory, originals)
    if ends and not same:
        return (*found, Reason.REFERENCE_UNKNOWN)
    if ends and clears_a_part(reached, same):
        found.append(Reason.CLEARS_A_PART)
    if any(one.advisory.sender != advisory.sender for one in same):
        return (*found, Reason.NOT_ITS_OWN)
    return tuple(found)


def judged(
    new: Known, originals: Sequence[Known]
) -> tuple[Event, tuple[tuple[Known, Decision], ...]]:
    """What event the new advisory is, and what it does to each that it refers to.

    By the time at which it was received, so that it is the same whenever it is asked. A drill
    never ends the real thing, nor the real thing a drill. What this very advisory ended before a
    crash is taken up again, not forgotten.
    """
    advisory, received = new.advisory, new.record.received
    same = _same(advisory, originals)
    ended = all_clear(advisory)
    if advisory.msg_type is MsgType.CANCEL:
        ended = Event.CANCEL
    if ended is not None:
        return ended, tuple((one, decide(_state(one, new, received), ended)) for one in same)
    live = [one for one in same if decide(_state(one, new, received), Event.MAJOR).telling]
    if advisory.msg_type is not MsgType.UPDATE or not live:
        return new.version.window.published(received), ()
    kind = kind_of(new.version, [one.version for one in live])
    if kind is Event.MINOR and reach_of(new, live).returns:
        # Who was left out has no live message that could be changed in silence.
        kind = Event.MAJOR
    return kind, tuple((one, decide(_state(one, new, received), kind)) for one in live)


def proceed(
    new: Known,
    originals: Sequence[Known],
    now: datetime,
    others: Sequence[Known] = (),
    operators: Sequence[int] = (),
    *,
    is_aloud: bool = False,
) -> Proceeding:
    """What publishing an advisory ends and starts; `others` are all other live warnings.

    A drill for some is told to them alone, be they the `operators`, and goes on with those alone.
    What would be changed in place is told anew where it `is_aloud`.
    """
    event, decisions = judged(new, originals)
    record = new.record
    if is_aloud:
        decisions = tuple((one, _aloud(found)) for one, found in decisions)
    ended = tuple(
        (one.record.id, _ENDED[decision.state])
        for one, decision in decisions
        if decision.state in _ENDED and _state(one, new, record.received) not in OVER
    )
    told = [(one, decision) for one, decision in decisions if decision.telling]
    if not told:
        telling = decide(State.UNTOLD, event).telling
        if not telling:
            return Proceeding(ended)
        chosen = audience_of(record, new.advisory)
        return Proceeding(
            ended,
            (
                _announcement(new, now, others)
                if chosen is None
                else _drill(new, chosen, operators),
            ),
        )
    gravest = next((d for _, d in told if d.mark), told[0][1])
    assert gravest.telling is not None
    chain = _joined(one.chain for one, _ in told)
    is_wider = gravest.telling.audience is Audience.TOLD_AND_PLACES
    if event is Event.MINOR and told_before(new, others):
        is_wider = False  # who was not told by this source was told the same by another
    if any(audience_of(one.record, one.advisory) for one in (new, *(one for one, _ in told))):
        is_wider = False
    plan = Plan(
        record.id,
        _lane(new.advisory, event, [one.advisory for one, _ in told], now),
        record.expires,
        places=record.places if is_wider else (),
        told_by=chain,
        manner=_MANNERS[gravest.telling.form],
        closes=event is not Event.EASED,
    )
    marks = (_mark(one, d.mark, by=record.id, now=now) for one, d in told if d.mark)
    successor = new if is_warning(new.advisory) else None
    over = [one for one, decision in told if decision.state in _ENDED]
    still = (again for one in over for again in released(one, successor, others, now))
    left = _left_out(new, [one for one, _ in told], now)
    stop = _words_of_leaving(over) if reach_of(new, over).returns else ()
    return Proceeding(ended, (plan, *marks, *left, *still), stop)


def _aloud(found: Decision) -> Decision:
    """The decision about a small update as that about a greater one."""
    is_in_place = found.telling is not None and found.telling.form is Form.IN_PLACE
    return decide(State.OPEN, Event.MAJOR) if is_in_place else found


def _words_of_leaving(told: Sequence[Known]) -> tuple[str, ...]:
    """The broadcasts by which any version told of places left out, and marked what they had."""
    versions = dict.fromkeys(advisory_id(one) for known in told for one in known.chain)
    names = (LEFT, f"{LEFT}-{Mark.ENDED}")
    return tuple(broadcast_id(one, name) for one in versions for name in names)


def _left_out(new: Known, told: Sequence[Known], now: datetime) -> Iterator[Plan]:
    """Tell whom an update leaves out that it holds there no more, and mark what they have."""
    at = new.record.received
    live = [one for one in told if decide(_state(one, new, at), Event.NARROWED).telling]
    if not is_warning(new.advisory) or not reach_of(new, live).leaves_out:
        return
    own, chain = broadcast_id(new.record.id, LEFT), _joined(one.chain for one in live)
    lane = _lane(new.advisory, Event.NARROWED, [one.advisory for one in live], now)
    yield Plan(own, lane, at + CORRECTION_LASTS, told_by=chain)
    for one in live:
        yield replace(_mark(one, Mark.ENDED, by=own, now=now, name=LEFT), told_by=(own,))


def _announcement(new: Known, now: datetime, others: Sequence[Known]) -> Plan:
    record = new.record
    plan = Plan(record.id, lane_of(new.advisory, now), record.expires, places=record.places)
    told = told_before(new, others)
    return plan if told is None else for_the_rest(plan, told)


def _drill(new: Known, chosen: DrillAudience, operators: Sequence[int]) -> Plan:
    record = new.record
    plan = Plan(record.id, Lane.DRILL, record.expires)
    if chosen.reach is Reach.SHARE:
        return replace(plan, places=record.places, share=chosen.percent)
    if chosen.reach is Reach.GROUP:
        return replace(plan, chats=(Recipient(Kind.GROUP, chosen.chat_id),))
    return replace(plan, chats=tuple(Recipient(Kind.PRIVATE, id) for id in operators))


def timed(
    known: Known, timer: Timer, timing: Timing, now: datetime
) -> tuple[Decision, tuple[Plan, ...]]:
    """What a timer of a published advisory means when it is met at `now`."""
    state = known.version.window.state(timer.due - timedelta(microseconds=1))
    decision = decide(state, timer.event, timing)
    record, telling = known.record, decision.telling
    own = broadcast_id(record.id, timer.name)
    plans: list[Plan] = []
    if telling is not None:
        plans.append(
            Plan(
                own,
                _timed_lane(known.advisory, timer.event, now),
                timer.until,
                told_by=tuple(one for one in known.chain if one != own),
                kinds=_HAVE_LISTS if telling.audience is Audience.UNPREPARED else REACH_FIRST,
                closes=decision.mark is Mark.ENDED,
                stands=record.id,
            )
        )
    if decision.mark is Mark.ENDED:
        plans.append(replace(_mark(known, Mark.ENDED, by=record.id, now=now), stands=record.id))
    elif decision.mark is Mark.REPLACED and telling is not None:
        plans.append(_mark(known, Mark.REPLACED, by=own, now=now, name=timer.name))
    return decision, tuple(plans)


def _mark(known: Known, mark: Mark, *, by: str, now: datetime, name: str = "") -> Plan:
    """Mark the live messages of `known`: all that ended, or those that `by` has replaced."""
    what = f"{name}-{mark}" if name else mark.value
    lane = Lane.DRILL if known.advisory.is_drill else Lane.ROUTINE
    chain = tuple(one for one in known.chain if one != by) if name else known.chain
    return Plan(
        broadcast_id(known.record.id, what),
        lane,
        now + MARK_LASTS,
        # A message is replaced for those only who have the new one.
        told_by=(by,) if mark is Mark.REPLACED else chain,
        answers=chain,
        manner=Manner.EDIT,
    )


def _lane(advisory: Advisory, event: Event, originals: Sequence[Advisory], now: datetime) -> Lane:
    """An update goes as fast as it is urgent; what ends or corrects, as fast as the original.

    A mistake must be put right as fast as it was spread, and never slower than a warning.
    """
    own = lane_of(advisory, now)
    if event in (Event.MINOR, Event.MAJOR, Event.EXTENDED) or advisory.is_drill:
        return own
    return min(Lane.PREPARE, *(lane_of(one, one.sent) for one in originals))


def _timed_lane(advisory: Advisory, event: Event, now: datetime) -> Lane:
    if advisory.is_drill:
        return Lane.DRILL
    return min(Lane.ROUTINE, lane_of(advisory, now)) if event is Event.OPENS else Lane.ROUTINE


def _state(one: Known, new: Known, at: datetime) -> State:
    is_live = one.record.state is AdvisoryState.PUBLISHED or one.record.ended_by == new.record.id
    return one.version.window.state(at) if is_live else _STATES[one.record.state]


def _same(advisory: Advisory, originals: Sequence[Known]) -> list[Known]:
    return [one for one in originals if one.advisory.status is advisory.status]


def _joined(chains: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for chain in chains for one in chain))

"""What sends, built from what it is handed."""

from __future__ import annotations

from bot.domain.gazetteer import Gazetteer
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.discretion import Discretion
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.letters import Letters
from bot.pipeline.notices import Notices
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Sender
from bot.pipeline.recorder import Recorder
from bot.pipeline.register import Register
from bot.pipeline.role import Tenure
from bot.pipeline.sending import Sending
from bot.rendering.ticklist import TickLists
from bot.storage.opening import Storage
from bot.telegram.pacer import Pacer
from bot.web.metrics import Metrics


def build_dispatcher(
    storage: Storage,
    letters: Letters,
    sender: Sender,
    *,
    discretion: Discretion,
    paying: Paying,
    pacer: Pacer,
    metrics: Metrics,
    rate_per_s: float,
) -> Dispatcher:
    """The dispatcher and what it hands its jobs to."""
    register, backlog = Register(storage.broadcasts), Backlog()
    tenure, recorder = Tenure(storage.role), Recorder(storage.broadcasts, metrics)
    courier = build_courier(
        storage,
        letters,
        sender,
        discretion=discretion,
        paying=paying,
        pacer=pacer,
        meter=metrics,
        register=register,
    )
    sending = Sending(
        backlog=backlog,
        courier=courier,
        paying=paying,
        recorder=recorder,
        pacer=pacer,
        tenure=tenure,
        clock=storage.clock,
    )
    return Dispatcher(
        broadcasts=storage.broadcasts,
        register=register,
        tenure=tenure,
        backlog=backlog,
        sending=sending,
        recorder=recorder,
        paying=paying,
        letters=letters,
        pacer=pacer,
        meter=metrics,
        alarms=storage.watch,
        rate_per_s=rate_per_s,
    )


def build_courier(
    storage: Storage,
    letters: Letters,
    sender: Sender,
    *,
    discretion: Discretion,
    paying: Paying,
    pacer: Pacer,
    meter: Metrics,
    register: Register,
) -> Courier:
    """What makes one send of one chat."""
    return Courier(
        letters=letters,
        paying=paying,
        sender=sender,
        chats=storage.chats,
        broadcasts=storage.broadcasts,
        pacer=pacer,
        pace=storage.pace,
        meter=meter,
        clock=storage.clock,
        register=register,
        errands=storage.errands,
        discretion=discretion,
    )


def build_discretion(
    storage: Storage, notices: Notices, gazetteer: Gazetteer, lists: TickLists
) -> Discretion:
    """What knows when a chat wants to be told."""
    return Discretion(
        advisories=storage.advisories,
        notices=notices,
        gazetteer=gazetteer,
        lists=storage.checklists,
        tick_lists=lists,
        households=storage.chats,
        clock=storage.clock,
    )

"""The watchdog and the operators' chat, built once."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.context import App
from bot.chat.operators.desk import Desk
from bot.chat.operators.room import Room
from bot.config import Settings
from bot.domain.delivery import End
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.forgeries import Forgeries
from bot.pipeline.lookout import Lookout, Pulse
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Line, Stars
from bot.pipeline.watchdog import Rounds, Watchdog
from bot.rendering.watch import WatchTexts
from bot.storage.opening import Storage
from bot.telegram.pacer import Pacer
from bot.web.metrics import Metrics


def build_room(
    settings: Settings, storage: Storage, application: App, words: WatchTexts
) -> Room | None:
    """The operators' chat, where the configuration names one."""
    if settings.operators.chat is None:
        return None
    return Room(
        bot=application.bot,
        chat_id=settings.operators.chat,
        chats=storage.chats,
        moved=storage.watch,
        words=words,
    )


def build_watchdog(
    settings: Settings,
    storage: Storage,
    *,
    dispatcher: Dispatcher,
    paying: Paying,
    pacer: Pacer,
    metrics: Metrics,
    line: Line,
    stars: Stars,
    herald: Desk,
) -> Watchdog:
    """What looks for what needs a person."""
    watch = settings.watch
    sums = timedelta(minutes=watch.sum_minutes)

    async def is_mine() -> bool:
        """Whoever sends knows the pace; where nobody does, any replica may look."""
        return dispatcher.dispatches or await storage.role.holder() is None

    pulse = Pulse(
        holder=storage.role.holder,
        done=lambda: sum(metrics.value("deliveries", end=end.value) for end in End),
        allowed=lambda: pacer.rate_per_s + pacer.paid_rate_per_s * paying.active,
        paused_s=lambda: pacer.paused_for_s,
    )
    lookout = Lookout(
        broadcasts=storage.broadcasts,
        advisories=storage.advisories,
        crowd=storage.chats,
        contacts=storage.source_contacts,
        sources=settings.known_sources,
        pulse=pulse,
        line=line,
        stars=stars,
        terms=settings.delivery.paid.terms,
        limits=watch.limits(settings.delivery.rate),
        weighs=timedelta(minutes=watch.stars_minutes),
    )
    return Watchdog(
        watch=storage.watch,
        lookout=lookout,
        advisories=storage.advisories,
        line=line,
        herald=herald,
        forgeries=Forgeries(store=storage.forgeries, crier=herald, every=sums, clock=storage.clock),
        rounds=Rounds(watch.look_seconds, watch.calm, sums),
        is_mine=is_mine,
        clock=storage.clock,
    )

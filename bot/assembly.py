"""Every room, built once and put together; nothing here decides or runs anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.chat.aftermath import Aftermath
from bot.chat.context import App
from bot.chat.handlers import add_handlers
from bot.chat.operators.desk import Desk
from bot.chat.operators.ticker import Ticker
from bot.config import Settings
from bot.domain.advisory import Severity
from bot.domain.gazetteer import Gazetteer
from bot.domain.operators import SOURCE
from bot.domain.trust import Source
from bot.formats.signature import derived_key, public_key, sign
from bot.loading import Content
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.discretion import Discretion
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.drill_calendar import DrillCalendar
from bot.pipeline.drills import Drills
from bot.pipeline.further import Further
from bot.pipeline.intake import Intake
from bot.pipeline.letters import Letters
from bot.pipeline.lineage import Lineage
from bot.pipeline.notices import Notices
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Desk as AskingDesk
from bot.pipeline.ports import Line, Sender
from bot.pipeline.progress import Gauge
from bot.pipeline.publishing import Publishing
from bot.pipeline.recorder import Recorder
from bot.pipeline.register import Register
from bot.pipeline.review import Review, Rules
from bot.pipeline.role import Tenure
from bot.pipeline.roster import Roster
from bot.pipeline.sending import Sending
from bot.pipeline.timekeeper import Timekeeper
from bot.pipeline.watchdog import Watchdog
from bot.reception import chat_services, tick_lists
from bot.rendering.advisory import Renderer
from bot.rendering.followup import FollowUps
from bot.rendering.operator import OperatorTexts
from bot.rendering.progress import ProgressTexts
from bot.rendering.ticklist import TickLists
from bot.rendering.watch import WatchTexts
from bot.storage.opening import Storage
from bot.telegram.pacer import Pacer
from bot.telegram.stars import StarBalance
from bot.watching import build_room, build_watchdog
from bot.web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application runs."""

    dispatcher: Dispatcher
    review: Review
    intake: Intake
    timekeeper: Timekeeper
    aftermath: Aftermath
    roster: Roster
    publishing: Publishing
    drills: Drills
    calendar: DrillCalendar
    ticker: Ticker
    watchdog: Watchdog


def assemble(
    settings: Settings,
    content: Content,
    storage: Storage,
    application: App,
    *,
    sender: Sender,
    pacer: Pacer,
    metrics: Metrics,
    line: Line,
) -> Parts:
    """Put the rooms together. The application must know its own name already."""
    renderer = Renderer(content.texts, content.guidance, application.bot.username)
    policy = settings.life.policy
    lineage = Lineage(storage.advisories, content.guidance, policy, storage.clock)
    sources = all_sources(settings)
    roster = Roster(storage.operators, settings.admins, content.gazetteer)
    notices = Notices(
        advisories=storage.advisories,
        lineage=lineage,
        policy=policy,
        gazetteer=content.gazetteer,
        guidance=content.guidance,
        sources=sources,
        days=settings.guidance.days,
        profile=settings.guidance.profile,
        clock=storage.clock,
    )
    watch_texts = WatchTexts(content.texts, content.gazetteer.settlements[0].timezone)
    desk = Desk(
        bot=application.bot,
        people=roster,
        asked=storage.asked,
        chats=storage.chats,
        counts=storage.chats,
        notices=notices,
        renderer=renderer,
        words=OperatorTexts(content.texts),
        follow_ups=FollowUps(content.texts, content.guidance),
        watch_texts=watch_texts,
        room=build_room(settings, storage, application, watch_texts),
    )
    letters = Letters(notices, renderer, sender, storage.clock)
    discretion = build_discretion(
        storage, notices, content.gazetteer, tick_lists(settings, content)
    )
    stars = StarBalance(application.bot)
    paying = Paying(
        settings.delivery.paid.terms,
        broadcasts=storage.broadcasts,
        advisories=storage.advisories,
        stars=stars,
        desk=desk,
        meter=metrics,
    )
    dispatcher = build_dispatcher(
        storage,
        letters,
        sender,
        discretion=discretion,
        paying=paying,
        pacer=pacer,
        metrics=metrics,
        rate_per_s=settings.delivery.rate,
    )
    review = build_review(
        settings,
        content,
        storage,
        lineage=lineage,
        roster=roster,
        desk=desk,
        wake=dispatcher.wake,
    )
    intake = Intake(
        queue=storage.queue,
        review=review,
        policy=policy,
        sources=sources,
        meter=metrics,
        contacts=storage.source_contacts,
    )
    timekeeper = Timekeeper(
        timers=storage.timers,
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        lineage=lineage,
        policy=policy,
        meter=metrics,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    publishing = Publishing(
        drafts=storage.drafts,
        queue=storage.queue,
        gazetteer=content.gazetteer,
        guidance=content.guidance,
        sign=partial(sign, private_key_b64=operators_key(settings)),
        sender=f"t.me/{application.bot.username}",
        policy=policy,
        clock=storage.clock,
    )
    gauge = build_gauge(settings, storage)
    progress_texts = ProgressTexts(content.texts, content.gazetteer.settlements[0].timezone)
    services = chat_services(
        settings,
        content,
        storage,
        application,
        lineage=lineage,
        sources=sources,
        notices=notices,
        renderer=renderer,
        review=review,
        roster=roster,
        publishing=publishing,
        desk=desk,
        gauge=gauge,
        progress_texts=progress_texts,
        wake=dispatcher.wake,
    )
    add_handlers(application, services)
    drills = Drills(
        steps=storage.drill_steps,
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        drafts=storage.drafts,
        publishing=publishing,
        templates=content.templates,
        guidance=content.guidance,
        follow_ups=services.office.follow_ups,
        notices=notices,
        renderer=renderer,
        cards=services.office.drill_cards,
        desk=desk,
        once=storage.asked,
        audit=storage.audit,
        clock=storage.clock,
    )
    register = Register(storage.broadcasts)
    further = Further(
        courier=build_courier(
            storage,
            letters,
            sender,
            discretion=discretion,
            paying=paying,
            pacer=pacer,
            meter=metrics,
            register=register,
        ),
        register=register,
        posts=storage.channels,
        pacer=pacer,
        clock=storage.clock,
    )
    aftermath = Aftermath(
        application.bot, services, storage.errands, further, leads=lambda: dispatcher.dispatches
    )
    ticker = Ticker(
        bot=application.bot,
        people=roster,
        chats=storage.chats,
        notes=storage.progress,
        pace=storage.pace,
        gauge=gauge,
        words=progress_texts,
        every=timedelta(seconds=settings.operators.progress_seconds),
        leads=lambda: dispatcher.dispatches,
    )
    watchdog = build_watchdog(
        settings,
        storage,
        dispatcher=dispatcher,
        paying=paying,
        pacer=pacer,
        metrics=metrics,
        line=line,
        stars=stars,
        herald=desk,
    )
    return Parts(
        dispatcher=dispatcher,
        review=review,
        intake=intake,
        timekeeper=timekeeper,
        aftermath=aftermath,
        roster=roster,
        publishing=publishing,
        drills=drills,
        calendar=services.office.calendar,
        ticker=ticker,
        watchdog=watchdog,
    )


def build_gauge(settings: Settings, storage: Storage) -> Gauge:
    """What tells how far a broadcast is; the command line asks it too."""
    return Gauge(
        broadcasts=storage.broadcasts,
        notes=storage.progress,
        pace=storage.pace,
        advisories=storage.advisories,
        audit=storage.audit,
        terms=settings.delivery.paid.terms,
        clock=storage.clock,
    )


def build_review(
    settings: Settings,
    content: Content,
    storage: Storage,
    *,
    lineage: Lineage,
    roster: Roster,
    desk: AskingDesk,
    wake: Callable[[], None],
) -> Review:
    """What judges, and publishes what may go out: in the bot and at the command line."""
    return Review(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        timers=storage.timers,
        lineage=lineage,
        policy=settings.life.policy,
        gazetteer=content.gazetteer,
        sources=all_sources(settings),
        unsigned=settings.trust.unsigned,
        roster=roster,
        authors=storage.drafts,
        rules=Rules(Severity(settings.trust.two_people_above), settings.operators.patience),
        desk=desk,
        clock=storage.clock,
        wake=wake,
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


def operators_key(settings: Settings) -> str:
    """The private key of the operators' own source: every replica, and the command line, has it."""
    return derived_key(settings.token, "operators")


def all_sources(settings: Settings) -> dict[str, Source]:
    """The configured sources, and the one under which operators publish."""
    own = Source(
        key=SOURCE,
        name=settings.operators.name,
        kind="operator",
        public_key=public_key(operators_key(settings)),
    )
    return {**settings.known_sources, SOURCE: own}


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

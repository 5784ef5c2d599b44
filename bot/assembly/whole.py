"""The bot's rooms, each built when it is first asked for, with what it needs."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, partial

from bot.assembly.delivery import build_courier, build_discretion, build_dispatcher
from bot.assembly.judging import all_sources, build_gauge, build_review, operators_key
from bot.assembly.reception import chat_services, tick_lists
from bot.assembly.watching import build_room, build_watchdog
from bot.chat.aftermath import Aftermath
from bot.chat.context import App
from bot.chat.operators.desk import Desk
from bot.chat.operators.ticker import Ticker
from bot.chat.services import Services
from bot.config import Settings
from bot.formats.signature import sign
from bot.loading import Content
from bot.pipeline.discretion import Discretion
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.drills import Drills
from bot.pipeline.further import Further
from bot.pipeline.intake import Intake
from bot.pipeline.letters import Letters
from bot.pipeline.lineage import Lineage
from bot.pipeline.notices import Notices
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Line, Sender
from bot.pipeline.progress import Gauge
from bot.pipeline.publishing import Publishing
from bot.pipeline.register import Register
from bot.pipeline.review import Review
from bot.pipeline.roster import Roster
from bot.pipeline.timekeeper import Timekeeper
from bot.pipeline.watchdog import Watchdog
from bot.rendering.advisory import Renderer
from bot.rendering.followup import FollowUps
from bot.rendering.operator import OperatorTexts
from bot.rendering.progress import ProgressTexts
from bot.rendering.watch import WatchTexts
from bot.storage.opening import Storage
from bot.telegram.pacer import Pacer
from bot.telegram.stars import StarBalance
from bot.web.metrics import Metrics


class Assembly:
    """Each room once. The application must know its own name already."""

    def __init__(
        self,
        settings: Settings,
        content: Content,
        storage: Storage,
        application: App,
        *,
        sender: Sender,
        pacer: Pacer,
        metrics: Metrics,
        line: Line,
    ) -> None:
        self._settings = settings
        self._content = content
        self._storage = storage
        self._application = application
        self._sender = sender
        self._pacer = pacer
        self._metrics = metrics
        self._line = line
        self._policy = settings.life.policy
        self._sources = all_sources(settings)
        self._timezone = content.gazetteer.settlements[0].timezone

    # An advisory's way

    @cached_property
    def intake(self) -> Intake:
        """Reads the queue."""
        return Intake(
            queue=self._storage.queue,
            review=self.review,
            policy=self._policy,
            sources=self._sources,
            meter=self._metrics,
            contacts=self._storage.source_contacts,
        )

    @cached_property
    def review(self) -> Review:
        """Judges, and publishes what may go out."""
        return build_review(
            self._settings,
            self._content,
            self._storage,
            lineage=self._lineage,
            roster=self.roster,
            desk=self._desk,
            wake=self.dispatcher.wake,
        )

    @cached_property
    def timekeeper(self) -> Timekeeper:
        """Meets what the clock brings."""
        return Timekeeper(
            timers=self._storage.timers,
            advisories=self._storage.advisories,
            broadcasts=self._storage.broadcasts,
            lineage=self._lineage,
            policy=self._policy,
            meter=self._metrics,
            clock=self._storage.clock,
            wake=self.dispatcher.wake,
        )

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Sends, where it holds the role."""
        return build_dispatcher(
            self._storage,
            self._letters,
            self._sender,
            discretion=self._discretion,
            paying=self._paying,
            pacer=self._pacer,
            metrics=self._metrics,
            rate_per_s=self._settings.delivery.rate,
        )

    @cached_property
    def watchdog(self) -> Watchdog:
        """Reports what needs a person."""
        return build_watchdog(
            self._settings,
            self._storage,
            dispatcher=self.dispatcher,
            paying=self._paying,
            pacer=self._pacer,
            metrics=self._metrics,
            line=self._line,
            stars=self._stars,
            herald=self._desk,
        )

    # People

    @cached_property
    def services(self) -> Services:
        """What the handlers work with."""
        return chat_services(
            self._settings,
            self._content,
            self._storage,
            self._application,
            lineage=self._lineage,
            sources=self._sources,
            notices=self._notices,
            renderer=self._renderer,
            review=self.review,
            roster=self.roster,
            publishing=self.publishing,
            desk=self._desk,
            gauge=self._gauge,
            progress_texts=self._progress_texts,
            wake=self.dispatcher.wake,
        )

    @cached_property
    def aftermath(self) -> Aftermath:
        """What is done behind sends and taps."""
        return Aftermath(
            self._application.bot,
            self.services,
            self._storage.errands,
            self._further,
            leads=lambda: self.dispatcher.dispatches,
        )

    @cached_property
    def roster(self) -> Roster:
        """Who the operators are."""
        return Roster(self._storage.operators, self._settings.admins, self._content.gazetteer)

    @cached_property
    def publishing(self) -> Publishing:
        """From an operator's draft to the queue."""
        return Publishing(
            drafts=self._storage.drafts,
            queue=self._storage.queue,
            gazetteer=self._content.gazetteer,
            guidance=self._content.guidance,
            sign=partial(sign, private_key_b64=operators_key(self._settings)),
            sender=f"t.me/{self._application.bot.username}",
            policy=self._policy,
            clock=self._storage.clock,
        )

    @cached_property
    def drills(self) -> Drills:
        """What a drill does by itself."""
        office = self.services.office
        return Drills(
            steps=self._storage.drill_steps,
            advisories=self._storage.advisories,
            broadcasts=self._storage.broadcasts,
            drafts=self._storage.drafts,
            publishing=self.publishing,
            templates=self._content.templates,
            guidance=self._content.guidance,
            follow_ups=office.follow_ups,
            notices=self._notices,
            renderer=self._renderer,
            cards=office.drill_cards,
            desk=self._desk,
            once=self._storage.asked,
            audit=self._storage.audit,
            clock=self._storage.clock,
        )

    @cached_property
    def ticker(self) -> Ticker:
        """Shows operators how far broadcasts are."""
        return Ticker(
            bot=self._application.bot,
            people=self.roster,
            chats=self._storage.chats,
            notes=self._storage.progress,
            pace=self._storage.pace,
            gauge=self._gauge,
            words=self._progress_texts,
            every=timedelta(seconds=self._settings.operators.progress_seconds),
            leads=lambda: self.dispatcher.dispatches,
        )

    # What these work with

    @cached_property
    def _renderer(self) -> Renderer:
        username = self._application.bot.username
        return Renderer(self._content.texts, self._content.guidance, username)

    @cached_property
    def _lineage(self) -> Lineage:
        guidance, clock = self._content.guidance, self._storage.clock
        return Lineage(self._storage.advisories, guidance, self._policy, clock)

    @cached_property
    def _notices(self) -> Notices:
        return Notices(
            advisories=self._storage.advisories,
            lineage=self._lineage,
            policy=self._policy,
            gazetteer=self._content.gazetteer,
            guidance=self._content.guidance,
            sources=self._sources,
            days=self._settings.guidance.days,
            profile=self._settings.guidance.profile,
            clock=self._storage.clock,
        )

    @cached_property
    def _desk(self) -> Desk:
        words = WatchTexts(self._content.texts, self._timezone)
        return Desk(
            bot=self._application.bot,
            people=self.roster,
            asked=self._storage.asked,
            chats=self._storage.chats,
            counts=self._storage.chats,
            notices=self._notices,
            renderer=self._renderer,
            words=OperatorTexts(self._content.texts),
            follow_ups=FollowUps(self._content.texts, self._content.guidance),
            watch_texts=words,
            room=build_room(self._settings, self._storage, self._application, words),
        )

    @cached_property
    def _letters(self) -> Letters:
        return Letters(self._notices, self._renderer, self._sender, self._storage.clock)

    @cached_property
    def _discretion(self) -> Discretion:
        lists = tick_lists(self._settings, self._content)
        return build_discretion(self._storage, self._notices, self._content.gazetteer, lists)

    @cached_property
    def _stars(self) -> StarBalance:
        return StarBalance(self._application.bot)

    @cached_property
    def _paying(self) -> Paying:
        return Paying(
            self._settings.delivery.paid.terms,
            broadcasts=self._storage.broadcasts,
            advisories=self._storage.advisories,
            stars=self._stars,
            desk=self._desk,
            meter=self._metrics,
        )

    @cached_property
    def _further(self) -> Further:
        register = Register(self._storage.broadcasts)
        courier = build_courier(
            self._storage,
            self._letters,
            self._sender,
            discretion=self._discretion,
            paying=self._paying,
            pacer=self._pacer,
            meter=self._metrics,
            register=register,
        )
        return Further(
            courier=courier,
            register=register,
            posts=self._storage.channels,
            pacer=self._pacer,
            clock=self._storage.clock,
        )

    @cached_property
    def _gauge(self) -> Gauge:
        return build_gauge(self._settings, self._storage)

    @cached_property
    def _progress_texts(self) -> ProgressTexts:
        return ProgressTexts(self._content.texts, self._timezone)

"""The only wiring: builds every room, runs them as one group, stops them in order."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from telegram.error import InvalidToken, TelegramError

from bot.chat.context import App, context_types
from bot.chat.desk import Desk
from bot.chat.handlers import ALLOWED_UPDATES, add_handlers
from bot.chat.menus import set_menus
from bot.chat.services import Services
from bot.config import ConfigurationError, Mode, Settings
from bot.content.guidance import load_guidance
from bot.content.places import load as load_places
from bot.content.places import suggest
from bot.content.texts import Texts
from bot.domain.delivery import Outcome, Verdict
from bot.domain.fault import StorageUnavailable
from bot.domain.gazetteer import Gazetteer
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.intake import Intake
from bot.pipeline.letters import Letters
from bot.pipeline.live import Live
from bot.pipeline.notices import Notices
from bot.pipeline.recorder import Recorder
from bot.pipeline.register import Register
from bot.pipeline.review import Review
from bot.pipeline.role import Tenure
from bot.pipeline.sending import MAX_OPEN, Sending
from bot.rendering.advisory import Renderer
from bot.rendering.dialogue import Dialogue
from bot.rendering.operator import OperatorTexts
from bot.storage.opening import Storage, open_storage
from bot.telegram.application import build_application
from bot.telegram.pacer import Pacer
from bot.telegram.poller import Poller
from bot.telegram.sender import Sender
from bot.telegram.session import open_session
from bot.telegram.transport import AiohttpRequest
from bot.telegram.updates import read_update
from bot.web.metrics import Metrics
from bot.web.server import Check, Listener, Webhook, build_web

log = structlog.get_logger(__name__)

UPKEEP_S = 15.0
RETRY_S = 1.0


class StartError(Exception):
    """The bot cannot start; the text names the setting and the cure."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a started bot tells those who started it."""

    port: int
    username: str
    storage: Storage


Started = Callable[[Running], None]


async def run(
    settings: Settings,
    *,
    drain: bool = False,
    story: Callable[[], datetime] | None = None,
    started: Started = lambda _running: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run until SIGTERM, SIGINT or `stop`; with `drain` until nothing is due.

    Raises ConfigurationError, StartError and StorageUnavailable, each with its cure. `story`
    replaces the clock, for a demonstration that plays on another day.
    """
    token = settings.token
    stop = stop or asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.enter_context(_signals(stop))
        storage = await stack.enter_async_context(
            open_storage(
                settings.redis_url,
                settings.redis.folder,
                prefix=settings.redis.prefix,
                stream=settings.queue.stream,
                group=settings.queue.group,
                story=story,
            )
        )
        log.info("storage opened", server=storage.name)
        session = open_session(settings.telegram.api_url, pool_size=MAX_OPEN)
        stack.push_async_callback(session.close)
        application = build_application(
            token,
            settings.telegram.api_url,
            request=AiohttpRequest(settings.telegram.api_url),
            updates_request=AiohttpRequest(settings.telegram.api_url, pool_size=2),
            context_types=context_types(),
        )
        stack.push_async_callback(application.shutdown)
        await _authorise(application, stop)
        if stop.is_set():
            return
        sender = Sender(session, settings.telegram.api_url, token)
        bot = Bot(settings, storage, application, sender)
        await bot.live(stop, drain=drain, started=started)


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _authorise(application: App, stop: asyncio.Event) -> None:
    """Ask Telegram who we are; wait for a Telegram that is away, leave with a refused token."""
    while not stop.is_set():
        try:
            await application.initialize()
        except InvalidToken:
            raise StartError(
                "telegram.token: Telegram refused it; copy it whole from @BotFather into "
                "BOT_TELEGRAM__TOKEN"
            ) from None
        except TelegramError as error:
            log.warning("telegram unreachable", error=type(error).__name__)
            await _wait(stop, RETRY_S)
        else:
            return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


class Bot:
    """Every room, built once; :meth:`live` runs them."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        application: App,
        sender: Sender,
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._application = application
        self._metrics = Metrics()
        self._pacer = Pacer(rate_per_s=settings.delivery.rate)
        self._telegram_fault: str | None = None
        texts = Texts.load()
        guidance = load_guidance(texts.languages)
        gazetteer = _places(settings)
        operator_texts = OperatorTexts(texts)
        renderer = Renderer(texts, guidance, application.bot.username)
        notices = Notices(
            advisories=storage.advisories,
            gazetteer=gazetteer,
            guidance=guidance,
            sources=settings.known_sources,
            days=settings.guidance.days,
            profile=settings.guidance.profile,
            clock=storage.clock,
        )
        desk = Desk(
            bot=application.bot,
            admins=frozenset(settings.admins),
            asked=storage.asked,
            chats=storage.chats,
            counts=storage.chats,
            notices=notices,
            renderer=renderer,
            words=operator_texts,
        )
        self._dispatcher = self._build_dispatcher(Letters(notices, renderer, sender), sender)
        self._review = Review(
            advisories=storage.advisories,
            broadcasts=storage.broadcasts,
            gazetteer=gazetteer,
            sources=settings.known_sources,
            unsigned=settings.trust.unsigned,
            desk=desk,
            clock=storage.clock,
            wake=self._dispatcher.wake,
        )
        self._intake = Intake(
            queue=storage.queue,
            review=self._review,
            sources=settings.known_sources,
            meter=self._metrics,
        )
        self._texts = texts
        services = Services(
            chats=storage.chats,
            advisories=storage.advisories,
            live=Live(
                advisories=storage.advisories,
                broadcasts=storage.broadcasts,
                clock=storage.clock,
                wake=self._dispatcher.wake,
            ),
            review=self._review,
            desk=desk,
            notices=notices,
            renderer=renderer,
            gazetteer=gazetteer,
            suggest=suggest,
            dialogue=Dialogue(texts, gazetteer),
            operator_texts=operator_texts,
            clock=storage.clock,
        )
        add_handlers(application, services)

    def _build_dispatcher(self, letters: Letters, sender: Sender) -> Dispatcher:
        storage, clock = self._storage, self._storage.clock
        register, backlog = Register(storage.broadcasts), Backlog()
        tenure, recorder = Tenure(storage.role), Recorder(storage.broadcasts, self._metrics)
        courier = Courier(
            letters=letters,
            sender=sender,
            chats=storage.chats,
            broadcasts=storage.broadcasts,
            pacer=self._pacer,
            pace=storage.pace,
            meter=self._metrics,
            clock=clock,
            state=register.state,
        )
        sending = Sending(
            backlog=backlog,
            courier=courier,
            recorder=recorder,
            pacer=self._pacer,
            tenure=tenure,
            clock=clock,
        )
        return Dispatcher(
            broadcasts=storage.broadcasts,
            register=register,
            tenure=tenure,
            backlog=backlog,
            sending=sending,
            recorder=recorder,
            pacer=self._pacer,
            meter=self._metrics,
            rate_per_s=self._settings.delivery.rate,
        )

    async def live(self, stop: asyncio.Event, *, drain: bool, started: Started) -> None:
        """Run until `stop`, then end in order: intake, sends under way, replies, HTTP."""
        http = self._settings.http
        web = build_web(checks=self._checks(), metrics=self._metrics, webhook=self._webhook())
        async with Listener(web, http.host, http.port) as listener:
            await self._restore_pauses()
            await self._application.start()
            try:
                async with asyncio.TaskGroup() as group:
                    dispatch = group.create_task(
                        self._persist("dispatch", self._dispatcher.run), name="dispatch"
                    )
                    sources = [
                        group.create_task(self._persist("intake", self._take_in), name="intake"),
                        group.create_task(self._persist("upkeep", self._keep_up), name="upkeep"),
                        group.create_task(self._receive(), name="updates"),
                        group.create_task(self._set_menus(), name="menus"),
                    ]
                    started(Running(listener.port, self._application.bot.username, self._storage))
                    log.info("started", port=listener.port, mode=self._settings.telegram.mode.value)
                    await (self._drain(stop) if drain else stop.wait())
                    log.info("stopping")
                    for task in sources:
                        task.cancel()
                    self._dispatcher.stop()
                    await dispatch
            finally:
                await self._application.stop()
        log.info("stopped")

    async def _persist(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        """Run a step again after every outage of Redis; anything else is a fault and ends all."""
        while True:
            try:
                return await step()
            except StorageUnavailable as fault:
                log.warning("storage unavailable", step=name, detail=str(fault))
                await asyncio.sleep(RETRY_S)

    async def _take_in(self) -> None:
        await self._review.reassert()
        await self._intake.run()

    async def _keep_up(self) -> None:
        while True:
            await self._storage.clock.sync()
            self._metrics.show("rate_per_second", self._pacer.rate_per_s)
            self._metrics.show("paused_seconds", self._pacer.paused_for_s)
            active = await self._storage.broadcasts.all_active()
            self._metrics.show("broadcasts_active", len(active))
            await self._review.remind()
            await asyncio.sleep(UPKEEP_S)

    async def _restore_pauses(self) -> None:
        now = self._storage.clock().timestamp()
        pauses = await self._storage.pace.pauses()
        self._pacer.restore({scope: until - now for scope, until in pauses.items() if until > now})

    async def _drain(self, stop: asyncio.Event) -> None:
        """Return when the queue is empty and everybody who is due has been told."""
        await self._storage.queue.caught_up()
        drained = asyncio.create_task(self._dispatcher.drain())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({drained, stopped}, return_when=asyncio.FIRST_COMPLETED)
        drained.cancel()
        stopped.cancel()

    async def _set_menus(self) -> None:
        await set_menus(self._application.bot, self._texts, self._settings.admins)

    async def _receive(self) -> None:
        """Take updates from Telegram, by polling or by the webhook."""
        bot = self._application.bot
        settings = self._settings.telegram
        if settings.mode is Mode.WEBHOOK:
            await bot.set_webhook(
                url=settings.webhook_url or "",
                secret_token=webhook_secret(self._settings),
                allowed_updates=ALLOWED_UPDATES,
            )
            return
        await bot.delete_webhook()
        await Poller(self._application, ALLOWED_UPDATES, self._note_trouble).run()

    def _note_trouble(self, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.TOKEN:
            self._telegram_fault = "Telegram refused the token; set BOT_TELEGRAM__TOKEN"
        elif outcome.verdict is Verdict.CONFLICT:
            self._telegram_fault = "another instance polls with this token; stop one of the two"
        log.warning("poll failed", verdict=outcome.verdict.value, detail=outcome.detail)

    def _webhook(self) -> Webhook | None:
        if self._settings.telegram.mode is not Mode.WEBHOOK:
            return None
        return Webhook(webhook_secret(self._settings), self._feed)

    async def _feed(self, data: dict[str, Any]) -> bool:
        update = read_update(data, self._application.bot)
        if update is not None:
            try:
                self._application.update_queue.put_nowait(update)
            except asyncio.QueueFull:
                return False
            self._metrics.count("updates")
        return True

    def _checks(self) -> dict[str, Check]:
        async def redis() -> str | None:
            try:
                await self._storage.server.call("PING")
            except StorageUnavailable as fault:
                return str(fault)
            return None

        async def telegram() -> str | None:
            return self._telegram_fault

        async def dispatcher() -> str | None:
            return None if self._dispatcher.alive else "neither dispatches nor stands by"

        return {"redis": redis, "telegram": telegram, "dispatcher": dispatcher}


def webhook_secret(settings: Settings) -> str:
    """The secret Telegram must show: as configured, or derived so that all replicas agree."""
    if settings.telegram.webhook_secret is not None:
        return settings.telegram.webhook_secret.get_secret_value()
    return hmac.new(settings.token.encode(), b"webhook", hashlib.sha256).hexdigest()


def _places(settings: Settings) -> Gazetteer:
    try:
        return load_places(settings.places.countries)
    except ValueError as fault:
        raise ConfigurationError(str(fault)) from None

"""The bot as one process: starts the rooms, runs them as one group, stops them in order."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from telegram.error import InvalidToken, TelegramError

from bot.assembly.whole import Assembly
from bot.chat.context import App, context_types
from bot.chat.handlers import add_handlers
from bot.chat.menus import set_menus
from bot.config import Settings
from bot.domain.fault import StorageUnavailable
from bot.loading import Content, load_content
from bot.pipeline.ending import end
from bot.pipeline.sending import MAX_OPEN
from bot.receiving import Receiver
from bot.storage.opening import Storage, open_storage
from bot.telegram.application import build_application
from bot.telegram.pacer import Pacer
from bot.telegram.sender import Sender
from bot.telegram.session import open_session
from bot.telegram.transport import AiohttpRequest
from bot.web.metrics import Metrics
from bot.web.server import Check, Listener, build_web

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
Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Tasks:
    dispatch: asyncio.Task[None]
    updates: asyncio.Task[None]
    others: tuple[asyncio.Task[None], ...]


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
    token, api_url = settings.token, settings.telegram.api_url
    content = load_content(settings)
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
                audit_kept=timedelta(days=settings.operators.audit_days),
                story=story,
            )
        )
        log.info("storage opened", server=storage.name)
        # Broadcasts have a session of their own: replies must not queue behind them.
        session = open_session(api_url, pool_size=MAX_OPEN)
        stack.push_async_callback(session.close)
        sender = Sender(session, api_url, token)
        stack.callback(sender.close)
        delivery = settings.delivery
        pacer = Pacer(
            rate_per_s=delivery.rate,
            paid_rate_per_s=delivery.paid.rate if delivery.paid.enabled else 0,
        )
        application: App = build_application(
            token,
            api_url,
            request=AiohttpRequest(api_url, noted=pacer.note_chat),
            updates_request=AiohttpRequest(api_url, pool_size=2),
            context_types=context_types(),
        )
        stack.push_async_callback(application.shutdown)
        bot = Bot(settings, content, storage, application, sender, pacer)
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
    """The running parts and the order in which they start and stop."""

    def __init__(
        self,
        settings: Settings,
        content: Content,
        storage: Storage,
        application: App,
        sender: Sender,
        pacer: Pacer,
    ) -> None:
        self._settings = settings
        self._content = content
        self._storage = storage
        self._application = application
        self._sender = sender
        self._pacer = pacer
        self._metrics = Metrics()
        self._receiver = Receiver(settings, application)
        self._parts: Assembly | None = None
        self._stopping = False

    async def live(self, stop: asyncio.Event, *, drain: bool, started: Started) -> None:
        """Listen, ask Telegram who we are, run until `stop`; what is not ready yet says so."""
        http = self._settings.http
        web = build_web(
            checks=self._checks(), metrics=self._metrics, webhook=self._receiver.webhook
        )
        async with Listener(web, http.host, http.port) as listener:
            await _authorise(self._application, stop)
            if stop.is_set():
                return
            parts = self._parts = Assembly(
                self._settings,
                self._content,
                self._storage,
                self._application,
                sender=self._sender,
                pacer=self._pacer,
                metrics=self._metrics,
                line=self._receiver,
            )
            add_handlers(self._application, parts.services)
            # What is loaded by now stays for good: a collector that walks it again and again
            # costs a seventh of a send.
            gc.collect()
            gc.freeze()
            await self._restore_pauses()
            await self._application.start()
            try:
                async with asyncio.TaskGroup() as group:
                    tasks = self._start(group, parts)
                    started(Running(listener.port, self._application.bot.username, self._storage))
                    log.info("started", port=listener.port, mode=self._settings.telegram.mode.value)
                    await (self._drained(stop, parts) if drain else stop.wait())
                    await self._end(tasks, parts)
            finally:
                await self._application.stop()
        log.info("stopped")

    def _start(self, group: asyncio.TaskGroup, parts: Assembly) -> _Tasks:
        steps: dict[str, Step] = {
            "intake": partial(self._take_in, parts),
            "upkeep": partial(self._keep_up, parts),
            "desk": parts.review.keep_asking,
            "timekeeper": parts.timekeeper.run,
            "drills": parts.drills.run,
            "drill calendar": parts.services.office.calendar.run,
            "progress": parts.ticker.run,
            "watchdog": parts.watchdog.run,
            **{f"errands {task}": run for task, run in parts.aftermath.steps.items()},
        }
        return _Tasks(
            dispatch=group.create_task(
                self._persist("dispatch", parts.dispatcher.run), name="dispatch"
            ),
            updates=group.create_task(self._receiver.run(), name="updates"),
            others=(
                *(group.create_task(self._persist(*step), name=step[0]) for step in steps.items()),
                group.create_task(
                    self._persist("menus", partial(self._set_menus, parts)), name="menus"
                ),
            ),
        )

    async def _end(self, tasks: _Tasks, parts: Assembly) -> None:
        """In order: nothing new comes in, then what is under way ends and is recorded."""
        log.info("stopping")
        self._stopping = True
        parts.dispatcher.stop()
        # Once: it confirms what it took over while it ends.
        tasks.updates.cancel()
        await end(*tasks.others)
        await tasks.dispatch

    async def _persist(self, name: str, step: Step) -> None:
        """Run a step again after every outage of Redis; anything else is a fault and ends all."""
        while True:
            try:
                return await step()
            except StorageUnavailable as fault:
                log.warning("storage unavailable", step=name, detail=str(fault))
            if self._stopping:
                return None
            await asyncio.sleep(RETRY_S)

    async def _take_in(self, parts: Assembly) -> None:
        await parts.review.reassert()
        await parts.intake.run()

    async def _keep_up(self, parts: Assembly) -> None:
        while True:
            await self._storage.clock.sync()
            await parts.publishing.push_due()
            self._metrics.show("rate_per_second", self._pacer.rate_per_s)
            self._metrics.show("paused_seconds", self._pacer.paused_for_s)
            active = await self._storage.broadcasts.all_active()
            self._metrics.show("broadcasts_active", len(active))
            await asyncio.sleep(UPKEEP_S)

    async def _restore_pauses(self) -> None:
        now = self._storage.clock().timestamp()
        pauses = await self._storage.pace.pauses()
        self._pacer.restore({scope: until - now for scope, until in pauses.items() if until > now})

    async def _drained(self, stop: asyncio.Event, parts: Assembly) -> None:
        """Return when the queue is empty and everybody who is due has been told, or at `stop`."""

        async def empty() -> None:
            await self._storage.queue.caught_up()
            await parts.timekeeper.catch_up()
            await parts.dispatcher.drain()
            await parts.ticker.catch_up()

        waits = [
            asyncio.create_task(self._persist("drain", empty)),
            asyncio.create_task(stop.wait()),
        ]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        await end(*waits)

    async def _set_menus(self, parts: Assembly) -> None:
        operators = await parts.roster.all()
        await set_menus(self._application.bot, self._content.texts, operators)

    def _checks(self) -> dict[str, Check]:
        async def redis() -> str | None:
            try:
                await self._storage.server.call("PING")
            except StorageUnavailable as fault:
                return str(fault)
            return None

        async def telegram() -> str | None:
            if self._parts is None:
                return "Telegram has not said who this bot is yet; see the log"
            return self._receiver.fault

        async def dispatcher() -> str | None:
            alive = self._parts is not None and self._parts.dispatcher.alive
            return None if alive else "neither dispatches nor stands by; see the log"

        return {"redis": redis, "telegram": telegram, "dispatcher": dispatcher}

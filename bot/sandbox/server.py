"""The sandbox as one thing to start: the Bot API, the sim routes and the page on one port."""

from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.sandbox.api import Api
from bot.sandbox.chats import User
from bot.sandbox.clock import Clock
from bot.sandbox.endpoint import Endpoint, Observer
from bot.sandbox.faults import Faults
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import Limiter, Limits
from bot.sandbox.page import add_page
from bot.sandbox.profile import Profile
from bot.sandbox.sim import Sim
from bot.sandbox.stars import Stars
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World

DEFAULT_TOKEN = "123456:TEST-this-token-opens-only-sandboxes"  # noqa: S105 - no secret
_MOST_BYTES = 60 * 1024 * 1024


class Sandbox:
    """A local Telegram with one bot account.

    `async with Sandbox() as sandbox:` listens on a free loopback port; `sandbox.url` is what
    a bot takes for `https://api.telegram.org`.
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        limits: Limits | None = None,
        seed: int = 0,
        username: str = "forewarn_bot",
        keep_messages: bool = True,
    ) -> None:
        bot_id, colon, _ = token.partition(":")
        if not colon or not bot_id.isdigit():
            raise ValueError("a token begins with the bot's id and a colon")
        self.token = token
        self.clock = clock or Clock.real()
        self.bot = User(int(bot_id), "Forewarn", None, username, is_bot=True)
        self.updates = Updates()
        self.world = World(self.clock, self.bot, self.updates, keep_messages=keep_messages)
        self.faults = Faults(self.clock, seed)
        self.ledger = Ledger()
        self.limiter = Limiter(limits or Limits.telegram(), self.clock)
        self.webhook = Webhook(self.updates, self.clock)
        self.profile = Profile()
        self.stars = Stars()
        self._endpoint = Endpoint(self._api(), self.faults)
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    def _api(self) -> Api:
        return Api(
            self.token,
            self.clock,
            self.world,
            self.limiter,
            self.ledger,
            self.updates,
            self.webhook,
            self.profile,
            self.stars,
        )

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def page_url(self) -> str:
        return f"{self.url}/"

    def observe(self, observer: Observer) -> None:
        """Call the observer with the method, parameters and answer of every call."""
        self._endpoint.observers.append(observer)

    async def start(self) -> None:
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_route("*", "/bot{token}/{method:.*}", self._endpoint.handle)
        app.router.add_get("/file/bot{token}/{path:.*}", self._endpoint.file)
        Sim(self).add_routes(app)
        add_page(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        address: Any = self._runner.addresses[0]
        self._port = address[1]

    async def stop(self) -> None:
        await self.webhook.close()
        self.updates.release()
        self.world.tell("stop", None)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

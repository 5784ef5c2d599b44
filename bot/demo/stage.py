"""The stage: starts the local Telegram and the real bot, and lets a story or a person play."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import tempfile
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from bot import app
from bot.config import (
    HttpSettings,
    RedisSettings,
    Settings,
    TelegramSettings,
)
from bot.demo.kyiv import telling
from bot.demo.story import SOURCE, Say, Story, StoryClock
from bot.domain.trust import Unsigned
from bot.formats.signature import public_key
from bot.sandbox.server import Sandbox
from bot.sections.sources import SourceSettings, TrustSettings
from bot.sections.watch import WatchSettings


@dataclass(frozen=True, slots=True)
class Script:
    """A story that plays by itself, the moment at which it begins, and who operates the bot."""

    start: datetime
    tell: Callable[[Story], Awaitable[None]]
    admins: tuple[int, ...] = ()


SCRIPTS = {"kyiv": Script(telling.START, telling.tell, (telling.OPERATOR_ID,))}


async def play(*, script: str | None, leave: bool, port: int, say: Say) -> bool:
    """Raise the curtain; False if a story expected something that did not come.

    Without `leave` it stays up until SIGINT or SIGTERM. Nothing outlives it: its Redis lies in a
    temporary folder.
    """
    chosen = SCRIPTS[script] if script else None
    clock = StoryClock(chosen.start) if chosen else None
    private_key = b64encode(secrets.token_bytes(32)).decode()
    with tempfile.TemporaryDirectory(prefix="forewarn-demo-") as folder:
        async with Sandbox(port=port) as sandbox:
            stop = asyncio.Event()
            started: asyncio.Future[app.Running] = asyncio.get_running_loop().create_future()
            bot = asyncio.create_task(
                app.run(
                    _settings(
                        sandbox,
                        Path(folder),
                        public_key(private_key),
                        chosen.admins if chosen else (),
                    ),
                    story=clock,
                    started=started.set_result,
                    stop=stop,
                )
            )
            await _first(bot, started)
            if bot.done():
                await bot
                return False
            running = started.result()
            say(f"Telegram of this machine: {sandbox.page_url}")
            say(f"health and metrics:       http://127.0.0.1:{running.port}/readyz")
            missing: list[str] = []
            try:
                if chosen is not None and clock is not None:
                    story = Story(sandbox, running.storage.queue, clock, private_key, say)
                    missing = await _tell(chosen, story)
                if not leave:
                    _invite(Path(folder), running, say)
                    await bot
            finally:
                stop.set()
                await bot
    return not missing


async def _first(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


def _settings(sandbox: Sandbox, folder: Path, key: str, admins: tuple[int, ...]) -> Settings:
    """Settings of their own: a demonstration must not read the token of a real bot."""
    return Settings(
        telegram=TelegramSettings(token=sandbox.token, api_url=sandbox.url),
        redis=RedisSettings(folder=folder / "redis"),
        http=HttpSettings(port=0),
        admins=admins,
        watch=WatchSettings(look_seconds=1),
        trust=TrustSettings(unsigned=Unsigned.PUBLISH),
        sources={
            SOURCE: SourceSettings(name="Example Embassy in Kyiv", kind="embassy", public_key=key)
        },
    )


async def _tell(script: Script, story: Story) -> list[str]:
    await script.tell(story)
    for sentence in story.missing:
        story.say(f"MISSING  {sentence}")
    story.say("\nThe story has gaps." if story.missing else "\nThe story is told.")
    return story.missing


def _invite(folder: Path, running: app.Running, say: Say) -> None:
    sample = folder / "tonight.json"
    sample.write_text(json.dumps(tonight(datetime.now(UTC)), ensure_ascii=False), "utf-8")
    say("\nOpen the page, follow Kyiv (/start), then announce an attack for tonight:")
    command = f"{sys.executable} -m bot publish {sample}"
    say(f"  BOT_REDIS__URL={running.storage.address} {command}")
    say("Ctrl-C ends the demonstration.")


def tonight(now: datetime) -> dict[str, object]:
    """The story's warning, moved to the night that comes."""
    text = (resources.files("bot.demo.kyiv") / "2-air-attack.json").read_text("utf-8")
    advisory: dict[str, object] = json.loads(text)
    advisory["sent"] = now.isoformat(timespec="seconds")
    advisory["identifier"] = f"demo-{now:%Y%m%dT%H%M%S}"
    advisory["status"] = "Exercise"
    infos = advisory["info"]
    assert isinstance(infos, list)
    for info in infos:
        info["onset"] = (now + timedelta(hours=3)).isoformat(timespec="seconds")
        info["expires"] = (now + timedelta(hours=12)).isoformat(timespec="seconds")
        for name in ("headline", "description"):
            info[name] = (
                info[name]
                .replace("20 November", "tonight")
                .replace("20 листопада", "сьогодні вночі")
            )
    return advisory

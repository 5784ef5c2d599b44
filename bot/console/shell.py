"""How every command starts and fails: each fault is one line with its cure."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
import uvloop

from bot import config, log
from bot.app import StartError
from bot.config import ConfigurationError, Settings
from bot.console.hands import Refused
from bot.console.opening import Console, open_console
from bot.domain.fault import StorageUnavailable

_T = TypeVar("_T")

FAULT = 1
CONFIGURATION = 2


def load_settings() -> Settings:
    """The settings, or the end of the command."""
    try:
        return config.load()
    except ConfigurationError as fault:
        fail(str(fault), code=CONFIGURATION)


def at_console(settings: Settings, act: Callable[[Console], Awaitable[bool]]) -> None:
    """Act with what operators have; exits with 1 where it did not come about."""
    log.configure(level="error", form="text", secrets=settings.secrets)

    async def connected() -> bool:
        async with open_console(settings) as at:
            return await act(at)

    try:
        is_done = run(connected)
    except Refused as refused:
        fail(str(refused))
    if not is_done:
        raise typer.Exit(FAULT)


def run(start: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run to the end; what keeps it from running is said in a line."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(start())
    except ConfigurationError as fault:
        fail(str(fault), code=CONFIGURATION)
    except (StorageUnavailable, StartError) as fault:
        fail(str(fault))


def fail(text: str, code: int = FAULT) -> NoReturn:
    """End the command with what was wrong."""
    for line in text.splitlines():
        typer.echo(f"forewarn: {line}", err=True)
    raise typer.Exit(code)


def read(file: str) -> bytes:
    """A file, or with `-` standard input."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as fault:
        fail(f"FILE: {file!r} cannot be read ({fault.strerror}); correct the path")

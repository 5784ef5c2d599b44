"""The command line: what an operator types. Each fault is one line with its cure."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
import uvloop

from bot import app, check, config, log, publish, shelters
from bot.app import StartError
from bot.bench import report
from bot.config import ConfigurationError, Settings
from bot.console import Console, Refused, open_console
from bot.demo import stage
from bot.domain.fault import StorageUnavailable
from bot.domain.followup import Finish

cli = typer.Typer(
    name="forewarn",
    help="Advance warning, guidance and checklists on Telegram, before anything falls.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_T = TypeVar("_T")

_FAULT = 1
_CONFIGURATION = 2


@cli.command()
def run(
    drain: Annotated[bool, typer.Option("--drain", help="Deliver what is due, then exit.")] = False,
) -> None:
    """Run the bot against Telegram."""
    settings = _settings()
    log.configure(level=settings.log.level, form=settings.log.format, secrets=settings.secrets)
    _run(lambda: app.run(settings, drain=drain))


@cli.command()
def demo(
    script: Annotated[str | None, typer.Option(help="Play a story without a person: kyiv.")] = None,
    leave: Annotated[
        bool, typer.Option("--exit", help="Leave when the story has been told.")
    ] = False,
    port: Annotated[int, typer.Option(help="The page's port; 0 takes a free one.")] = 8081,
) -> None:
    """Run the whole product on this machine, with no account and no server."""
    if script is not None and script not in stage.SCRIPTS:
        _fail(f"--script: {script!r} is not a story; write one of {', '.join(stage.SCRIPTS)}")
    log.configure(level="warning", form="text")
    ended = _run(lambda: stage.play(script=script, leave=leave, port=port, say=typer.echo))
    raise typer.Exit(0 if ended else _FAULT)


@cli.command(name="publish")
def publish_(
    file: Annotated[str, typer.Argument(help="CAP XML or JSON; - reads standard input.")],
    check_only: Annotated[
        bool, typer.Option("--check", help="Only validate; publish nothing.")
    ] = False,
    source: Annotated[str | None, typer.Option(help="A key of sources.")] = None,
    operator: Annotated[
        int | None, typer.Option(help="Publish in the name of this operator's Telegram id.")
    ] = None,
) -> None:
    """Validate an advisory and put it on the queue; an operator's is followed to its end."""
    payload = _read(file)
    parsed, lines = publish.examine(payload)
    for line in lines:
        typer.echo(line)
    if not parsed:
        raise typer.Exit(_FAULT)
    if check_only:
        return
    settings = _settings()
    if operator is None:
        typer.echo(_run(lambda: publish.enqueue(settings, payload, source)))
        return

    async def act(at: Console) -> bool:
        advisory = await at.publish(payload, operator)
        return await at.follow(advisory.id, typer.echo)

    _at_console(settings, act)


@cli.command(name="cancel")
def cancel_(
    code: Annotated[str, typer.Argument(help="The warning's code, such as KYI-7Q2F.")],
    operator: Annotated[int, typer.Option(help="Who does it: a Telegram user id.")],
    mistake: Annotated[
        bool, typer.Option("--mistake", help="Say that it should never have been sent.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the code again.")] = False,
) -> None:
    """Take a warning back: whoever was told hears of it."""
    if not yes and typer.prompt("Type the code again to take it back") != code:
        _fail("CODE: not the same; nothing was done")

    async def act(at: Console) -> bool:
        what = Finish.MISTAKE if mistake else Finish.WITHDRAWN
        issued = await at.cancel(code, what, operator)
        return await at.follow(issued.id, typer.echo)

    _at_console(_settings(), act)


@cli.command(name="status")
def status_(
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Say what is active, what waits, and how far each broadcast is."""

    async def act(at: Console) -> bool:
        while True:
            for line in await at.status():
                typer.echo(line)
            if not watch:
                return True
            await asyncio.sleep(1)
            typer.echo()

    with suppress(KeyboardInterrupt):
        _at_console(_settings(), act)


@cli.command(name="audit")
def audit_(
    last: Annotated[int, typer.Option(min=1, max=1000, help="So many entries.")] = 20,
    form: Annotated[str | None, typer.Option("--export", help="All of it: csv or json.")] = None,
) -> None:
    """Say who did what and when; exits with 1 where the chain is broken."""
    if form not in (None, "csv", "json"):
        _fail(f"--export: {form!r} is no form; write csv or json")

    async def act(at: Console) -> bool:
        if form is not None:
            sys.stdout.buffer.write(await at.export(form))
        else:
            for line in await at.audit(last):
                typer.echo(line)
        faults = await at.faults()
        for fault in faults:
            typer.echo(f"forewarn: the audit is not whole: {fault}", err=True)
        return not faults

    _at_console(_settings(), act)


@cli.command(name="shelters")
def shelters_(
    file: Annotated[str, typer.Argument(help="CSV or GeoJSON; - reads standard input.")],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what is wrong, load the rest.")
    ] = False,
    check_only: Annotated[
        bool, typer.Option("--check", help="Only validate; load nothing.")
    ] = False,
) -> None:
    """Validate a list of public shelters and load it in place of the earlier one."""
    found, usable, lines = shelters.examine(_read(file), skip_bad=skip_bad)
    for line in lines:
        typer.echo(line)
    if not usable:
        raise typer.Exit(_FAULT)
    if not check_only:
        settings = _settings()
        typer.echo(_run(lambda: shelters.load(settings, found)))


@cli.command(name="check")
def check_() -> None:
    """Say of configuration, content, places, Redis and token whether each is in order."""
    try:
        settings = config.load()
    except ConfigurationError as fault:
        for line in str(fault).splitlines():
            typer.echo(f"configuration  FAULT  {line}")
        raise typer.Exit(_CONFIGURATION) from None
    log.configure(level="error", form="text", secrets=settings.secrets)
    findings = _run(lambda: check.examine(settings))
    for finding in findings:
        state = "ok   " if finding.ok else "FAULT"
        typer.echo(f"{finding.subject:<14} {state}  {finding.detail}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else _FAULT)


@cli.command(name="bench")
def bench_(
    subscribers: Annotated[int, typer.Option(min=1, help="Synthetic chats.")] = 20_000,
    rate: Annotated[float, typer.Option(min=0, help="Messages a second; 0 lifts the pacing.")] = 0,
    api_url: Annotated[
        str | None, typer.Option(help="A Bot API server; without it a fast local stub.")
    ] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Measure other libraries too.")] = False,
    profile: Annotated[Path | None, typer.Option(help="Write a call tree here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure the delivery from queue to receipt, on an empty Redis."""
    settings = _settings()
    log.configure(level="warning", form="text", secrets=settings.secrets)
    figures = _run(
        lambda: report.bench(
            settings,
            subscribers=subscribers,
            rate=rate,
            api_url=api_url,
            peers=peers,
            profile=profile,
        )
    )
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        report.show(figures)


def main() -> None:
    """Entry point of `forewarn` and `python -m bot`."""
    cli()


def _settings() -> Settings:
    try:
        return config.load()
    except ConfigurationError as fault:
        _fail(str(fault), code=_CONFIGURATION)


def _at_console(settings: Settings, act: Callable[[Console], Awaitable[bool]]) -> None:
    """Act with what operators have; exits with 1 where it did not come about."""
    log.configure(level="error", form="text", secrets=settings.secrets)

    async def connected() -> bool:
        async with open_console(settings) as at:
            return await act(at)

    try:
        is_done = _run(connected)
    except Refused as refused:
        _fail(str(refused))
    if not is_done:
        raise typer.Exit(_FAULT)


def _run(start: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(start())
    except ConfigurationError as fault:
        _fail(str(fault), code=_CONFIGURATION)
    except (StorageUnavailable, StartError) as fault:
        _fail(str(fault))


def _fail(text: str, code: int = _FAULT) -> NoReturn:
    for line in text.splitlines():
        typer.echo(f"forewarn: {line}", err=True)
    raise typer.Exit(code)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as fault:
        _fail(f"FILE: {file!r} cannot be read ({fault.strerror}); correct the path")

"""The command line: what an operator types. Each fault is one line with its cure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot import app, check, config, log, publish, shelters
from bot.bench import report
from bot.config import ConfigurationError
from bot.console import commands, shell
from bot.demo import stage

cli = typer.Typer(
    name="forewarn",
    help="Advance warning, guidance and checklists on Telegram, before anything falls.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@cli.command()
def run(
    drain: Annotated[bool, typer.Option("--drain", help="Deliver what is due, then exit.")] = False,
) -> None:
    """Run the bot against Telegram."""
    settings = shell.load_settings()
    log.configure(level=settings.log.level, form=settings.log.format, secrets=settings.secrets)
    shell.run(lambda: app.run(settings, drain=drain))


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
        shell.fail(f"--script: {script!r} is not a story; write one of {', '.join(stage.SCRIPTS)}")
    log.configure(level="warning", form="text")
    ended = shell.run(lambda: stage.play(script=script, leave=leave, port=port, say=typer.echo))
    raise typer.Exit(0 if ended else shell.FAULT)


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
    city: Annotated[
        str | None, typer.Option(help="Confirm a grave warning by the name of its first place.")
    ] = None,
    override: Annotated[
        str | None, typer.Option(help="In an emergency go without a second person, and say why.")
    ] = None,
) -> None:
    """Validate an advisory and put it on the queue; an operator's is followed to its end."""
    payload = shell.read(file)
    parsed, lines = publish.examine(payload)
    for line in lines:
        typer.echo(line)
    if not parsed:
        raise typer.Exit(shell.FAULT)
    if check_only:
        return
    if operator is not None:
        may_ask = file != "-"  # else the advisory stands where the answer would
        commands.publish(payload, operator, city=city, override=override, may_ask=may_ask)
        return
    if city is not None or override is not None:
        shell.fail("--operator: is missing; --city and --override are an operator's")
    settings = shell.load_settings()
    typer.echo(shell.run(lambda: publish.enqueue(settings, payload, source)))


for _name, _command in commands.COMMANDS.items():
    cli.command(name=_name)(_command)


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
    found, usable, lines = shelters.examine(shell.read(file), skip_bad=skip_bad)
    for line in lines:
        typer.echo(line)
    if not usable:
        raise typer.Exit(shell.FAULT)
    if not check_only:
        settings = shell.load_settings()
        typer.echo(shell.run(lambda: shelters.load(settings, found)))


@cli.command(name="check")
def check_() -> None:
    """Say of configuration, content, places, Redis and token whether each is in order."""
    try:
        settings = config.load()
    except ConfigurationError as fault:
        for line in str(fault).splitlines():
            typer.echo(f"configuration  FAULT  {line}")
        raise typer.Exit(shell.CONFIGURATION) from None
    log.configure(level="error", form="text", secrets=settings.secrets)
    findings = shell.run(lambda: check.examine(settings))
    for finding in findings:
        state = "ok   " if finding.ok else "FAULT"
        typer.echo(f"{finding.subject:<14} {state}  {finding.detail}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else shell.FAULT)


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
    settings = shell.load_settings()
    log.configure(level="warning", form="text", secrets=settings.secrets)
    figures = shell.run(
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
